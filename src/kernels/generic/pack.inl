// Packing by vectors: what PackPanel does, for sixteen whole rows at once.
//
// Formats keep the codes of four neighbouring columns in the bytes of a word, as panels do, so a
// panel's planes are transposed words of its rows, whose nibbles, pairs or bits then change places
// between vectors. A simd header's TransposeWords does the first; what is left is shifts and masks.

// The file's block of a type, in bytes (docs: the GGUF specification).
constexpr int FileBlockBytes(DType type) {
  switch (type) {
    case DType::kQ4_0: return 18;
    case DType::kQ4_1: return 20;
    case DType::kQ5_0: return 22;
    case DType::kQ5_1: return 24;
    case DType::kQ8_0: return 34;
    case DType::kQ2_K: return 84;
    case DType::kQ3_K: return 110;
    case DType::kQ4_K: return 144;
    case DType::kQ5_K: return 176;
    case DType::kQ6_K: return 210;
    case DType::kIQ4_NL: return 18;
    case DType::kIQ4_XS: return 136;
    case DType::kQ4_Z: return 20;
    case DType::kQ8_Z: return 36;
    default: return 0;
  }
}

// Some place in the current block of the first of sixteen rows, which lie `stride` bytes apart.
struct Rows {
  const uint8_t* p;
  int64_t stride;

  Rows operator+(int64_t bytes) const { return {p + bytes, stride}; }
};

// One word of each of the sixteen rows.
struct RowWords {
  alignas(64) uint32_t row[kPanelRows];
};

// Word i of kLanes rows from `lane` on into the lanes of out[i].
template <int kWords>
[[gnu::always_inline]] inline void LoadWords(Rows rows, int lane, Bytes* out) {
  for (int i = 0; i < kWords; i += 4) {
    TransposeWords(rows.p + lane * rows.stride + i * 4, rows.stride, out + i);
  }
}

// Sixteen bytes of each row, word by word.
[[gnu::always_inline]] inline void LoadRowWords(Rows rows, RowWords* out) {
  for (int lane = 0; lane < kPanelRows; lane += kLanes) {
    Bytes words[4];
    LoadWords<4>(rows, lane, words);
    for (int i = 0; i < 4; ++i) {
      StoreBytes(reinterpret_cast<uint8_t*>(out[i].row + lane), words[i]);
    }
  }
}

// A single word of each row.
[[gnu::always_inline]] inline RowWords LoadRowWord(Rows rows) {
  RowWords out;
  for (int r = 0; r < kPanelRows; ++r) {
    __builtin_memcpy(&out.row[r], rows.p + r * rows.stride, sizeof(uint32_t));
  }
  return out;
}

// A half-precision value of each row.
[[gnu::always_inline]] inline void PackHalves(Rows rows, uint8_t* out) {
  uint16_t halves[kPanelRows];
  for (int r = 0; r < kPanelRows; ++r) {
    __builtin_memcpy(&halves[r], rows.p + r * rows.stride, sizeof(uint16_t));
  }
  for (uint16_t& half : halves) half = PackedHalf(half);
  __builtin_memcpy(out, halves, sizeof(halves));
}

// Byte `at` of each word.
[[gnu::always_inline]] inline void StoreByteOf(const RowWords& words, int at, uint8_t* out) {
  uint8_t bytes[kPanelRows];
  for (int r = 0; r < kPanelRows; ++r) bytes[r] = static_cast<uint8_t>(words.row[r] >> 8 * at);
  __builtin_memcpy(out, bytes, sizeof(bytes));
}

// function(word of a, word of b), row by row.
template <class Function>
[[gnu::always_inline]] inline RowWords Combine(const RowWords& a, const RowWords& b,
                                               Function function) {
  RowWords out;
  for (int r = 0; r < kPanelRows; ++r) out.row[r] = function(a.row[r], b.row[r]);
  return out;
}

