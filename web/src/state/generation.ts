// Replies: started, streamed into their conversation, stopped. One conversation writes one reply at
// a time; several conversations may write at once.
import { ApiError } from '../api/http';
import { chatBody, streamChat, type ChatTurn, type Remarks, type Usage } from '../api/chat';
import { Announcer } from '../text/announcer';
import { text } from '../text/text';
import {
  announce,
  app,
  askForKey,
  blankConversation,
  conversation,
  current,
  modelOf,
  notify,
} from './app';
import * as edits from './conversation';
import { change, show, type Make } from './keeping';
import { refreshModels } from './polling';

const drawEveryMs = 50; // at least; a text that is slow to draw is drawn less often
const drawShare = 4; // of the time, at most one part in so many goes into drawing
const keepEveryMs = 3000;
const running = new Map<string, { abort: AbortController; done: Promise<void> }>();

export function send(message: string): boolean {
  const { id } = current(app.get());
  if (!message.trim() || running.has(id) || !canReply(id)) return false;
  const added = edits.userMessage(message);
  start(id, (old) => edits.withMessage(old, added));
  return true;
}

export async function resend(messageId: string, message: string): Promise<void> {
  const { id } = current(app.get());
  if (!message.trim() || !canReply(id)) return;
  stop(id);
  await running.get(id)?.done; // it still writes into the message that goes away
  start(id, (old) => edits.withEdit(old, messageId, message));
}

// A reply other than those there are: one that the server has kept will not do.
export function regenerate(): void {
  const { id, messages } = current(app.get());
  if (messages.length > 0 && !running.has(id) && canReply(id)) start(id, (old) => old, true);
}

export function stop(id: string): void {
  running.get(id)?.abort.abort();
}

// A reply to the conversation as `make` leaves it; `anew`: none that the server has kept.
function start(id: string, make: Make, anew = false): void {
  const abort = new AbortController();
  const done = reply(id, make, abort, anew).finally(() => {
    running.delete(id);
    app.set((s) => {
      const { [id]: _ended, ...streams } = s.streams;
      return { streams };
    });
  });
  running.set(id, { abort, done });
}

function canReply(id: string): boolean {
  const state = app.get();
  const found = conversation(state, id);
  if (!found) return false;
  if (modelOf(state, found) || !state.modelsKnown) return true; // reply() will wait for them
  app.set({ modelsOpen: true });
  notify('bad', text().noModels);
  return false;
}

// What an error means to the person who reads it.
export function errorText(error: unknown): string {
  const words = text();
  if (error instanceof ApiError) {
    if (error.status === 429 || error.status === 503) return words.busy(error.retryAfterSeconds);
    return words.failed(error.message);
  }
  return error instanceof TypeError ? words.networkError : words.failed(String(error));
}

// The text as it comes, handed to the store a few times a second only: a fast model writes more
// pieces than anybody can see.
class Writer {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private kept = performance.now();
  private readonly announcer = new Announcer(performance.now());
  private readonly started = performance.now();
  private firstMs = 0;
  private lastMs = 0;
  private pieces = 0;
  private drawMs = 0;
  finish: edits.Reply['finish'] = '';
  usage: Usage | null = null;
  remarks: Remarks = { shortened: false, leftOut: 0 };
  cache = '';

  // `id` of the conversation, in whose message `message` the reply stands.
  constructor(
    private readonly id: string,
    private readonly message: string,
    private reply: edits.Reply,
    private readonly abort: AbortController,
  ) {}

  // Beside the text: what is known of the reply.
  set(part: Partial<edits.Reply>): void {
    this.reply = { ...this.reply, ...part };
  }

  add(piece: string, reasoning: boolean): void {
    this.lastMs = performance.now();
    this.firstMs ||= this.lastMs;
    this.pieces++;
    const { text: said, reasoning: thought } = this.reply;
    this.set(reasoning ? { reasoning: thought + piece } : { text: said + piece });
    this.timer ??= setTimeout(() => this.draw(), Math.max(drawEveryMs, this.drawMs * drawShare));
  }

  // The conversation with the reply as far as it is written.
  private readonly write: Make = (old) => edits.withReply(old, this.message, this.reply);

