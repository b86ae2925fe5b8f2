// Markdown → elements, block by block: while a reply is streamed only its last block is drawn
// again, or all of them when a definition comes that any of them may refer to.
import type { Token, Tokens } from 'marked';
import { Component, createContext } from 'preact';
import { useMemo } from 'preact/hooks';
import { useText } from '../text/text';
import { CopyButton } from '../ui/copy_button';
import { Inline, lex, maxDepth } from './inline';

interface BlockProps {
  token: Token;
  depth: number;
}

function CodeBlock({ token }: { token: Tokens.Code }) {
  const words = useText();
  const language = (token.lang ?? '').split(/\s/)[0]!.slice(0, 24);
  return (
    <figure class="code">
      <figcaption>
        <span>{language}</span>
        <CopyButton text={token.text} label={words.copyCode} />
      </figcaption>
      <pre tabIndex={0} aria-label={language || words.source} role="region">
        <code>{token.text}</code>
      </pre>
    </figure>
  );
}

function Table({ token, depth }: { token: Tokens.Table; depth: number }) {
  const align = (i: number) => `align-${token.align[i] ?? 'none'}`;
  return (
    <div class="table" tabIndex={0} role="region" aria-label={token.header[0]?.text || '—'}>
      <table>
        <thead>
          <tr>
            {token.header.map((cell, i) => (
              <th scope="col" class={align(i)}>
                <Inline tokens={cell.tokens} depth={depth + 1} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row) => (
            <tr>
              {row.map((cell, i) => (
                <td class={align(i)}>
                  <Inline tokens={cell.tokens} depth={depth + 1} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function List({ token, depth }: { token: Tokens.List; depth: number }) {
  const items = token.items.map((item) => (
    <li class={item.task ? 'task' : undefined}>
      {item.task && <span aria-hidden="true">{item.checked ? '☑ ' : '☐ '}</span>}
      <Blocks
        tokens={item.tokens.filter((t) => (t.type as string) !== 'checkbox')}
        depth={depth + 1}
      />
    </li>
  ));
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={Number(token.start) || 1}>{items}</ol>;
}

// A heading of a reply stands below the page's own h1 and the h2 of its message.
function Heading({ token, depth }: { token: Tokens.Heading; depth: number }) {
  const Tag = `h${Math.min(6, token.depth + 2)}` as 'h3';
  return (
    <Tag class={`h-${token.depth}`}>
      <Inline tokens={token.tokens} depth={depth + 1} />
    </Tag>
  );
}

function renderBlock({ token, depth }: BlockProps) {
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'hr':
      return <hr />;
    case 'code':
      return <CodeBlock token={token as Tokens.Code} />;
    case 'heading':
      return <Heading token={token as Tokens.Heading} depth={depth} />;
    case 'table':
      return <Table token={token as Tokens.Table} depth={depth} />;
    case 'list':
      return <List token={token as Tokens.List} depth={depth} />;
    case 'blockquote':
      return (
        <blockquote>
          <Blocks tokens={token.tokens} depth={depth + 1} />
        </blockquote>
      );
    case 'paragraph':
      return (
        <p>
          <Inline tokens={token.tokens} depth={depth + 1} />
        </p>
      );
    case 'html':
      return <p class="raw">{token.raw.trimEnd()}</p>;
    default:
      return <Inline tokens={[token]} depth={depth} />;
  }
}

const Definitions = createContext('');

class Block extends Component<BlockProps> {
  static override contextType = Definitions; // draws it again, whatever is said below

  override shouldComponentUpdate(next: BlockProps): boolean {
    return next.token.raw !== this.props.token.raw || next.token.type !== this.props.token.type;
  }

  override render() {
    return renderBlock(this.props);
  }
}

function Blocks({ tokens, depth }: { tokens: Token[] | undefined; depth: number }) {
  if (!tokens) return null;
  if (depth > maxDepth) return <p class="raw">{tokens.map((t) => t.raw).join('')}</p>;
  return (
    <>
      {tokens.map((token, i) => (
        <Block key={i} token={token} depth={depth} />
      ))}
    </>
  );
}

export function Markdown({ source }: { source: string }) {
  const { tokens, definitions } = useMemo(() => lex(source), [source]);
  return (
    <div class="md">
      <Definitions.Provider value={definitions}>
        <Blocks tokens={tokens} depth={0} />
      </Definitions.Provider>
    </div>
  );
}