// Moves the lower kBits of every 2 kBits of b to the upper ones of a, and those of a to b.
template <int kBits>
[[gnu::always_inline]] inline void Exchange(Bytes& a, Bytes& b) {
  constexpr int kLow = kBits == 4 ? 0x0F : kBits == 2 ? 0x33 : 0x55;
  const Bytes low = SplatByte(kLow);
  const Bytes high = SplatByte(0xFF ^ kLow);
  const Bytes first = Or(And(a, low), And(ShiftLeft<kBits>(b), high));
  b = Or(And(ShiftRight<kBits>(a), low), And(b, high));
  a = first;
}

// Pair i of vector j becomes pair j of vector i.
[[gnu::always_inline]] inline void TransposePairs(Bytes* four) {
  Exchange<4>(four[0], four[2]);
  Exchange<4>(four[1], four[3]);
  Exchange<2>(four[0], four[1]);
  Exchange<2>(four[2], four[3]);
}

// Bit i of vector j becomes bit j of vector i.
[[gnu::always_inline]] inline void TransposeBits(Bytes* eight) {
  for (int i = 0; i < 4; ++i) Exchange<4>(eight[i], eight[i + 4]);
  for (int i = 0; i < 8; i += 4) {
    Exchange<2>(eight[i], eight[i + 2]);
    Exchange<2>(eight[i + 1], eight[i + 3]);
  }
  for (int i = 0; i < 8; i += 2) Exchange<1>(eight[i], eight[i + 1]);
}

template <int kVectors>
[[gnu::always_inline]] inline void StorePlane(const Bytes* vectors, int lane, uint8_t* plane) {
  for (int v = 0; v < kVectors; ++v) StoreBytes(plane + v * 64 + lane * 4, vectors[v]);
}

// Eight words a row, whose low nibbles are the codes of one group and the high ones of another.
[[gnu::always_inline]] inline void PackNibbles(Rows rows, uint8_t flip, uint8_t* low,
                                               uint8_t* high) {
  for (int lane = 0; lane < kPanelRows; lane += kLanes) {
    Bytes words[8];
    LoadWords<8>(rows, lane, words);
    if (flip != 0) {
      for (Bytes& word : words) word = AddBytes(word, SplatByte(flip));
    }
    for (int v = 0; v < 4; ++v) Exchange<4>(words[v], words[v + 4]);
    StorePlane<4>(words, lane, low);
    StorePlane<4>(words + 4, lane, high);
  }
}

// Four words a row that hold a group's codes as a nibble plane does.
[[gnu::always_inline]] inline void CopyNibbles(Rows rows, uint8_t* plane) {
  for (int lane = 0; lane < kPanelRows; lane += kLanes) {
    Bytes words[4];
    LoadWords<4>(rows, lane, words);
    StorePlane<4>(words, lane, plane);
  }
}

// Eight words a row, pair i of each belonging to group i: the pair planes of four groups.
[[gnu::always_inline]] inline void PackPairs(Rows rows, uint8_t* plane, int group_bytes) {
  for (int lane = 0; lane < kPanelRows; lane += kLanes) {
    Bytes words[8];
    LoadWords<8>(rows, lane, words);
    TransposePairs(words);
    TransposePairs(words + 4);
    for (int g = 0; g < 4; ++g) {
      StoreBytes(plane + g * group_bytes + lane * 4, words[g]);
      StoreBytes(plane + g * group_bytes + 64 + lane * 4, words[4 + g]);
    }
  }
}

// Eight words a row, bit i of each byte belonging to group i: the bit planes of eight groups.
[[gnu::always_inline]] inline void PackBits(Rows rows, uint8_t* plane, int group_bytes) {
  for (int lane = 0; lane < kPanelRows; lane += kLanes) {
    Bytes words[8];
    LoadWords<8>(rows, lane, words);
    TransposeBits(words);
    for (int g = 0; g < 8; ++g) StoreBytes(plane + g * group_bytes + lane * 4, words[g]);
  }
}

