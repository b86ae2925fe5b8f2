// PackedMatrix: quantised weights rearranged so that vector lanes are rows.
//
// A panel holds 16 rows. Inside it, columns come in groups of 32; a group's codes are eight slots
// of [16 rows][4 columns], the unit that `vpdpbusd` and `sdot` consume, split into bit planes:
//
//   nibble plane  256 B  byte i of vector v (64 B): slot v in the low nibble, slot v + 4 above it
//   pair plane    128 B  byte i of vector v (64 B): slot 4 v + s in bits 2 s, 2 s + 1
//   bit plane      64 B  byte i: slot s in bit s
//
// 2-bit codes are a pair plane; 3-bit a pair plane and a bit plane above it; 4-bit a nibble plane;
// 5-bit nibble and bit plane; 6-bit nibble and pair plane. Scales precede the codes, one lane a
// row. 8-bit codes (plus 128) are two nibble planes: the high one beside the scales, the low ones
// apart from them (PackedMatrix), so that what lies together is a 4-bit sketch. The same numbers as
// in the file, within 3 % of its size (K-quant scales widen to bytes).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/dtype.h"

namespace bantam {

inline constexpr int kPanelRows = 16;
inline constexpr int kGroupColumns = 32;

// How a group's weights follow from its integer codes q.
enum class ScaleKind : uint8_t {
  kScale,          // d * (q - zero), one half-precision d a group
  kScaleMin,       // d * q + m, half-precision d and m a group
  kScaleZero,      // d * (q + z), half-precision d and a whole number z a group
  kSuperScale,     // (D * s) * q: half-precision D a block of 8 groups, signed 8-bit s a group
  kSuperScaleMin,  // (D * s) * q - (M * m): D, M a block; unsigned 8-bit s, m a group
  kSubScale,       // D * s * (q - zero): signed 8-bit s for each half group
  kSubScaleMin,    // D * s * q - M * m: unsigned 8-bit s, m for each half group
};

// One row of this table per quantised type is all that packing and kernels know of it.
struct CodecInfo {
  ScaleKind kind;
  int bits;    // planes stored
  int zero;    // subtracted from codes
  bool table;  // 4-bit codes index the IQ4 table of signed values
};
constexpr bool HasCodec(DType type) {
  return type != DType::kF32 && type != DType::kF16 && type != DType::kBF16;
}
constexpr CodecInfo CodecOf(DType type) {
  switch (type) {
    case DType::kQ4_0: return {ScaleKind::kScale, 4, 8, false};
    case DType::kQ4_1: return {ScaleKind::kScaleMin, 4, 0, false};
    case DType::kQ5_0: return {ScaleKind::kScale, 5, 16, false};
    case DType::kQ5_1: return {ScaleKind::kScaleMin, 5, 0, false};
    case DType::kQ8_0: return {ScaleKind::kScale, 8, 0, false};
    case DType::kQ2_K: return {ScaleKind::kSubScaleMin, 2, 0, false};
    case DType::kQ3_K: return {ScaleKind::kSubScale, 3, 4, false};
    case DType::kQ4_K: return {ScaleKind::kSuperScaleMin, 4, 0, false};
    case DType::kQ5_K: return {ScaleKind::kSuperScaleMin, 5, 0, false};
    case DType::kQ6_K: return {ScaleKind::kSubScale, 6, 32, false};
    case DType::kIQ4_NL: return {ScaleKind::kScale, 4, 0, true};
    case DType::kIQ4_XS: return {ScaleKind::kSuperScale, 4, 0, true};
    case DType::kQ4_Z: return {ScaleKind::kScaleZero, 4, 0, false};
    case DType::kQ8_Z: return {ScaleKind::kScaleZero, 8, 0, false};
    default: return {ScaleKind::kScale, 8, 0, false};
  }
}

// Where things lie in a packed block. A block is one group, or eight for the K-quants.
struct BlockLayout {
  int groups;        // per block
  int header;        // bytes of half-precision values before the first group
  int group_scales;  // bytes of scales before a group's codes
  int group_codes;   // bytes of a group's codes
  constexpr int group_bytes() const { return group_scales + group_codes; }
  constexpr int block_bytes() const { return header + groups * group_bytes(); }
};
constexpr BlockLayout LayoutOf(DType type) {
  const CodecInfo info = CodecOf(type);
  const int codes = (info.bits == 8 ? 4 : info.bits) * 64;
  switch (info.kind) {
    case ScaleKind::kScale: return {1, 0, 32, codes};
    case ScaleKind::kScaleMin:
    case ScaleKind::kScaleZero: return {1, 0, 64, codes};
    case ScaleKind::kSuperScale: return {8, 32, 16, codes};
    case ScaleKind::kSuperScaleMin: return {8, 64, 32, codes};
    case ScaleKind::kSubScale: return {8, 32, 32, codes};
    case ScaleKind::kSubScaleMin: return {8, 64, 64, codes};
  }
  return {};
}

// Bytes a group has in the low plane: the low nibbles of 8-bit codes.
constexpr int LowPlaneBytes(DType type) {
  return CodecOf(type).bits == 8 ? 256 : 0;
}

// Signed values of the 4-bit codes of IQ4_NL and IQ4_XS (from the format's definition).
inline constexpr int8_t kIq4Values[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                          1,    13,   25,  38,  53,  69,  89,  113};

// One panel: its blocks, and the low planes of their groups where the type has any.
template <class Byte>
struct PanelParts {
  Byte* blocks = nullptr;
  Byte* low_planes = nullptr;
};
using Panel = PanelParts<const uint8_t>;
using WritablePanel = PanelParts<uint8_t>;

// A view; the memory belongs to somebody else. The blocks of all panels lie one behind the other,
// and after them all low planes: who reads only blocks, as a sketch does, reads one piece of
// memory (of halves of pages it would get half the bytes a second). Rows beyond `rows` in the last
// panel are zero.
struct PackedMatrix {
  DType type = DType::kF32;
  int rows = 0;
  int columns = 0;
  const uint8_t* data = nullptr;  // 64-byte aligned
  size_t block_bytes = 0;         // of one panel
  size_t low_plane_bytes = 0;     // of one panel

