// Matrix kernels over packed panels, written once over an instruction set's simd header.
//
// A simd header defines, for vectors of kLanes rows: Bytes (4 bytes a lane), Ints, Lanes (float),
// loads, stores, arithmetic, and Dot<bits, slots>(start, codes, x): start + the exact integer dot
// products of each lane's codes with `slots` times four activations. How codes and scales come into
// registers, and for how many rows at once, is in unpacking.inl or an instruction set's own.

// One group of a panel, unpacked: eight slots of codes and what turns their dots into weights.
struct Group {
  Bytes codes[8];
  Lanes scale[2];    // d, or D * s; of sub-scaled kinds those of both halves
  Lanes min;         // what multiplies the sum of activations; subtracted ones are negated
  Lanes sub_min[2];  // whole numbers
};

constexpr bool HasMin(ScaleKind kind) {
  return kind == ScaleKind::kScaleMin || kind == ScaleKind::kSuperScaleMin;
}
constexpr bool HasSubScale(ScaleKind kind) {
  return kind == ScaleKind::kSubScale || kind == ScaleKind::kSubScaleMin;
}

// What the tile kernel needs to know of where its groups come from.
template <ScaleKind kKindOf, int kBitsOf, int kZeroOf>
struct Recipe {
  static constexpr ScaleKind kKind = kKindOf;
  static constexpr int kBits = kBitsOf;  // of the codes in registers; 8: signed
  static constexpr int kZero = kZeroOf + (kBitsOf == 8 ? kSignedZero : 0);
};

// A group's z comes into registers as the minimum d * z, exactly.
constexpr ScaleKind LoadedKind(ScaleKind kind) {
  return kind == ScaleKind::kScaleZero ? ScaleKind::kScaleMin : kind;
}

// Recipe of a type's codes once in registers: some have become signed bytes.
template <DType kType>
using RecipeOf = Recipe<LoadedKind(CodecOf(kType).kind),
                        ComeSigned(kType) ? 8 : CodecOf(kType).bits, ZeroOf(kType)>;

// Recipe of a type's codes once unpacked. Where signed codes cost nothing, the zero point is taken
// out while unpacking, and all types of a kind share one kernel whose start value is at hand.
template <DType kType>
constexpr bool kRecentredType = kRecentred && ZeroOf(kType) != 0;
template <DType kType>
using UnpackedRecipeOf =
    Recipe<LoadedKind(CodecOf(kType).kind), kRecentredType<kType> ? 8 : RecipeOf<kType>::kBits,
           kRecentredType<kType> ? 0 : ZeroOf(kType)>;

// From this many tokens on, a panel is unpacked beforehand.
constexpr int kUnpackTokens = kTileUnit ? kTileUnitFrom : kUnpackFrom;

// How far ahead of its use packed data is asked for, into the second-level cache. Memory is some
// 100 ns away, in which a core should take 2 to 3 KB; beyond four times that nothing is gained.
constexpr int kPrefetchBytes = 16 * 1024;

// Asks for what follows [p, p + bytes); near by once more, into the first-level cache: processors
// themselves lose sight of K-quants' long blocks, and of others among many tokens' activations.
template <bool kNear>
[[gnu::always_inline]] inline void PrefetchLines(const uint8_t* p, int bytes) {
  for (int i = 0; i < bytes; i += 64) __builtin_prefetch(p + kPrefetchBytes + i, 0, 2);
  if constexpr (kNear && kNearPrefetchBytes > 0) {
    for (int i = 0; i < bytes; i += 64) __builtin_prefetch(p + kNearPrefetchBytes + i, 0, 3);
  }
}

// Groups read from a packed panel.
template <DType kType>
struct Packed : RecipeOf<kType> {
  static constexpr CodecInfo kCodec = CodecOf(kType);
  static constexpr BlockLayout kLayout = LayoutOf(kType);
  static constexpr int kGroupsPerBlock = kLayout.groups;
  static constexpr int kBlockBytes = kLayout.block_bytes();
  static constexpr int kMaxTile = kMaxPackedTile;
  static constexpr bool kUnpacked = false;

