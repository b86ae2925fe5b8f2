// Attention over 64-token KV blocks, in fixed spans of 512 keys merged in ascending order.
//
// A score is one chain of fused multiply-adds over the head dimension, an output one chain over
// the keys of a span; both are the same micro-kernel: out[r][16 lanes] += a[r][i] * b[i][lanes].
// The online softmax follows Milakov and Gimelshein (arXiv 1805.02867), by spans.

template <bool kHalf>
[[gnu::always_inline]] inline F32x16 LoadElements(const uint8_t* p, int64_t at) {
  if constexpr (kHalf) return LoadHalf16(p + at * 2);
  return Load16(reinterpret_cast<const float*>(p) + at);
}

// c[r][l] = chain over i of fma(a[r][i], b[i][l], c[r][l]) for every row and lane.
struct ChainJob {
  const float* a;
  int64_t a_stride;
  const uint8_t* b;  // elements in floats or halves, from the first lane on
  int64_t b_stride;  // in elements
  float* c;
  int64_t c_stride;
  int lanes;  // a multiple of 16
  int n;      // steps of a chain
  const uint8_t* next;  // what b is followed by, asked for ahead; or none
};

[[gnu::always_inline]] inline void PrefetchRow(const uint8_t* p, int64_t bytes) {
  for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(p + i, 0, 2);
}

// kRows rows, 16 kVectors lanes from `lane` on. The sums stay in registers; what is loaded of b
// serves all rows, a broadcast of a all vectors.
template <bool kHalf, int kRows, int kVectors, bool kPrefetch>
[[gnu::always_inline]] inline void ChainTile(const ChainJob& job, int lane) {
  F32x16 sum[kRows][kVectors];
  float* c = job.c + lane;
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = Load16(c + r * job.c_stride + v * 16);
  }
  const int64_t row_bytes = job.b_stride * (kHalf ? 2 : 4);
  for (int i = 0; i < job.n; ++i) {
    if constexpr (kPrefetch) PrefetchRow(job.next + i * row_bytes, row_bytes);
    F32x16 element[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      element[v] = LoadElements<kHalf>(job.b, i * job.b_stride + lane + v * 16);
    }
    for (int r = 0; r < kRows; ++r) {
      const F32x16 factor = Splat16(job.a[r * job.a_stride + i]);
      for (int v = 0; v < kVectors; ++v) sum[r][v] = Fma16(factor, element[v], sum[r][v]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) Store16(c + r * job.c_stride + v * 16, sum[r][v]);
  }
}

// How many vectors of so many rows fit the registers beside what is loaded of b and a.
constexpr int ChainVectors(int rows) {
  return (rows + 1) * 4 <= kChainRegisters ? 4 : (rows + 1) * 2 <= kChainRegisters ? 2 : 1;
}

template <bool kHalf, int kRows, bool kPrefetch>
[[gnu::noinline]] void ChainRows(const ChainJob& job) {
  constexpr int kVectors = ChainVectors(kRows);
  int lane = 0;
  if (kPrefetch && 16 * kVectors <= job.lanes) {
    ChainTile<kHalf, kRows, kVectors, true>(job, 0);
    lane = 16 * kVectors;
  }
  for (; lane + 16 * kVectors <= job.lanes; lane += 16 * kVectors) {
    ChainTile<kHalf, kRows, kVectors, false>(job, lane);
  }
  for (; lane < job.lanes; lane += 16) ChainTile<kHalf, kRows, 1, false>(job, lane);
}

// ChainRows of `rows`, at most kMost.
template <bool kHalf, int kMost, bool kPrefetch>
[[gnu::always_inline]] inline void ChainUpTo(int rows, const ChainJob& job) {
  if (rows == kMost) return ChainRows<kHalf, kMost, kPrefetch>(job);
  if constexpr (kMost > 1) ChainUpTo<kHalf, kMost - 1, kPrefetch>(rows, job);
}

// For up to kChainRows rows.
template <bool kHalf>
[[gnu::noinline]] void Chains(int n_rows, const ChainJob& job) {
  if (job.next != nullptr) return ChainUpTo<kHalf, kChainRows, true>(n_rows, job);
  ChainUpTo<kHalf, kChainRows, false>(n_rows, job);
}

