// Keyboard shortcuts. Alt and a key, by its place on the keyboard, because Ctrl and ⌘ belong to the
// browser; single letters are never taken, so that dictation and screen readers stay usable.
import { chooseShape, newConversation, step } from '../state/actions';
import { announce, app, current } from '../state/app';
import { activeReply } from '../state/conversation';
import { regenerate, stop } from '../state/generation';
import type { Text } from '../text/en';
import { text } from '../text/text';
import { copyText } from './copy_button';

export function focusMessageBox(): void {
  document.getElementById('message')?.focus();
}

export function nextShape(): void {
  const order = ['text', 'json', 'schema'] as const;
  const now = current(app.get()).shape;
  const shape = order[(order.indexOf(now) + 1) % order.length]!;
  chooseShape(shape);
  const words = text();
  announce({ text: words.shapeText, json: words.shapeJson, schema: words.shapeSchema }[shape]);
}

function editLast(): void {
  const last = current(app.get()).messages.findLast((m) => m.role === 'user');
  if (last) app.set({ dialog: { kind: 'edit', id: last.id } });
}

async function copyLast(): Promise<void> {
  const last = current(app.get()).messages.findLast((m) => m.role === 'assistant');
  const reply = last && activeReply(last);
  if (reply && (await copyText(reply.text))) announce(text().copied);
}

type Shortcut = { code: string; keys: string[]; label: keyof Text; run: () => void };

const alt = (code: string, key: string, label: keyof Text, run: () => void): Shortcut => ({
  code,
  keys: ['Alt', key],
  label,
  run,
});

export const shortcuts: Shortcut[] = [
  alt('KeyN', 'N', 'keyNew', () => {
    newConversation();
    focusMessageBox();
  }),
  alt('ArrowDown', '↓', 'keyPrevious', () => step(1)),
  alt('ArrowUp', '↑', 'keyPrevious', () => step(-1)),
  alt('KeyI', 'I', 'keyFocus', focusMessageBox),
  alt('KeyM', 'M', 'keyModel', () => app.set((s) => ({ modelsOpen: !s.modelsOpen }))),
  alt('KeyJ', 'J', 'keyJson', nextShape),
  alt('KeyR', 'R', 'keyRegenerate', regenerate),
  alt('KeyU', 'U', 'keyEdit', editLast),
  alt('KeyC', 'C', 'keyCopy', () => void copyLast()),
  alt('Comma', ',', 'keySettings', () => app.set((s) => ({ settingsOpen: !s.settingsOpen }))),
  alt('Slash', '/', 'keyHelp', () => app.set({ dialog: { kind: 'shortcuts' } })),
];

// Escape closes the nearest thing that is open, else stops the reply.
function escape(): void {
  const state = app.get();
  if (state.modelsOpen) app.set({ modelsOpen: false });
  else if (state.settingsOpen) app.set({ settingsOpen: false });
  else if (state.sidebarOpen) app.set({ sidebarOpen: false });
  else stop(state.currentId);
}

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
  if (event.key === 'Escape') {
    escape();
    return;
  }
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const found = shortcuts.find((s) => s.code === event.code);
  if (!found) return;
  event.preventDefault();
  found.run();
}

export function listenForShortcuts(): () => void {
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
