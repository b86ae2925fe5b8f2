// Where messages are written: the box, the form of the reply, send or stop.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { chooseShape } from '../state/actions';
import { app, current } from '../state/app';
import { send, stop } from '../state/generation';
import { schemaProblem } from '../json/schema';
import { useStore } from '../state/store';
import { useText } from '../text/text';
import { Icon } from './icon';
import { SchemaEditor } from './schema_editor';
import { focusMessageBox } from './shortcuts';

const drafts = new Map<string, string>(); // by conversation, until the page is closed

function ShapeChoice() {
  const words = useText();
  const shape = useStore(app, (s) => current(s).shape);
  const names = { text: words.shapeText, json: words.shapeJson, schema: words.shapeSchema };
  return (
    <fieldset class="segments shape">
      <legend class="unseen">{words.shape}</legend>
      {(Object.keys(names) as (keyof typeof names)[]).map((name) => (
        <label key={name} class={shape === name ? 'on' : ''}>
          <input
            type="radio"
            name="shape"
            value={name}
            checked={shape === name}
            onChange={() => chooseShape(name)}
          />
          {names[name]}
        </label>
      ))}
    </fieldset>
  );
}

export function Composer() {
  const words = useText();
  const id = useStore(app, (s) => s.currentId);
  const shape = useStore(app, (s) => current(s).shape);
  const schema = useStore(app, (s) => current(s).schema);
  const writing = useStore(app, (s) => s.currentId in s.streams);
  const box = useRef<HTMLTextAreaElement>(null);
  const [, redraw] = useState(0);
  const [schemaOpen, setSchemaOpen] = useState(true);
  const draft = drafts.get(id) ?? '';
  const setDraft = (value: string) => {
    drafts.set(id, value);
    redraw((n) => n + 1);
  };
  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.style.height = 'auto';
    box.current.style.height = `${box.current.scrollHeight}px`;
  }, [draft, id]);
  const broken = shape === 'schema' && schemaProblem(schema) !== null;
  const submit = () => {
    const sentFrom = id;
    if (!broken && send(draft)) {
      drafts.delete(sentFrom);
      setSchemaOpen(false); // make room for what comes
      redraw((n) => n + 1);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // An Enter that ends the composition of a Chinese word does not send (229: Safari's way).
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229)
      return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      class="composer"
      onSubmit={(e) => {
        e.preventDefault();
        submit();
      }}
    >
      {shape === 'schema' && <SchemaEditor open={schemaOpen || broken} onToggle={setSchemaOpen} />}
      <div class="box">
        <textarea
          id="message"
          ref={box}
          rows={1}
          aria-label={words.message}
          placeholder={words.messageHint}
          value={draft}
          onInput={(e) => setDraft(e.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div class="below">
          <ShapeChoice />
          <span class="grow" />
          {writing ? (
            <button
              type="button"
              class="go stop"
              aria-label={words.stop}
              title={`${words.stop} (Esc)`}
              onClick={() => {
                stop(id);
                focusMessageBox();
              }}
            >
              <Icon name="stop" />
            </button>
          ) : (
            <button
              type="submit"
              class="go"
              aria-label={words.send}
              title={words.send}
              disabled={!draft.trim() || broken}
            >
              <Icon name="send" />
            </button>
          )}
        </div>
      </div>
    </form>
  );
}