// Exchanges bits i and j, i < j, of the positions of all bits of a word.
constexpr uint32_t SwapPositionBits(uint32_t word, int i, int j) {
  uint32_t mask = 0;  // positions with bit i set and bit j clear
  for (int p = 0; p < 32; ++p) mask |= uint32_t{(p >> i & 1) == 1 && (p >> j & 1) == 0} << p;
  const int distance = (1 << j) - (1 << i);
  const uint32_t moved = (word ^ word >> distance) & mask;
  return word ^ moved ^ moved << distance;
}

// A word a row whose bit 4 s + c is that of column c of slot s: bit s of byte c in the plane.
[[gnu::always_inline]] inline void PackWordBits(Rows rows, uint8_t* plane) {
  RowWords words = LoadRowWord(rows);
  for (uint32_t& word : words.row) {
    // Positions, as bits (s2 s1 s0 c1 c0), become (c1 c0 s2 s1 s0).
    word = SwapPositionBits(word, 1, 4);
    word = SwapPositionBits(word, 0, 3);
    word = SwapPositionBits(word, 1, 2);
    word = SwapPositionBits(word, 0, 1);
  }
  __builtin_memcpy(plane, words.row, sizeof(words.row));
}

constexpr uint32_t kNibbleBytes = 0x0F0F0F0F;
constexpr uint32_t kPairBytes = 0x03030303;

// Q4_K and Q5_K: halves, then eight 6-bit scales and minimums in twelve bytes.
[[gnu::always_inline]] inline void PackSixBitScales(Rows block, uint8_t* out, int group_bytes) {
  RowWords words[4];  // d and m; scales, minimums 0–3 and their upper bits; low nibbles of 4–7
  LoadRowWords(block, words);
  const auto low = [](uint32_t a, uint32_t) { return a & 0x3F3F3F3F; };
  const auto scale = [](uint32_t nibbles, uint32_t upper) {
    return (nibbles & kNibbleBytes) | (upper >> 6 & kPairBytes) << 4;
  };
  const auto min = [](uint32_t nibbles, uint32_t upper) {
    return (nibbles >> 4 & kNibbleBytes) | (upper >> 6 & kPairBytes) << 4;
  };
  const RowWords scales[2] = {Combine(words[1], words[1], low), Combine(words[3], words[1], scale)};
  const RowWords mins[2] = {Combine(words[2], words[2], low), Combine(words[3], words[2], min)};
  for (int g = 0; g < 8; ++g) {
    StoreByteOf(scales[g / 4], g % 4, out + g * group_bytes);
    StoreByteOf(mins[g / 4], g % 4, out + g * group_bytes + 16);
  }
}

// Six bits in each byte less 32, as signed bytes.
constexpr uint32_t LessThirtyTwo(uint32_t six) {
  const uint32_t flipped = six ^ 0x20202020;
  return flipped | (flipped & 0x20202020) * 6;
}

// Q3_K: sixteen 6-bit scales in twelve bytes.
[[gnu::always_inline]] inline void PackQ3Scales(Rows scales, uint8_t* out, int group_bytes) {
  const RowWords upper = LoadRowWord(scales + 8);
  for (int four = 0; four < 4; ++four) {
    const RowWords lower = LoadRowWord(scales + four % 2 * 4);
    const RowWords bytes = Combine(lower, upper, [four](uint32_t nibbles, uint32_t pairs) {
      return LessThirtyTwo((nibbles >> four / 2 * 4 & kNibbleBytes) |
                           (pairs >> 2 * four & kPairBytes) << 4);
    });
    for (int i = 0; i < 4; ++i) {
      StoreByteOf(bytes, i, out + (2 * four + i / 2) * group_bytes + i % 2 * 16);
    }
  }
}

// Q2_K: sixteen bytes of a scale and a minimum. Q6_K: sixteen scales.
template <bool kWithMins>
[[gnu::always_inline]] inline void PackHalfGroupScales(Rows scales, uint8_t* out, int group_bytes) {
  RowWords words[4];
  LoadRowWords(scales, words);
  for (int i = 0; i < 16; ++i) {
    uint8_t* lanes = out + i / 2 * group_bytes + i % 2 * 16;
    const RowWords& four = words[i / 4];
    if constexpr (kWithMins) {
      const auto low = [](uint32_t a, uint32_t) { return a & kNibbleBytes; };
      const auto high = [](uint32_t a, uint32_t) { return a >> 4 & kNibbleBytes; };
      StoreByteOf(Combine(four, four, low), i % 4, lanes);
      StoreByteOf(Combine(four, four, high), i % 4, lanes + 32);
    } else {
      StoreByteOf(four, i % 4, lanes);
    }
  }
}

