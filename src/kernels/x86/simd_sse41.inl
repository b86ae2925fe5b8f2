// Vectors of 4 rows for SSE4.1 with SSSE3: no fused multiply-add, no conversion of halves.

constexpr int kLanes = 4;
constexpr int kMaxTileTokens = 4;  // 4 sums + 4 dots + 4 code vectors + temporaries: 16 registers
constexpr int kMaxPackedTile = 4;  // the same while unpacking
constexpr int kUnpackFrom = 8;  // tokens; from here on unpacking a panel beforehand pays
constexpr int kNearPrefetchBytes = 0;
constexpr bool kHalfGroups = true;
constexpr int kSignedZero = 0;
constexpr int kDotRows = 1;
constexpr int kDotTokens = 2;
constexpr int kAttentionRows = 2;
constexpr int kAttentionRegisters = 3;  // of 16 lanes: 2 sums, an element; the last: factors

using Bytes = __m128i;
using Ints = __m128i;
using Lanes = __m128;

inline Bytes LoadBytes(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
inline void StoreBytes(uint8_t* p, Bytes a) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), a);
}
inline Bytes SplatByte(int value) {
  return _mm_set1_epi8(static_cast<char>(value));
}
inline Bytes And(Bytes a, Bytes b) {
  return _mm_and_si128(a, b);
}
inline Bytes Or(Bytes a, Bytes b) {
  return _mm_or_si128(a, b);
}
inline Bytes AddBytes(Bytes a, Bytes b) {
  return _mm_add_epi8(a, b);
}
template <int kBits>
inline Bytes ShiftRight(Bytes a) {
  return _mm_srli_epi16(a, kBits);
}
template <int kBits>
inline Bytes ShiftLeft(Bytes a) {
  return _mm_slli_epi16(a, kBits);
}
inline Bytes FromSigned(Bytes a) {
  return a;
}
inline Bytes Lookup(const int8_t* table, Bytes index) {
  return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)), index);
}

inline Ints LoadInts(const uint8_t* p) {
  return LoadBytes(p);
}
inline Ints SplatInt(int value) {
  return _mm_set1_epi32(value);
}
template <int kBits>
inline Ints ShiftLeftInts(Ints a) {
  return _mm_slli_epi32(a, kBits);
}
inline Bytes LoadFour(const uint8_t* p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof(four));
  return _mm_cvtsi32_si128(four);
}
inline Ints LoadSigned(const uint8_t* p) {
  return _mm_cvtepi8_epi32(LoadFour(p));
}
inline Ints LoadUnsigned(const uint8_t* p) {
  return _mm_cvtepu8_epi32(LoadFour(p));
}

inline Lanes Ordered(Lanes a) {
  return a;
}
inline Lanes SplatLanes(float value) {
  return _mm_set1_ps(value);
}
inline Lanes LoadLanes(const float* p) {
  return _mm_loadu_ps(p);
}
inline Lanes LoadLanes(const uint8_t* p) {
  return _mm_castsi128_ps(LoadBytes(p));
}
inline void StoreLanes(float* p, Lanes a) {
  _mm_storeu_ps(p, a);
}
inline void StoreLanes(uint8_t* p, Lanes a) {
  StoreBytes(p, _mm_castps_si128(a));
}

