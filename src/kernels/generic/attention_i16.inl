// Attention in 16-bit integers, for the fast precision (docs/numbers.md).
//
// Queries, keys and values are 16-bit codes with a scale a row; so are the weights that the softmax
// gives a row's keys, each multiplied by its value's scale beforehand. All sums are exact in int32:
// for scores by Cauchy and Schwarz (kKeyLimits), for outputs because weights are scaled to
// kLargestWeightSum. Both products are one micro-kernel over pairs of steps:
// sum[r][16 lanes] += a[r][i] * b[i][lanes] + a[r][i + 1] * b[i + 1][lanes].

// Whole sums of a row's weight codes, so that times any value's code they stay within 31 bits;
// 512 roundings of a half each are left out.
constexpr float kLargestWeightSum = 2147483647.0F / 8192 - 344;
static_assert(kLargestWeightSum + kSpanKeys / 2 < 2147483647.0F / kValueLimits.largest - 80);

constexpr float kSmallestWeightScale = 1e-30F;  // below, values count as zero

// Rows that are worked on together: as many as fit the registers or the tiles, so that their scores
// stay in the first-level cache.
constexpr int kI16Rows = kTileUnit ? kTileRows : kAttentionRows;
static_assert(kI16Rows >= kAttentionRows && kI16Rows <= kMostAttentionRows);

// From this many rows on, a matrix unit's rearranged keys and values pay.
constexpr int kTileUnitRows = 32;

struct I16Rows {
  int n;
  const int* visible;        // [n]
  const int* first_visible;  // [n], or none
  const int16_t* codes;      // [n][padded head_dim]: queries
  const float* exponents;    // [n]: what turns a score of codes into a power of two
  float* total;              // [n][padded head_dim]: the result so far
  float* max;                // [n]: running maximum of score
  float* sum;                // [n]: running sum of weights
  // Of the span at hand, shared with the rows before and after.
  float* scores;        // [n][kScoreStride]; the weights' codes take their place
  int32_t* sums;        // [n][padded head_dim]
  float* value_scales;  // [kSpanKeys]
};

[[gnu::always_inline]] inline I16Rows I16RowsOf(const AttentionJob& job, int first) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const int64_t all = job.n_rows + kMostAttentionRows;  // a tile reads whole
  I16Rows rows;
  rows.n = job.n_rows - first < kI16Rows ? job.n_rows - first : kI16Rows;
  rows.visible = job.visible + first;
  rows.first_visible = job.first_visible == nullptr ? nullptr : job.first_visible + first;
  rows.value_scales = reinterpret_cast<float*>(job.scratch + AttentionTileBytes(job.head_dim) +
                                               ExpandedSpanBytes(job.head_dim));
  rows.scores = rows.value_scales + kSpanKeys;
  rows.sums = reinterpret_cast<int32_t*>(rows.scores + kMostAttentionRows * kScoreStride);
  float* total = reinterpret_cast<float*>(rows.sums + kMostAttentionRows * padded);
  rows.total = total + first * padded;
  auto* codes = reinterpret_cast<int16_t*>(total + all * padded);
  rows.codes = codes + first * padded;
  float* exponents = reinterpret_cast<float*>(codes + all * padded);
  rows.exponents = exponents + first;
  rows.max = exponents + all + first;
  rows.sum = exponents + 2 * all + first;
  return rows;
}

// Below, up to AttendSpan, `job` has the blocks from a span's first on.

// Where there is a matrix unit (kTileUnit): the same steps of attention in tiles.
void RearrangeForTiles(const AttentionJob& job, int n);
void ScoreTiles(const AttentionJob& job, const I16Rows& rows, int n);
void StoreWeightTiles(float* weights, int n, const F32x16& inverse);
void SumTiles(const AttentionJob& job, const I16Rows& rows, int n);
void AttendTiles(const AttentionJob& job);

// Adds `steps` pairs of steps to the sums of kRows rows and kVectors vectors. What is loaded of b
// serves all rows, a broadcast of a all vectors. Where memory is what is waited for, kAhead asks
// for `next`, which b is followed by.
template <int kRows, int kVectors, bool kAhead>
[[gnu::always_inline]] inline void AddSteps(const int16_t* a, int64_t a_stride, const int16_t* b,
                                            int64_t b_stride, int steps, const uint8_t* next,
                                            I32x16 (&sum)[kRows][kVectors]) {
  constexpr bool kManySums = kRows * kVectors >= 8;
  for (int i = 0; i < steps; ++i) {
    if constexpr (kAhead) {
      for (int64_t at = 0; at < b_stride * 2; at += 64) {
        __builtin_prefetch(next + i * b_stride * 2 + at, 0, 2);
      }
    }
    Pairs16 element[kVectors];
    for (int v = 0; v < kVectors; ++v) element[v] = LoadPairs16(b + i * b_stride + v * 32);
    for (int r = 0; r < kRows; ++r) {
      const Pair factor = SplatPair(a + r * a_stride + 2 * i);
      for (int v = 0; v < kVectors; ++v) AddPairs16<kManySums>(element[v], factor, sum[r][v].part);
    }
  }
}