  [[gnu::always_inline]] static inline void LoadCodes(const uint8_t* codes,
                                                      const uint8_t* low_plane, int lane,
                                                      Bytes* out) {
    const uint8_t* p = codes + lane * 4;
    if constexpr (kCodec.bits == 8) return LoadEightBits(p, low_plane + lane * 4, out);
    if constexpr (kCodec.bits == 6) return LoadSixBits(p, out);
    if constexpr (kCodec.bits == 5) return LoadFiveBits(p, out);
    if constexpr (kCodec.bits == 4) LoadNibbles(p, out);
    if constexpr (kCodec.bits == 2 || kCodec.bits == 3) {
      for (int s = 0; s < 8; ++s) out[s] = SplatByte(0);
      AddPairs<0>(p, out);
    }
    if constexpr (kCodec.bits == 3) AddBits<2>(p + 128, out);
    if constexpr (kCodec.table) {
      for (int s = 0; s < 8; ++s) out[s] = FromSigned(Lookup(kIq4Values, out[s]));
    }
  }

  // Asks for what follows, which lies there in the same order.
  template <int kTokens>
  [[gnu::always_inline]] static inline void Prefetch(Panel panel, int b, int g) {
    constexpr bool kNear = kTokens > 1 || kGroupsPerBlock > 1;
    PrefetchLines<kNear>(panel.blocks + int64_t{b} * kBlockBytes + g * kLayout.group_bytes(),
                         kLayout.group_bytes());
    constexpr int kLow = LowPlaneBytes(kType);
    if constexpr (kLow > 0) {
      PrefetchLines<kNear>(panel.low_planes + int64_t{b} * kLow, kLow);
    }
  }

  // Group g of block b of a panel.
  [[gnu::always_inline]] static inline void Load(Panel panel, int b, int g, int lane, Group* out) {
    const uint8_t* block = panel.blocks + int64_t{b} * kBlockBytes;
    const uint8_t* group = block + kLayout.header + g * kLayout.group_bytes();
    const uint8_t* low_plane = panel.low_planes + int64_t{b} * LowPlaneBytes(kType);
    LoadCodes(group + kLayout.group_scales, low_plane, lane, out->codes);
    if constexpr (kCodec.kind == ScaleKind::kScale || kCodec.kind == ScaleKind::kScaleMin ||
                  kCodec.kind == ScaleKind::kScaleZero) {
      out->scale[0] = LoadHalfLanes(group + lane * 2);
      if constexpr (kCodec.kind != ScaleKind::kScale) {
        out->min = LoadHalfLanes(group + 32 + lane * 2);
      }
      if constexpr (kCodec.kind == ScaleKind::kScaleZero) out->min = Mul(out->scale[0], out->min);
      return;
    }
    const Lanes of_block = LoadHalfLanes(block + lane * 2);
    if constexpr (kCodec.kind == ScaleKind::kSuperScale) {
      out->scale[0] = Mul(of_block, SignedLanes(group, lane));
    }
    if constexpr (kCodec.kind == ScaleKind::kSuperScaleMin) {
      out->scale[0] = Mul(of_block, UnsignedLanes(group, lane));
      const Lanes min =
          Mul(LoadHalfLanes(block + 32 + lane * 2), UnsignedLanes(group + 16, lane));
      out->min = Negate(min);
    }
    if constexpr (kCodec.kind == ScaleKind::kSubScale) {
      out->scale[0] = Mul(of_block, SignedLanes(group, lane));
      out->scale[1] = Mul(of_block, SignedLanes(group + 16, lane));
    }
    if constexpr (kCodec.kind == ScaleKind::kSubScaleMin) {
      out->scale[0] = Mul(of_block, UnsignedLanes(group, lane));
      out->scale[1] = Mul(of_block, UnsignedLanes(group + 16, lane));
      out->sub_min[0] = UnsignedLanes(group + 32, lane);
      out->sub_min[1] = UnsignedLanes(group + 48, lane);
      out->min = Negate(LoadHalfLanes(block + 32 + lane * 2));
    }
  }
};

// The high nibbles of 8-bit codes alone: 16 (h - 8) + 7.5 stands for the code 16 h + l - 128.
struct HighPlane : Recipe<ScaleKind::kScaleMin, 4, 8> {
  static constexpr int kGroupsPerBlock = 1;
  static constexpr int kBlockBytes = LayoutOf(DType::kQ8_0).block_bytes();
  static constexpr int kMaxTile = kMaxPackedTile;
  static constexpr bool kUnpacked = false;

