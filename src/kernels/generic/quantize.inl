// Quantisation of activations: to bytes by groups of 32 columns, and to 16-bit words by rows.

// A group that holds an infinity or no number: its scale makes every sum it enters no number.
[[gnu::cold, gnu::noinline]] inline void StoreUnsoundGroup(const Activations& out, int64_t at) {
  __builtin_memset(out.codes + at * 32, 0, 32);
  out.scales[at] = __builtin_nanf("");
  out.scaled_sums[at] = __builtin_nanf("");
  out.minus_sums[at] = 0;
  out.minus_half_sums[2 * at] = 0;
  out.minus_half_sums[2 * at + 1] = 0;
}

// One group of a token: its codes and what goes with them, in slot `at` of `out`.
[[gnu::always_inline]] inline void QuantizeGroup(const float* x, const Activations& out,
                                                 int64_t at) {
  const F32x16 a = Load16(x);
  const F32x16 b = Load16(x + 16);
  Ints largest = SplatInt(0);
  for (int i = 0; i < kParts; ++i) {
    largest = LargerMagnitude(LargerMagnitude(largest, a.part[i]), b.part[i]);
  }
  const float amax = __builtin_bit_cast(float, MaxOfInts(largest));
  if (!(amax < __builtin_inff())) return StoreUnsoundGroup(out, at);
  const bool silent = amax < kSmallestGroupMax;
  const float scale = silent ? 0 : amax / 127.0F;
  const Lanes inverse = SplatLanes(silent ? 0 : 127.0F / amax);
  int8_t* codes = out.codes + at * 32;
  int32_t sums[2] = {0, 0};
  for (int i = 0; i < kParts; ++i) {
    const Ints first_half = RoundToInt(Mul(a.part[i], inverse));
    const Ints second_half = RoundToInt(Mul(b.part[i], inverse));
    StoreNarrow(codes + i * kLanes, first_half);
    StoreNarrow(codes + 16 + i * kLanes, second_half);
    sums[0] += SumOfInts(first_half);
    sums[1] += SumOfInts(second_half);
  }
  out.scales[at] = scale;
  const int32_t sum = sums[0] + sums[1];
  out.minus_sums[at] = -sum;
  out.minus_half_sums[2 * at] = -sums[0];
  out.minus_half_sums[2 * at + 1] = -sums[1];
  out.scaled_sums[at] = scale * static_cast<float>(sum);
}

// Where a token's first group lies, and how far apart its groups do.
struct TokenSlots {
  int64_t first;
  int width;
};
[[gnu::always_inline]] inline TokenSlots SlotsOf(const Activations& out, int token) {
  const int tile = token / kTileTokens;
  return {int64_t{tile} * kTileTokens * out.groups() + token % kTileTokens, out.TileWidth(tile)};
}

// Asks for n slots to write: other cores read them last.
[[gnu::always_inline]] inline void PrefetchSlots(const Activations& out, int64_t at, int n) {
  for (int i = 0; i < n; i += 2) __builtin_prefetch(out.codes + (at + i) * 32, 1);
  for (int i = 0; i < n; i += 8) __builtin_prefetch(out.minus_half_sums + (at + i) * 2, 1);
  for (int i = 0; i < n; i += 16) {
    __builtin_prefetch(out.scales + at + i, 1);
    __builtin_prefetch(out.scaled_sums + at + i, 1);
    __builtin_prefetch(out.minus_sums + at + i, 1);
  }
}

// Groups of a whole tile of kWidth tokens. Their slots follow each other.
template <int kWidth>
[[gnu::noinline]] void QuantizeTile(const float* x, int64_t x_stride, int n_groups,
                                    const Activations& out, int64_t at) {
  const int n = n_groups * kWidth;
  PrefetchSlots(out, at, n);
  for (int slot = 0; slot < n;) {
    const float* first = x + slot / kWidth * 32 + slot % kWidth * x_stride;
    const auto row = [&](int i) { return first + i / kWidth * 32 + i % kWidth * x_stride; };
    const int left = slot % kWidth == 0 ? n - slot : 0;
    if (left >= 16 && QuantizeSlots<16>(row, out, at + slot)) {
      slot += 16;
    } else if (kWidth <= 8 && left >= 8 && QuantizeSlots<8>(row, out, at + slot)) {
      slot += 8;
    } else {
      QuantizeGroup(first, out, at + slot);
      ++slot;
    }
  }
}

// Widths that divide sixteen, so that all slots taken at once begin with a tile's first token.
inline bool QuantizeTile(const float* x, int64_t x_stride, int width, int n_groups,
                         const Activations& out, int64_t at) {
  switch (width) {
    case 1: return QuantizeTile<1>(x, x_stride, n_groups, out, at), true;
    case 2: return QuantizeTile<2>(x, x_stride, n_groups, out, at), true;
    case 4: return QuantizeTile<4>(x, x_stride, n_groups, out, at), true;
    case 8: return QuantizeTile<8>(x, x_stride, n_groups, out, at), true;
    case 16: return QuantizeTile<16>(x, x_stride, n_groups, out, at), true;
    default: return false;
  }
}

void Quantize(const QuantizeJob& job) {
  const int n_groups = job.group_end - job.group_begin;
  const float* x = job.x;
  for (int token = job.token_begin; token < job.token_end;) {
    const TokenSlots slots = SlotsOf(job.out, token);
    const int64_t first = slots.first + int64_t{job.group_begin} * slots.width;
    if constexpr (kQuantizesSlots) {
      if (token % kTileTokens == 0 && job.token_end - token >= slots.width &&
          QuantizeTile(x, job.x_stride, slots.width, n_groups, job.out, first)) {
        token += slots.width;
        x += slots.width * job.x_stride;
        continue;
      }
    }
    for (int g = 0; g < n_groups; ++g) {
      QuantizeGroup(x + g * 32, job.out, first + int64_t{g} * slots.width);
    }
    ++token;
    x += job.x_stride;
  }
}

float Quantize16(const float* x, int n, CodeLimits limits, int16_t* codes) {
  F32x16 largest = Splat16(0);
  F32x16 squares = Splat16(0);
  for (int i = 0; i < n; i += 16) {
    const F32x16 v = LoadUpTo16(x + i, n - i);
    largest = Max16(largest, Max16(v, Sub16(Splat16(0), v)));
    squares = Fma16(v, v, squares);
  }
  const float norm = __builtin_sqrtf(Reduce16(squares));
  const float by_norm = norm / limits.norm;
  const float by_largest = ReduceMax16(largest) / limits.largest;
  float scale = by_largest > by_norm ? by_largest : by_norm;
  if (!(norm < __builtin_inff())) scale = __builtin_nanf("");
  if (scale < kSmallestScale) scale = 0;
  const F32x16 inverse = Splat16(scale > 0 ? 1.0F / scale : 0);
  for (int i = 0; i < n; i += 16) {
    StoreRounded16(codes + i, Mul16(LoadUpTo16(x + i, n - i), inverse));
  }
  return scale;
}