// The scores of 16 kVectors keys of a block, from `lane` on.
template <int kRows, int kVectors, bool kAhead>
[[gnu::always_inline]] inline void ScoreKeys(const AttentionJob& job, const I16Rows& rows,
                                             const uint8_t* block, int lane, float* scores,
                                             const uint8_t* next) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const auto* codes = reinterpret_cast<const int16_t*>(block) + lane * 2;
  I32x16 sum[kRows][kVectors];
  for (auto& row : sum) {
    for (auto& vector : row) vector = SplatInts16(0);
  }
  AddSteps<kRows, kVectors, kAhead>(rows.codes, padded, codes, kBlockKeys * 2,
                                    HeadDimPairs(job.head_dim), next, sum);
  const float* scales = KeyScales(block, job.head_dim) + lane;
  for (int v = 0; v < kVectors; ++v) {
    const F32x16 scale = Load16(scales + v * 16);
    for (int r = 0; r < kRows; ++r) {
      Store16(scores + r * kScoreStride + lane + v * 16, Mul16(ToFloat16(sum[r][v]), scale));
    }
  }
}

// Scores of the first n keys (a multiple of 16).
template <int kRows, bool kAhead>
[[gnu::noinline]] void ScoreSpan(const AttentionJob& job, const I16Rows& rows, int n) {
  constexpr int kVectors = AttentionVectors(kRows);
  for (int k = 0; k < n; k += kBlockKeys) {
    const int lanes = n - k < kBlockKeys ? n - k : kBlockKeys;
    const uint8_t* const* block = job.keys + k / kBlockKeys;
    const uint8_t* next = k + kBlockKeys < n ? block[1] : job.values[0];
    float* scores = rows.scores + k;
    int lane = 0;
    if (kAhead && 16 * kVectors <= lanes) {
      ScoreKeys<kRows, kVectors, true>(job, rows, *block, 0, scores, next);
      lane = 16 * kVectors;
    }
    for (; lane + 16 * kVectors <= lanes; lane += 16 * kVectors) {
      ScoreKeys<kRows, kVectors, false>(job, rows, *block, lane, scores, nullptr);
    }
    for (; lane < lanes; lane += 16) {
      ScoreKeys<kRows, 1, false>(job, rows, *block, lane, scores, nullptr);
    }
  }
}

[[gnu::always_inline]] inline const int16_t* WeightCodes(const I16Rows& rows) {
  return reinterpret_cast<const int16_t*>(rows.scores);
}

// The weighted sums of 16 kVectors dimensions of the first n values (a multiple of 16), from `lane`
// on; `after` is the block to ask for at the end.
template <int kRows, int kVectors, bool kAhead>
[[gnu::always_inline]] inline void SumValues(const AttentionJob& job, const I16Rows& rows, int n,
                                             int lane, const uint8_t* after) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  I32x16 sum[kRows][kVectors];
  for (auto& row : sum) {
    for (auto& vector : row) vector = SplatInts16(0);
  }
  for (int k = 0; k < n; k += kBlockKeys) {
    const uint8_t* const* block = job.values + k / kBlockKeys;
    const int steps = (n - k < kBlockKeys ? n - k : kBlockKeys) / 2;
    AddSteps<kRows, kVectors, kAhead>(WeightCodes(rows) + k, kScoreStride * 2,
                                      reinterpret_cast<const int16_t*>(*block) + lane * 2,
                                      padded * 2, steps, k + kBlockKeys < n ? block[1] : after,
                                      sum);
  }
  for (int r = 0; r < kRows; ++r) {
    int32_t* out = rows.sums + r * padded + lane;
    for (int v = 0; v < kVectors; ++v) StoreInts16(out + v * 16, sum[r][v]);
  }
}