  template <int kTokens>
  [[gnu::always_inline]] static inline void Prefetch(Panel panel, int b, int) {
    PrefetchLines<(kTokens > 1)>(panel.blocks + int64_t{b} * kBlockBytes, kBlockBytes);
  }

  [[gnu::always_inline]] static inline void Load(Panel panel, int b, int, int lane, Group* out) {
    const uint8_t* block = panel.blocks + int64_t{b} * kBlockBytes;
    LoadNibbles(block + 32 + lane * 4, out->codes);
    const Lanes scale = LoadHalfLanes(block + lane * 2);
    out->scale[0] = Mul(scale, SplatLanes(16));
    out->min = Mul(scale, SplatLanes(7.5F));
  }
};

// Groups unpacked beforehand into scratch, for batches that read a panel many times.
template <class R>
struct Unpacked : R {
  static constexpr int kGroupsPerBlock = 1;
  static constexpr int kMaxTile = kMaxTileTokens;
  static constexpr bool kUnpacked = true;
  static constexpr int kScales = 512;  // offset of the scale planes, 64 bytes each
  static constexpr int kBlockBytes = 512 + 64 + (HasMin(R::kKind) ? 64 : 0) +
                                     (HasSubScale(R::kKind) ? 64 : 0) +
                                     (R::kKind == ScaleKind::kSubScaleMin ? 192 : 0);

  [[gnu::always_inline]] static inline void Load(Panel panel, int b, int, int lane, Group* out) {
    const uint8_t* block = panel.blocks + int64_t{b} * kBlockBytes;
    for (int s = 0; s < 8; ++s) out->codes[s] = LoadBytes(block + s * 64 + lane * 4);
    LoadScales(block, lane, out);
  }

  [[gnu::always_inline]] static inline void LoadScales(const uint8_t* block, int lane, Group* out) {
    const uint8_t* p = block + kScales + lane * 4;
    out->scale[0] = LoadLanes(p);
    if constexpr (HasMin(R::kKind)) out->min = LoadLanes(p + 64);
    if constexpr (HasSubScale(R::kKind)) out->scale[1] = LoadLanes(p + 64);
    if constexpr (R::kKind == ScaleKind::kSubScaleMin) {
      out->min = LoadLanes(p + 128);
      out->sub_min[0] = LoadLanes(p + 192);
      out->sub_min[1] = LoadLanes(p + 256);
    }
  }

  [[gnu::always_inline]] static inline void Store(const Group& group, int lane, uint8_t* block) {
    for (int s = 0; s < 8; ++s) StoreBytes(block + s * 64 + lane * 4, group.codes[s]);
    uint8_t* p = block + kScales + lane * 4;
    StoreLanes(p, group.scale[0]);
    if constexpr (HasMin(R::kKind)) StoreLanes(p + 64, group.min);
    if constexpr (HasSubScale(R::kKind)) StoreLanes(p + 64, group.scale[1]);
    if constexpr (R::kKind == ScaleKind::kSubScaleMin) {
      StoreLanes(p + 128, group.min);
      StoreLanes(p + 192, group.sub_min[0]);
      StoreLanes(p + 256, group.sub_min[1]);
    }
  }
};

// One tile of activations, from its first token on.
struct Tile {
  const int8_t* codes;
  const float* scales;
  const float* scaled_sums;
  const int32_t* starts;  // StartValue's, kDotsOfGroup each
  const int32_t* minus_half_sums;
  int width;
};

// A group has one dot product, or one of each half where these have scales of their own.
template <class R>
constexpr int kDotsOfGroup = HasSubScale(R::kKind) ? 2 : 1;

// What a dot product starts from, so that it ends as if the codes had no zero point: minus the sum
// of the activations' codes times that. Where a panel is read once, the products are at hand.
template <class R>
[[gnu::always_inline]] inline Ints StartValue(const int32_t* start) {
  if constexpr (R::kZero == 0) return SplatInt(0);
  if constexpr (!R::kUnpacked) return SplatInt(*start);
  constexpr int kSize = R::kZero < 0 ? -R::kZero : R::kZero;
  static_assert((kSize & (kSize - 1)) == 0);
  const Ints sum = SplatInt(R::kZero < 0 ? -*start : *start);
  return ShiftLeftInts<kSize == 0 ? 0 : __builtin_ctz(kSize)>(sum);
}