// IQ4_XS: after the half, eight pairs of upper bits, then eight lower nibbles.
[[gnu::always_inline]] inline void PackIq4Scales(Rows block, uint8_t* out, int group_bytes) {
  const RowWords pairs = LoadRowWord(block);
  const RowWords nibbles = LoadRowWord(block + 4);
  for (int g = 0; g < 8; ++g) {
    const RowWords scales = Combine(pairs, nibbles, [g](uint32_t high, uint32_t low) {
      return LessThirtyTwo((low >> 4 * g & 15) | (high >> (16 + 2 * g) & 3) << 4);
    });
    StoreByteOf(scales, 0, out + g * group_bytes);
  }
}

// A block of one group; `codes` lies behind its halves.
template <DType kType>
[[gnu::always_inline]] inline void PackGroup(Rows block, uint8_t* codes, uint8_t* low_plane) {
  if constexpr (kType == DType::kQ4_0 || kType == DType::kIQ4_NL) {
    CopyNibbles(block + 2, codes);
  } else if constexpr (kType == DType::kQ4_1 || kType == DType::kQ4_Z) {
    CopyNibbles(block + 4, codes);
  } else if constexpr (kType == DType::kQ5_0) {
    CopyNibbles(block + 6, codes);
    PackWordBits(block + 2, codes + 256);
  } else if constexpr (kType == DType::kQ5_1) {
    CopyNibbles(block + 8, codes);
    PackWordBits(block + 4, codes + 256);
  } else if constexpr (kType == DType::kQ8_Z) {
    PackNibbles(block + 4, 128, low_plane, codes);
  } else {
    static_assert(kType == DType::kQ8_0);
    PackNibbles(block + 2, 128, low_plane, codes);
  }
}

// Scales and codes of the eight groups of a K-quant's block, the first of which lies at `groups`.
template <DType kType>
[[gnu::always_inline]] inline void PackEightGroups(Rows block, uint8_t* groups) {
  constexpr BlockLayout kLayout = LayoutOf(kType);
  constexpr int kGroup = kLayout.group_bytes();
  uint8_t* codes = groups + kLayout.group_scales;
  if constexpr (kType == DType::kQ4_K || kType == DType::kQ5_K) {
    PackSixBitScales(block, groups, kGroup);
    const Rows nibbles = block + (kType == DType::kQ5_K ? 48 : 16);
    for (int g = 0; g < 8; g += 2) {
      PackNibbles(nibbles + g * 16, 0, codes + g * kGroup, codes + (g + 1) * kGroup);
    }
    if constexpr (kType == DType::kQ5_K) PackBits(block + 16, codes + 256, kGroup);
  } else if constexpr (kType == DType::kQ6_K) {
    PackHalfGroupScales<false>(block + 192, groups, kGroup);
    for (int g = 0; g < 8; g += 4, codes += 4 * kGroup) {
      PackNibbles(block + g * 16, 0, codes, codes + 2 * kGroup);
      PackNibbles(block + g * 16 + 32, 0, codes + kGroup, codes + 3 * kGroup);
      PackPairs(block + 128 + g * 8, codes + 256, kGroup);
    }
  } else if constexpr (kType == DType::kQ3_K) {
    PackQ3Scales(block + 96, groups, kGroup);
    PackPairs(block + 32, codes, kGroup);
    PackPairs(block + 64, codes + 4 * kGroup, kGroup);
    PackBits(block, codes + 128, kGroup);
  } else if constexpr (kType == DType::kQ2_K) {
    PackHalfGroupScales<true>(block, groups, kGroup);
    PackPairs(block + 16, codes, kGroup);
    PackPairs(block + 48, codes + 4 * kGroup, kGroup);
  } else {
    static_assert(kType == DType::kIQ4_XS);
    PackIq4Scales(block, groups, kGroup);
    for (int g = 0; g < 8; ++g) CopyNibbles(block + 8 + g * 16, codes + g * kGroup);
  }
}

