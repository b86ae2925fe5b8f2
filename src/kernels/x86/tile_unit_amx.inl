// The matrix unit of AMX (Intel SDM, volume 1, chapter 18), for groups of 32 columns.
//
// A panel's unpacked group is a tile as `tdpbssd` reads its second factor, the activations of
// sixteen tokens are one as it reads its first: neither is rearranged. Dots go through memory to
// the vector registers, which scale and add them: 48 operations for 16 x 16 x 32 products. Beside
// any instruction of the unit these issue on one port instead of two: 48 cycles, in which the unit
// makes the products and stores them (16 cycles each, at once); loading its tiles adds some 10.
// (`vpdpbusd` and the same vectors take 110.) A store that came right after its product would wait
// for it, 52 cycles, so it comes a group later. Sixteen products and then their vectors, in turns,
// and tiles of bfloat16, which need no conversion, took longer once activations come from the
// second cache.

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

// Sixteen rows of x are read, however many tokens the caller goes on to use. (Some compilers' tiles
// have no numbers but names, so each slot is spelt out.)
template <bool kHalves, int kSlot>
[[gnu::always_inline]] inline void MultiplyTiles(const uint8_t* codes, const int8_t* x) {
  _tile_loadd(4, x, 32);
  _tile_loadd(6, codes, 64);
  if constexpr (kSlot == 0) {
    _tile_zero(0);
    _tile_dpbssd(0, 4, 6);
  } else {
    _tile_zero(1);
    _tile_dpbssd(1, 4, 6);
  }
  if constexpr (!kHalves) return;
  _tile_loadd(5, x + 16, 32);
  _tile_loadd(7, codes + 256, 64);
  if constexpr (kSlot == 0) {
    _tile_zero(2);
    _tile_dpbssd(2, 5, 7);
  } else {
    _tile_zero(3);
    _tile_dpbssd(3, 5, 7);
  }
}

template <bool kHalves, int kSlot>
[[gnu::always_inline]] inline void StoreDots(int32_t* dots) {
  if constexpr (kSlot == 0) {
    _tile_stored(0, dots, 64);
    if constexpr (kHalves) _tile_stored(2, dots + 256, 64);
  } else {
    _tile_stored(1, dots, 64);
    if constexpr (kHalves) _tile_stored(3, dots + 256, 64);
  }
}
