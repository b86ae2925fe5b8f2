// Vectors of 16 rows for AVX-512 with VNNI.

constexpr int kLanes = 16;
constexpr int kMaxTileTokens = 16;  // 16 sums + 8 code vectors + scale: 25 of 32 registers
constexpr int kMaxPackedTile = 16;  // the same while unpacking
constexpr int kUnpackFrom = 64;  // tokens; from here on unpacking a panel beforehand pays
constexpr int kNearPrefetchBytes = 2048;  // eight replies + 7 %
constexpr bool kHalfGroups = false;
constexpr int kSignedZero = 128;    // vpdpbusd wants unsigned weights: signed codes are flipped
constexpr int kDotRows = 4;
constexpr int kDotTokens = 4;
constexpr int kAttentionRows = 14;
constexpr int kAttentionRegisters = 31;  // of 16 lanes: 14 x 2 sums, 2 elements, a broadcast

using Bytes = __m512i;
using Ints = __m512i;
using Lanes = __m512;

inline Bytes LoadBytes(const uint8_t* p) {
  return _mm512_loadu_si512(p);
}
inline void StoreBytes(uint8_t* p, Bytes a) {
  _mm512_storeu_si512(p, a);
}
inline Bytes SplatByte(int value) {
  return _mm512_set1_epi8(static_cast<char>(value));
}
inline Bytes And(Bytes a, Bytes b) {
  return _mm512_and_si512(a, b);
}
inline Bytes Or(Bytes a, Bytes b) {
  return _mm512_or_si512(a, b);
}
inline Bytes AddBytes(Bytes a, Bytes b) {
  return _mm512_add_epi8(a, b);
}
template <int kBits>
inline Bytes ShiftRight(Bytes a) {
  return _mm512_srli_epi16(a, kBits);
}
template <int kBits>
inline Bytes ShiftLeft(Bytes a) {
  return _mm512_slli_epi16(a, kBits);
}
inline Bytes FromSigned(Bytes a) {
  return _mm512_xor_si512(a, SplatByte(-128));
}
inline Bytes Lookup(const int8_t* table, Bytes index) {
  const __m128i row = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table));
  return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(row), index);
}

// Rows 0, 4, 8 and 12 from p on, sixteen bytes each.
inline __m512i LoadFourRows(const uint8_t* p, int64_t stride) {
  const auto* row = reinterpret_cast<const __m128i*>(p);
  __m512i rows = _mm512_castsi128_si512(_mm_loadu_si128(row));
  row = reinterpret_cast<const __m128i*>(p + 4 * stride);
  rows = _mm512_mask_broadcast_i32x4(rows, 0x00F0, _mm_loadu_si128(row));
  row = reinterpret_cast<const __m128i*>(p + 8 * stride);
  rows = _mm512_mask_broadcast_i32x4(rows, 0x0F00, _mm_loadu_si128(row));
  row = reinterpret_cast<const __m128i*>(p + 12 * stride);
  return _mm512_mask_broadcast_i32x4(rows, 0xF000, _mm_loadu_si128(row));
}
// out[i]: word i of kLanes rows of four, which lie `stride` bytes apart.
[[gnu::always_inline]] inline void TransposeWords(const uint8_t* p, int64_t stride, Bytes* out) {
  const __m512i row[4] = {LoadFourRows(p, stride), LoadFourRows(p + stride, stride),
                          LoadFourRows(p + 2 * stride, stride),
                          LoadFourRows(p + 3 * stride, stride)};
  const __m512i low[2] = {_mm512_unpacklo_epi32(row[0], row[1]),
                          _mm512_unpacklo_epi32(row[2], row[3])};
  const __m512i high[2] = {_mm512_unpackhi_epi32(row[0], row[1]),
                           _mm512_unpackhi_epi32(row[2], row[3])};
  out[0] = _mm512_unpacklo_epi64(low[0], low[1]);
  out[1] = _mm512_unpackhi_epi64(low[0], low[1]);
  out[2] = _mm512_unpacklo_epi64(high[0], high[1]);
  out[3] = _mm512_unpackhi_epi64(high[0], high[1]);
}

