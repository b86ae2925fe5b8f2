// Packing: from the file's row-by-row blocks to panels of 16 interleaved rows.
#include "kernels/packed_matrix.h"

#include <cstring>

#include "base/check.h"

namespace bantam {
namespace {

// One group of one row, taken apart: what every format comes down to. Codes are bytes, four to a
// word (a slot), so that the steps below work on four columns at once.
struct GroupCodes {
  uint32_t slots[8];
  uint8_t scales[2];  // integer scales: [0] or one per half group
  uint8_t mins[2];
};

constexpr uint32_t kNibbles = 0x0F0F0F0F;
constexpr uint32_t kPairs = 0x03030303;
constexpr uint32_t kBits = 0x01010101;

uint16_t ReadU16(const uint8_t* p) {
  uint16_t value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

uint32_t ReadU32(const uint8_t* p) {
  uint32_t value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

// Sixteen bytes hold columns 0–15 in their low and 16–31 in their high nibbles.
void SplitNibbles(const uint8_t* qs, uint32_t* slots) {
  for (int i = 0; i < 4; ++i) {
    const uint32_t both = ReadU32(qs + 4 * i);
    slots[i] = both & kNibbles;
    slots[i + 4] = both >> 4 & kNibbles;
  }
}

// Bit i of qh becomes bit 4 of code i: a multiplication spreads four bits over four bytes.
void AddHighBits(const uint8_t* qh, uint32_t* slots) {
  const uint32_t bits = ReadU32(qh);
  for (int s = 0; s < 8; ++s) slots[s] |= ((bits >> 4 * s & 15) * 0x00204081 & kBits) << 4;
}

// The 6-bit scale and minimum of sub-block j of Q4_K and Q5_K: twelve bytes hold eight of each.
void SixBitScale(int j, const uint8_t* s, uint8_t* scale, uint8_t* min) {
  if (j < 4) {
    *scale = s[j] & 63;
    *min = s[j + 4] & 63;
  } else {
    *scale = static_cast<uint8_t>((s[j + 4] & 15) | ((s[j - 4] >> 6) << 4));
    *min = static_cast<uint8_t>((s[j + 4] >> 4) | ((s[j] >> 6) << 4));
  }
}

// Q3_K: sixteen 6-bit signed scales in twelve bytes, stored with an offset of 32.
uint8_t Q3Scale(int i, const uint8_t* s) {
  const int low = (i < 8 ? s[i] : s[i - 8] >> 4) & 15;
  const int high = (s[8 + i % 4] >> (2 * (i / 4))) & 3;
  return static_cast<uint8_t>(static_cast<int8_t>((low | (high << 4)) - 32));
}

// Groups of Q4_K and Q5_K: two share 32 bytes, one in the low and one in the high nibbles.
void TakeApartQ45K(const uint8_t* block, bool five, int g, GroupCodes* out) {
  SixBitScale(g, block + 4, &out->scales[0], &out->mins[0]);
  const uint8_t* qs = block + (five ? 48 : 16) + (g / 2) * 32;
  for (int s = 0; s < 8; ++s) {
    out->slots[s] = ReadU32(qs + 4 * s) >> 4 * (g & 1) & kNibbles;
    if (five) out->slots[s] |= (ReadU32(block + 16 + 4 * s) >> g & kBits) << 4;
  }
}

// Q6_K: quarters of 128 columns share 64 bytes of nibbles and 32 bytes of pairs.
void TakeApartQ6K(const uint8_t* block, int g, GroupCodes* out) {
  const int half = g / 4;
  const int quarter = g % 4;
  const uint8_t* low = block + half * 64 + (quarter & 1) * 32;
  const uint8_t* high = block + 128 + half * 32;
  for (int s = 0; s < 8; ++s) {
    out->slots[s] = (ReadU32(low + 4 * s) >> 4 * (quarter >> 1) & kNibbles) |
                    (ReadU32(high + 4 * s) >> 2 * quarter & kPairs) << 4;
  }
  out->scales[0] = block[192 + 2 * g];
  out->scales[1] = block[192 + 2 * g + 1];
}

void TakeApartQ3K(const uint8_t* block, int g, GroupCodes* out) {
  const uint8_t* qs = block + 32 + (g / 4) * 32;
  for (int s = 0; s < 8; ++s) {
    out->slots[s] =
        (ReadU32(qs + 4 * s) >> 2 * (g % 4) & kPairs) | (ReadU32(block + 4 * s) >> g & kBits) << 2;
  }
  out->scales[0] = Q3Scale(2 * g, block + 96);
  out->scales[1] = Q3Scale(2 * g + 1, block + 96);
}

void TakeApartQ2K(const uint8_t* block, int g, GroupCodes* out) {
  const uint8_t* qs = block + 16 + (g / 4) * 32;
  for (int s = 0; s < 8; ++s) out->slots[s] = ReadU32(qs + 4 * s) >> 2 * (g % 4) & kPairs;
  for (int h = 0; h < 2; ++h) {
    out->scales[h] = block[2 * g + h] & 15;
    out->mins[h] = block[2 * g + h] >> 4;
  }
}

void TakeApartIq4Xs(const uint8_t* block, int g, GroupCodes* out) {
  SplitNibbles(block + 8 + g * 16, out->slots);
  const int low = (block[4 + g / 2] >> (4 * (g & 1))) & 15;
  const int high = (ReadU16(block + 2) >> (2 * g)) & 3;
  out->scales[0] = static_cast<uint8_t>(static_cast<int8_t>((low | (high << 4)) - 32));
}

// Takes group g of a row apart. `block` is the file block it lies in.
template <DType kType>
void TakeApart(const uint8_t* block, int g, GroupCodes* out) {
  if constexpr (kType == DType::kQ4_0 || kType == DType::kIQ4_NL) {
    SplitNibbles(block + 2, out->slots);
  } else if constexpr (kType == DType::kQ4_1 || kType == DType::kQ4_Z) {
    SplitNibbles(block + 4, out->slots);
  } else if constexpr (kType == DType::kQ5_0) {
    SplitNibbles(block + 6, out->slots);
    AddHighBits(block + 2, out->slots);
  } else if constexpr (kType == DType::kQ5_1) {
    SplitNibbles(block + 8, out->slots);
    AddHighBits(block + 4, out->slots);
  } else if constexpr (kType == DType::kQ8_0) {
    std::memcpy(out->slots, block + 2, 32);
  } else if constexpr (kType == DType::kQ8_Z) {
    std::memcpy(out->slots, block + 4, 32);
  } else if constexpr (kType == DType::kQ4_K || kType == DType::kQ5_K) {
    TakeApartQ45K(block, kType == DType::kQ5_K, g, out);
  } else if constexpr (kType == DType::kQ6_K) {
    TakeApartQ6K(block, g, out);
  } else if constexpr (kType == DType::kQ3_K) {
    TakeApartQ3K(block, g, out);
  } else if constexpr (kType == DType::kQ2_K) {
    TakeApartQ2K(block, g, out);
  } else {
    static_assert(kType == DType::kIQ4_XS);
    TakeApartIq4Xs(block, g, out);
  }
}

// The half-precision values of a file block: scale first, then minimum.
void HalvesOf(DType type, const uint8_t* block, uint16_t* scale, uint16_t* min) {
  switch (type) {
    case DType::kQ2_K:
      *scale = ReadU16(block + 80);
      *min = ReadU16(block + 82);
      return;
    case DType::kQ3_K: *scale = ReadU16(block + 108); return;
    case DType::kQ6_K: *scale = ReadU16(block + 208); return;
    default:
      *scale = ReadU16(block);
      *min = ReadU16(block + 2);  // read only by the kinds that have one
      return;
  }
}

void WriteSlot(uint8_t* plane, int vector, int row, uint32_t four) {
  std::memcpy(plane + vector * 64 + row * 4, &four, sizeof(four));
}

// Two bits of every code from bit `at` on, four slots to a vector.
void StorePairs(const uint32_t* slots, int at, int row, uint8_t* plane) {
  for (int v = 0; v < 2; ++v) {
    uint32_t pairs = 0;
    for (int s = 0; s < 4; ++s) pairs |= (slots[4 * v + s] >> at & kPairs) << 2 * s;
    WriteSlot(plane, v, row, pairs);
  }
}

// Bit `at` of every code.
void StoreBits(const uint32_t* slots, int at, int row, uint8_t* plane) {
  uint32_t bits = 0;
  for (int s = 0; s < 8; ++s) bits |= (slots[s] >> at & kBits) << s;
  WriteSlot(plane, 0, row, bits);
}

// The nibble from bit `at` on of every code, slot v + 4 above slot v.
void StoreNibbles(const uint32_t* slots, int at, int row, uint8_t* plane) {
  for (int v = 0; v < 4; ++v) {
    WriteSlot(plane, v, row, (slots[v] >> at & kNibbles) | (slots[v + 4] >> at & kNibbles) << 4);
  }
}

// Spreads one row's codes over the planes of its group.
template <int kCodeBits>
void StoreCodes(const uint32_t* slots, int row, uint8_t* codes, uint8_t* low_plane) {
  if constexpr (kCodeBits == 8) {
    uint32_t raised[8];
    for (int s = 0; s < 8; ++s) raised[s] = slots[s] ^ 0x80808080;
    StoreNibbles(raised, 4, row, codes);
    StoreNibbles(raised, 0, row, low_plane);
    return;
  }
  if constexpr (kCodeBits >= 4) StoreNibbles(slots, 0, row, codes);
  if constexpr (kCodeBits == 6) StorePairs(slots, 4, row, codes + 256);
  if constexpr (kCodeBits == 5) StoreBits(slots, 4, row, codes + 256);
  if constexpr (kCodeBits <= 3) StorePairs(slots, 0, row, codes);
  if constexpr (kCodeBits == 3) StoreBits(slots, 2, row, codes + 128);
}

// Scales of one row's group into its lane of the group's scale bytes.
void StoreScales(ScaleKind kind, const GroupCodes& group, int row, uint8_t* scales) {
  switch (kind) {
    case ScaleKind::kScale:
    case ScaleKind::kScaleMin:
    case ScaleKind::kScaleZero: return;
    case ScaleKind::kSuperScale: scales[row] = group.scales[0]; return;
    case ScaleKind::kSuperScaleMin:
      scales[row] = group.scales[0];
      scales[16 + row] = group.mins[0];
      return;
    case ScaleKind::kSubScale:
      scales[row] = group.scales[0];
      scales[16 + row] = group.scales[1];
      return;
    case ScaleKind::kSubScaleMin:
      scales[row] = group.scales[0];
      scales[16 + row] = group.scales[1];
      scales[32 + row] = group.mins[0];
      scales[48 + row] = group.mins[1];
      return;
  }
}

// One block of one row: its halves, then each group's scales and codes.
template <DType kType>
void PackBlock(const uint8_t* source, int row, uint8_t* block, uint8_t* low_plane) {
  constexpr CodecInfo kCodec = CodecOf(kType);
  constexpr BlockLayout kLayout = LayoutOf(kType);
  uint16_t halves[2];
  HalvesOf(kType, source, &halves[0], &halves[1]);
  // Blocks of one group keep their halves in the scale bytes, the others in the header: both lie
  // at the start of the block.
  constexpr int kHalves = (kLayout.groups == 1 ? kLayout.group_scales : kLayout.header) / 32;
  for (int i = 0; i < kHalves; ++i) {
    const uint16_t half = PackedHalf(halves[i]);
    std::memcpy(block + i * 32 + row * 2, &half, sizeof(half));
  }
  for (int g = 0; g < kLayout.groups; ++g) {
    GroupCodes group;
    TakeApart<kType>(source, g, &group);
    uint8_t* out = block + kLayout.header + g * kLayout.group_bytes();
    StoreScales(kCodec.kind, group, row, out);
    StoreCodes<kCodec.bits>(group.slots, row, out + kLayout.group_scales, low_plane);
  }
}

template <DType kType>
void PackPanelOf(const uint8_t* first_row, int n_rows, int columns, WritablePanel panel) {
  const DTypeInfo& file = InfoOf(kType);
  const int64_t row_bytes = RowBytes(kType, columns);
  const int n_blocks = columns / file.block_size;
  constexpr int kBlockBytes = LayoutOf(kType).block_bytes();
  constexpr int kLowBytes = LowPlaneBytes(kType);
  if (n_rows < kPanelRows) {
    std::memset(panel.blocks, 0, static_cast<size_t>(n_blocks) * kBlockBytes);
    if (kLowBytes > 0) std::memset(panel.low_planes, 0, static_cast<size_t>(n_blocks) * kLowBytes);
  }
  for (int b = 0; b < n_blocks; ++b) {
    uint8_t* block = panel.blocks + int64_t{b} * kBlockBytes;
    uint8_t* low_plane = panel.low_planes + int64_t{b} * kLowBytes;
    for (int row = 0; row < n_rows; ++row) {
      PackBlock<kType>(first_row + row * row_bytes + int64_t{b} * file.block_bytes, row, block,
                       low_plane);
    }
  }
}

}  // namespace

PackedMatrix PackedMatrixAt(DType type, int rows, int columns, const uint8_t* data) {
  PackedMatrix matrix = {type, rows, columns, data};
  if (!HasCodec(type)) {
    matrix.block_bytes = size_t{kPanelRows} * static_cast<size_t>(RowBytes(type, columns));
    return matrix;
  }
  const BlockLayout layout = LayoutOf(type);
  const size_t blocks = static_cast<size_t>(columns) / static_cast<size_t>(32 * layout.groups);
  matrix.block_bytes = blocks * static_cast<size_t>(layout.block_bytes());
  matrix.low_plane_bytes = blocks * static_cast<size_t>(LowPlaneBytes(type));
  return matrix;
}

size_t PanelBytes(DType type, int columns) {
  return PackedMatrixAt(type, kPanelRows, columns, nullptr).panel_bytes();
}

size_t PackedBytes(DType type, int rows, int columns) {
  const size_t panels = static_cast<size_t>((rows + kPanelRows - 1) / kPanelRows);
  return panels * PanelBytes(type, columns);
}

void PackFloatPanel(DType type, const uint8_t* first_row, int n_rows, int columns, uint8_t* panel) {
  const int64_t row_bytes = RowBytes(type, columns);
  for (int k = 0; k < columns; k += kFloatColumns) {
    const int64_t begin = RowBytes(type, k);
    const int64_t bytes = RowBytes(type, std::min(kFloatColumns, columns - k));  // of a row's part
    uint8_t* part = panel + begin * kPanelRows;
    for (int r = 0; r < n_rows; ++r) {
      const uint8_t* from = first_row + r * row_bytes + begin;
      const int in_turn = r % kFloatRows;
      uint8_t* to = part + (r - in_turn) * bytes + in_turn * kFloatPiece;
      for (int64_t i = 0; i < bytes; i += kFloatPiece, to += kFloatRows * kFloatPiece) {
        std::memcpy(to, from + i, kFloatPiece);
      }
    }
  }
}

void PackPanel(DType type, const uint8_t* first_row, int n_rows, int columns, WritablePanel panel) {
  switch (type) {
    case DType::kQ4_0: return PackPanelOf<DType::kQ4_0>(first_row, n_rows, columns, panel);
    case DType::kQ4_1: return PackPanelOf<DType::kQ4_1>(first_row, n_rows, columns, panel);
    case DType::kQ5_0: return PackPanelOf<DType::kQ5_0>(first_row, n_rows, columns, panel);
    case DType::kQ5_1: return PackPanelOf<DType::kQ5_1>(first_row, n_rows, columns, panel);
    case DType::kQ8_0: return PackPanelOf<DType::kQ8_0>(first_row, n_rows, columns, panel);
    case DType::kQ2_K: return PackPanelOf<DType::kQ2_K>(first_row, n_rows, columns, panel);
    case DType::kQ3_K: return PackPanelOf<DType::kQ3_K>(first_row, n_rows, columns, panel);
    case DType::kQ4_K: return PackPanelOf<DType::kQ4_K>(first_row, n_rows, columns, panel);
    case DType::kQ5_K: return PackPanelOf<DType::kQ5_K>(first_row, n_rows, columns, panel);
    case DType::kQ6_K: return PackPanelOf<DType::kQ6_K>(first_row, n_rows, columns, panel);
    case DType::kIQ4_NL: return PackPanelOf<DType::kIQ4_NL>(first_row, n_rows, columns, panel);
    case DType::kIQ4_XS: return PackPanelOf<DType::kIQ4_XS>(first_row, n_rows, columns, panel);
    case DType::kQ4_Z: return PackPanelOf<DType::kQ4_Z>(first_row, n_rows, columns, panel);
    case DType::kQ8_Z: return PackPanelOf<DType::kQ8_Z>(first_row, n_rows, columns, panel);
    default: CheckFailed("a quantised type", __FILE__, __LINE__);
  }
}

}  // namespace bantam
