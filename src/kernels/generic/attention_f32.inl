// Attention in float32, for the exact precision.
//
// A score is one chain of fused multiply-adds over the head dimension, an output one chain over
// the keys of a span; both are the same micro-kernel: out[r][16 lanes] += a[r][i] * b[i][lanes].

// c[r][l] = chain over i of fma(a[r][i], b[i][l], c[r][l]) for every row and lane.
struct ChainJob {
  const float* a;
  int64_t a_stride;
  const float* b;
  int64_t b_stride;
  float* c;
  int64_t c_stride;
  int lanes;  // a multiple of 16
  int n;      // steps of a chain
};

// kRows rows, 16 kVectors lanes from `lane` on. The sums stay in registers; what is loaded of b
// serves all rows, a broadcast of a all vectors.
template <int kRows, int kVectors>
[[gnu::always_inline]] inline void ChainTile(const ChainJob& job, int lane) {
  F32x16 sum[kRows][kVectors];
  float* c = job.c + lane;
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = Load16(c + r * job.c_stride + v * 16);
  }
  for (int i = 0; i < job.n; ++i) {
    F32x16 element[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      element[v] = Load16(job.b + i * job.b_stride + lane + v * 16);
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

template <int kRows>
[[gnu::noinline]] void ChainRows(const ChainJob& job) {
  constexpr int kVectors = AttentionVectors(kRows);
  int lane = 0;
  for (; lane + 16 * kVectors <= job.lanes; lane += 16 * kVectors) {
    ChainTile<kRows, kVectors>(job, lane);
  }
  for (; lane < job.lanes; lane += 16) ChainTile<kRows, 1>(job, lane);
}

// ChainRows of `rows`, at most kMost.
template <int kMost>
[[gnu::always_inline]] inline void Chains(int rows, const ChainJob& job) {
  if (rows == kMost) return ChainRows<kMost>(job);
  if constexpr (kMost > 1) Chains<kMost - 1>(rows, job);
}

// Rows of an attention job that are worked on together: as many as one pass of chains takes, so
// that their scores stay in the first-level cache.
struct FloatRows {
  int n;
  const float* queries;      // [n][head_dim]
  const int* visible;        // [n]
  const int* first_visible;  // [n], or none
  float* total;              // [n][padded head_dim]: the result so far
  float* max;                // [n] running maximum
  float* sum;                // [n] running sum of exponentials
  // Of the span at hand, shared with the rows before and after.
  float* scores;    // [n][kScoreStride]
  float* span;      // [n][padded head_dim]
  float* span_max;  // [n]
  float* span_sum;  // [n]
};

[[gnu::always_inline]] inline FloatRows FloatRowsOf(const AttentionJob& job, int first) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const int64_t all = job.n_rows;
  FloatRows rows;
  rows.n = job.n_rows - first < kAttentionRows ? job.n_rows - first : kAttentionRows;
  rows.queries = job.queries + int64_t{first} * job.head_dim;
  rows.visible = job.visible + first;
  rows.first_visible = job.first_visible == nullptr ? nullptr : job.first_visible + first;
  rows.scores = reinterpret_cast<float*>(job.scratch);
  rows.span = rows.scores + kAttentionRows * kScoreStride;
  rows.span_max = rows.span + kAttentionRows * padded;
  rows.span_sum = rows.span_max + kAttentionRows;
  float* total = rows.span_sum + kAttentionRows;
  rows.total = total + first * padded;
  rows.max = total + all * padded + first;
  rows.sum = total + all * (padded + 1) + first;
  return rows;
}

// Turns a row's scores into exp(score - max) with zeros where it must not look; n is a multiple
// of 16. Returns false when the row sees nothing of this span.
[[gnu::always_inline]] inline bool Softmax(float* scores, int n, KeyRange keys, float* max,
                                           float* sum) {
  if (keys.first >= keys.last) {
    for (int i = 0; i < n; ++i) scores[i] = 0;
    return false;
  }
  for (int i = 0; i < keys.first; ++i) scores[i] = kMinusInfinity;
  for (int i = keys.last; i < n; ++i) scores[i] = kMinusInfinity;
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
[[gnu::always_inline]] inline void MergeSpan(const FloatRows& rows, int r, int64_t padded) {
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
  rows.sum[r] = FmaOne(rows.span_sum[r], add, rows.sum[r] * keep);
  rows.max[r] = max;
  for (int64_t d = 0; d < padded; d += 16) {
    const F32x16 kept = Mul16(Load16(total + d), Splat16(keep));
    Store16(total + d, Fma16(Load16(span + d), Splat16(add), kept));
  }
}

// The n keys from `span` on, at most to its end, for some rows.
void AttendSpan(const AttentionJob& job, const FloatRows& rows, int span, int n) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const int rounded = (n + 15) / 16 * 16;
  const int first = span / kBlockKeys;
  for (int64_t i = 0; i < int64_t{rows.n} * kScoreStride; ++i) rows.scores[i] = 0;
  for (int k = 0; k < n; k += kBlockKeys) {
    const int lanes = rounded - k < kBlockKeys ? rounded - k : kBlockKeys;
    const auto* keys = reinterpret_cast<const float*>(job.keys[first + k / kBlockKeys]);
    Chains<kAttentionRows>(rows.n, {rows.queries, job.head_dim, keys, kBlockKeys, rows.scores + k,
                                    kScoreStride, lanes, job.head_dim});
  }
  for (int64_t i = 0; i < rows.n * padded; ++i) rows.span[i] = 0;
  for (int r = 0; r < rows.n; ++r) {
    const KeyRange keys = KeysInSpan(rows.visible, rows.first_visible, r, span, n);
    if (!Softmax(rows.scores + int64_t{r} * kScoreStride, rounded, keys, rows.span_max + r,
                 rows.span_sum + r)) {
      rows.span_sum[r] = 0;
    }
  }
  for (int k = 0; k < n; k += kBlockKeys) {
    const int keys = n - k < kBlockKeys ? n - k : kBlockKeys;
    const auto* values = reinterpret_cast<const float*>(job.values[first + k / kBlockKeys]);
    Chains<kAttentionRows>(rows.n, {rows.scores + k, kScoreStride, values, padded, rows.span,
                                    padded, static_cast<int>(padded), keys});
  }
  for (int r = 0; r < rows.n; ++r) {
    if (rows.span_sum[r] != 0) MergeSpan(rows, r, padded);
  }
}

[[gnu::noinline]] void AttentionOfF32(const AttentionJob& job) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const FloatRows all = FloatRowsOf(job, 0);
  for (int r = 0; r < job.n_rows; ++r) all.sum[r] = 0;
  const KeyRange keys = KeysOf(job.visible, job.first_visible, job.n_rows);
  for (int span = keys.first / kSpanKeys * kSpanKeys; span < keys.last; span += kSpanKeys) {
    const int begin = BeginOfSpan(span, keys);
    const int most = span + kSpanKeys - begin;
    for (int r = 0; r < job.n_rows; r += kAttentionRows) {
      const FloatRows rows = FloatRowsOf(job, r);
      const int left = KeysOf(rows.visible, rows.first_visible, rows.n).last - begin;
      if (left > 0) AttendSpan(job, rows, begin, left < most ? left : most);
    }
  }
  for (int r = 0; r < job.n_rows; ++r) {
    const float inverse = 1.0F / all.sum[r];
    const float* total = all.total + r * padded;
    float* out = job.out + int64_t{r} * job.head_dim;
    for (int d = 0; d < job.head_dim; ++d) out[d] = total[d] * inverse;
  }
}