// Start values of tokens [begin, end) for all panels of a job, in its scratch if they are computed
// here. (Inside the loops a shift, and a broadcast from a register, took 2 to 8 % of them.)
template <class R>
[[gnu::always_inline]] inline const int32_t* StartValues(const MatmulJob& job, int begin, int end) {
  static_assert(kUnpackTokens * kDotsOfGroup<R> * 4 <= 512, "of a group's bytes in the scratch");
  const int32_t* sums = kDotsOfGroup<R> == 2 ? job.x.minus_half_sums : job.x.minus_sums;
  sums += int64_t{begin} * job.x.groups() * kDotsOfGroup<R>;
  if constexpr (R::kUnpacked || R::kZero == 0) return sums;
  auto* const starts = reinterpret_cast<int32_t*>(job.scratch);
  const int n = (end - begin) * job.x.groups() * kDotsOfGroup<R>;
  for (int i = 0; i < n; ++i) starts[i] = sums[i] * R::kZero;
  return starts;
}

// Adds one group's share to a token's sums, given its dots times their scale, or those of both
// halves where these have their own: one fused multiply-add for each, one more for a minimum.
template <class R, class Scaled>
[[gnu::always_inline]] inline Lanes AddDots(const Group& group, const Tile& x, int64_t at,
                                            const Scaled& scaled, Lanes sum) {
  const Lanes x_scale = SplatLanes(x.scales[at]);
  sum = Fma(scaled(0), x_scale, sum);
  if constexpr (HasSubScale(R::kKind)) sum = Fma(scaled(1), x_scale, sum);
  if constexpr (HasMin(R::kKind)) sum = Fma(group.min, SplatLanes(x.scaled_sums[at]), sum);
  if constexpr (R::kKind == ScaleKind::kSubScaleMin) {
    const int32_t* minus_half_sums = x.minus_half_sums + at * 2;
    const auto half_sum = [&](int half) __attribute__((always_inline)) {
      return SplatLanes(static_cast<float>(-minus_half_sums[half]));
    };
    // Exact: 16 activations to 127, minimums to 255, two halves: < 2^24.
    const Lanes min = Fma(half_sum(1), group.sub_min[1], Mul(half_sum(0), group.sub_min[0]));
    sum = Fma(min, Mul(group.min, x_scale), sum);
  }
  return sum;
}

template <class R>
[[gnu::always_inline]] inline Lanes AddGroup(const Group& group, const Tile& x, int at, Lanes sum) {
  constexpr int kSlots = HasSubScale(R::kKind) ? 4 : 8;
  const int8_t* codes = x.codes + int64_t{at} * 32;
  const int32_t* starts = x.starts + int64_t{at} * kDotsOfGroup<R>;
  const auto scaled = [&](int half) __attribute__((always_inline)) {
    const Ints dots = Dot<R::kBits, kSlots>(StartValue<R>(starts + half),
                                            group.codes + 4 * half, codes + 16 * half);
    return Mul(ToFloat(dots), group.scale[half]);
  };
  return AddDots<R>(group, x, at, scaled, sum);
}

// kTokens tokens against kVectors vectors of rows: the accumulators, [vector][token], stay in
// registers over all columns.
template <class Source, int kTokens, int kVectors>
[[gnu::always_inline]] inline void TileKernel(Panel panel, int n_groups, int lane, const Tile& x,
                                              Lanes* sums) {
  Lanes sum[kVectors][kTokens];
  for (auto& vector : sum) {
    for (int t = 0; t < kTokens; ++t) vector[t] = SplatLanes(0);
  }
  int at = 0;
  for (int b = 0; b < n_groups / Source::kGroupsPerBlock; ++b) {
    for (int g = 0; g < Source::kGroupsPerBlock; ++g) {
      if constexpr (!Source::kUnpacked) Source::template Prefetch<kTokens>(panel, b, g);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        Group group;
        Source::Load(panel, b, g, lane + v * kLanes, &group);
#pragma GCC unroll 16
        for (int t = 0; t < kTokens; ++t)
          sum[v][t] = Ordered(AddGroup<Source>(group, x, at + t, sum[v][t]));
        if (!Source::kUnpacked && Source::kBits > 4 && kTokens == 1 && kVectors > 2 && v == 1) {
          KeepOrder(&sum[0][0], &sum[1][0]);
        }
      }
      at += x.width;
    }
  }
  for (int i = 0; i < kVectors * kTokens; ++i) sums[i] = sum[i / kTokens][i % kTokens];
}

