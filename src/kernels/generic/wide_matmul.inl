// Products of 16-bit codes with one scale a row and one a token (docs/numbers.md, encoders), in the
// micro-kernel of attention: a pair of columns a step. A panel holds its rows' scales, then codes
// by pairs of columns, [pairs][16 rows][2].

// Where there is a matrix unit (kTileUnit): rows of tokens and panels in the order of its tiles,
// and their products.
void ArrangeWideRow(int16_t* codes, int columns);
void ArrangeWidePanel(const int16_t* rows, int columns, uint8_t* codes);
void WideTiles(const WideMatmulJob& job, int token_begin, int token_end);

[[gnu::always_inline]] inline const float* WideScales(const WideMatmulJob& job, int panel) {
  const size_t at = static_cast<size_t>(panel) * WidePanelBytes(job.weights.columns);
  return reinterpret_cast<const float*>(job.weights.data + at);
}
[[gnu::always_inline]] inline const uint8_t* WideCodes(const WideMatmulJob& job, int panel) {
  return reinterpret_cast<const uint8_t*>(WideScales(job, panel) + kPanelRows);
}

// One token's dots with the rows of a panel: scaled, with bias and residual, only rows that exist.
[[gnu::always_inline]] inline void StoreWideDots(const WideMatmulJob& job, int panel, int token,
                                                 const F32x16& scales, const I32x16& dots) {
  const F32x16 product = Mul16(ToFloat16(dots), Mul16(scales, Splat16(job.x.scales[token])));
  const int row = panel * kPanelRows;
  float* out = job.out + token * job.out_stride + row - job.panel_begin * kPanelRows;
  const int n_rows = job.weights.rows - row;
  if (n_rows >= kPanelRows) {
    F32x16 value = product;
    if (job.bias != nullptr) value = Add16(value, Load16(job.bias + row));
    Store16(out, job.accumulate ? Add16(Load16(out), value) : value);
    return;
  }
  float values[kPanelRows];
  Store16(values, product);
  for (int r = 0; r < n_rows; ++r) {
    const float value = job.bias != nullptr ? values[r] + job.bias[row + r] : values[r];
    out[r] = job.accumulate ? out[r] + value : value;
  }
}

// kTokens tokens against kPanels panels.
template <int kTokens, int kPanels>
[[gnu::noinline]] void WideTile(const WideMatmulJob& job, int panel, int token) {
  const auto* codes = reinterpret_cast<const int16_t*>(WideCodes(job, panel));
  const auto next_panel = static_cast<int64_t>(WidePanelBytes(job.weights.columns) / 2);
  const int16_t* x = job.x.row(token);
  const int64_t stride = job.x.stride();
  I32x16 sum[kTokens][kPanels];
  for (auto& row : sum) {
    for (auto& vector : row) vector = SplatInts16(0);
  }
  for (int i = 0; i < WideColumns(job.weights.columns) / 2; ++i) {
    Pairs16 element[kPanels];
    for (int p = 0; p < kPanels; ++p) element[p] = LoadPairs16(codes + p * next_panel + i * 32);
    for (int t = 0; t < kTokens; ++t) {
      const Pair factor = SplatPair(x + t * stride + 2 * i);
      for (int p = 0; p < kPanels; ++p) AddPairs16<true>(element[p], factor, sum[t][p].part);
    }
  }
  for (int p = 0; p < kPanels; ++p) {
    const F32x16 scales = Load16(WideScales(job, panel + p));
    for (int t = 0; t < kTokens; ++t) {
      StoreWideDots(job, panel + p, token + t, scales, sum[t][p]);
    }
  }
}

// The last n tokens, fewer than kTokens.
template <int kTokens, int kPanels>
[[gnu::always_inline]] inline void WideRest(const WideMatmulJob& job, int panel, int token, int n) {
  if (n == kTokens) return WideTile<kTokens, kPanels>(job, panel, token);
  if constexpr (kTokens > 1) WideRest<kTokens - 1, kPanels>(job, panel, token, n);
}

// Tokens [token, end) against some panels, which stay in the first-level cache.
template <int kPanels>
[[gnu::always_inline]] inline void WidePanels(const WideMatmulJob& job, int panel, int token,
                                              int end) {
  for (; token + kAttentionRows <= end; token += kAttentionRows) {
    WideTile<kAttentionRows, kPanels>(job, panel, token);
  }
  if (token < end) WideRest<kAttentionRows, kPanels>(job, panel, token, end - token);
}

void WideMatmul(const WideMatmulJob& job) {
  constexpr int kPanels = AttentionVectors(kAttentionRows);
  // As in products of groups: tokens that stay in the second-level cache.
  constexpr int kTokens = kTileUnit ? kTileRows : kAttentionRows;
  const auto row_bytes = static_cast<int>(job.x.stride() * 2);
  const int tiles = kTokenBlockBytes / 2 / row_bytes / kTokens;
  const int block = (tiles > 1 ? tiles : 1) * kTokens;
  for (int begin = 0; begin < job.x.tokens; begin += block) {
    const int end = job.x.tokens - begin < block ? job.x.tokens : begin + block;
    if constexpr (kTileUnit) {
      WideTiles(job, begin, end);
      continue;
    }
    int panel = job.panel_begin;
    for (; panel + kPanels <= job.panel_end; panel += kPanels) {
      WidePanels<kPanels>(job, panel, begin, end);
    }
    for (; panel < job.panel_end; ++panel) WidePanels<1>(job, panel, begin, end);
  }
}

void QuantizeWide(const float* x, const WideActivations& out, int token) {
  int16_t* codes = out.row(token);
  out.scales[token] = Quantize16(x, out.columns, kWideLimits, codes);
  for (int i = (out.columns + 15) / 16 * 16; i < WideColumns(out.columns); ++i) codes[i] = 0;
  if constexpr (kTileUnit) ArrangeWideRow(codes, out.columns);
}

// Codes of sixteen rows, [16][columns], in the order that products read.
[[gnu::always_inline]] inline void ArrangePanel(const int16_t* rows, int columns, uint8_t* codes) {
  if constexpr (kTileUnit) return ArrangeWidePanel(rows, columns, codes);
  auto* out = reinterpret_cast<int16_t*>(codes);
  for (int i = 0; i < columns; i += 2) {
    for (int r = 0; r < kPanelRows; ++r, out += 2) {
      out[0] = rows[r * columns + i];
      out[1] = rows[r * columns + i + 1];
    }
  }
}

bool PackWide(const float* rows, int n_rows, int columns, int16_t* codes, uint8_t* panel) {
  auto* scales = reinterpret_cast<float*>(panel);
  const int wide = WideColumns(columns);
  bool numbers = true;
  for (int i = 0; i < kPanelRows * wide; ++i) codes[i] = 0;
  for (int r = 0; r < kPanelRows; ++r) {
    scales[r] = 0;
    if (r >= n_rows) continue;
    scales[r] = Quantize16(rows + int64_t{r} * columns, columns, kWideLimits, codes + r * wide);
    numbers = numbers && scales[r] == scales[r];
  }
  ArrangePanel(codes, wide, panel + kPanelRows * sizeof(float));
  return numbers;
}