inline Ints LoadInts(const uint8_t* p) {
  return _mm512_loadu_si512(p);
}
inline Ints SplatInt(int value) {
  return _mm512_set1_epi32(value);
}
template <int kBits>
inline Ints ShiftLeftInts(Ints a) {
  return _mm512_slli_epi32(a, kBits);
}
inline Ints LoadSigned(const uint8_t* p) {
  return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
inline Ints LoadUnsigned(const uint8_t* p) {
  return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}

// Compilers like to interleave the sixteen tokens of a tile and then run out of registers; the
// processor reorders better. A tile's sums pass this point one after the other.
inline Lanes Ordered(Lanes a) {
  __asm__ volatile("" : "+v"(a));
  return a;
}
inline Lanes SplatLanes(float value) {
  return _mm512_set1_ps(value);
}
inline Lanes LoadLanes(const float* p) {
  return _mm512_loadu_ps(p);
}
inline Lanes LoadLanes(const uint8_t* p) {
  return _mm512_loadu_ps(p);
}
inline void StoreLanes(float* p, Lanes a) {
  _mm512_storeu_ps(p, a);
}
inline void StoreLanes(uint8_t* p, Lanes a) {
  _mm512_storeu_ps(p, a);
}
inline Lanes LoadHalfLanes(const uint8_t* p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
inline Lanes LoadBf16Lanes(const uint8_t* p) {
  const __m256i upper = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(upper), 16));
}
inline Lanes ToFloat(Ints a) {
  return _mm512_cvtepi32_ps(a);
}
inline Ints RoundToInt(Lanes a) {
  return _mm512_cvtps_epi32(a);
}
inline Lanes Add(Lanes a, Lanes b) {
  return _mm512_add_ps(a, b);
}
inline Lanes Sub(Lanes a, Lanes b) {
  return _mm512_sub_ps(a, b);
}
inline Lanes Mul(Lanes a, Lanes b) {
  return _mm512_mul_ps(a, b);
}
inline Lanes Div(Lanes a, Lanes b) {
  return _mm512_div_ps(a, b);
}
inline Lanes Max(Lanes a, Lanes b) {
  return _mm512_max_ps(a, b);
}
inline Lanes Min(Lanes a, Lanes b) {
  return _mm512_min_ps(a, b);
}
inline Lanes Fma(Lanes a, Lanes b, Lanes c) {
  return _mm512_fmadd_ps(a, b, c);
}
inline Lanes Negate(Lanes a) {
  return _mm512_xor_ps(a, _mm512_set1_ps(-0.0F));
}
inline Lanes ScaleByPowerOfTwo(Lanes a, Ints n) {
  return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_slli_epi32(n, 23)));
}
inline Lanes ZeroBelow(Lanes x, float bound, Lanes value) {
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, _mm512_set1_ps(bound), _CMP_GE_OQ), value);
}

// Sum by halves: lane i joins i + 8, then i + 4, i + 2, i + 1.
inline float SumLanes(Lanes a) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float MaxOfLanes(Lanes a) {
  return _mm512_reduce_max_ps(a);
}
// The larger of a and the bits of |b| as whole numbers: NaN is above infinity, that above all else.
inline Ints LargerMagnitude(Ints a, Lanes b) {
  return _mm512_max_epi32(a, _mm512_castps_si512(_mm512_abs_ps(b)));
}
inline int32_t MaxOfInts(Ints a) {
  return _mm512_reduce_max_epi32(a);
}
inline int32_t SumOfInts(Ints a) {
  return _mm512_reduce_add_epi32(a);
}
// Stores kLanes values as bytes; they must fit.
inline void StoreNarrow(int8_t* p, Ints a) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(a));
}

// Stores kLanes values as 16-bit words; they must fit.
inline void StoreWords(int16_t* p, Ints a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(a));
}
inline void StoreInts(int32_t* p, Ints a) {
  _mm512_storeu_si512(p, a);
}

// Sixteen lanes of two words, and two words for all lanes.
using Pairs16 = __m512i;
using Pair = __m512i;

inline Pairs16 LoadPairs16(const int16_t* p) {
  return _mm512_loadu_si512(p);
}
inline Pair SplatPair(const int16_t* p) {
  int32_t both;
  __builtin_memcpy(&both, p, sizeof(both));
  return _mm512_set1_epi32(both);
}
// sums[lane] += a's first word * b's first + second * second. Clang takes the intrinsic apart
// (vpmaddwd and vpaddd) for a shorter chain; callers with many sums at once wait for none, and have
// half the work with one instruction.
template <bool kManySums = false>
[[gnu::always_inline]] inline void AddPairs16(Pairs16 a, Pair b, Ints* sums) {
  if constexpr (kManySums) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(sums[0]) : "v"(a), "v"(b));
  } else {
    sums[0] = _mm512_dpwssd_epi32(sums[0], a, b);
  }
}

// start + sum over slots of codes · x: one vpdpbusd a slot, the activations broadcast. Eight slots
// are two chains, as what follows waits for the last product (prompts + 7 % without AMX).
template <int kBits, int kSlots>
[[gnu::always_inline]] inline Ints Dot(Ints start, const Bytes* codes, const int8_t* x) {
  constexpr int kChains = kSlots == 8 ? 2 : 1;
  Ints sums[2] = {start, _mm512_setzero_si512()};
  for (int s = 0; s < kSlots; ++s) {
    int32_t four;
    __builtin_memcpy(&four, x + s * 4, sizeof(four));
    Ints& sum = sums[s * kChains / kSlots];
    sum = _mm512_dpbusd_epi32(sum, codes[s], _mm512_set1_epi32(four));
  }
  return kChains == 1 ? sums[0] : _mm512_add_epi32(sums[0], sums[1]);
}
