// For instruction sets without a matrix unit: what tile_unit_*.inl define where there is one.

constexpr bool kTileUnit = false;
constexpr int kTileUnitFrom = 0;  // tokens; from here on unpacking a panel for the unit pays
constexpr int kTileRows = 0;      // largest tile
constexpr int kTileColumns = 0;   // of a tile's bytes

// Holds the unit, set up for products over so many columns: 64, 32, or 16.
struct TileUnit {
  explicit TileUnit(int) {}
};

// How many groups' dots are on their way at once, and how many groups their products are ahead of
// the addition; they are written one group after the product.
template <bool kHalves>
constexpr int kUnitSlots = 2;
template <bool kHalves>
constexpr int kUnitAhead = 2;

// Has the unit multiply sixteen tokens by sixteen rows' signed codes, in one of its slots ...
template <bool kHalves, int kSlot>
void MultiplyTiles(const uint8_t* codes, const int8_t* x);

// ... and writes the dots: int32 [token][row]; of the two halves of the columns one after the other
// where kHalves.
template <bool kHalves, int kSlot>
void StoreDots(int32_t* dots);

// Scales of sixteen rows, by which a token's dots are multiplied.
struct UnitScale {
  explicit UnitScale(Lanes) {}
  Lanes Times(const int32_t* dots) const;
};
