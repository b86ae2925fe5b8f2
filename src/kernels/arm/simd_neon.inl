// Vectors of 4 rows for ARMv8.0 Advanced SIMD; Dot comes from simd_neon_dot_*.inl.

constexpr int kLanes = 4;
constexpr int kMaxTileTokens = 8;  // 8 sums + 8 code vectors + temporaries: 32 registers
constexpr int kMaxPackedTile = 4;  // the same while unpacking
constexpr int kUnpackFrom = 8;  // tokens; from here on unpacking a panel beforehand pays
constexpr int kNearPrefetchBytes = 0;
constexpr bool kHalfGroups = false;
constexpr int kSignedZero = 0;
constexpr int kDotRows = 2;
constexpr int kDotTokens = 2;
constexpr int kAttentionRows = 6;
constexpr int kAttentionRegisters = 7;  // of 16 lanes: 6 sums, an element; the last: factors

using Bytes = uint8x16_t;
using Ints = int32x4_t;
using Lanes = float32x4_t;

inline Bytes LoadBytes(const uint8_t* p) {
  return vld1q_u8(p);
}
inline void StoreBytes(uint8_t* p, Bytes a) {
  vst1q_u8(p, a);
}
inline Bytes SplatByte(int value) {
  return vdupq_n_u8(static_cast<uint8_t>(value));
}
inline Bytes And(Bytes a, Bytes b) {
  return vandq_u8(a, b);
}
inline Bytes Or(Bytes a, Bytes b) {
  return vorrq_u8(a, b);
}
inline Bytes AddBytes(Bytes a, Bytes b) {
  return vaddq_u8(a, b);
}
template <int kBits>
inline Bytes ShiftRight(Bytes a) {
  return vshrq_n_u8(a, kBits);
}
template <int kBits>
inline Bytes ShiftLeft(Bytes a) {
  return vshlq_n_u8(a, kBits);
}
inline Bytes FromSigned(Bytes a) {
  return a;
}
inline Bytes Lookup(const int8_t* table, Bytes index) {
  return vqtbl1q_u8(vld1q_u8(reinterpret_cast<const uint8_t*>(table)), index);
}

// out[i]: word i of kLanes rows of four, which lie `stride` bytes apart.
[[gnu::always_inline]] inline void TransposeWords(const uint8_t* p, int64_t stride, Bytes* out) {
  uint32x4_t row[4];
  for (int r = 0; r < 4; ++r) row[r] = vreinterpretq_u32_u8(vld1q_u8(p + r * stride));
  const uint64x2_t even[2] = {vreinterpretq_u64_u32(vtrn1q_u32(row[0], row[1])),
                              vreinterpretq_u64_u32(vtrn1q_u32(row[2], row[3]))};
  const uint64x2_t odd[2] = {vreinterpretq_u64_u32(vtrn2q_u32(row[0], row[1])),
                             vreinterpretq_u64_u32(vtrn2q_u32(row[2], row[3]))};
  out[0] = vreinterpretq_u8_u64(vtrn1q_u64(even[0], even[1]));
  out[1] = vreinterpretq_u8_u64(vtrn1q_u64(odd[0], odd[1]));
  out[2] = vreinterpretq_u8_u64(vtrn2q_u64(even[0], even[1]));
  out[3] = vreinterpretq_u8_u64(vtrn2q_u64(odd[0], odd[1]));
}

inline Ints LoadInts(const uint8_t* p) {
  return vreinterpretq_s32_u8(vld1q_u8(p));
}
inline Ints SplatInt(int value) {
  return vdupq_n_s32(value);
}
template <int kBits>
inline Ints ShiftLeftInts(Ints a) {
  return vshlq_n_s32(a, kBits);
}
inline uint8x8_t LoadFour(const uint8_t* p) {
  uint32_t four;
  __builtin_memcpy(&four, p, sizeof(four));
  return vreinterpret_u8_u32(vdup_n_u32(four));
}
inline Ints LoadSigned(const uint8_t* p) {
  return vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u8(LoadFour(p)))));
}
inline Ints LoadUnsigned(const uint8_t* p) {
  return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(vmovl_u8(LoadFour(p)))));
}

