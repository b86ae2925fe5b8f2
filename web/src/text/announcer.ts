// What a screen reader is told of a reply that is being written: whole sentences, a few at a time,
// never piece by piece. The caller puts what comes out into a polite live region.
export class Announcer {
  private told = 0; // characters of the reply that have been handed out
  private last: number;

  constructor(
    nowMs: number,
    private readonly pauseMs = 4000,
  ) {
    this.last = nowMs;
  }

  // The whole sentences that are new, once the pause is over; empty if there is nothing to say.
  next(reply: string, nowMs: number): string {
    if (nowMs - this.last < this.pauseMs) return '';
    const rest = reply.slice(this.told);
    const ends = [...rest.matchAll(/[.!?…](?=\s)|[。！？；]|\n(?=\s*\S)/g)];
    const end = ends.at(-1);
    if (!end) return '';
    return this.take(reply, this.told + end.index + 1, nowMs);
  }

  // What is left when the reply has ended.
  rest(reply: string, nowMs: number): string {
    return this.take(reply, reply.length, nowMs);
  }

  private take(reply: string, end: number, nowMs: number): string {
    const piece = reply.slice(this.told, end);
    this.told = end;
    this.last = nowMs;
    return spoken(piece);
  }
}

// Without the marks of Markdown, which would be read out one by one.
export function spoken(markdown: string): string {
  return markdown
    .replace(/```[^\n]*/g, ' ')
    .replace(/\[([^\]\n]*)\]\([^)\n]*\)/g, '$1')
    .replace(/^[ \t]*(?:#{1,6}|[-*+>])[ \t]+/gm, '')
    .replace(/[*_`|]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
