// For instruction sets without a matrix unit: what tile_unit_*.inl define where there is one.

constexpr bool kTileUnit = false;
constexpr int kTileUnitFrom = 0;  // tokens; from here on unpacking a panel for the unit pays

// Holds the unit for one kind of groups, with or without scales of their halves.
struct TileUnit {
  explicit TileUnit(bool) {}
};

// Dots of sixteen tokens with sixteen rows' signed codes: int32 [token][row]; of the two halves of
// the columns one after the other where kHalves.
template <bool kHalves>
void TileDots(const uint8_t* codes, const int8_t* x, int32_t* dots);
