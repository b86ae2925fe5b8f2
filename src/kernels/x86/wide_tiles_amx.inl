// Products of 16-bit codes by the AMX matrix unit: bytes of codes as in attention. A panel has, for
// each 64 columns, a tile of its rows' high and one of their low bytes; a token's row 64 high bytes
// and then 64 low ones.

constexpr int kWideChunk = 64;

void ArrangeWideRow(int16_t* codes, int columns) {
  for (int i = 0; i < columns; i += kWideChunk) SplitChunk(codes + i);
}

void ArrangeWidePanel(const int16_t* rows, int columns, uint8_t* codes) {
  for (int i = 0; i < columns; i += kWideChunk) {
    for (int r = 0; r < kPanelRows; ++r) {
      for (int c = 0; c < kWideChunk; ++c) {
        const int code = rows[r * columns + i + c];
        const int at = c / 4 * 64 + r * 4 + c % 4;
        codes[at] = static_cast<uint8_t>((code + 128) >> 8);
        codes[kTileBytes + at] = static_cast<uint8_t>(code);
      }
    }
    codes += 2 * kTileBytes;
  }
}

constexpr int kWideSums = 4 * 256;

// Sums of a panel and up to sixteen tokens, on their way to become products.
struct WideTileSums {
  const WideMatmulJob& job;
  int panel;
  int token;  // of the next row
  int left;   // rows
  const int32_t* sums;

  [[gnu::always_inline]] inline void StoreRows(const F32x16& scales, int n) {
    if (n > left) n = left;
    left -= n;
    for (; n > 0; --n, sums += 16) {
      const __m512i middle =
          _mm512_add_epi32(_mm512_load_si512(sums + 256), _mm512_load_si512(sums + 512));
      const I32x16 dots = {
          {WholeProduct(_mm512_load_si512(sums), middle, _mm512_load_si512(sums + 768))}};
      StoreWideDots(job, panel, token++, scales, dots);
    }
  }
};

// Sums of products of sixteen tokens with a panel's rows: of high and low bytes, four kinds. Rows
// of the tile before are stored in between, some for each chunk: the processor does not look as far
// ahead as a whole tile.
[[gnu::always_inline]] inline void MultiplyWide(const WideMatmulJob& job, const uint8_t* codes,
                                                int token, int32_t* sums, WideTileSums& before,
                                                const F32x16& scales) {
  const auto* x = reinterpret_cast<const uint8_t*>(job.x.row(token));
  const int64_t stride = job.x.stride() * 2;
  const int chunks = WideColumns(job.weights.columns) / kWideChunk;
  const int rows = (15 + chunks) / chunks;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(6);
  _tile_zero(7);
  for (int i = 0; i < chunks; ++i, x += 2 * kWideChunk, codes += 2 * kTileBytes) {
    _tile_loadd(2, x, stride);
    _tile_loadd(4, codes, 64);
    _tile_dpbssd(0, 2, 4);
    _tile_loadd(5, codes + kTileBytes, 64);
    _tile_dpbssd(1, 2, 5);
    _tile_loadd(3, x + kWideChunk, stride);
    _tile_dpbssd(6, 3, 4);
    _tile_dpbssd(7, 3, 5);
    before.StoreRows(scales, rows);
  }
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + 256, 64);
  _tile_stored(6, sums + 512, 64);
  _tile_stored(7, sums + 768, 64);
}

// Tokens [begin, end) against all panels.
void WideTiles(const WideMatmulJob& job, int begin, int end) {
  const TileUnit unit(kWideChunk);
  alignas(64) int32_t sums[2][kWideSums];
  for (int panel = job.panel_begin; panel < job.panel_end; ++panel) {
    const F32x16 scales = Load16(WideScales(job, panel));
    WideTileSums before = {job, panel, 0, 0, nullptr};
    for (int token = begin, turn = 0; token < end; token += 16, turn = 1 - turn) {
      MultiplyWide(job, WideCodes(job, panel), token, sums[turn], before, scales);
      before.token = token;
      before.left = end - token < 16 ? end - token : 16;
      before.sums = sums[turn];
    }
    before.StoreRows(scales, 16);
  }
}
