// Float32 dot products: sixteen virtual lanes along the row, then the fixed tree.

template <int kRows, int kTokens>
[[gnu::always_inline]] inline void DotTile(const FloatMatmulJob& job, int row, int token) {
  F32x16 sum[kRows][kTokens];
  for (int r = 0; r < kRows; ++r) {
    for (int t = 0; t < kTokens; ++t) sum[r][t] = Splat16(0);
  }
  const float* rows = job.rows + row * job.row_stride;
  const float* x = job.x + token * job.x_stride;
  for (int k = 0; k < job.columns; k += 16) {
    F32x16 w[kRows];
    for (int r = 0; r < kRows; ++r) w[r] = Load16(rows + r * job.row_stride + k);
    for (int t = 0; t < kTokens; ++t) {
      const F32x16 v = Load16(x + t * job.x_stride + k);
      for (int r = 0; r < kRows; ++r) sum[r][t] = Fma16(w[r], v, sum[r][t]);
    }
  }
  for (int t = 0; t < kTokens; ++t) {
    for (int r = 0; r < kRows; ++r) {
      float value = Reduce16(sum[r][t]);
      if (job.bias != nullptr) value = value + job.bias[row + r];
      float* out = job.out + (token + t) * job.out_stride + row + r;
      *out = job.accumulate ? *out + value : value;
    }
  }
}

// All rows against kTokens tokens: the tokens stay in the first-level cache, the rows in the
// second.
template <int kTokens>
[[gnu::noinline]] void DotTokens(const FloatMatmulJob& job, int token) {
  int row = 0;
  for (; row + kDotRows <= job.n_rows; row += kDotRows) DotTile<kDotRows, kTokens>(job, row, token);
  for (; row < job.n_rows; ++row) DotTile<1, kTokens>(job, row, token);
}

void FloatMatmul(const FloatMatmulJob& job) {
  int token = 0;
  for (; token + kDotTokens <= job.tokens; token += kDotTokens) {
    DotTokens<kDotTokens>(job, token);
  }
  for (; token < job.tokens; ++token) DotTokens<1>(job, token);
}