inline Lanes Ordered(Lanes a) {
  return a;
}
inline Lanes SplatLanes(float value) {
  return vdupq_n_f32(value);
}
inline Lanes LoadLanes(const float* p) {
  return vld1q_f32(p);
}
inline Lanes LoadLanes(const uint8_t* p) {
  return vreinterpretq_f32_u8(vld1q_u8(p));
}
inline void StoreLanes(float* p, Lanes a) {
  vst1q_f32(p, a);
}
inline void StoreLanes(uint8_t* p, Lanes a) {
  vst1q_u8(p, vreinterpretq_u8_f32(a));
}
inline Lanes LoadHalfLanes(const uint8_t* p) {
  return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p)));
}
inline Lanes LoadBf16Lanes(const uint8_t* p) {
  return vreinterpretq_f32_u32(vshll_n_u16(vreinterpret_u16_u8(vld1_u8(p)), 16));
}
inline Lanes ToFloat(Ints a) {
  return vcvtq_f32_s32(a);
}
inline Ints RoundToInt(Lanes a) {
  return vcvtnq_s32_f32(a);
}
inline Lanes Add(Lanes a, Lanes b) {
  return vaddq_f32(a, b);
}
inline Lanes Sub(Lanes a, Lanes b) {
  return vsubq_f32(a, b);
}
inline Lanes Mul(Lanes a, Lanes b) {
  return vmulq_f32(a, b);
}
inline Lanes Div(Lanes a, Lanes b) {
  return vdivq_f32(a, b);
}
inline Lanes Max(Lanes a, Lanes b) {
  return vmaxq_f32(a, b);
}
inline Lanes Min(Lanes a, Lanes b) {
  return vminq_f32(a, b);
}
inline Lanes Fma(Lanes a, Lanes b, Lanes c) {
  return vfmaq_f32(c, a, b);
}
inline Lanes Negate(Lanes a) {
  return vnegq_f32(a);
}
inline Lanes ScaleByPowerOfTwo(Lanes a, Ints n) {
  return vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(a), vshlq_n_s32(n, 23)));
}
inline Lanes ZeroBelow(Lanes x, float bound, Lanes value) {
  const uint32x4_t keep = vcgeq_f32(x, vdupq_n_f32(bound));
  return vreinterpretq_f32_u32(vandq_u32(keep, vreinterpretq_u32_f32(value)));
}
// Sum by halves: lane i joins i + 2, then i + 1.
inline float SumLanes(Lanes a) {
  const float32x2_t two = vadd_f32(vget_low_f32(a), vget_high_f32(a));
  return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}
inline float MaxOfLanes(Lanes a) {
  return vmaxvq_f32(a);
}
// The larger of a and the bits of |b| as whole numbers: NaN is above infinity, that above all else.
inline Ints LargerMagnitude(Ints a, Lanes b) {
  return vmaxq_s32(a, vreinterpretq_s32_f32(vabsq_f32(b)));
}
inline int32_t MaxOfInts(Ints a) {
  return vmaxvq_s32(a);
}
inline int32_t SumOfInts(Ints a) {
  return vaddvq_s32(a);
}
// Stores kLanes values as bytes; they must fit.
inline void StoreNarrow(int8_t* p, Ints a) {
  const int16x4_t words = vmovn_s32(a);
  const int8x8_t bytes = vmovn_s16(vcombine_s16(words, words));
  vst1_lane_s32(reinterpret_cast<int32_t*>(p), vreinterpret_s32_s8(bytes), 0);
}
// Stores kLanes values as 16-bit words; they must fit.
inline void StoreWords(int16_t* p, Ints a) {
  vst1_s16(p, vmovn_s32(a));
}
inline void StoreInts(int32_t* p, Ints a) {
  vst1q_s32(p, a);
}

// Sixteen lanes of two words, first and second words apart, and two words for all lanes.
struct Pairs16 {
  int16x8_t first[2];
  int16x8_t second[2];
};
using Pair = int16x4_t;

inline Pairs16 LoadPairs16(const int16_t* p) {
  const int16x8x2_t low = vld2q_s16(p);
  const int16x8x2_t high = vld2q_s16(p + 16);
  return {{low.val[0], high.val[0]}, {low.val[1], high.val[1]}};
}
inline Pair SplatPair(const int16_t* p) {
  int32_t both;
  __builtin_memcpy(&both, p, sizeof(both));
  return vreinterpret_s16_s32(vdup_n_s32(both));
}
// sums[lane] += a's first word * b's first + second * second
template <bool kManySums = false>
[[gnu::always_inline]] inline void AddPairs16(const Pairs16& a, Pair b, Ints* sums) {
  for (int i = 0; i < 2; ++i) {
    Ints* sum = sums + 2 * i;
    sum[0] = vmlal_lane_s16(sum[0], vget_low_s16(a.first[i]), b, 0);
    sum[1] = vmlal_high_lane_s16(sum[1], a.first[i], b, 0);
    sum[0] = vmlal_lane_s16(sum[0], vget_low_s16(a.second[i]), b, 1);
    sum[1] = vmlal_high_lane_s16(sum[1], a.second[i], b, 1);
  }
}