// Rows of an attention job that are worked on together: as many as one pass of chains takes, so
// that their scores stay in the first-level cache.
struct AttentionRows {
  int n;
  const float* queries;      // [n][head_dim]
  const int* visible;        // [n]
  const int* first_visible;  // [n], or none
  float* total;              // [n][padded head_dim]: the result so far
  float* max;                // [n] running maximum
  float* sum;                // [n] running sum of exponentials
  // Of the span at hand, shared with the rows before and after.
  float* scores;    // [n][kSpanKeys]
  float* span;      // [n][padded head_dim]
  float* span_max;  // [n]
  float* span_sum;  // [n]
};

[[gnu::always_inline]] inline AttentionRows RowsOf(const AttentionJob& job, int first) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const int64_t all = job.n_rows;
  const int64_t most = all < kChainRows ? all : kChainRows;
  AttentionRows rows;
  rows.n = job.n_rows - first < kChainRows ? job.n_rows - first : kChainRows;
  rows.queries = job.queries + int64_t{first} * job.head_dim;
  rows.visible = job.visible + first;
  rows.first_visible = job.first_visible == nullptr ? nullptr : job.first_visible + first;
  rows.scores = reinterpret_cast<float*>(job.scratch);
  rows.span = rows.scores + most * kSpanKeys;
  float* total = rows.span + most * padded;
  rows.total = total + first * padded;
  rows.max = total + all * padded + first;
  rows.sum = total + all * (padded + 1) + first;
  rows.span_max = total + all * (padded + 2);
  rows.span_sum = rows.span_max + most;
  return rows;
}

constexpr float kMinusInfinity = -__builtin_inff();

// Turns a row's scores into exp(score - max) with zeros where it must not look; n is a multiple
// of 16. Returns false when the row sees nothing of this span.
[[gnu::always_inline]] inline bool Softmax(float* scores, int n, int from, int to, float* max,
                                           float* sum) {
  if (from >= to) {
    for (int i = 0; i < n; ++i) scores[i] = 0;
    return false;
  }
  for (int i = 0; i < from; ++i) scores[i] = kMinusInfinity;
  for (int i = to; i < n; ++i) scores[i] = kMinusInfinity;
  F32x16 largest = Splat16(kMinusInfinity);
  for (int i = 0; i < n; i += 16) largest = Max16(largest, Load16(scores + i));
  *max = ReduceMax16(largest);
  const F32x16 shift = Splat16(*max);
  F32x16 total = Splat16(0);
  for (int i = 0; i < n; i += 16) {
    const F32x16 p = Exp16(Sub16(Load16(scores + i), shift));
    total = Add16(total, p);
    Store16(scores + i, p);
  }
  *sum = Reduce16(total);
  return true;
}

// Adds a span's result to a row's running one (first: becomes it).
[[gnu::always_inline]] inline void Merge(const AttentionRows& rows, int r, int64_t padded) {
  float* total = rows.total + r * padded;
  const float* span = rows.span + r * padded;
  if (rows.sum[r] == 0) {
    rows.max[r] = rows.span_max[r];
    rows.sum[r] = rows.span_sum[r];
    for (int64_t d = 0; d < padded; d += 16) Store16(total + d, Load16(span + d));
    return;
  }
  const float max = rows.span_max[r] > rows.max[r] ? rows.span_max[r] : rows.max[r];
  const float keep = ExpOne(rows.max[r] - max);
  const float add = ExpOne(rows.span_max[r] - max);
  rows.sum[r] = __builtin_fmaf(rows.span_sum[r], add, rows.sum[r] * keep);
  rows.max[r] = max;
  for (int64_t d = 0; d < padded; d += 16) {
    const F32x16 kept = Mul16(Load16(total + d), Splat16(keep));
    Store16(total + d, Fma16(Load16(span + d), Splat16(add), kept));
  }
}

