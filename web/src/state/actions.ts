// What a person can do with conversations: open, change, keep, delete, export.
import { exampleText } from '../json/schema';
import { preset, presetWords, isPresetText } from '../text/presets';
import { text } from '../text/text';
import { app, blankConversation, conversation, current } from './app';
import { activeReply, titleOf, type Conversation } from './conversation';
import { change, remove } from './keeping';
import { settings } from './settings';

export function changeCurrent(part: Partial<Conversation>): void {
  void change(current(app.get()).id, (old) => ({ ...old, ...part }));
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
  void change(id, (old) => ({ ...old, title: title.trim() }));
}

export function removeConversation(id: string): void {
  if (app.get().currentId === id) newConversation();
  void remove(id);
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
