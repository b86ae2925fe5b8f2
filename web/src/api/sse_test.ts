// Server-sent events: any way of cutting the bytes gives the same events.
import { describe, expect, it } from 'vitest';
import { readEvents, SseParser } from './sse';

const stream =
  ': comment\r\n\r\ndata: {"a":1}\r\n\r\nevent: x\ndata:two\ndata: lines\n\n' +
  'data:  spaced\r\rdata: [DONE]\n\n';
const events = ['{"a":1}', 'two\nlines', ' spaced', '[DONE]'];

describe('SseParser', () => {
  it('gives the same events however the text is cut', () => {
    for (let size = 1; size <= stream.length; size++) {
      const parser = new SseParser();
      const got: string[] = [];
      for (let i = 0; i < stream.length; i += size)
        got.push(...parser.push(stream.slice(i, i + size)));
      expect(got, `pieces of ${size}`).toEqual(events);
    }
  });

  it('keeps an event that has not ended', () => {
    const parser = new SseParser();
    expect(parser.push('data: half\n')).toEqual([]);
    expect(parser.push('\n')).toEqual(['half']);
  });
});

describe('readEvents', () => {
  it('puts characters together that were cut between bytes', async () => {
    const bytes = new TextEncoder().encode('data: 彩虹🌈\n\n');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const got: string[] = [];
    for await (const event of readEvents(body)) got.push(event);
    expect(got).toEqual(['彩虹🌈']);
  });
});