  int panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
  size_t panel_bytes() const { return block_bytes + low_plane_bytes; }
  Panel panel(int p) const { return PanelIn(data, p); }
  // The same in memory that is laid out like this.
  template <class Byte>
  PanelParts<Byte> PanelIn(Byte* memory, int p) const {
    const auto before = static_cast<size_t>(p);
    Byte* low_planes = memory + static_cast<size_t>(panels()) * block_bytes;
    return {memory + before * block_bytes, low_planes + before * low_plane_bytes};
  }
};

// A matrix packed at `data`, PackedBytes long. Columns are a multiple of the type's block size.
PackedMatrix PackedMatrixAt(DType type, int rows, int columns, const uint8_t* data);

// Bytes of a packed panel, both parts, and of a whole matrix.
size_t PanelBytes(DType type, int columns);
size_t PackedBytes(DType type, int rows, int columns);

// A half-precision value as panels keep it: an infinite one is no number, as nothing finite can be
// multiplied by it. What each kernel would make of infinities depends on how it multiplies.
constexpr uint16_t PackedHalf(uint16_t half) {
  constexpr uint16_t kExponent = 0x7C00;
  return (half & kExponent) == kExponent ? 0x7E00 : half;
}

// A panel of floats lies in parts of 1,024 columns. Of a part, four rows take turns every 64 bytes,
// then the next four: one stream through memory, with sums that do not wait for each other, and few
// activations for so many weights. Rows of other lengths than whole pieces have no panels.
inline constexpr int kFloatColumns = 1024;
inline constexpr int kFloatRows = 4;
inline constexpr int kFloatPiece = 64;

// Packs up to 16 rows of floats, RowBytes a multiple of kFloatPiece, into one panel.
void PackFloatPanel(DType type, const uint8_t* first_row, int n_rows, int columns, uint8_t* panel);

// Packs up to 16 rows, in the file's layout one after the other, into one panel: the readable form
// of what Kernels::pack does.
void PackPanel(DType type, const uint8_t* first_row, int n_rows, int columns, WritablePanel panel);

}  // namespace bantam