// Where a file block keeps its half-precision scale; a minimum follows it.
constexpr int HalvesAt(DType type) {
  switch (type) {
    case DType::kQ2_K: return 80;
    case DType::kQ3_K: return 108;
    case DType::kQ6_K: return 208;
    default: return 0;
  }
}

template <DType kType>
[[gnu::noinline]] void PackWholePanel(const uint8_t* first_row, int columns,
                                     WritablePanel panel) {
  constexpr BlockLayout kLayout = LayoutOf(kType);
  constexpr int kHalvesBytes = kLayout.groups == 1 ? kLayout.group_scales : kLayout.header;
  constexpr int kFileBytes = FileBlockBytes(kType);
  const int n_blocks = columns / (kGroupColumns * kLayout.groups);
  const int64_t row_bytes = int64_t{n_blocks} * kFileBytes;
  // Sixteen rows are too many streams for some prefetchers; the panel after this one is one piece.
  const uint8_t* next = first_row + kPanelRows * row_bytes;
  for (int b = 0; b < n_blocks; ++b) {
    const Rows block = {first_row + int64_t{b} * kFileBytes, row_bytes};
    uint8_t* out = panel.blocks + int64_t{b} * kLayout.block_bytes();
    for (int i = 0; i < kPanelRows * kFileBytes; i += 64, next += 64) {
      __builtin_prefetch(next, 0, 2);
    }
    PackHalves(block + HalvesAt(kType), out);
    if constexpr (kHalvesBytes == 64) PackHalves(block + HalvesAt(kType) + 2, out + 32);
    if constexpr (kLayout.groups == 1) {
      PackGroup<kType>(block, out + kHalvesBytes,
                       panel.low_planes + int64_t{b} * LowPlaneBytes(kType));
    } else {
      PackEightGroups<kType>(block, out + kHalvesBytes);
    }
  }
}

void Pack(DType type, const uint8_t* first_row, int n_rows, int columns, WritablePanel panel) {
  if (n_rows < kPanelRows) return PackPanel(type, first_row, n_rows, columns, panel);
  switch (type) {
    case DType::kQ4_0: return PackWholePanel<DType::kQ4_0>(first_row, columns, panel);
    case DType::kQ4_1: return PackWholePanel<DType::kQ4_1>(first_row, columns, panel);
    case DType::kQ5_0: return PackWholePanel<DType::kQ5_0>(first_row, columns, panel);
    case DType::kQ5_1: return PackWholePanel<DType::kQ5_1>(first_row, columns, panel);
    case DType::kQ8_0: return PackWholePanel<DType::kQ8_0>(first_row, columns, panel);
    case DType::kQ2_K: return PackWholePanel<DType::kQ2_K>(first_row, columns, panel);
    case DType::kQ3_K: return PackWholePanel<DType::kQ3_K>(first_row, columns, panel);
    case DType::kQ4_K: return PackWholePanel<DType::kQ4_K>(first_row, columns, panel);
    case DType::kQ5_K: return PackWholePanel<DType::kQ5_K>(first_row, columns, panel);
    case DType::kQ6_K: return PackWholePanel<DType::kQ6_K>(first_row, columns, panel);
    case DType::kIQ4_NL: return PackWholePanel<DType::kIQ4_NL>(first_row, columns, panel);
    case DType::kIQ4_XS: return PackWholePanel<DType::kIQ4_XS>(first_row, columns, panel);
    case DType::kQ4_Z: return PackWholePanel<DType::kQ4_Z>(first_row, columns, panel);
    case DType::kQ8_Z: return PackWholePanel<DType::kQ8_Z>(first_row, columns, panel);
    default: return;  // never: HasCodec() is asked first
  }
}