// The same by half groups, for machines with sixteen registers: the sums and dots of four tokens,
// four slots of codes and three temporaries fill them.
template <class Source, int kTokens>
[[gnu::always_inline]] inline void TileKernelByHalves(Panel panel, int n_groups, int lane,
                                                      const Tile& x, Lanes* sums) {
  Lanes sum[kTokens];
  for (int t = 0; t < kTokens; ++t) sum[t] = SplatLanes(0);
  int at = 0;
  for (int g = 0; g < n_groups; ++g, at += x.width) {
    const uint8_t* block = panel.blocks + int64_t{g} * Source::kBlockBytes;
    const int8_t* codes = x.codes + int64_t{at} * 32;
    Ints dot[kTokens];
    Bytes half[4];
    for (int s = 0; s < 4; ++s) half[s] = LoadBytes(block + s * 64 + lane * 4);
#pragma GCC unroll 4
    for (int t = 0; t < kTokens; ++t) {
      const Ints start = StartValue<Source>(x.starts + at + t);
      dot[t] = Dot<Source::kBits, 4>(start, half, codes + t * 32);
    }
    for (int s = 0; s < 4; ++s) half[s] = LoadBytes(block + (s + 4) * 64 + lane * 4);
    Group group;
    Source::LoadScales(block, lane, &group);
#pragma GCC unroll 4
    for (int t = 0; t < kTokens; ++t) {
      dot[t] = Dot<Source::kBits, 4>(dot[t], half, codes + t * 32 + 16);
      const auto scaled = [&](int) __attribute__((always_inline)) {
        return Mul(ToFloat(dot[t]), group.scale[0]);
      };
      sum[t] = Ordered(AddDots<Source>(group, x, at + t, scaled, sum[t]));
    }
  }
  for (int t = 0; t < kTokens; ++t) sums[t] = sum[t];
}

// And of signed bytes by slots: their products are widened one by one, so a slot's codes need not
// stay. (By halves the codes of several slots went to the stack and back: a tenth more time.)
template <class Source, int kTokens>
[[gnu::always_inline]] inline void TileKernelBySlots(Panel panel, int n_groups, int lane,
                                                     const Tile& x, Lanes* sums) {
  Lanes sum[kTokens];
  for (int t = 0; t < kTokens; ++t) sum[t] = SplatLanes(0);
  int at = 0;
  for (int g = 0; g < n_groups; ++g, at += x.width) {
    const uint8_t* block = panel.blocks + int64_t{g} * Source::kBlockBytes;
    const int8_t* codes = x.codes + int64_t{at} * 32;
    Ints dot[kTokens];
    for (int t = 0; t < kTokens; ++t) dot[t] = StartValue<Source>(x.starts + at + t);
#pragma GCC unroll 8
    for (int s = 0; s < 8; ++s) {
      const Bytes slot = LoadBytes(block + s * 64 + lane * 4);
#pragma GCC unroll 4
      for (int t = 0; t < kTokens; ++t) {
        dot[t] = OrderedInts(Dot<Source::kBits, 1>(dot[t], &slot, codes + t * 32 + s * 4));
      }
    }
    Group group;
    Source::LoadScales(block, lane, &group);
#pragma GCC unroll 4
    for (int t = 0; t < kTokens; ++t) {
      const auto scaled = [&](int) __attribute__((always_inline)) {
        return Mul(ToFloat(dot[t]), group.scale[0]);
      };
      sum[t] = AddDots<Source>(group, x, at + t, scaled, sum[t]);
    }
  }
  for (int t = 0; t < kTokens; ++t) sums[t] = sum[t];
}

// Writes a tile's sums: bias, residual, and only the rows that exist.
[[gnu::always_inline]] inline void StoreSums(const MatmulJob& job, int row, int token, int n_tokens,
                                             const Lanes* sums) {
  const int n_rows = job.weights.rows - row;
  for (int t = 0; t < n_tokens; ++t) {
    float* out = job.out + (token + t) * job.out_stride + row - job.panel_begin * kPanelRows;
    if (n_rows >= kLanes) {
      Lanes value = sums[t];
      if (job.bias != nullptr) value = Add(value, LoadLanes(job.bias + row));
      if (job.accumulate) value = Add(LoadLanes(out), value);
      StoreLanes(out, value);
      continue;
    }
    float values[kLanes];
    StoreLanes(values, sums[t]);
    for (int r = 0; r < n_rows; ++r) {
      float value = values[r];
      if (job.bias != nullptr) value = value + job.bias[row + r];
      out[r] = job.accumulate ? out[r] + value : value;
    }
  }
}

