// What a person can do with conversations: open, change, keep, delete, export.
import { exampleText } from '../json/schema';
import { preset, presetWords, isPresetText } from '../text/presets';
import { text } from '../text/text';
import { app, blankConversation, conversation, current, notify } from './app';
import { activeReply, mended, titleOf, type Conversation } from './conversation';
import * as database from './database';
import { settings } from './settings';

const isBlank = (id: string) => id === app.get().blank.id;

export async function loadConversations(): Promise<void> {
  const loaded = (await database.loadAll()).map(mended).sort((a, b) => b.updated - a.updated);
  app.set({ conversations: loaded, ready: true });
}

let warned = false;

export async function keep(id: string): Promise<void> {
  const kept = conversation(app.get(), id);
  if (!kept || isBlank(id)) return;
  if (!(await database.save(kept)) && !warned) {
    warned = true;
    notify('bad', text().notKept);
  }
}

// Changes one conversation; the caller keeps it when the change is worth a write.
export function change(id: string, make: (old: Conversation) => Conversation): void {
  if (isBlank(id)) {
    app.set((s) => ({ blank: make(s.blank) }));
    return;
  }
  app.set((s) => ({ conversations: s.conversations.map((c) => (c.id === id ? make(c) : c)) }));
}

export function changeCurrent(part: Partial<Conversation>): void {
  const { id } = current(app.get());
  change(id, (old) => ({ ...old, ...part }));
  void keep(id);
}

// Moves a conversation to the top; the blank one becomes a conversation by it.
export function touch(id: string): void {
  const now = Date.now();
  const found = conversation(app.get(), id);
  if (!found) return;
  app.set((s) => ({
    conversations: [{ ...found, updated: now }, ...s.conversations.filter((c) => c.id !== id)],
    blank: id === s.blank.id ? blankConversation() : s.blank,
  }));
}

export function openConversation(id: string): void {
  app.set({ currentId: id, sidebarOpen: false, modelsOpen: false });
}

export function newConversation(presetId?: string): void {
  const { model, preset: old } = current(app.get());
  const blank = blankConversation(presetId ?? old, model);
  app.set({ blank, currentId: blank.id, sidebarOpen: false, modelsOpen: false });
}

// The next older (+1) or newer (-1) conversation.
export function step(direction: 1 | -1): void {
  const { conversations, currentId } = app.get();
  const at = conversations.findIndex((c) => c.id === currentId);
  const next = conversations[at < 0 ? 0 : at + direction];
  if (next) openConversation(next.id);
}

export function choosePreset(id: string): void {
  const { language } = settings.get();
  const now = current(app.get());
  const system = isPresetText(now.system) ? presetWords(id, language).system : now.system;
  changeCurrent({ preset: id, system, sampling: { ...preset(id).sampling } });
}

export function chooseShape(shape: Conversation['shape']): void {
  const { schema } = current(app.get());
  changeCurrent({ shape, schema: schema || exampleText('people') });
}

export function chooseModel(model: string): void {
  settings.set({ model });
  changeCurrent({ model });
  app.set({ modelsOpen: false });
}

export function renameConversation(id: string, title: string): void {
  change(id, (old) => ({ ...old, title: title.trim() }));
  void keep(id);
}

export function removeConversation(id: string): void {
  app.set((s) => ({ conversations: s.conversations.filter((c) => c.id !== id) }));
  void database.remove(id);
  if (app.get().currentId === id) newConversation();
}

export function asMarkdown(of: Conversation): string {
  const words = text();
  const parts = [`# ${titleOf(of, words.untitled)}`];
  if (of.system.trim()) parts.push(`> ${of.system.trim().replaceAll('\n', '\n> ')}`);
  for (const message of of.messages) {
    if (message.role === 'user') parts.push(`## ${words.you}`, message.text);
    const reply = activeReply(message);
    if (reply) parts.push(`## ${reply.model || words.assistant}`, reply.text);
  }
  return `${parts.join('\n\n')}\n`;
}

export function exportConversation(id: string, format: 'markdown' | 'json'): void {
  const found = conversation(app.get(), id);
  if (!found) return;
  const content = format === 'json' ? JSON.stringify(found, null, 2) : asMarkdown(found);
  const name = titleOf(found, 'conversation')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 60);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type: 'text/plain;charset=utf-8' }));
  link.download = `${name || 'conversation'}.${format === 'json' ? 'json' : 'md'}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