// The weighted sums of those values, all dimensions.
template <int kRows, bool kAhead>
[[gnu::noinline]] void SumSpan(const AttentionJob& job, const I16Rows& rows, int n,
                               const uint8_t* after) {
  constexpr int kVectors = AttentionVectors(kRows);
  const int padded = PaddedHeadDim(job.head_dim);
  int lane = 0;
  if (kAhead && 16 * kVectors <= padded) {
    SumValues<kRows, kVectors, true>(job, rows, n, 0, after);
    lane = 16 * kVectors;
  }
  for (; lane + 16 * kVectors <= padded; lane += 16 * kVectors) {
    SumValues<kRows, kVectors, false>(job, rows, n, lane, nullptr);
  }
  for (; lane < padded; lane += 16) {
    SumValues<kRows, 1, false>(job, rows, n, lane, nullptr);
  }
}

// ScoreSpan and SumSpan of rows.n rows, at most kMost.
template <bool kAhead, int kMost = kAttentionRows>
[[gnu::always_inline]] inline void ScoreRows(const AttentionJob& job, const I16Rows& rows, int n) {
  if (rows.n == kMost) return ScoreSpan<kMost, kAhead>(job, rows, n);
  if constexpr (kMost > 1) ScoreRows<kAhead, kMost - 1>(job, rows, n);
}
template <bool kAhead, int kMost = kAttentionRows>
[[gnu::always_inline]] inline void SumRows(const AttentionJob& job, const I16Rows& rows, int n,
                                           const uint8_t* after) {
  if (rows.n == kMost) return SumSpan<kMost, kAhead>(job, rows, n, after);
  if constexpr (kMost > 1) SumRows<kAhead, kMost - 1>(job, rows, n, after);
}

// Lanes [at, at + 16) outside `keys` become `outside`.
[[gnu::noinline]] F32x16 Within(const F32x16& a, int at, KeyRange keys, float outside) {
  float lanes[16];
  Store16(lanes, a);
  for (int i = 0; i < 16; ++i) {
    if (at + i < keys.first || at + i >= keys.last) lanes[i] = outside;
  }
  return Load16(lanes);
}

// The vectors that hold `keys`: [first, last), those inside without a stranger [inner_first,
// inner_last), at most one before and one after them.
struct KeyVectors {
  int first, inner_first, inner_last, last;
};
[[gnu::always_inline]] inline KeyVectors VectorsOf(KeyRange keys) {
  const int first = keys.first / 16 * 16;
  const int last = (keys.last + 15) / 16 * 16;
  const int inner_first = (keys.first + 15) / 16 * 16;
  const int inner_last = keys.last / 16 * 16;
  if (inner_first > inner_last) return {first, last, last, last};
  return {first, inner_first, inner_last, last};
}

[[gnu::always_inline]] inline float LargestScore(const float* scores, KeyRange keys,
                                                 const KeyVectors& at) {
  constexpr int kChains = 4;
  F32x16 largest[kChains];
  for (F32x16& chain : largest) chain = Splat16(kMinusInfinity);
  int i = at.inner_first;
  for (; i + 16 * kChains <= at.inner_last; i += 16 * kChains) {
    for (int c = 0; c < kChains; ++c) largest[c] = Max16(largest[c], Load16(scores + i + c * 16));
  }
  for (; i < at.inner_last; i += 16) largest[0] = Max16(largest[0], Load16(scores + i));
  if (at.first < at.inner_first) {
    const F32x16 edge = Within(Load16(scores + at.first), at.first, keys, kMinusInfinity);
    largest[1] = Max16(largest[1], edge);
  }
  if (at.inner_last < at.last) {
    const F32x16 edge = Within(Load16(scores + at.inner_last), at.inner_last, keys, kMinusInfinity);
    largest[2] = Max16(largest[2], edge);
  }
  return ReduceMax16(Max16(Max16(largest[0], largest[1]), Max16(largest[2], largest[3])));
}

struct Weights {
  float max;    // of the scores
  float sum;    // of the weights
  float scale;  // of the weights' codes, times the values' scales
};

// Powers of two of a row's scores, times the values' scales, and what they add up to.
struct Weigher {
  float* scores;
  const float* value_scales;
  F32x16 shift;
  F32x16 exponent;
  F32x16 sum;
  F32x16 scaled_sum;
  F32x16 most;

