// One message. A reply is drawn as Markdown or, where it was to be JSON, as a tree; below it what
// it cost and what can be done with it.
import { Component } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { parseJson } from '../json/parse';
import { JsonTree } from '../json/tree';
import { Markdown } from '../markdown/markdown';
import { app, type Stream } from '../state/app';
import { withVersion, type Message, type Reply } from '../state/conversation';
import { regenerate } from '../state/generation';
import { change } from '../state/keeping';
import { durationText, rateText, useText, type Text } from '../text/text';
import { CopyButton } from './copy_button';
import { Icon } from './icon';

interface Props {
  message: Message;
  last: boolean;
  stream: Stream | undefined; // while this message is written
}

function UserMessage({ id, text }: { id: string; text: string }) {
  const words = useText();
  return (
    <article class="from-user">
      <h2 class="unseen">{words.you}</h2>
      <div class="bubble">{text}</div>
      <div class="actions">
        <button
          class="icon"
          aria-label={words.edit}
          title={`${words.edit} (Alt+U)`}
          onClick={() => app.set({ dialog: { kind: 'edit', id } })}
        >
          <Icon name="edit" />
        </button>
        <CopyButton text={text} />
      </div>
    </article>
  );
}

function JsonReply({ text, writing }: { text: string; writing: boolean }) {
  const words = useText();
  const [view, setView] = useState<'tree' | 'source'>('tree');
  const parsed = useMemo(() => (writing ? null : parseJson(text)), [text, writing]);
  if (writing || !parsed?.value) {
    return (
      <>
        <pre class="json-source" tabIndex={0} role="region" aria-label={words.source}>
          {text}
        </pre>
        {!writing && <p class="hint">{words.notWhole}</p>}
      </>
    );
  }
  return (
    <div class="json-reply">
      <div class="segments" role="group" aria-label={words.shape}>
        {(['tree', 'source'] as const).map((v) => (
          <button key={v} aria-pressed={view === v} onClick={() => setView(v)}>
            {words[v]}
          </button>
        ))}
      </div>
      {view === 'tree' ? (
        <JsonTree value={parsed.value} />
      ) : (
        <pre class="json-source" tabIndex={0} role="region" aria-label={words.source}>
          {text}
        </pre>
      )}
    </div>
  );
}

export function factsOf(reply: Reply, words: Text): string[] {
  const facts: string[] = [];
  const { stats } = reply;
  if (reply.finish === 'stopped') facts.push(words.stopped);
  if (reply.finish === 'length') facts.push(words.cutOff);
  if (stats) {
    if (stats.shortened) facts.push(words.shortened);
    if (stats.leftOut) facts.push(words.leftOut(stats.leftOut));
    if (/^hit/i.test(stats.cache)) facts.push(words.fromCache);
    facts.push(words.statTokens(stats.completionTokens));
    if (stats.tokensPerSecond > 0) facts.push(words.statRate(rateText(stats.tokensPerSecond)));
    facts.push(words.statFirst(durationText(stats.firstTokenMs)));
    if (stats.cachedTokens > 0) facts.push(words.statCached(stats.cachedTokens));
  }
  return facts;
}

function Versions({ message }: { message: Message & { role: 'assistant' } }) {
  const words = useText();
  const { active, replies } = message;
  if (replies.length < 2) return null;
  const go = (to: number) => {
    void change(app.get().currentId, (old) => withVersion(old, message.id, to));
  };
  const step = (label: string, to: number, icon: 'left' | 'right') => (
    <button
      class="icon"
      aria-label={label}
      title={label}
      disabled={!replies[to]}
      onClick={() => go(to)}
    >
      <Icon name={icon} />
    </button>
  );
  return (
    <span class="versions">
      {step(words.previousVersion, active - 1, 'left')}
      <span aria-hidden="true">
        {active + 1}/{replies.length}
      </span>
      <span class="unseen">{words.version(active + 1, replies.length)}</span>
      {step(words.nextVersion, active + 1, 'right')}
    </span>
  );
}

function ReplyActions({
  message,
  reply,
  last,
}: {
  message: Message & { role: 'assistant' };
  reply: Reply;
  last: boolean;
}) {
  const words = useText();
  const again = reply.error ? words.retry : words.regenerate;
  return (
    <div class="actions">
      {reply.text && <CopyButton text={reply.text} />}
      {last && (
        <button class="icon" aria-label={again} title={`${again} (Alt+R)`} onClick={regenerate}>
          <Icon name="again" />
        </button>
      )}
      <Versions message={message} />
      <span class="facts">{factsOf(reply, words).join(' · ')}</span>
    </div>
  );
}

function liveRate(stream: Stream): string {
  const seconds = (performance.now() - stream.firstMs) / 1000;
  return stream.pieces > 4 && seconds > 0.5 ? rateText((stream.pieces - 1) / seconds) : '';
}

function ReplyMessage({
  message,
  last,
  stream,
}: Props & {
  message: Message & { role: 'assistant' };
}) {
  const words = useText();
  const reply = message.replies[message.active];
  if (!reply) return null;
  const writing = stream !== undefined;
  const rate = stream ? liveRate(stream) : '';
  const nothingYet = writing && !reply.text && !reply.reasoning;
  return (
    <article class="from-model" aria-busy={writing}>
      <h2 class="unseen">{words.assistant}</h2>
      {reply.reasoning && (
        <details class="thoughts">
          <summary>{words.thinking}</summary>
          <div>{reply.reasoning}</div>
        </details>
      )}
      {nothingYet && <p class="waiting">{words.waiting}</p>}
      {reply.shape === 'text' ? (
        <Markdown source={reply.text} />
      ) : (
        reply.text && <JsonReply text={reply.text} writing={writing} />
      )}
      {reply.error && <p class="error">{reply.error}</p>}
      {writing ? (
        <div class="actions live">
          <span class="facts">{rate && words.statRate(rate)}</span>
        </div>
      ) : (
        <ReplyActions message={message} reply={reply} last={last} />
      )}
    </article>
  );
}

// Drawn again only if something of it has changed: long conversations stay quick while one grows.
export class MessageView extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const { message, last, stream } = this.props;
    return next.message !== message || next.last !== last || next.stream !== stream;
  }

  override render({ message, last, stream }: Props) {
    return (
      <li>
        {message.role === 'user' ? (
          <UserMessage id={message.id} text={message.text} />
        ) : (
          <ReplyMessage message={message} last={last} stream={stream} />
        )}
      </li>
    );
  }
}
