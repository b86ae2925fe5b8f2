// Replies: started, streamed into their conversation, stopped. One conversation writes one reply at
// a time; several conversations may write at once.
import { ApiError } from '../api/http';
import { chatBody, streamChat, type Remarks, type Usage } from '../api/chat';
import { Announcer } from '../text/announcer';
import { text } from '../text/text';
import { change, keep, touch } from './actions';
import { announce, app, askForKey, conversation, current, modelOf, notify } from './app';
import { refreshModels } from './polling';
import * as edits from './conversation';

const drawEveryMs = 50; // at least; a text that is slow to draw is drawn less often
const drawShare = 4; // of the time, at most one part in so many goes into drawing
const keepEveryMs = 3000;
const running = new Map<string, { abort: AbortController; done: Promise<void> }>();

export function send(message: string): boolean {
  const { id } = current(app.get());
  if (!message.trim() || running.has(id) || !canReply(id)) return false;
  change(id, (old) => edits.withUserMessage(old, message));
  start(id);
  return true;
}

export async function resend(messageId: string, message: string): Promise<void> {
  const { id } = current(app.get());
  if (!message.trim() || !canReply(id)) return;
  stop(id);
  await running.get(id)?.done; // it still writes into the message that goes away
  change(id, (old) => edits.withEdit(old, messageId, message));
  start(id);
}

export function regenerate(): void {
  const { id, messages } = current(app.get());
  if (messages.length > 0 && !running.has(id) && canReply(id)) start(id);
}

export function stop(id: string): void {
  running.get(id)?.abort.abort();
}

function start(id: string): void {
  const abort = new AbortController();
  const done = reply(id, abort.signal).finally(() => {
    running.delete(id);
    app.set((s) => {
      const { [id]: _ended, ...streams } = s.streams;
      return { streams };
    });
    void keep(id);
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
  private text = '';
  private reasoning = '';
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

  constructor(private readonly id: string) {}

  add(piece: string, reasoning: boolean): void {
    this.lastMs = performance.now();
    this.firstMs ||= this.lastMs;
    this.pieces++;
    if (reasoning) this.reasoning += piece;
    else this.text += piece;
    this.timer ??= setTimeout(() => this.draw(), Math.max(drawEveryMs, this.drawMs * drawShare));
  }

  private draw(): void {
    this.timer = undefined;
    change(this.id, (old) => edits.withReply(old, { text: this.text, reasoning: this.reasoning }));
    const stream = { startedMs: this.started, firstMs: this.firstMs, pieces: this.pieces };
    app.set((s) => ({ streams: { ...s.streams, [this.id]: stream } }));
    const now = performance.now();
    setTimeout(() => (this.drawMs = performance.now() - now)); // after the page has been drawn
    const spoken = this.announcer.next(this.text, now);
    if (spoken && app.get().currentId === this.id) announce(spoken);
    if (now - this.kept > keepEveryMs) {
      this.kept = now;
      void keep(this.id);
    }
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
    change(this.id, (old) =>
      edits.withReply(old, {
        text: this.text,
        reasoning: this.reasoning,
        finish,
        error,
        stats: this.stats(),
      }),
    );
    const words = text();
    const last = this.announcer.rest(this.text, performance.now());
    const end = error || (finish === 'stopped' ? words.replyStopped : words.replyEnds);
    if (app.get().currentId === this.id) announce(`${last} ${end}`.trim());
  }
}

async function reply(id: string, signal: AbortSignal): Promise<void> {
  touch(id);
  const found = conversation(app.get(), id)!;
  const shape = edits.shapeOf(found);
  const writer = new Writer(id);
  change(id, (old) => edits.withNewReply(old, edits.emptyReply('', shape.kind)));
  const stream = { startedMs: performance.now(), firstMs: 0, pieces: 0 };
  app.set((s) => ({ streams: { ...s.streams, [id]: stream }, announcement: text().replyStarts }));
  void keep(id);
  try {
    if (!app.get().modelsKnown) await refreshModels();
    const model = modelOf(app.get(), found);
    if (!model) throw new ApiError(text().noModels, 0);
    change(id, (old) => edits.withReply(old, { model }));
    // Without the reply that is to come.
    const turns = edits.turnsOf({ ...found, messages: beforeReply(found.messages) });
    await streamChat(
      chatBody(model, turns, found.sampling, shape),
      {
        onText: (piece) => writer.add(piece, false),
        onReasoning: (piece) => writer.add(piece, true),
        onFinish: (reason) => (writer.finish = reason === 'length' ? 'length' : 'stop'),
        onUsage: (usage) => (writer.usage = usage),
        onRemarks: (remarks) => (writer.remarks = remarks),
        onCache: (label) => (writer.cache = label),
      },
      signal,
    );
    writer.end(writer.finish || 'stop', '');
  } catch (error) {
    if (signal.aborted) {
      writer.end('stopped', '');
    } else {
      writer.end('error', errorText(error));
      if (error instanceof ApiError && error.status === 401) askForKey();
    }
  }
}

function beforeReply(messages: edits.Message[]): edits.Message[] {
  return messages.at(-1)?.role === 'assistant' ? messages.slice(0, -1) : messages;
}