  [[gnu::always_inline]] inline F32x16 WeightAt(int i) const {
    return Exp2OfNegative16(Mul16(Sub16(Load16(scores + i), shift), exponent));
  }
  [[gnu::always_inline]] inline void Take(int i, const F32x16& weight, const F32x16& scaled) {
    sum = Add16(sum, weight);
    scaled_sum = Add16(scaled_sum, scaled);
    most = Max16(most, scaled);
    Store16(scores + i, scaled);
  }
  [[gnu::always_inline]] inline void TakeVector(int i) {
    const F32x16 weight = WeightAt(i);
    Take(i, weight, Mul16(weight, Load16(value_scales + i)));
  }
  // A stranger's scale may be anything.
  [[gnu::always_inline]] inline void TakeEdge(int i, KeyRange keys) {
    const F32x16 weight = Within(WeightAt(i), i, keys, 0);
    Take(i, weight, Within(Mul16(weight, Load16(value_scales + i)), i, keys, 0));
  }
};

// Turns a row's n scores into the codes of its weights, zero outside `keys` (not empty).
template <bool kForTiles>
[[gnu::noinline]] Weights WeighKeys(float* scores, const float* value_scales, int n, KeyRange keys,
                                    float exponent) {
  const KeyVectors at = VectorsOf(keys);
  const F32x16 zero = Splat16(0);
  Weights weights;
  weights.max = LargestScore(scores, keys, at);
  Weigher weigher = {scores, value_scales, Splat16(weights.max), Splat16(exponent), zero,
                     zero,   zero};
  if (at.first < at.inner_first) weigher.TakeEdge(at.first, keys);
  for (int i = at.inner_first; i < at.inner_last; i += 16) weigher.TakeVector(i);
  if (at.inner_last < at.last) weigher.TakeEdge(at.inner_last, keys);
  weights.sum = Reduce16(weigher.sum);
  const float by_most = ReduceMax16(weigher.most) / kKeyLimits.largest;
  weights.scale = Reduce16(weigher.scaled_sum) / kLargestWeightSum;
  if (by_most > weights.scale) weights.scale = by_most;  // a sum that is not a number stays
  const F32x16 inverse = Splat16(weights.scale > kSmallestWeightScale ? 1.0F / weights.scale : 0);
  for (int i = 0; i < at.first; ++i) scores[i] = 0;
  if constexpr (kForTiles) {
    for (int i = at.last; i < (n + kBlockKeys - 1) / kBlockKeys * kBlockKeys; ++i) scores[i] = 0;
    StoreWeightTiles(scores, n, inverse);
  } else {
    for (int i = at.last; i < n; ++i) scores[i] = 0;
    auto* codes = reinterpret_cast<int16_t*>(scores);
    for (int i = 0; i < n; i += 16) {
      StoreRounded16(codes + i, Mul16(Load16(scores + i), inverse));
    }
  }
  return weights;
}

// Adds a span's result to a row's running one (first: becomes it).
[[gnu::always_inline]] inline void MergeSpan(const I16Rows& rows, int r, int64_t padded,
                                             const Weights& span) {
  float* total = rows.total + r * padded;
  const int32_t* sums = rows.sums + r * padded;
  if (rows.sum[r] == 0) {
    rows.max[r] = span.max;
    rows.sum[r] = span.sum;
    for (int64_t d = 0; d < padded; d += 16) {
      Store16(total + d, Mul16(ToFloat16(LoadInts16(sums + d)), Splat16(span.scale)));
    }
    return;
  }
  const float max = span.max > rows.max[r] ? span.max : rows.max[r];
  const float keep = Exp2OfNegativeOne((rows.max[r] - max) * rows.exponents[r]);
  const float add = Exp2OfNegativeOne((span.max - max) * rows.exponents[r]);
  rows.sum[r] = FmaOne(span.sum, add, rows.sum[r] * keep);
  rows.max[r] = max;
  const F32x16 scale = Splat16(span.scale * add);
  for (int64_t d = 0; d < padded; d += 16) {
    const F32x16 kept = Mul16(Load16(total + d), Splat16(keep));
    Store16(total + d, Fma16(ToFloat16(LoadInts16(sums + d)), scale, kept));
  }
}