// Apart from the loop below, whose registers it would take.
[[gnu::noinline]] void StoreTileSums(const MatmulJob& job, int row, int token, int n_tokens,
                                     const Lanes* sums) {
  StoreSums(job, row, token, n_tokens, sums);
}

// The tile kernel where a matrix unit makes the dots, for tiles of activations that lie one behind
// the other (several only if whole): while a group's are being added, those of the next ones are on
// their way to memory or being made, also from one tile to the next. Behind the last group a few
// more are made and not used.
template <class Source, int kTokens>
[[gnu::noinline]] void RunUnitTiles(const MatmulJob& job, const uint8_t* panel, int row, int token,
                                    int n_tiles, const Tile& first_tile) {
  constexpr bool kHalves = HasSubScale(Source::kKind);
  constexpr int kSlots = kUnitSlots<kHalves>;
  constexpr int kAhead = kUnitAhead<kHalves>;
  constexpr int kDots = kHalves ? 512 : 256;
  alignas(64) int32_t dots[kSlots][kDots];
  Lanes sum[kTokens];
#pragma GCC unroll 16
  for (int t = 0; t < kTokens; ++t) sum[t] = SplatLanes(0);
  const Tile x = first_tile;  // in registers
  const int64_t width = kTokens == kTileTokens ? kTileTokens : x.width;
  const uint8_t* const panel_end = panel + int64_t{job.x.groups()} * Source::kBlockBytes;
  const uint8_t* ahead = panel;   // the group to multiply next
  const int8_t* codes = x.codes;  // and its activations
  const auto multiply = [&]<int kSlot>() __attribute__((always_inline)) {
    MultiplyTiles<kHalves, kSlot>(ahead, codes);
    codes += width * 32;
    ahead += Source::kBlockBytes;
    if (ahead == panel_end) ahead = panel;
  };
  const uint8_t* block = panel;  // the group to add next
  int64_t at = 0;                // and where its activations lie
  // Of the next tile's results, a line to ask for in each of the first steps; behind the last tile
  // nothing need be there.
  const int64_t line = job.out_stride;
  const float* next = job.out + (token + kTokens) * line + row - job.panel_begin * kPanelRows;
  const float* next_end = next + kTokens * line;
  // Returns whether more groups follow.
  const auto step = [&]<int kSlot>() __attribute__((always_inline)) {
    multiply.template operator()<(kSlot + kAhead) % kSlots>();
    if (next != next_end) {
      __builtin_prefetch(next, 1);
      next += line;
    }
    Group group;
    Source::LoadScales(block, 0, &group);
    const UnitScale scales[2] = {UnitScale(group.scale[0]),
                                 UnitScale(group.scale[kHalves ? 1 : 0])};
#pragma GCC unroll 16
    for (int t = 0; t < kTokens; ++t) {
      // Among the additions: a store is microcode, while which nothing else is issued.
      if (t == kTokens / 2) {
        constexpr int kWritten = (kSlot + kAhead - 1) % kSlots;
        StoreDots<kHalves, kWritten>(dots[kWritten]);
      }
      const auto scaled = [&](int half) __attribute__((always_inline)) {
        return scales[half].Times(dots[kSlot] + half * 256 + t * 16);
      };
      sum[t] = Ordered(AddDots<Source>(group, x, at + t, scaled, sum[t]));
    }
    at += width;
    block += Source::kBlockBytes;
    if (block != panel_end) return true;
    Lanes whole[kTokens];
#pragma GCC unroll 16
    for (int t = 0; t < kTokens; ++t) {
      whole[t] = sum[t];
      sum[t] = SplatLanes(0);
    }
    StoreTileSums(job, row, token, kTokens, whole);
    token += kTokens;
    next_end += kTokens * line;
    block = panel;
    return --n_tiles > 0;
  };
  const auto start = [&]<int kSlot>() __attribute__((always_inline)) {
    if constexpr (kSlot < kAhead) multiply.template operator()<kSlot>();
    if constexpr (kSlot > 0 && kSlot < kAhead) StoreDots<kHalves, kSlot - 1>(dots[kSlot - 1]);
  };
  start.template operator()<0>();
  start.template operator()<1>();
  start.template operator()<2>();
  while (true) {
    if (!step.template operator()<0>() || !step.template operator()<1>()) return;
    if constexpr (kSlots > 2) {
      if (!step.template operator()<2>() || !step.template operator()<3>()) return;
    }
  }
}

