// GET /metrics in Prometheus' text format, and the figures the page shows of it. One that the
// server does not give is null, and not shown.
import { request } from './http';

// Name → the sum over all label sets; without the buckets of histograms, whose sum means nothing.
export function parseMetrics(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{.*\})?\s+(\S+)/.exec(line);
    if (!match || match[1]!.endsWith('_bucket')) continue;
    const value = Number(match[2]);
    if (Number.isFinite(value)) values.set(match[1]!, (values.get(match[1]!) ?? 0) + value);
  }
  return values;
}

export interface Figures {
  tokensPerSecond: number | null; // over all clients, since the figures before
  memoryBytes: number | null;
  running: number | null;
  waiting: number | null;
  kvShare: number | null; // 0 … 1 of the key-value memory is in use
  prefixHitShare: number | null; // of prompt tokens: found in the prefix cache
  cacheHitShare: number | null; // of look-ups: answered by the response cache
}

const names = {
  tokens: ['bantam_generated_tokens_total'],
  memory: ['process_resident_memory_bytes', 'bantam_model_bytes'],
  running: ['bantam_running_sequences'],
  waiting: ['bantam_queue_length'],
  kvUsed: ['bantam_kv_used_bytes'],
  kvTotal: ['bantam_kv_total_bytes'],
  prompt: ['bantam_prompt_tokens_total'],
  cached: ['bantam_cached_tokens_total'],
  hits: ['bantam_cache_hits_total'],
  misses: ['bantam_cache_misses_total'],
};

function find(values: Map<string, number>, candidates: string[]): number | null {
  for (const name of candidates) {
    const value = values.get(name);
    if (value !== undefined) return value;
  }
  return null;
}

function share(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole <= 0 ? null : Math.min(1, part / whole);
}

// Remembers the counter of tokens, so that two readings give a rate.
export class FigureReader {
  private tokens: number | null = null;
  private at = 0;

  read(text: string, nowMs: number): Figures {
    const values = parseMetrics(text);
    const tokens = find(values, names.tokens);
    let rate: number | null = null;
    if (tokens !== null && this.tokens !== null && nowMs > this.at && tokens >= this.tokens) {
      rate = ((tokens - this.tokens) * 1000) / (nowMs - this.at);
    }
    this.tokens = tokens;
    this.at = nowMs;
    const hits = find(values, names.hits);
    const misses = find(values, names.misses);
    return {
      tokensPerSecond: rate,
      memoryBytes: find(values, names.memory),
      running: find(values, names.running),
      waiting: find(values, names.waiting),
      kvShare: share(find(values, names.kvUsed), find(values, names.kvTotal)),
      prefixHitShare: share(find(values, names.cached), find(values, names.prompt)),
      cacheHitShare: share(hits, hits === null ? null : hits + (misses ?? 0)),
    };
  }

  async fetch(): Promise<Figures> {
    const text = await (await request('metrics')).text();
    return this.read(text, performance.now());
  }
}
