// One streamed chat completion: what is sent to POST /v1/chat/completions, and its events.
import { ApiError, request } from './http';
import { readEvents } from './sse';

export interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
  min_p?: number;
  repeat_penalty?: number;
  max_tokens?: number;
  seed?: number;
}

export type Shape = { kind: 'text' } | { kind: 'json' } | { kind: 'schema'; schema: string };

export interface ChatTurn {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface Usage {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
}

// What Bantam says of a reply beyond OpenAI's fields ("bantam" in the last choice).
export interface Remarks {
  shortened: boolean; // the limit has made the document shorter, yet it is whole
  leftOut: number; // tokens of the conversation that did not fit; -1: not counted
}

export interface ChatEvents {
  onText(text: string): void;
  onReasoning(text: string): void;
  onFinish(reason: string): void;
  onUsage(usage: Usage): void;
  onRemarks(remarks: Remarks): void;
  onCache(label: string): void; // the header X-Bantam-Cache: "hit", …
}

export function chatBody(model: string, turns: ChatTurn[], sampling: Sampling, shape: Shape) {
  const body: Record<string, unknown> = {
    model,
    messages: turns,
    stream: true,
    stream_options: { include_usage: true },
    trim: 'relevant', // a long conversation goes on; the reply says what was left out
  };
  for (const [name, value] of Object.entries(sampling)) {
    if (value !== undefined) body[name] = value;
  }
  if (shape.kind === 'json') body['response_format'] = { type: 'json_object' };
  if (shape.kind === 'schema') {
    body['response_format'] = {
      type: 'json_schema',
      json_schema: { name: 'reply', strict: true, schema: JSON.parse(shape.schema) as unknown },
    };
  }
  return body;
}

interface Chunk {
  error?: { message?: string; code?: number } | string;
  choices?: {
    delta?: { content?: string | null; reasoning_content?: string | null };
    finish_reason?: string | null;
    bantam?: { shortened_at?: unknown; left_out_tokens?: number | null };
  }[];
  usage?: {
    prompt_tokens?: number;
    completion_tokens?: number;
    prompt_tokens_details?: { cached_tokens?: number };
  } | null;
}

function handle(chunk: Chunk, events: ChatEvents): void {
  if (chunk.error) {
    const message = typeof chunk.error === 'string' ? chunk.error : chunk.error.message;
    throw new ApiError(message ?? 'error', 500);
  }
  const choice = chunk.choices?.[0];
  if (choice?.delta?.reasoning_content) events.onReasoning(choice.delta.reasoning_content);
  if (choice?.delta?.content) events.onText(choice.delta.content);
  if (choice?.finish_reason) events.onFinish(choice.finish_reason);
  if (choice?.bantam) {
    const { shortened_at: shortened, left_out_tokens: leftOut } = choice.bantam;
    events.onRemarks({
      shortened: shortened !== undefined,
      leftOut: leftOut === null ? -1 : (leftOut ?? 0),
    });
  }
  if (chunk.usage) {
    events.onUsage({
      promptTokens: chunk.usage.prompt_tokens ?? 0,
      cachedTokens: chunk.usage.prompt_tokens_details?.cached_tokens ?? 0,
      completionTokens: chunk.usage.completion_tokens ?? 0,
    });
  }
}

// Runs until the stream has ended; throws an ApiError, a network error, or an AbortError. `anew`:
// a reply that the server has kept will not do.
export async function streamChat(
  body: unknown,
  events: ChatEvents,
  signal: AbortSignal,
  anew = false,
): Promise<void> {
  const init = { method: 'POST', body: JSON.stringify(body), signal };
  const response = await request(
    'v1/chat/completions',
    init,
    anew ? { 'Cache-Control': 'no-cache' } : {},
  );
  const cache = response.headers.get('X-Bantam-Cache');
  if (cache) events.onCache(cache);
  if (!response.body) throw new ApiError('the reply has no body', response.status);
  for await (const data of readEvents(response.body)) {
    if (data === '[DONE]') return;
    handle(JSON.parse(data) as Chunk, events);
  }
  throw new ApiError('the connection ended before the reply did', 0);
}
