// What asks or tells in the middle of the page: shortcuts, key, names, deletion, editing. Native
// modal dialogs: the rest cannot be reached, Escape closes, the focus goes back where it was.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { setApiKey } from '../api/http';
import { removeConversation, renameConversation } from '../state/actions';
import { app, conversation, current } from '../state/app';
import { titleOf } from '../state/conversation';
import { resend, stop } from '../state/generation';
import { refreshModels } from '../state/polling';
import { useStore } from '../state/store';
import { useText } from '../text/text';
import { shortcuts } from './shortcuts';

const close = () => app.set({ dialog: null });

function Modal({ title, children }: { title: string; children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const dialog = box.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => before?.isConnected && before.focus();
  }, []);
  return (
    <dialog
      ref={box}
      aria-labelledby="dialog-title"
      onClose={close}
      onClick={(e) => e.target === box.current && close()}
    >
      <div class="dialog-body">
        <h2 id="dialog-title">{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

function Buttons({ ok, danger }: { ok: string; danger?: boolean }) {
  const words = useText();
  return (
    <div class="row end">
      <button type="button" class="quiet" onClick={close}>
        {words.cancel}
      </button>
      <button type="submit" class={danger ? 'danger' : 'primary'} data-first={danger}>
        {ok}
      </button>
    </div>
  );
}

// A form of one field, or of none.
function Ask({
  title,
  hint,
  label,
  ok,
  value,
  kind,
  onDone,
}: {
  title: string;
  hint?: string;
  label: string;
  ok: string;
  value: string;
  kind: 'line' | 'secret' | 'text';
  onDone: (value: string) => void;
}) {
  const [now, setNow] = useState(value);
  const done = (event: Event) => {
    event.preventDefault();
    close();
    onDone(now);
  };
  const take = (event: InputEvent) => {
    setNow((event.currentTarget as HTMLInputElement | HTMLTextAreaElement).value);
  };
  const shared = { id: 'dialog-field', 'data-first': true, value: now };
  return (
    <Modal title={title}>
      <form onSubmit={done}>
        <div class="field">
          <label for="dialog-field">{label}</label>
          {kind === 'text' ? (
            <textarea
              {...shared}
              rows={6}
              onInput={take}
              onKeyDown={(e) => (e.ctrlKey || e.metaKey) && e.key === 'Enter' && done(e)}
            />
          ) : kind === 'secret' ? (
            <input {...shared} type="password" autocomplete="off" onInput={take} />
          ) : (
            <input {...shared} type="text" autocomplete="off" onInput={take} />
          )}
          {hint && <p class="hint">{hint}</p>}
        </div>
        <Buttons ok={ok} />
      </form>
    </Modal>
  );
}

function Shortcuts() {
  const words = useText();
  const plain: [string[], string][] = [
    [['Enter'], words.keySend],
    [['Shift', 'Enter'], words.keyNewline],
    [['Esc'], words.keyStop],
  ];
  const all = [
    ...plain,
    ...shortcuts.map((s): [string[], string] => [s.keys, words[s.label] as string]),
  ];
  return (
    <Modal title={words.shortcuts}>
      <dl class="keys">
        {all.map(([keys, label]) => (
          <div key={keys.join()}>
            <dt>
              {keys.map((k) => (
                <kbd key={k}>{k}</kbd>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
      <div class="row end">
        <button class="primary" data-first onClick={close}>
          {words.close}
        </button>
      </div>
    </Modal>
  );
}

function Remove({ id }: { id: string }) {
  const words = useText();
  const found = conversation(app.get(), id);
  return (
    <Modal title={words.removeQuestion(found ? titleOf(found, words.untitled) : '')}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          close();
          stop(id);
          removeConversation(id);
        }}
      >
        <p class="hint">{words.removeHint}</p>
        <Buttons ok={words.remove} danger />
      </form>
    </Modal>
  );
}

export function Dialogs() {
  const words = useText();
  const dialog = useStore(app, (s) => s.dialog);
  if (!dialog) return null;
  if (dialog.kind === 'shortcuts') return <Shortcuts />;
  if (dialog.kind === 'remove') return <Remove id={dialog.id} />;
  if (dialog.kind === 'key') {
    const save = (key: string) => {
      setApiKey(key.trim());
      void refreshModels();
    };
    const title = dialog.why === 'wrong' ? words.keyWrong : words.keyNeeded;
    return (
      <Ask
        title={title}
        hint={words.apiKeyHint}
        label={words.apiKey}
        ok={words.save}
        value=""
        kind="secret"
        onDone={save}
      />
    );
  }
  if (dialog.kind === 'rename') {
    const found = conversation(app.get(), dialog.id);
    return (
      <Ask
        title={words.renameTitle}
        label={words.title}
        ok={words.save}
        kind="line"
        value={found ? titleOf(found, '') : ''}
        onDone={(title) => renameConversation(dialog.id, title)}
      />
    );
  }
  const message = current(app.get()).messages.find((m) => m.id === dialog.id);
  return (
    <Ask
      title={words.editTitle}
      hint={words.editHint}
      label={words.message}
      ok={words.rerun}
      kind="text"
      value={message?.role === 'user' ? message.text : ''}
      onDone={(value) => void resend(dialog.id, value)}
    />
  );
}
