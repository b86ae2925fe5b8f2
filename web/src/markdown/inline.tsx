// Inline Markdown → elements. A model's output is hostile: nothing of it becomes HTML, no picture
// is ever fetched, and an address is followed only when somebody clicks on it.
import { marked, type Token, type Tokens } from 'marked';
import type { ComponentChildren } from 'preact';
import { useText } from '../text/text';

export const maxDepth = 24;

// The address if it may be a link: of the web or of mail, whole, without a name before the host.
export function safeHref(href: string): string | null {
  try {
    const url = new URL(href);
    if (url.username || url.password) return null;
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null; // relative: it would lead somewhere on this server
  }
}

const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  times: '×',
  copy: '©',
  rarr: '→',
  larr: '←',
  deg: '°',
};

export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,6}));/gi,
    (all, hex, dec, name) => {
      if (name) return named[String(name)] ?? all;
      const code = hex ? parseInt(String(hex), 16) : Number(dec);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

function Picture({ token }: { token: Tokens.Image }) {
  const words = useText();
  return (
    <span class="md-image">
      [{words.image}: {token.text || token.href}]
    </span>
  );
}

function Link({ token, depth }: { token: Tokens.Link; depth: number }) {
  const href = safeHref(token.href);
  const label = <Inline tokens={token.tokens} depth={depth + 1} />;
  if (!href) return <span title={token.href}>{label}</span>;
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow ugc">
      {label}
    </a>
  );
}

function one(token: Token, depth: number): ComponentChildren {
  switch (token.type) {
    case 'strong':
      return (
        <strong>
          <Inline tokens={token.tokens} depth={depth + 1} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inline tokens={token.tokens} depth={depth + 1} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inline tokens={token.tokens} depth={depth + 1} />
        </del>
      );
    case 'codespan':
      return <code>{String(token.text)}</code>;
    case 'br':
      return <br />;
    case 'link':
      return <Link token={token as Tokens.Link} depth={depth} />;
    case 'image':
      return <Picture token={token as Tokens.Image} />;
    case 'html':
      return /^<br\s*\/?>$/i.test(token.raw.trim()) ? <br /> : token.raw;
    case 'escape':
      return String(token.text);
    case 'text':
      return token.tokens?.length ? (
        <Inline tokens={token.tokens} depth={depth + 1} />
      ) : (
        decodeEntities(String(token.text))
      );
    default:
      return token.raw;
  }
}

export function Inline({ tokens, depth }: { tokens: Token[] | undefined; depth: number }) {
  if (!tokens) return null;
  if (depth > maxDepth) return <>{tokens.map((t) => t.raw).join('')}</>;
  return <>{tokens.map((token) => one(token, depth))}</>;
}

// The lexer's worst cases are quadratic in a line: 0.8 s at this length (measured), 20 s at five
// times it. No prose is so long.
const longestLine = 20_000;
const longestText = 200_000;

export interface Lexed {
  tokens: Token[];
  definitions: string; // of all links and pictures that are referred to, as one text
}

// The blocks of a text; one that the lexer cannot take (nested without end) is one paragraph.
export function lex(source: string): Lexed {
  const plain = source.length > longestText || new RegExp(`[^\\n]{${longestLine}}`).test(source);
  try {
    if (!plain) {
      const tokens = marked.lexer(source, { gfm: true, breaks: true });
      return { tokens, definitions: JSON.stringify(tokens.links) };
    }
  } catch {
    // The stack was not deep enough.
  }
  const text = { type: 'text', raw: source, text: source };
  const paragraph = { type: 'paragraph', raw: source, text: source, tokens: [text] };
  return { tokens: [paragraph], definitions: '' };
}
