// Vectors of 8 rows for AVX2 with FMA and F16C.

constexpr int kLanes = 8;
constexpr int kMaxTileTokens = 4;  // 4 sums + 8 code vectors + temporaries: 16 registers
constexpr int kMaxPackedTile = 4;  // the same while unpacking
constexpr int kUnpackFrom = 8;  // tokens; from here on unpacking a panel beforehand pays
constexpr int kNearPrefetchBytes = 0;
constexpr bool kHalfGroups = true;
constexpr int kSignedZero = 0;
constexpr int kDotRows = 2;
constexpr int kDotTokens = 2;
constexpr int kAttentionRows = 6;
constexpr int kAttentionRegisters = 7;  // of 16 lanes: 6 sums, an element; the last: factors

using Bytes = __m256i;
using Ints = __m256i;
using Lanes = __m256;

inline Bytes LoadBytes(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
inline void StoreBytes(uint8_t* p, Bytes a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a);
}
inline Bytes SplatByte(int value) {
  return _mm256_set1_epi8(static_cast<char>(value));
}
inline Bytes And(Bytes a, Bytes b) {
  return _mm256_and_si256(a, b);
}
inline Bytes Or(Bytes a, Bytes b) {
  return _mm256_or_si256(a, b);
}
inline Bytes AddBytes(Bytes a, Bytes b) {
  return _mm256_add_epi8(a, b);
}
template <int kBits>
inline Bytes ShiftRight(Bytes a) {
  return _mm256_srli_epi16(a, kBits);
}
template <int kBits>
inline Bytes ShiftLeft(Bytes a) {
  return _mm256_slli_epi16(a, kBits);
}
inline Bytes FromSigned(Bytes a) {
  return a;
}
inline Bytes Lookup(const int8_t* table, Bytes index) {
  const __m128i row = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table));
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(row), index);
}

inline __m256i LoadTwoRows(const uint8_t* p, const uint8_t* q) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(low),
                                 _mm_loadu_si128(reinterpret_cast<const __m128i*>(q)), 1);
}
// out[i]: word i of kLanes rows of four, which lie `stride` bytes apart.
[[gnu::always_inline]] inline void TransposeWords(const uint8_t* p, int64_t stride, Bytes* out) {
  const uint8_t* q = p + 4 * stride;
  const __m256i row[4] = {LoadTwoRows(p, q), LoadTwoRows(p + stride, q + stride),
                          LoadTwoRows(p + 2 * stride, q + 2 * stride),
                          LoadTwoRows(p + 3 * stride, q + 3 * stride)};
  const __m256i low[2] = {_mm256_unpacklo_epi32(row[0], row[1]),
                          _mm256_unpacklo_epi32(row[2], row[3])};
  const __m256i high[2] = {_mm256_unpackhi_epi32(row[0], row[1]),
                           _mm256_unpackhi_epi32(row[2], row[3])};
  out[0] = _mm256_unpacklo_epi64(low[0], low[1]);
  out[1] = _mm256_unpackhi_epi64(low[0], low[1]);
  out[2] = _mm256_unpacklo_epi64(high[0], high[1]);
  out[3] = _mm256_unpackhi_epi64(high[0], high[1]);
}

inline Ints LoadInts(const uint8_t* p) {
  return LoadBytes(p);
}
inline Ints SplatInt(int value) {
  return _mm256_set1_epi32(value);
}
template <int kBits>
inline Ints ShiftLeftInts(Ints a) {
  return _mm256_slli_epi32(a, kBits);
}
inline Ints LoadSigned(const uint8_t* p) {
  return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
}
inline Ints LoadUnsigned(const uint8_t* p) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
}

inline Lanes Ordered(Lanes a) {
  return a;
}
// Keeps the compiler from computing several of these at once, for which there are no registers.
inline Ints OrderedInts(Ints a) {
  __asm__ volatile("" : "+x"(a));
  return a;
}
inline Lanes SplatLanes(float value) {
  return _mm256_set1_ps(value);
}
inline Lanes LoadLanes(const float* p) {
  return _mm256_loadu_ps(p);
}
inline Lanes LoadLanes(const uint8_t* p) {
  return _mm256_castsi256_ps(LoadBytes(p));
}
inline void StoreLanes(float* p, Lanes a) {
  _mm256_storeu_ps(p, a);
}
inline void StoreLanes(uint8_t* p, Lanes a) {
  StoreBytes(p, _mm256_castps_si256(a));
}
inline Lanes LoadHalfLanes(const uint8_t* p) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
inline Lanes LoadBf16Lanes(const uint8_t* p) {
  const __m128i upper = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(upper), 16));
}
inline Lanes ToFloat(Ints a) {
  return _mm256_cvtepi32_ps(a);
}
inline Ints RoundToInt(Lanes a) {
  return _mm256_cvtps_epi32(a);
}
inline Lanes Add(Lanes a, Lanes b) {
  return _mm256_add_ps(a, b);
}
inline Lanes Sub(Lanes a, Lanes b) {
  return _mm256_sub_ps(a, b);
}
inline Lanes Mul(Lanes a, Lanes b) {
  return _mm256_mul_ps(a, b);
}
inline Lanes Div(Lanes a, Lanes b) {
  return _mm256_div_ps(a, b);
}
inline Lanes Max(Lanes a, Lanes b) {
  return _mm256_max_ps(a, b);
}
inline Lanes Min(Lanes a, Lanes b) {
  return _mm256_min_ps(a, b);
}
inline Lanes Fma(Lanes a, Lanes b, Lanes c) {
  return _mm256_fmadd_ps(a, b, c);
}
inline Lanes Negate(Lanes a) {
  return _mm256_xor_ps(a, _mm256_set1_ps(-0.0F));
}
inline Lanes ScaleByPowerOfTwo(Lanes a, Ints n) {
  return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_slli_epi32(n, 23)));
}
inline Lanes ZeroBelow(Lanes x, float bound, Lanes value) {
  return _mm256_and_ps(_mm256_cmp_ps(x, _mm256_set1_ps(bound), _CMP_GE_OQ), value);
}