// The n keys from `span` on, at most to its end, for some rows; the blocks are those from there on.
template <bool kForTiles>
[[gnu::always_inline]] inline void AttendSpan(const AttentionJob& job, const I16Rows& rows,
                                              int span, int n, bool ahead, bool is_last) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const int rounded = (n + 15) / 16 * 16;
  if constexpr (kForTiles) {
    ScoreTiles(job, rows, rounded);
  } else if (ahead) {
    ScoreRows<true>(job, rows, rounded);
  } else {
    ScoreRows<false>(job, rows, rounded);
  }
  Weights weights[kI16Rows];
  for (int r = 0; r < rows.n; ++r) {
    float* scores = rows.scores + int64_t{r} * kScoreStride;
    const KeyRange keys = KeysInSpan(rows.visible, rows.first_visible, r, span, n);
    weights[r].sum = 0;
    if (keys.first < keys.last) {
      weights[r] =
          WeighKeys<kForTiles>(scores, rows.value_scales, rounded, keys, rows.exponents[r]);
    } else {
      for (int i = 0; i < rounded; ++i) scores[i] = 0;
    }
  }
  if constexpr (kForTiles) {
    SumTiles(job, rows, n);
  } else if (ahead) {
    const int next = (n + kBlockKeys - 1) / kBlockKeys;
    SumRows<true>(job, rows, rounded, is_last ? job.values[0] : job.keys[next]);
  } else {
    SumRows<false>(job, rows, rounded, nullptr);
  }
  for (int r = 0; r < rows.n; ++r) {
    if (weights[r].sum != 0) MergeSpan(rows, r, padded, weights[r]);
  }
}

// Codes of the queries, and what makes powers of two of their scores.
[[gnu::always_inline]] inline void QuantizeQueries(const AttentionJob& job) {
  constexpr float kLog2OfE = 1.44269504F;
  const int64_t padded = PaddedHeadDim(job.head_dim);
  const I16Rows all = I16RowsOf(job, 0);
  auto* codes = const_cast<int16_t*>(all.codes);
  auto* exponents = const_cast<float*>(all.exponents);
  for (int r = 0; r < job.n_rows; ++r) {
    const float* query = job.queries + int64_t{r} * job.head_dim;
    exponents[r] = kLog2OfE * Quantize16(query, job.head_dim, kKeyLimits, codes + r * padded);
    all.sum[r] = 0;
  }
}

// The scales of the span's first n values, one after the other.
[[gnu::always_inline]] inline void GatherValueScales(const AttentionJob& job, int n) {
  float* out = I16RowsOf(job, 0).value_scales;
  for (int k = 0; k < n; k += kBlockKeys) {
    const float* scales = ValueScales(job.values[k / kBlockKeys], job.head_dim);
    for (int i = 0; i < kBlockKeys; i += 16) Store16(out + k + i, Load16(scales + i));
  }
}

template <bool kForTiles>
[[gnu::always_inline]] inline void AttendSpans(const AttentionJob& job) {
  constexpr int kRows = kForTiles ? kI16Rows : kAttentionRows;
  const KeyRange keys = KeysOf(job.visible, job.first_visible, job.n_rows);
  const bool bytes = job.type == KvType::kI8;
  for (int span = keys.first / kSpanKeys * kSpanKeys; span < keys.last; span += kSpanKeys) {
    const int begin = BeginOfSpan(span, keys);
    const int whole = span + kSpanKeys - begin;
    const int most = keys.last - begin < whole ? keys.last - begin : whole;
    const uint8_t* expanded[2 * kSpanBlocks];
    AttentionJob of_span = job;
    of_span.keys += begin / kBlockKeys;
    of_span.values += begin / kBlockKeys;
    if (bytes) ExpandSpan(of_span, most, begin + most == keys.last, expanded);
    GatherValueScales(of_span, most);
    if constexpr (kForTiles) RearrangeForTiles(of_span, most);
    for (int r = 0; r < job.n_rows; r += kRows) {
      I16Rows rows = I16RowsOf(job, r);
      if (rows.n > kRows) rows.n = kRows;
      const int left = KeysOf(rows.visible, rows.first_visible, rows.n).last - begin;
      if (left <= 0) continue;
      AttendSpan<kForTiles>(of_span, rows, begin, left < whole ? left : whole,
                            job.n_rows <= kRows && !bytes, left <= whole);
    }
  }
}

[[gnu::always_inline]] inline void AttendAllSpans(const AttentionJob& job) {
  if constexpr (kTileUnit) {
    if (job.n_rows >= kTileUnitRows && job.head_dim % kTileColumns == 0) return AttendTiles(job);
  }
  AttendSpans<false>(job);
}

[[gnu::noinline]] void AttentionOfI16(const AttentionJob& job) {
  const int64_t padded = PaddedHeadDim(job.head_dim);
  QuantizeQueries(job);
  AttendAllSpans(job);
  const I16Rows all = I16RowsOf(job, 0);
  for (int r = 0; r < job.n_rows; ++r) {
    const float scale = all.exponents[r];
    const float inverse = 1.0F / all.sum[r] + (scale - scale);  // not a number if the query is not
    const float* total = all.total + r * padded;
    float* out = job.out + int64_t{r} * job.head_dim;
    for (int d = 0; d < job.head_dim; ++d) out[d] = total[d] * inverse;
  }
}
