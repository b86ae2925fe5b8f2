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
  return { text: '', reasoning: '', model, shape, finish: '', error: '', stats: null };
}

export function titleOf(conversation: Conversation, untitled: string): string {
  if (conversation.title) return conversation.title;
  const first = conversation.messages.find((m) => m.role === 'user');
  const line = first?.role === 'user' ? first.text.trim().split('\n')[0]! : '';
  const characters = [...line];
  return characters.length > 48 ? `${characters.slice(0, 47).join('')}…` : line || untitled;
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

export function withUserMessage(conversation: Conversation, text: string): Conversation {
  const message: Message = { id: newId(), role: 'user', text };
  return { ...conversation, messages: [...conversation.messages, message] };
}

// The message with a new text, and nothing after it.
export function withEdit(conversation: Conversation, id: string, text: string): Conversation {
  const at = conversation.messages.findIndex((m) => m.id === id && m.role === 'user');
  if (at < 0) return conversation;
  const messages = conversation.messages.slice(0, at);
  return { ...conversation, messages: [...messages, { id, role: 'user', text }] };
}

// Room for a new reply: a further version of the last message if that is a reply already.
export function withNewReply(conversation: Conversation, reply: Reply): Conversation {
  const messages = [...conversation.messages];
  const last = messages.at(-1);
  if (last?.role === 'assistant') {
    const kept = last.replies.filter((r) => r.text !== '');
    messages[messages.length - 1] = { ...last, replies: [...kept, reply], active: kept.length };
  } else {
    messages.push({ id: newId(), role: 'assistant', replies: [reply], active: 0 });
  }
  return { ...conversation, messages };
}

// Changes the reply that is being written: the active one of the last message.
export function withReply(conversation: Conversation, change: Partial<Reply>): Conversation {
  const last = conversation.messages.at(-1);
  if (last?.role !== 'assistant') return conversation;
  const replies = last.replies.map((r, i) => (i === last.active ? { ...r, ...change } : r));
  const messages = [...conversation.messages.slice(0, -1), { ...last, replies }];
  return { ...conversation, messages };
}

export function withVersion(conversation: Conversation, id: string, active: number): Conversation {
  const messages = conversation.messages.map((m) =>
    m.id === id && m.role === 'assistant' && m.replies[active] ? { ...m, active } : m,
  );
  return { ...conversation, messages };
}

// A reply that was being written when the page was closed is whole as far as it goes.
export function mended(conversation: Conversation): Conversation {
  const last = conversation.messages.at(-1);
  const reply = last && activeReply(last);
  return reply && reply.finish === ''
    ? withReply(conversation, { finish: 'stopped' })
    : conversation;
}

export function shapeOf(conversation: Conversation): Shape {
  return conversation.shape === 'schema'
    ? { kind: 'schema', schema: conversation.schema }
    : { kind: conversation.shape };
}
