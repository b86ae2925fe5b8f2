// Prometheus' text format → figures.
import { describe, expect, it } from 'vitest';
import { FigureReader, parseMetrics } from './metrics';

describe('parseMetrics', () => {
  it('adds label sets up and leaves histograms’ buckets out', () => {
    const values = parseMetrics(
      '# TYPE a counter\na{model="x y}"} 2\na{model="z"} 3 1700000000\nb 1e3\nc NaN\n' +
        'd_bucket{le="+Inf"} 4\nbroken\n',
    );
    expect([...values]).toEqual([
      ['a', 5],
      ['b', 1000],
    ]);
  });
});

describe('FigureReader', () => {
  it('makes a rate of two readings, and none when the server has started anew', () => {
    const reader = new FigureReader();
    expect(reader.read('bantam_generated_tokens_total 100', 1000).tokensPerSecond).toBeNull();
    expect(reader.read('bantam_generated_tokens_total 150', 3000).tokensPerSecond).toBe(25);
    expect(reader.read('bantam_generated_tokens_total 10', 4000).tokensPerSecond).toBeNull();
  });

  it('gives shares only where there is something to share', () => {
    const figures = new FigureReader().read(
      'bantam_cache_hits_total 1\nbantam_cache_misses_total 3\nbantam_kv_used_bytes 5\n' +
        'bantam_kv_total_bytes 0\n',
      0,
    );
    expect(figures.cacheHitShare).toBe(0.25);
    expect(figures.kvShare).toBeNull();
    expect(figures.memoryBytes).toBeNull();
  });
});
