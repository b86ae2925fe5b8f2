// What a completion request holds, and what becomes of the stream's chunks.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chatBody, streamChat, type ChatEvents } from './chat';
import { ApiError, errorMessage } from './http';

function answer(body: string, init: ResponseInit = {}): void {
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(body, init)),
  );
}

function record() {
  const seen: string[] = [];
  const events: ChatEvents = {
    onText: (t) => seen.push(`text ${t}`),
    onReasoning: (t) => seen.push(`thought ${t}`),
    onFinish: (r) => seen.push(`finish ${r}`),
    onUsage: (u) => seen.push(`usage ${u.promptTokens} ${u.cachedTokens} ${u.completionTokens}`),
    onRemarks: (r) => seen.push(`remarks ${r.shortened} ${r.leftOut}`),
    onCache: (c) => seen.push(`cache ${c}`),
  };
  return { seen, events };
}

afterEach(() => vi.unstubAllGlobals());

describe('chatBody', () => {
  it('sends only what is set', () => {
    const body = chatBody('m', [{ role: 'user', content: 'x' }], { top_k: 4 }, { kind: 'text' });
    expect(body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'x' }],
      stream: true,
      stream_options: { include_usage: true },
      trim: 'relevant',
      top_k: 4,
    });
  });

  it('asks for JSON, free or by a schema', () => {
    expect(chatBody('m', [], {}, { kind: 'json' })['response_format']).toEqual({
      type: 'json_object',
    });
    const shape = { kind: 'schema', schema: '{"type":"array"}' } as const;
    expect(chatBody('m', [], {}, shape)['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'reply', strict: true, schema: { type: 'array' } },
    });
  });
});

describe('streamChat', () => {
  it('tells of text, thoughts, the end and its cost', async () => {
    const { seen, events } = record();
    const chunks = [
      { choices: [{ delta: { role: 'assistant', content: '' } }] },
      { choices: [{ delta: { reasoning_content: 'hm' } }] },
      { choices: [{ delta: { content: 'He' } }] },
      { choices: [{ delta: { content: 'llo' }, finish_reason: 'length' }], usage: null },
      { choices: [{ delta: {}, bantam: { left_out_tokens: null, shortened_at: { byte: 3 } } }] },
      {
        choices: [],
        usage: {
          prompt_tokens: 9,
          completion_tokens: 2,
          prompt_tokens_details: { cached_tokens: 8 },
        },
      },
    ];
    const body = `${chunks.map((c) => `data: ${JSON.stringify(c)}\n\n`).join('')}data: [DONE]\n\n`;
    answer(body, { headers: { 'X-Bantam-Cache': 'hit' } });
    await streamChat({}, events, new AbortController().signal);
    expect(seen).toEqual([
      'cache hit',
      'thought hm',
      'text He',
      'text llo',
      'finish length',
      'remarks true -1',
      'usage 9 8 2',
    ]);
  });

  it('asks for a new reply only where that is wanted', async () => {
    const { events } = record();
    const sent = async (anew: boolean) => {
      answer('data: [DONE]\n\n');
      await streamChat({}, events, new AbortController().signal, anew);
      return vi.mocked(fetch).mock.lastCall![1]!;
    };
    const json = { 'Content-Type': 'application/json' };
    // no-store would make the browser send no-cache.
    expect(await sent(false)).toMatchObject({ cache: 'default', headers: json });
    expect((await sent(false)).headers).toEqual(json);
    expect((await sent(true)).headers).toEqual({ ...json, 'Cache-Control': 'no-cache' });
  });

  it('fails when the stream tells of an error or breaks off', async () => {
    const { events } = record();
    const signal = new AbortController().signal;
    answer('data: {"error":{"message":"no memory"}}\n\n');
    await expect(streamChat({}, events, signal)).rejects.toThrow('no memory');
    answer('data: {"choices":[]}\n\n');
    await expect(streamChat({}, events, signal)).rejects.toThrow('ended before');
    answer('{"error":"full"}', { status: 503, headers: { 'Retry-After': '3' } });
    const error = await streamChat({}, events, signal).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 503, retryAfterSeconds: 3, message: 'full' });
  });
});

describe('errorMessage', () => {
  it('reads both APIs’ errors, and what a proxy says', () => {
    expect(errorMessage('{"error":{"message":"a"}}', 400)).toBe('a');
    expect(errorMessage('{"error":"b"}', 400)).toBe('b');
    expect(errorMessage('gateway timeout', 504)).toBe('gateway timeout');
    for (const odd of ['<html>', '', 'null', '{"error":{}}x', '[]'.repeat(200)]) {
      expect(errorMessage(odd, 502)).toMatch(/502|null|error/);
    }
  });
});