template <class Source, int kTokens>
[[gnu::noinline]] void RunTile(const MatmulJob& job, Panel panel, int row, int token,
                               const Tile& tile) {
  const Tile copy = tile;
  const Tile& x = kLanes > 4 ? copy : tile;  // in registers, unless these are too few
  if constexpr (kTileUnit && Source::kUnpacked) {
    return RunUnitTiles<Source, kTokens>(job, panel.blocks, row, token, 1, x);
  }
  constexpr int kVectors = RowVectors(kTokens);
  for (int lane = 0; lane < kPanelRows; lane += kLanes * kVectors) {
    if (row + lane >= job.weights.rows) return;
    Lanes sums[kVectors * kTokens];  // [vector][token]
    if constexpr (kHalfGroups && kTokens == 4 && Source::kUnpacked && !HasSubScale(Source::kKind)) {
      if constexpr (Source::kBits == 8 && kLanes == 8) {  // SSE4.1 joins slots
        TileKernelBySlots<Source, kTokens>(panel, job.x.groups(), lane, x, sums);
      } else {
        TileKernelByHalves<Source, kTokens>(panel, job.x.groups(), lane, x, sums);
      }
    } else {
      TileKernel<Source, kTokens, kVectors>(panel, job.x.groups(), lane, x, sums);
    }
    for (int v = 0; v < kVectors; ++v) {
      StoreSums(job, row + lane + v * kLanes, token, kTokens, sums + v * kTokens);
    }
  }
}

// One panel against tokens [begin, end) (begin at a tile's start), in pieces of powers of two;
// `starts` are those tokens' StartValues.
template <class Source>
[[gnu::always_inline]] inline void RunPanel(const MatmulJob& job, Panel panel, int row, int begin,
                                            int end, const int32_t* starts) {
  const int groups = job.x.groups();
  for (int token = begin; token < end;) {
    const int tile = token / kTileTokens;
    const int in_tile = token % kTileTokens;
    const int width = job.x.TileWidth(tile);
    const int64_t first = int64_t{tile} * kTileTokens * groups + in_tile;
    const Tile x = {job.x.codes + first * 32,
                    job.x.scales + first,
                    job.x.scaled_sums + first,
                    starts + (first - int64_t{begin} * groups) * kDotsOfGroup<Source>,
                    job.x.minus_half_sums + first * 2,
                    width};
    const int left = (width - in_tile < end - token) ? width - in_tile : end - token;
    if constexpr (kTileUnit && Source::kUnpacked) {
      if (left >= 16) {
        const int n_tiles = (end - token) / 16;
        RunUnitTiles<Source, 16>(job, panel.blocks, row, token, n_tiles, x);
        token += n_tiles * 16;
        continue;
      }
    }
    if (Source::kMaxTile >= 16 && left >= 16) {
      RunTile<Source, Source::kMaxTile >= 16 ? 16 : 1>(job, panel, row, token, x);
      token += 16;
    } else if (Source::kMaxTile >= 8 && left >= 8) {
      RunTile<Source, Source::kMaxTile >= 8 ? 8 : 1>(job, panel, row, token, x);
      token += 8;
    } else if (left >= 4) {
      RunTile<Source, 4>(job, panel, row, token, x);
      token += 4;
    } else if (left >= 2) {
      RunTile<Source, 2>(job, panel, row, token, x);
      token += 2;
    } else {
      RunTile<Source, 1>(job, panel, row, token, x);
      token += 1;
    }
  }
}

