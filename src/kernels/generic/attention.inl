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

// All rows in as few passes over b as the registers allow, each of about equally many. Where one
// pass is enough, memory is what is waited for.
template <bool kHalf>
[[gnu::noinline]] void Chains(int n_rows, ChainJob job) {
  if (n_rows <= kChainRows && job.next != nullptr) {
    return ChainUpTo<kHalf, kChainRows, true>(n_rows, job);
  }
  for (int passes = (n_rows + kChainRows - 1) / kChainRows; passes > 0; --passes) {
    const int rows = (n_rows + passes - 1) / passes;
    ChainUpTo<kHalf, kChainRows, false>(rows, job);
    job.a += rows * job.a_stride;
    job.c += rows * job.c_stride;
    n_rows -= rows;
  }
}

// Scratch of one attention job, laid out over its bytes.
struct AttentionScratch {
  float* scores;  // [n_rows][kSpanKeys]
  float* span;    // [n_rows][padded head_dim]: this span's values
  float* total;   // [n_rows][padded head_dim]
  float* max;     // [n_rows] running maximum
  float* sum;     // [n_rows] running sum of exponentials
};

[[gnu::always_inline]] inline AttentionScratch LayOut(const AttentionJob& job) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  AttentionScratch s;
  s.scores = reinterpret_cast<float*>(job.scratch);
  s.span = s.scores + int64_t{job.n_rows} * kSpanKeys;
  s.total = s.span + job.n_rows * padded;
  s.max = s.total + job.n_rows * padded;
  s.sum = s.max + job.n_rows;
  return s;
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
[[gnu::always_inline]] inline void Merge(const AttentionScratch& s, int r, int64_t padded,
                                         bool first, float span_max, float span_sum) {
  float* total = s.total + r * padded;
  const float* span = s.span + r * padded;
  if (first) {
    s.max[r] = span_max;
    s.sum[r] = span_sum;
    for (int64_t d = 0; d < padded; d += 16) Store16(total + d, Load16(span + d));
    return;
  }
  const float max = span_max > s.max[r] ? span_max : s.max[r];
  const float keep = ExpOne(s.max[r] - max);
  const float add = ExpOne(span_max - max);
  s.sum[r] = __builtin_fmaf(span_sum, add, s.sum[r] * keep);
  s.max[r] = max;
  for (int64_t d = 0; d < padded; d += 16) {
    const F32x16 kept = Mul16(Load16(total + d), Splat16(keep));
    Store16(total + d, Fma16(Load16(span + d), Splat16(add), kept));
  }
}

// One span of up to 512 keys for all rows; `n` keys are visible to some row.
template <bool kHalf>
void AttendSpan(const AttentionJob& job, const AttentionScratch& s, int span_begin, int n,
                bool is_last) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const int rounded = (n + 15) / 16 * 16;
  for (int64_t i = 0; i < int64_t{job.n_rows} * kSpanKeys; ++i) s.scores[i] = 0;
  const int first = span_begin / kBlockKeys;
  const int n_blocks = (n + kBlockKeys - 1) / kBlockKeys;
  for (int b = 0; b < n_blocks; ++b) {
    const int k = b * kBlockKeys;
    const int lanes = rounded - k < kBlockKeys ? rounded - k : kBlockKeys;
    const uint8_t* keys = job.keys[first + b];
    const uint8_t* next = b + 1 < n_blocks ? job.keys[first + b + 1] : job.values[first];
    Chains<kHalf>(job.n_rows, {job.queries, job.head_dim, keys, kBlockKeys, s.scores + k, kSpanKeys,
                               lanes, job.head_dim, next});
  }
  for (int64_t i = 0; i < job.n_rows * padded; ++i) s.span[i] = 0;
  float* span_max = s.sum + job.n_rows;
  float* span_sum = span_max + job.n_rows;
  for (int r = 0; r < job.n_rows; ++r) {
    int from = job.first_visible == nullptr ? 0 : job.first_visible[r] - span_begin;
    from = from < 0 ? 0 : from;
    const int to = job.visible[r] - span_begin < n ? job.visible[r] - span_begin : n;
    if (!Softmax(s.scores + int64_t{r} * kSpanKeys, rounded, from, to, span_max + r,
                 span_sum + r)) {
      span_sum[r] = 0;
    }
  }
  for (int b = 0; b < n_blocks; ++b) {
    const int k = b * kBlockKeys;
    const int keys = n - k < kBlockKeys ? n - k : kBlockKeys;
    const uint8_t* values = job.values[first + b];
    const uint8_t* next = b + 1 < n_blocks ? job.values[first + b + 1]
                          : is_last        ? nullptr
                                           : job.keys[first + b + 1];
    Chains<kHalf>(job.n_rows, {s.scores + k, kSpanKeys, values, padded, s.span, padded,
                               static_cast<int>(padded), keys, next});
  }
  for (int r = 0; r < job.n_rows; ++r) {
    if (span_sum[r] == 0) continue;
    Merge(s, r, padded, s.sum[r] == 0, span_max[r], span_sum[r]);
  }
}

template <bool kHalf>
[[gnu::noinline]] void AttentionOf(const AttentionJob& job) {
  const AttentionScratch s = LayOut(job);
  const int64_t padded = PaddedHeadDim(job.head_dim);
  int first = job.visible[0];
  int last = 0;
  for (int r = 0; r < job.n_rows; ++r) {
    s.sum[r] = 0;
    const int from = job.first_visible == nullptr ? 0 : job.first_visible[r];
    first = from < first ? from : first;
    last = job.visible[r] > last ? job.visible[r] : last;
  }
  for (int span = first / kSpanKeys * kSpanKeys; span < last; span += kSpanKeys) {
    const bool is_last = last - span <= kSpanKeys;
    AttendSpan<kHalf>(job, s, span, is_last ? last - span : kSpanKeys, is_last);
  }
  for (int r = 0; r < job.n_rows; ++r) {
    const float inverse = 1.0F / s.sum[r];
    const float* total = s.total + r * padded;
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