// The keys that some of the rows see: [first, last).
struct KeyRange {
  int first;
  int last;
};
[[gnu::always_inline]] inline KeyRange KeysOf(const int* visible, const int* first_visible, int n) {
  KeyRange keys = {visible[0], 0};
  for (int r = 0; r < n; ++r) {
    const int from = first_visible == nullptr ? 0 : first_visible[r];
    keys.first = from < keys.first ? from : keys.first;
    keys.last = visible[r] > keys.last ? visible[r] : keys.last;
  }
  return keys;
}

// The n keys from span_begin on, at most a span, for some rows. Where all rows of the job are here,
// memory is what is waited for: `ahead` asks for each block while the one before is used.
template <bool kHalf>
void AttendSpan(const AttentionJob& job, const AttentionRows& rows, int span_begin, int n,
                bool ahead, bool is_last) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const int rounded = (n + 15) / 16 * 16;
  for (int64_t i = 0; i < int64_t{rows.n} * kSpanKeys; ++i) rows.scores[i] = 0;
  const int first = span_begin / kBlockKeys;
  const int n_blocks = (n + kBlockKeys - 1) / kBlockKeys;
  for (int b = 0; b < n_blocks; ++b) {
    const int k = b * kBlockKeys;
    const int lanes = rounded - k < kBlockKeys ? rounded - k : kBlockKeys;
    const uint8_t* next = b + 1 < n_blocks ? job.keys[first + b + 1] : job.values[first];
    Chains<kHalf>(rows.n,
                  {rows.queries, job.head_dim, job.keys[first + b], kBlockKeys, rows.scores + k,
                   kSpanKeys, lanes, job.head_dim, ahead ? next : nullptr});
  }
  for (int64_t i = 0; i < rows.n * padded; ++i) rows.span[i] = 0;
  for (int r = 0; r < rows.n; ++r) {
    int from = rows.first_visible == nullptr ? 0 : rows.first_visible[r] - span_begin;
    from = from < 0 ? 0 : from;
    const int to = rows.visible[r] - span_begin < n ? rows.visible[r] - span_begin : n;
    if (!Softmax(rows.scores + int64_t{r} * kSpanKeys, rounded, from, to, rows.span_max + r,
                 rows.span_sum + r)) {
      rows.span_sum[r] = 0;
    }
  }
  for (int b = 0; b < n_blocks; ++b) {
    const int k = b * kBlockKeys;
    const int keys = n - k < kBlockKeys ? n - k : kBlockKeys;
    const uint8_t* next = b + 1 < n_blocks ? job.values[first + b + 1]
                          : is_last        ? nullptr
                                           : job.keys[first + b + 1];
    Chains<kHalf>(rows.n, {rows.scores + k, kSpanKeys, job.values[first + b], padded, rows.span,
                           padded, static_cast<int>(padded), keys, ahead ? next : nullptr});
  }
  for (int r = 0; r < rows.n; ++r) {
    if (rows.span_sum[r] != 0) Merge(rows, r, padded);
  }
}

template <bool kHalf>
[[gnu::noinline]] void AttentionOf(const AttentionJob& job) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const AttentionRows all = RowsOf(job, 0);
  for (int r = 0; r < job.n_rows; ++r) all.sum[r] = 0;
  const KeyRange keys = KeysOf(job.visible, job.first_visible, job.n_rows);
  for (int span = keys.first / kSpanKeys * kSpanKeys; span < keys.last; span += kSpanKeys) {
    for (int r = 0; r < job.n_rows; r += kChainRows) {
      const AttentionRows rows = RowsOf(job, r);
      const int left = KeysOf(rows.visible, rows.first_visible, rows.n).last - span;
      if (left <= 0) continue;
      AttendSpan<kHalf>(job, rows, span, left < kSpanKeys ? left : kSpanKeys,
                        job.n_rows <= kChainRows, left <= kSpanKeys);
    }
  }
  for (int r = 0; r < job.n_rows; ++r) {
    const float inverse = 1.0F / all.sum[r];
    const float* total = all.total + r * padded;
    float* out = job.out + int64_t{r} * job.head_dim;
    for (int d = 0; d < job.head_dim; ++d) out[d] = total[d] * inverse;
  }
}

void Attention(const AttentionJob& job) {
  if (job.half_precision) {
    AttentionOf<true>(job);
  } else {
    AttentionOf<false>(job);
  }
}