// Exact for all halves, infinities and NaNs included, and without a subnormal on the way. With its
// exponent moved to float32's bias a half h of magnitude m is t = m, or, where it is subnormal,
// t = 2^-15 + m / 2. There 2 t - 2^-14 = m is the smaller of the two; elsewhere t is.
inline Lanes LoadHalfLanes(const uint8_t* p) {
  const __m128i halves =
      _mm_cvtepu16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  const __m128i size = _mm_and_si128(halves, _mm_set1_epi32(0x7FFF));
  const __m128i sign = _mm_slli_epi32(_mm_xor_si128(halves, size), 16);
  const __m128i moved =
      _mm_add_epi32(_mm_slli_epi32(size, 13), _mm_set1_epi32((127 - 15) << 23));
  const __m128 t = _mm_castsi128_ps(moved);
  const __m128 finite = _mm_min_ps(_mm_sub_ps(_mm_add_ps(t, t), _mm_set1_ps(0x1p-14F)), t);
  const __m128i is_special = _mm_cmpgt_epi32(size, _mm_set1_epi32(0x7BFF));
  const __m128i exponent = _mm_and_si128(is_special, _mm_set1_epi32(0x7F800000));
  return _mm_or_ps(finite, _mm_castsi128_ps(_mm_or_si128(sign, exponent)));
}
inline Lanes LoadBf16Lanes(const uint8_t* p) {
  const __m128i upper = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  return _mm_castsi128_ps(_mm_slli_epi32(_mm_cvtepu16_epi32(upper), 16));
}
inline Lanes ToFloat(Ints a) {
  return _mm_cvtepi32_ps(a);
}
inline Ints RoundToInt(Lanes a) {
  return _mm_cvtps_epi32(a);
}
inline Lanes Add(Lanes a, Lanes b) {
  return _mm_add_ps(a, b);
}
inline Lanes Sub(Lanes a, Lanes b) {
  return _mm_sub_ps(a, b);
}
inline Lanes Mul(Lanes a, Lanes b) {
  return _mm_mul_ps(a, b);
}
inline Lanes Div(Lanes a, Lanes b) {
  return _mm_div_ps(a, b);
}
inline Lanes Max(Lanes a, Lanes b) {
  return _mm_max_ps(a, b);
}
inline Lanes Min(Lanes a, Lanes b) {
  return _mm_min_ps(a, b);
}
// Rounded twice, as there is nothing else: Kernels::fused tells.
inline Lanes Fma(Lanes a, Lanes b, Lanes c) {
  return _mm_add_ps(_mm_mul_ps(a, b), c);
}
inline Lanes Negate(Lanes a) {
  return _mm_xor_ps(a, _mm_set1_ps(-0.0F));
}
inline Lanes ScaleByPowerOfTwo(Lanes a, Ints n) {
  return _mm_castsi128_ps(_mm_add_epi32(_mm_castps_si128(a), _mm_slli_epi32(n, 23)));
}
inline Lanes ZeroBelow(Lanes x, float bound, Lanes value) {
  return _mm_and_ps(_mm_cmpge_ps(x, _mm_set1_ps(bound)), value);
}

// Sum by halves: lane i joins i + 2, then i + 1.
inline float SumLanes(Lanes a) {
  const __m128 two = _mm_add_ps(a, _mm_movehl_ps(a, a));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float MaxOfLanes(Lanes a) {
  const __m128 two = _mm_max_ps(a, _mm_movehl_ps(a, a));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
// The larger of a and the bits of |b| as whole numbers: NaN is above infinity, that above all else.
inline Ints LargerMagnitude(Ints a, Lanes b) {
  const __m128i bits = _mm_and_si128(_mm_castps_si128(b), _mm_set1_epi32(0x7FFFFFFF));
  return _mm_max_epi32(a, bits);
}
inline int32_t MaxOfInts(Ints a) {
  const __m128i two = _mm_max_epi32(a, _mm_unpackhi_epi64(a, a));
  return _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_srli_epi64(two, 32)));
}
inline int32_t SumOfInts(Ints a) {
  const __m128i two = _mm_add_epi32(a, _mm_unpackhi_epi64(a, a));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_srli_epi64(two, 32)));
}
// Stores kLanes values as bytes; they must fit.
inline void StoreNarrow(int8_t* p, Ints a) {
  const __m128i words = _mm_packs_epi32(a, a);
  const int32_t four = _mm_cvtsi128_si32(_mm_packs_epi16(words, words));
  __builtin_memcpy(p, &four, sizeof(four));
}
// out[i]: word i of kLanes rows of four, which lie `stride` bytes apart.
[[gnu::always_inline]] inline void TransposeWords(const uint8_t* p, int64_t stride, Bytes* out) {
  __m128i row[4];
  for (int r = 0; r < 4; ++r) row[r] = LoadBytes(p + r * stride);
  const __m128i low[2] = {_mm_unpacklo_epi32(row[0], row[1]), _mm_unpacklo_epi32(row[2], row[3])};
  const __m128i high[2] = {_mm_unpackhi_epi32(row[0], row[1]), _mm_unpackhi_epi32(row[2], row[3])};
  out[0] = _mm_unpacklo_epi64(low[0], low[1]);
  out[1] = _mm_unpackhi_epi64(low[0], low[1]);
  out[2] = _mm_unpacklo_epi64(high[0], high[1]);
  out[3] = _mm_unpackhi_epi64(high[0], high[1]);
}