  private draw(): void {
    this.timer = undefined;
    const shown = conversation(app.get(), this.id);
    if (!shown || !edits.find(shown, this.message)) this.abort.abort(); // deleted, or edited away
    show(this.id, this.write);
    this.tell();
    const now = performance.now();
    setTimeout(() => (this.drawMs = performance.now() - now)); // after the page has been drawn
    const spoken = this.announcer.next(this.reply.text, now);
    if (spoken && app.get().currentId === this.id) announce(spoken);
    if (now - this.kept > keepEveryMs) {
      this.kept = now;
      void change(this.id, this.write);
    }
  }

  // Says that it writes, and how fast.
  tell(): void {
    const stream = {
      message: this.message,
      reply: this.reply.id,
      startedMs: this.started,
      firstMs: this.firstMs,
      pieces: this.pieces,
    };
    app.set((s) => ({ streams: { ...s.streams, [this.id]: stream } }));
  }

  private stats(): edits.ReplyStats | null {
    if (!this.firstMs) return null;
    const tokens = this.usage?.completionTokens || this.pieces;
    const seconds = (this.lastMs - this.firstMs) / 1000;
    return {
      promptTokens: this.usage?.promptTokens ?? 0,
      cachedTokens: this.usage?.cachedTokens ?? 0,
      completionTokens: tokens,
      firstTokenMs: this.firstMs - this.started,
      tokensPerSecond: tokens > 1 && seconds > 0 ? (tokens - 1) / seconds : 0,
      ...this.remarks,
      cache: this.cache,
    };
  }

  end(finish: edits.Reply['finish'], error: string): void {
    clearTimeout(this.timer);
    this.set({ finish, error, stats: this.stats() });
    void change(this.id, this.write);
    const words = text();
    const last = this.announcer.rest(this.reply.text, performance.now());
    const end = error || (finish === 'stopped' ? words.replyStopped : words.replyEnds);
    if (app.get().currentId === this.id) announce(`${last} ${end}`.trim());
  }
}

// Moves the conversation to the top; the blank one becomes a conversation by it.
function touch(id: string, updated: number): void {
  const found = conversation(app.get(), id)!;
  app.set((s) => ({
    conversations: [{ ...found, updated }, ...s.conversations.filter((c) => c.id !== id)],
    blank: id === s.blank.id ? blankConversation() : s.blank,
  }));
}

async function reply(
  id: string,
  make: Make,
  abort: AbortController,
  anew: boolean,
): Promise<void> {
  const updated = Date.now();
  touch(id, updated);
  const found = conversation(app.get(), id)!;
  const shape = edits.shapeOf(found);
  const last = make(found).messages.at(-1);
  const message = last?.role === 'assistant' ? last.id : edits.newId();
  const empty = edits.emptyReply('', shape.kind);
  const writer = new Writer(id, message, empty, abort);
  writer.tell();
  app.set({ announcement: text().replyStarts });
  try {
    await change(id, (old) => ({ ...edits.withNewReply(make(old), message, empty), updated }));
    if (!app.get().modelsKnown) await refreshModels();
    const model = modelOf(app.get(), found);
    if (!model) throw new ApiError(text().noModels, 0);
    writer.set({ model });
    await streamChat(
      chatBody(model, turnsBefore(id, message), found.sampling, shape),
      {
        onText: (piece) => writer.add(piece, false),
        onReasoning: (piece) => writer.add(piece, true),
        onFinish: (reason) => (writer.finish = reason === 'length' ? 'length' : 'stop'),
        onUsage: (usage) => (writer.usage = usage),
        onRemarks: (remarks) => (writer.remarks = remarks),
        onCache: (label) => (writer.cache = label),
      },
      abort.signal,
      anew,
    );
    writer.end(writer.finish || 'stop', '');
  } catch (error) {
    if (abort.signal.aborted) {
      writer.end('stopped', '');
    } else {
      writer.end('error', errorText(error));
      if (error instanceof ApiError && error.status === 401) askForKey();
    }
  }
}

// What the reply in this message is to answer, with what has come from other tabs.
function turnsBefore(id: string, message: string): ChatTurn[] {
  const now = conversation(app.get(), id);
  if (!now) return [];
  const at = now.messages.findIndex((m) => m.id === message);
  return edits.turnsOf({ ...now, messages: now.messages.slice(0, Math.max(at, 0)) });
}
