// Changes of conversations, shown at once and kept in the database, which other tabs write too.
// A change is a function from old to new: it is made here to what is shown, and in the database to
// what is there, so that none is lost. Tabs tell each other what they have changed.
import { text } from '../text/text';
import { app, conversation, isBlank, notify } from './app';
import { mended, renewed, type Conversation } from './conversation';
import * as database from './database';

export type Make = (old: Conversation) => Conversation;

const channel = new BroadcastChannel('bantam.conversations'); // ids of what has changed
const known = new Set<string>(); // have been in the database
const pending = new Map<string, number>(); // changes under way to it

const newestFirst = (a: Conversation, b: Conversation) => b.updated - a.updated;

export async function loadConversations(): Promise<void> {
  channel.onmessage = ({ data }) => void look(String(data));
  const loaded = (await database.loadAll()).map(mended).sort(newestFirst);
  for (const { id } of loaded) known.add(id);
  app.set({ conversations: loaded, ready: true });
}

// Changes what is shown; what is worth a write is for `change`.
export function show(id: string, make: Make): void {
  if (isBlank(id)) {
    app.set((s) => ({ blank: make(s.blank) }));
    return;
  }
  app.set((s) => ({ conversations: s.conversations.map((c) => (c.id === id ? make(c) : c)) }));
}

// Resolves when it is kept and shows what has come from other tabs before it.
export async function change(id: string, make: Make): Promise<void> {
  show(id, make);
  const shown = conversation(app.get(), id);
  if (!shown || isBlank(id)) return;
  pending.set(id, (pending.get(id) ?? 0) + 1);
  const first = known.has(id) ? null : shown;
  const kept = await database.update(id, make, first).catch(warn);
  pending.set(id, pending.get(id)! - 1);
  if (kept === undefined) return;
  channel.postMessage(id);
  if (!kept) {
    forget(id); // another tab has deleted it
    return;
  }
  known.add(id);
  const before = conversation(app.get(), id)?.version;
  if (kept.version - 1 === before) show(id, (old) => ({ ...old, version: kept.version }));
  else if (before !== undefined && !pending.get(id)) take(kept);
}

export async function remove(id: string): Promise<void> {
  forget(id);
  await database.remove(id).catch(warn);
  channel.postMessage(id);
}

let warned = false;

function warn(): undefined {
  if (!warned) notify('bad', text().notKept);
  warned = true;
}

// Another tab has changed it. Where a change of this one is under way, that one's end tells.
async function look(id: string): Promise<void> {
  const kept = await database.load(id).catch(() => undefined);
  if (kept === undefined || pending.get(id)) return;
  const shown = conversation(app.get(), id);
  if (!kept) forget(id);
  else if (shown ? kept.version !== shown.version : !known.has(id)) take(kept);
}

// Shows what other tabs had a part in.
function take(kept: Conversation): void {
  const { id } = kept;
  known.add(id);
  app.set((s) => {
    const others = s.conversations.filter((c) => c.id !== id);
    const now = renewed(kept, conversation(s, id), s.streams[id]?.reply);
    return { conversations: [...others, now].sort(newestFirst) };
  });
}

function forget(id: string): void {
  app.set((s) => ({
    conversations: s.conversations.filter((c) => c.id !== id),
    currentId: s.currentId === id ? s.blank.id : s.currentId,
  }));
}