// Stores kLanes values as 16-bit words; they must fit.
inline void StoreWords(int16_t* p, Ints a) {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi32(a, a));
}
inline void StoreInts(int32_t* p, Ints a) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), a);
}

// Sixteen lanes of two words, and two words for all lanes.
struct Pairs16 {
  __m128i part[4];
};
using Pair = __m128i;

inline Pairs16 LoadPairs16(const int16_t* p) {
  const auto* vectors = reinterpret_cast<const __m128i*>(p);
  return {{_mm_loadu_si128(vectors), _mm_loadu_si128(vectors + 1), _mm_loadu_si128(vectors + 2),
           _mm_loadu_si128(vectors + 3)}};
}
inline Pair SplatPair(const int16_t* p) {
  int32_t both;
  __builtin_memcpy(&both, p, sizeof(both));
  return _mm_set1_epi32(both);
}
// sums[lane] += a's first word * b's first + second * second
template <bool kManySums = false>
[[gnu::always_inline]] inline void AddPairs16(const Pairs16& a, Pair b, Ints* sums) {
  for (int i = 0; i < 4; ++i) {
    sums[i] = _mm_add_epi32(sums[i], _mm_madd_epi16(a.part[i], b));
  }
}

// Products of one slot of codes, added in pairs. Signed codes go through |code| · (x with the
// code's sign): 2 * 128 * 127 still fits.
template <int kBits>
[[gnu::always_inline]] inline __m128i PairsOf(Bytes codes, __m128i four) {
  if constexpr (kBits == 8) {
    return _mm_maddubs_epi16(_mm_abs_epi8(codes), _mm_sign_epi8(four, codes));
  }
  return _mm_maddubs_epi16(codes, four);
}

// start + sum over slots of codes · x. pmaddubsw adds pairs into 16 bits: with codes below 2^b
// and |x| <= 127 a sum of kTogether products of two stays below 2^15; only then is it widened.
// Nothing broadcasts from memory here: sixteen activations are loaded and then spread.
template <int kBits, int kSlots>
[[gnu::always_inline]] inline Ints Dot(Ints start, const Bytes* codes, const int8_t* x) {
  static_assert(kSlots % 4 == 0);
  constexpr int kTogether = kBits <= 4 ? 8 : kBits == 5 ? 4 : kBits == 6 ? 2 : 1;
  constexpr int kStep = kTogether < kSlots ? kTogether : kSlots;
  __m128i four[kSlots];
  for (int s = 0; s < kSlots; s += 4) {
    const __m128i sixteen = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + s * 4));
    four[s] = _mm_shuffle_epi32(sixteen, 0x00);
    four[s + 1] = _mm_shuffle_epi32(sixteen, 0x55);
    four[s + 2] = _mm_shuffle_epi32(sixteen, 0xAA);
    four[s + 3] = _mm_shuffle_epi32(sixteen, 0xFF);
  }
  for (int s = 0; s < kSlots; s += kStep) {
    __m128i pairs = PairsOf<kBits>(codes[s], four[s]);
    for (int i = s + 1; i < s + kStep; ++i) {
      pairs = _mm_add_epi16(pairs, PairsOf<kBits>(codes[i], four[i]));
    }
    start = _mm_add_epi32(start, _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
  }
  return start;
}
