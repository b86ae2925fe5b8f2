// The matrix unit of AMX (Intel SDM, volume 1, chapter 18), for groups of 32 columns.
//
// A panel's unpacked group is a tile as `tdpbssd` reads its second factor, the activations of
// sixteen tokens are one as it reads its first: neither is rearranged. Dots go through memory to
// the vector registers, which scale and add them: 48 operations on two ports for 16 x 16 x 32
// products. Measured on one core: the tiles take 33 cycles, the vectors 24, both 50 to 57, for they
// hardly overlap (nor with tiles further ahead); `vpdpbusd` and the same vectors take 110. Sixteen
// products of the unit and then their vectors, in turns, would take 49 with everything in the
// first-level cache; but activations come from the second, and nothing hides that: 10 % lost.

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
      const bool is_x = i == 2 || i == 3;
      const bool is_codes = i == 4 || i == 5;
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

// Sixteen rows of x are read, however many tokens the caller goes on to use.
template <bool kHalves>
[[gnu::always_inline]] inline void TileDots(const uint8_t* codes, const int8_t* x, int32_t* dots) {
  _tile_zero(0);
  _tile_loadd(2, x, 32);
  _tile_loadd(4, codes, 64);
  _tile_dpbssd(0, 2, 4);
  _tile_stored(0, dots, 64);
  if constexpr (kHalves) {
    _tile_zero(1);
    _tile_loadd(3, x + 16, 32);
    _tile_loadd(5, codes + 256, 64);
    _tile_dpbssd(1, 3, 5);
    _tile_stored(1, dots + 256, 64);
  }
}
