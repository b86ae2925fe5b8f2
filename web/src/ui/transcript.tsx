// The messages of the conversation, or ways to begin. It follows the newest text until somebody
// scrolls up.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { choosePreset } from '../state/actions';
import { app, current } from '../state/app';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { presets, presetWords } from '../text/presets';
import { useText } from '../text/text';
import { Icon, Mark } from './icon';
import { MessageView } from './message_view';

const nearEndPixels = 80;

function begin(starter: string): void {
  const box = document.getElementById('message') as HTMLTextAreaElement | null;
  if (!box) return;
  box.value = starter;
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.focus();
  box.setSelectionRange(starter.length, starter.length);
}

function Empty() {
  const words = useText();
  const language = useStore(settings, (s) => s.language);
  const chosen = useStore(app, (s) => current(s).preset);
  return (
    <div class="empty">
      <Mark />
      <h1>{words.emptyTitle}</h1>
      <p class="hint">{words.emptyHint}</p>
      <div class="presets" role="group" aria-label={words.preset}>
        {presets.map((p) => (
          <button key={p.id} aria-pressed={p.id === chosen} onClick={() => choosePreset(p.id)}>
            {words.presets[p.id]}
          </button>
        ))}
      </div>
      <ul class="starters" aria-label={words.startWith}>
        {presetWords(chosen, language).starters.map((starter) => (
          <li key={starter}>
            <button onClick={() => begin(starter)}>{starter}</button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Messages() {
  const words = useText();
  const messages = useStore(app, (s) => current(s).messages);
  const stream = useStore(app, (s) => s.streams[s.currentId]);
  return (
    <>
      <h1 class="unseen">{words.conversations}</h1>
      <ol class="messages">
        {messages.map((message, i) => (
          <MessageView
            key={message.id}
            message={message}
            last={i === messages.length - 1}
            stream={stream?.message === message.id ? stream : undefined}
          />
        ))}
      </ol>
    </>
  );
}

export function Transcript() {
  const words = useText();
  const id = useStore(app, (s) => s.currentId);
  const messages = useStore(app, (s) => current(s).messages);
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const [away, setAway] = useState(false);
  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useEffect(() => {
    follow.current = true;
    toEnd();
  }, [id, messages.length]);
  useLayoutEffect(() => {
    if (follow.current) toEnd();
  }, [messages]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    follow.current = scrollHeight - scrollTop - clientHeight < nearEndPixels;
    setAway(!follow.current);
  };
  return (
    <div class="transcript" ref={box} onScroll={onScroll} tabIndex={-1}>
      {messages.length === 0 ? <Empty /> : <Messages />}
      {away && (
        <button class="icon to-end" aria-label={words.keyFocus} onClick={toEnd}>
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}