template <DType kType>
[[gnu::noinline]] void UnpackPanel(Panel panel, int n_groups, uint8_t* scratch) {
  using From = Packed<kType>;
  using To = Unpacked<UnpackedRecipeOf<kType>>;
  constexpr bool kRecentre = To::kZero != From::kZero;
  for (int i = 0; i < n_groups; ++i) {
    From::template Prefetch<1>(panel, i / From::kGroupsPerBlock, i % From::kGroupsPerBlock);
    for (int lane = 0; lane < kPanelRows; lane += kLanes) {
      Group group;
      From::Load(panel, i / From::kGroupsPerBlock, i % From::kGroupsPerBlock, lane, &group);
      for (int slot = 0; kRecentre && slot < 8; ++slot) {
        group.codes[slot] = AddBytes(group.codes[slot], SplatByte(To::kZero - From::kZero));
      }
      // A matrix unit multiplies signed codes, whatever the dot product of the vectors wants.
      for (int slot = 0; kTileUnit && To::kBits == 8 && slot < 8; ++slot) {
        group.codes[slot] = FromSigned(group.codes[slot]);
      }
      To::Store(group, lane, scratch + int64_t{i} * To::kBlockBytes);
    }
  }
}

// Activations of one token block should stay in a core's second-level cache while all of a
// worker's panels pass over them. Where there is a matrix unit, that cache has 2 MB.
constexpr int kTokenBlockBytes = (kTileUnit ? 1024 : 512) * 1024;

template <class Source>
[[gnu::noinline]] void MatmulPacked(const MatmulJob& job, int begin, int end) {
  const int32_t* starts = StartValues<Source>(job, begin, end);
  for (int p = job.panel_begin; p < job.panel_end; ++p) {
    RunPanel<Source>(job, job.weights.panel(p), p * kPanelRows, begin, end, starts);
  }
}

template <DType kType>
[[gnu::noinline]] void MatmulUnpacked(const MatmulJob& job, int begin, int end) {
  using Source = Unpacked<UnpackedRecipeOf<kType>>;
  const int32_t* starts = StartValues<Source>(job, begin, end);
  for (int p = job.panel_begin; p < job.panel_end; ++p) {
    UnpackPanel<kType>(job.weights.panel(p), job.x.groups(), job.scratch);
    RunPanel<Source>(job, {job.scratch}, p * kPanelRows, begin, end, starts);
  }
}

template <DType kType>
[[gnu::always_inline]] inline void MatmulBlocks(const MatmulJob& job) {
  int block = kTokenBlockBytes / job.x.columns / kTileTokens * kTileTokens;
  if (block < kTileTokens) block = kTileTokens;
  for (int begin = 0; begin < job.x.tokens; begin += block) {
    const int end = job.x.tokens - begin < block ? job.x.tokens : begin + block;
    if (end - begin >= kUnpackTokens) {
      MatmulUnpacked<kType>(job, begin, end);
    } else {
      MatmulPacked<Packed<kType>>(job, begin, end);
    }
  }
}

// Only batches that are unpacked pay for setting up a matrix unit.
template <DType kType>
[[gnu::always_inline]] inline void MatmulOf(const MatmulJob& job) {
  if (job.x.tokens < kUnpackTokens) return MatmulBlocks<kType>(job);
  [[maybe_unused]] const TileUnit unit(HasSubScale(CodecOf(kType).kind) ? 16 : 32);
  MatmulBlocks<kType>(job);
}

void Matmul(const MatmulJob& job) {
  if (job.high_plane_only) return MatmulPacked<HighPlane>(job, 0, job.x.tokens);
  switch (job.weights.type) {
    case DType::kQ4_0: return MatmulOf<DType::kQ4_0>(job);
    case DType::kQ4_1: return MatmulOf<DType::kQ4_1>(job);
    case DType::kQ5_0: return MatmulOf<DType::kQ5_0>(job);
    case DType::kQ5_1: return MatmulOf<DType::kQ5_1>(job);
    case DType::kQ8_0: return MatmulOf<DType::kQ8_0>(job);
    case DType::kQ2_K: return MatmulOf<DType::kQ2_K>(job);
    case DType::kQ3_K: return MatmulOf<DType::kQ3_K>(job);
    case DType::kQ4_K: return MatmulOf<DType::kQ4_K>(job);
    case DType::kQ5_K: return MatmulOf<DType::kQ5_K>(job);
    case DType::kQ6_K: return MatmulOf<DType::kQ6_K>(job);
    case DType::kIQ4_NL: return MatmulOf<DType::kIQ4_NL>(job);
    case DType::kIQ4_XS: return MatmulOf<DType::kIQ4_XS>(job);
    case DType::kQ4_Z: return MatmulOf<DType::kQ4_Z>(job);
    case DType::kQ8_Z: return MatmulOf<DType::kQ8_Z>(job);
    default: return;  // never: HasCodec() is asked first
  }
}