// Sum by halves: lane i joins i + 4, then i + 2, i + 1.
inline float SumLanes(Lanes a) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float MaxOfLanes(Lanes a) {
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
// The larger of a and the bits of |b| as whole numbers: NaN is above infinity, that above all else.
inline Ints LargerMagnitude(Ints a, Lanes b) {
  const __m256i bits = _mm256_and_si256(_mm256_castps_si256(b), _mm256_set1_epi32(0x7FFFFFFF));
  return _mm256_max_epi32(a, bits);
}
inline int32_t MaxOfInts(Ints a) {
  const __m128i four = _mm_max_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  const __m128i two = _mm_max_epi32(four, _mm_unpackhi_epi64(four, four));
  return _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_srli_epi64(two, 32)));
}
inline int32_t SumOfInts(Ints a) {
  const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  const __m128i two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_srli_epi64(two, 32)));
}
// Stores kLanes values as bytes; they must fit.
inline void StoreNarrow(int8_t* p, Ints a) {
  const __m128i words =
      _mm_packs_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi16(words, words));
}

// Stores kLanes values as 16-bit words; they must fit.
inline void StoreWords(int16_t* p, Ints a) {
  const __m128i words =
      _mm_packs_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), words);
}
inline void StoreInts(int32_t* p, Ints a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a);
}

// Sixteen lanes of two words, and two words for all lanes.
struct Pairs16 {
  __m256i part[2];
};
using Pair = __m256i;

inline Pairs16 LoadPairs16(const int16_t* p) {
  const auto* vectors = reinterpret_cast<const __m256i*>(p);
  return {{_mm256_loadu_si256(vectors), _mm256_loadu_si256(vectors + 1)}};
}
inline Pair SplatPair(const int16_t* p) {
  int32_t both;
  __builtin_memcpy(&both, p, sizeof(both));
  return _mm256_set1_epi32(both);
}
// sums[lane] += a's first word * b's first + second * second
template <bool kManySums = false>
[[gnu::always_inline]] inline void AddPairs16(const Pairs16& a, Pair b, Ints* sums) {
  for (int i = 0; i < 2; ++i) {
    sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(a.part[i], b));
  }
}

inline Bytes Four(const int8_t* x) {
  int32_t four;
  __builtin_memcpy(&four, x, sizeof(four));
  return _mm256_set1_epi32(four);
}

// start + sum over slots of codes · x. vpmaddubsw adds pairs into 16 bits: with codes below 2^b
// and |x| <= 127 a sum of kTogether products of two stays below 2^15; only then is it widened.
// Signed codes go through |code| · (x with the code's sign): 2 * 128 * 127 still fits.
template <int kBits, int kSlots>
[[gnu::always_inline]] inline Ints Dot(Ints start, const Bytes* codes, const int8_t* x) {
  constexpr int kTogether = kBits <= 4 ? 8 : kBits == 5 ? 4 : kBits == 6 ? 2 : 1;
  constexpr int kStep = kTogether < kSlots ? kTogether : kSlots;
  const __m256i ones = _mm256_set1_epi16(1);
  for (int s = 0; s < kSlots; s += kStep) {
    __m256i pairs = _mm256_setzero_si256();
    for (int i = s; i < s + kStep; ++i) {
      const Bytes four = Four(x + i * 4);
      __m256i product;
      if constexpr (kBits == 8) {
        product = _mm256_maddubs_epi16(_mm256_abs_epi8(codes[i]), _mm256_sign_epi8(four, codes[i]));
      } else {
        product = _mm256_maddubs_epi16(codes[i], four);
      }
      pairs = i == s ? product : _mm256_add_epi16(pairs, product);
    }
    start = _mm256_add_epi32(start, _mm256_madd_epi16(pairs, ones));
  }
  return start;
}
