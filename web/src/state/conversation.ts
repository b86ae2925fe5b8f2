// Conversations: their shape and every change to one, as functions from old to new.
import type { Sampling, Shape, ChatTurn } from '../api/chat';

export interface ReplyStats {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  firstTokenMs: number;
  tokensPerSecond: number;
  shortened: boolean; // see Remarks of api/chat.ts
  leftOut: number;
  cache: string; // what X-Bantam-Cache said, or empty
}

export interface Reply {
  id: string;
  text: string;
  reasoning: string;
  model: string;
  shape: Shape['kind'];
  finish: '' | 'stop' | 'length' | 'stopped' | 'error';
  error: string;
  stats: ReplyStats | null;
}

export type Message =
  | { id: string; role: 'user'; text: string }
  | { id: string; role: 'assistant'; replies: Reply[]; active: number };

export interface Conversation {
  id: string;
  version: number; // one more with each change that was kept, in whatever tab
  title: string; // empty: the beginning of the first message
  created: number; // ms since 1970
  updated: number;
  model: string; // empty: the server's first
  preset: string;
  system: string;
  sampling: Sampling;
  shape: Shape['kind'];
  schema: string; // kept while another shape is chosen
  messages: Message[];
}

export function newId(): string {
  // crypto.randomUUID needs a secure context; a server in the local network has none.
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

export function emptyReply(model: string, shape: Shape['kind']): Reply {
  return { id: newId(), text: '', reasoning: '', model, shape, finish: '', error: '', stats: null };
}

export function titleOf(conversation: Conversation, untitled: string): string {
  if (conversation.title) return conversation.title;
  const first = conversation.messages.find((m) => m.role === 'user');
  const line = first?.role === 'user' ? first.text.trim().split('\n')[0]! : '';
  const characters = [...line];
  return characters.length > 48 ? `${characters.slice(0, 47).join('')}…` : line || untitled;
}

export function find(conversation: Conversation, id: string): Message | undefined {
  return conversation.messages.find((m) => m.id === id);
}

export function activeReply(message: Message): Reply | null {
  return message.role === 'assistant' ? (message.replies[message.active] ?? null) : null;
}

// What the model is sent; replies that failed before their first word are left out.
export function turnsOf(conversation: Conversation): ChatTurn[] {
  const turns: ChatTurn[] = [];
  if (conversation.system.trim()) turns.push({ role: 'system', content: conversation.system });
  for (const message of conversation.messages) {
    if (message.role === 'user') turns.push({ role: 'user', content: message.text });
    const text = activeReply(message)?.text;
    if (text) turns.push({ role: 'assistant', content: text });
  }
  return turns;
}

export function userMessage(text: string): Message {
  return { id: newId(), role: 'user', text };
}

export function withMessage(conversation: Conversation, message: Message): Conversation {
  return { ...conversation, messages: [...conversation.messages, message] };
}

// The message with a new text, and nothing after it.
export function withEdit(conversation: Conversation, id: string, text: string): Conversation {
  const at = conversation.messages.findIndex((m) => m.id === id && m.role === 'user');
  if (at < 0) return conversation;
  const messages = conversation.messages.slice(0, at);
  return { ...conversation, messages: [...messages, { id, role: 'user', text }] };
}

// Room for a new reply: a further version of the message where that is a reply already, else the
// last message.
export function withNewReply(conversation: Conversation, id: string, reply: Reply): Conversation {
  const messages = conversation.messages.map((m) => {
    if (m.id !== id || m.role !== 'assistant') return m;
    const kept = m.replies.filter((r) => r.text !== '');
    return { ...m, replies: [...kept, reply], active: kept.length };
  });
  const added: Message = { id, role: 'assistant', replies: [reply], active: 0 };
  return { ...conversation, messages: find(conversation, id) ? messages : [...messages, added] };
}

// The reply as far as it is written, in the message with this id. It may have to come back as a
// version: another tab leaves out what has no word yet.
export function withReply(conversation: Conversation, id: string, reply: Reply): Conversation {
  const messages = conversation.messages.map((m) => {
    if (m.id !== id || m.role !== 'assistant') return m;
    const there = m.replies.some((r) => r.id === reply.id);
    const replies = m.replies.map((r) => (r.id === reply.id ? reply : r));
    return { ...m, replies: there ? replies : [...replies, reply] };
  });
  return { ...conversation, messages };
}

export function withVersion(conversation: Conversation, id: string, active: number): Conversation {
  const messages = conversation.messages.map((m) =>
    m.id === id && m.role === 'assistant' && m.replies[active] ? { ...m, active } : m,
  );
  return { ...conversation, messages };
}

function withReplies(conversation: Conversation, make: (old: Reply) => Reply): Conversation {
  const messages = conversation.messages.map((m) =>
    m.role === 'assistant' ? { ...m, replies: m.replies.map(make) } : m,
  );
  return { ...conversation, messages };
}

// As the database has it when the page is opened: a reply that was being written when it was closed
// is whole as far as it goes. What earlier versions of the page have kept has no version.
export function mended(conversation: Conversation): Conversation {
  const ended = withReplies(conversation, (r) => (r.finish ? r : { ...r, finish: 'stopped' }));
  return { ...ended, version: conversation.version ?? 0 };
}

// As the database has it now, instead of what is shown; but the reply with the id `writing`, which
// is written here, stays as far as it is.
export function renewed(kept: Conversation, shown?: Conversation, writing?: string): Conversation {
  const here = shown?.messages
    .flatMap((m) => (m.role === 'assistant' ? m.replies : []))
    .find((r) => r.id === writing);
  return here ? withReplies(kept, (r) => (r.id === writing ? here : r)) : kept;
}

export function shapeOf(conversation: Conversation): Shape {
  return conversation.shape === 'schema'
    ? { kind: 'schema', schema: conversation.schema }
    : { kind: conversation.shape };
}
