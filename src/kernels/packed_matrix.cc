// Packing: from the file's row-by-row blocks to panels of 16 interleaved rows.
#include "kernels/packed_matrix.h"

#include <cstring>

#include "base/check.h"

namespace bantam {
namespace {

// One group of one row, taken apart: what every format comes down to.
struct GroupCodes {
  uint8_t q[32];      // codes, unsigned (Q8_0: the byte as it is)
  uint8_t scales[2];  // integer scales: [0] or one per half group
  uint8_t mins[2];
};

uint16_t ReadU16(const uint8_t* p) {
  uint16_t value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

void NibblesOf(const uint8_t* qs, uint8_t* q) {
  for (int i = 0; i < 16; ++i) {
    q[i] = qs[i] & 15;
    q[i + 16] = qs[i] >> 4;
  }
}

void AddHighBits(const uint8_t* qh, uint8_t* q) {
  uint32_t bits;
  std::memcpy(&bits, qh, sizeof(bits));
  for (int i = 0; i < 32; ++i) q[i] = static_cast<uint8_t>(q[i] | (((bits >> i) & 1) << 4));
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

// Takes group g of a row apart. `block` is the file block it lies in.
void TakeApart(DType type, const uint8_t* block, int g, GroupCodes* out) {
  uint8_t* q = out->q;
  switch (type) {
    case DType::kQ4_0:
    case DType::kIQ4_NL: NibblesOf(block + 2, q); return;
    case DType::kQ4_1: NibblesOf(block + 4, q); return;
    case DType::kQ5_0:
      NibblesOf(block + 6, q);
      AddHighBits(block + 2, q);
      return;
    case DType::kQ5_1:
      NibblesOf(block + 8, q);
      AddHighBits(block + 4, q);
      return;
    case DType::kQ8_0: std::memcpy(q, block + 2, 32); return;
    case DType::kQ4_K:
    case DType::kQ5_K: {
      SixBitScale(g, block + 4, &out->scales[0], &out->mins[0]);
      const bool five = type == DType::kQ5_K;
      const uint8_t* qs = block + (five ? 48 : 16) + (g / 2) * 32;
      for (int i = 0; i < 32; ++i) {
        q[i] = static_cast<uint8_t>((qs[i] >> (4 * (g & 1))) & 15);
        if (five) q[i] = static_cast<uint8_t>(q[i] | (((block[16 + i] >> g) & 1) << 4));
      }
      return;
    }
    case DType::kQ6_K: {
      const int half = g / 4;  // 128 columns
      const int quarter = g % 4;
      const uint8_t* low = block + half * 64 + (quarter & 1) * 32;
      const uint8_t* high = block + 128 + half * 32;
      for (int i = 0; i < 32; ++i) {
        const int nibble = (low[i] >> (4 * (quarter >> 1))) & 15;
        q[i] = static_cast<uint8_t>(nibble | (((high[i] >> (2 * quarter)) & 3) << 4));
      }
      out->scales[0] = block[192 + 2 * g];
      out->scales[1] = block[192 + 2 * g + 1];
      return;
    }
    case DType::kQ3_K: {
      const uint8_t* qs = block + 32 + (g / 4) * 32;
      for (int i = 0; i < 32; ++i) {
        const int high = (block[i] >> g) & 1;
        q[i] = static_cast<uint8_t>(((qs[i] >> (2 * (g % 4))) & 3) | (high << 2));
      }
      out->scales[0] = Q3Scale(2 * g, block + 96);
      out->scales[1] = Q3Scale(2 * g + 1, block + 96);
      return;
    }
    case DType::kQ2_K: {
      const uint8_t* qs = block + 16 + (g / 4) * 32;
      for (int i = 0; i < 32; ++i) q[i] = (qs[i] >> (2 * (g % 4))) & 3;
      for (int h = 0; h < 2; ++h) {
        out->scales[h] = block[2 * g + h] & 15;
        out->mins[h] = block[2 * g + h] >> 4;
      }
      return;
    }
    case DType::kIQ4_XS: {
      NibblesOf(block + 8 + g * 16, q);
      const int low = (block[4 + g / 2] >> (4 * (g & 1))) & 15;
      const int high = (ReadU16(block + 2) >> (2 * g)) & 3;
      out->scales[0] = static_cast<uint8_t>(static_cast<int8_t>((low | (high << 4)) - 32));
      return;
    }
    default: CheckFailed("a quantised type", __FILE__, __LINE__);
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

// Spreads one row's codes over the planes of its group; the planes start out zero.
void StoreCodes(int bits, const uint8_t* q, int row, uint8_t* codes) {
  uint8_t* nibbles = codes;
  uint8_t* pairs = codes + (bits == 6 ? 256 : 0);
  uint8_t* high = codes + (bits == 5 ? 256 : 128);
  for (int slot = 0; slot < 8; ++slot) {
    for (int c = 0; c < 4; ++c) {
      const int byte = row * 4 + c;
      const int code = q[slot * 4 + c];
      if (bits == 8) {
        codes[slot * 64 + byte] = static_cast<uint8_t>(code);
        continue;
      }
      if (bits >= 4) {
        nibbles[(slot & 3) * 64 + byte] |= static_cast<uint8_t>((code & 15) << (4 * (slot >> 2)));
      }
      if (bits == 2 || bits == 3 || bits == 6) {
        const int pair = bits == 6 ? code >> 4 : code & 3;
        pairs[(slot >> 2) * 64 + byte] |= static_cast<uint8_t>(pair << (2 * (slot & 3)));
      }
      if (bits == 3 || bits == 5) {
        const int bit = code >> (bits - 1);
        high[byte] |= static_cast<uint8_t>(bit << slot);
      }
    }
  }
}

// Scales of one row's group into its lane of the group's scale bytes.
void StoreScales(ScaleKind kind, const GroupCodes& group, int row, uint8_t* scales) {
  switch (kind) {
    case ScaleKind::kScale:
    case ScaleKind::kScaleMin: return;
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

}  // namespace

size_t PanelBytes(DType type, int columns) {
  const BlockLayout layout = LayoutOf(type);
  const size_t blocks = static_cast<size_t>(columns) / static_cast<size_t>(32 * layout.groups);
  return blocks * static_cast<size_t>(layout.block_bytes());
}

size_t PackedBytes(DType type, int rows, int columns) {
  const size_t panels = static_cast<size_t>((rows + kPanelRows - 1) / kPanelRows);
  return panels * PanelBytes(type, columns);
}

void PackPanel(DType type, const uint8_t* first_row, int n_rows, int columns, uint8_t* panel) {
  const CodecInfo info = CodecOf(type);
  const BlockLayout layout = LayoutOf(type);
  const DTypeInfo& file = InfoOf(type);
  const int64_t row_bytes = RowBytes(type, columns);
  const int n_blocks = columns / file.block_size;
  std::memset(panel, 0, PanelBytes(type, columns));
  for (int b = 0; b < n_blocks; ++b) {
    uint8_t* block = panel + static_cast<size_t>(b) * layout.block_bytes();
    for (int row = 0; row < n_rows; ++row) {
      const uint8_t* source = first_row + row * row_bytes + int64_t{b} * file.block_bytes;
      uint16_t halves[2];
      HalvesOf(type, source, &halves[0], &halves[1]);
      // Blocks of one group keep their halves in the scale bytes, the others in the header:
      // both lie at the start of the block.
      const int half_bytes = layout.groups == 1 ? layout.group_scales : layout.header;
      for (int i = 0; i < half_bytes / 32; ++i) {
        std::memcpy(block + i * 32 + row * 2, &halves[i], sizeof(uint16_t));
      }
      for (int g = 0; g < layout.groups; ++g) {
        GroupCodes group;
        TakeApart(type, source, g, &group);
        uint8_t* out = block + layout.header + g * layout.group_bytes();
        StoreScales(info.kind, group, row, out);
        StoreCodes(info.bits, group.q, row, out + layout.group_scales);
      }
    }
  }
}

}  // namespace bantam
