// The matrix unit of AMX (Intel SDM, volume 1, chapter 18), for groups of 32 columns.
//
// A panel's unpacked group is a tile as `tdpbssd` reads its second factor, the activations of
// sixteen tokens are one as it reads its first: neither is rearranged. Dots go through memory to
// the vector registers, which convert, scale and add them.
//
// A product takes the unit 16 cycles. Beside any of its instructions, were it but `tilezero`,
// 512-bit multiplications and multiply-adds are issued on port 0 alone, one a cycle; additions keep
// both ports (64 multiply-adds in a loop: 33 cycles, 67 with a `tilezero`; 64 additions: 31 both
// ways). So dots are converted by an addition, and 32 multiply-adds a group remain. A tile's store
// takes port 5 for 17 cycles and is microcode, beside which little else is issued, so it stands
// between the additions of the first tokens and the last (2 to 5 % of a prompt); right after its
// product it would wait for it, 52 cycles, so it comes a group later. Tried and slower: sums that
// start from a tile of biases, four products and then their vectors in turns, tiles of bfloat16,
// and codes times their scales as 16-bit numbers in four products of bytes (no vectors between, but
// tiles from the second-level cache: 14 to 16 ns a group against 13).

constexpr bool kTileUnit = true;
constexpr int kTileUnitFrom = 32;
constexpr int kTileRows = 16;
constexpr int kTileColumns = 64;  // bytes

class TileUnit {
 public:
  explicit TileUnit(int columns) {
    struct alignas(64) {
      uint8_t palette = 1;
      uint8_t start_row = 0;
      uint8_t reserved[14] = {};
      uint16_t row_bytes[16] = {};
      uint8_t rows[16] = {};
    } config;
    for (int i = 0; i < 8; ++i) {
      const bool is_x = i == 4 || i == 5;
      const bool is_codes = i == 6 || i == 7;
      config.rows[i] = static_cast<uint8_t>(is_codes ? columns / 4 : 16);
      config.row_bytes[i] = static_cast<uint16_t>(is_x ? columns : 64);
    }
    // Some compilers' intrinsic reads only the first bytes as they see it.
    __asm__ volatile("" : : "r"(&config) : "memory");
    _tile_loadconfig(&config);
  }
  ~TileUnit() { _tile_release(); }
  TileUnit(const TileUnit&) = delete;
  TileUnit& operator=(const TileUnit&) = delete;
};

// Four tiles of sums: four groups, or two of two halves.
template <bool kHalves>
constexpr int kUnitSlots = kHalves ? 2 : 4;
template <bool kHalves>
constexpr int kUnitAhead = kHalves ? 2 : 3;

// Tiles 0 to 3 are sums, 4 and 5 activations, 6 and 7 codes. (Some compilers' tiles have no numbers
// but names, so each is spelt out.)
template <int kSum>
[[gnu::always_inline]] inline void MultiplyTile(const uint8_t* codes, const int8_t* x) {
#define BANTAM_MULTIPLY(sum, activations, weights) \
  _tile_loadd(activations, x, 32);                 \
  _tile_loadd(weights, codes, 64);                 \
  _tile_zero(sum);                                 \
  _tile_dpbssd(sum, activations, weights)
  if constexpr (kSum == 0) { BANTAM_MULTIPLY(0, 4, 6); }
  if constexpr (kSum == 1) { BANTAM_MULTIPLY(1, 5, 7); }
  if constexpr (kSum == 2) { BANTAM_MULTIPLY(2, 4, 6); }
  if constexpr (kSum == 3) { BANTAM_MULTIPLY(3, 5, 7); }
#undef BANTAM_MULTIPLY
}

// Sixteen rows of x are read, however many tokens the caller goes on to use.
template <bool kHalves, int kSlot>
[[gnu::always_inline]] inline void MultiplyTiles(const uint8_t* codes, const int8_t* x) {
  if constexpr (!kHalves) return MultiplyTile<kSlot>(codes, x);
  MultiplyTile<2 * kSlot>(codes, x);
  MultiplyTile<2 * kSlot + 1>(codes + 256, x + 16);
}

template <int kSum>
[[gnu::always_inline]] inline void StoreTile(int32_t* dots) {
  if constexpr (kSum == 0) _tile_stored(0, dots, 64);
  if constexpr (kSum == 1) _tile_stored(1, dots, 64);
  if constexpr (kSum == 2) _tile_stored(2, dots, 64);
  if constexpr (kSum == 3) _tile_stored(3, dots, 64);
}

template <bool kHalves, int kSlot>
[[gnu::always_inline]] inline void StoreDots(int32_t* dots) {
  if constexpr (!kHalves) return StoreTile<kSlot>(dots);
  StoreTile<2 * kSlot>(dots);
  StoreTile<2 * kSlot + 1>(dots + 256);
}

// Scales of sixteen rows, by which a token's dots are multiplied. Dots (below 2^22 in size) become
// float32 by an addition: to 1.5 * 2^23 as bits. The multiplication takes that back: times a scale
// (of 19 bits at most) it is exact, so the fused product is rounded once, as dot * scale would be.
class UnitScale {
 public:
  explicit UnitScale(Lanes scale)
      : scale_(scale), minus_bias_(_mm512_mul_ps(scale, _mm512_set1_ps(-kBias))) {}

  [[gnu::always_inline]] Lanes Times(const int32_t* dots) const {
    const Ints bias = _mm512_castps_si512(_mm512_set1_ps(kBias));
    const Ints biased = _mm512_add_epi32(bias, _mm512_load_si512(dots));
    return _mm512_fmadd_ps(_mm512_castsi512_ps(biased), scale_, minus_bias_);
  }

 private:
  static constexpr float kBias = 12582912.0F;
  Lanes scale_;
  Lanes minus_bias_;
};
