// Vectors of 16 rows as plain arrays: the readable form of what every simd header means.

constexpr int kLanes = 16;
constexpr int kMaxTileTokens = 4;
constexpr int kMaxPackedTile = 4;  // the same while unpacking
constexpr int kUnpackFrom = 8;     // tokens; from here on unpacking a panel beforehand pays
constexpr int kNearPrefetchBytes = 0;
constexpr bool kHalfGroups = false;
constexpr int kSignedZero = 0;
constexpr int kDotRows = 1;
constexpr int kDotTokens = 1;
constexpr int kAttentionRows = 1;
constexpr int kAttentionRegisters = 2;

struct Bytes {
  uint8_t v[64];
};
struct Ints {
  int32_t v[16];
};
struct Lanes {
  float v[16];
};

template <class Vector, class Function>
inline Vector Each(Function function) {
  Vector out;
  for (int i = 0; i < static_cast<int>(sizeof(out.v) / sizeof(out.v[0])); ++i) {
    out.v[i] = function(i);
  }
  return out;
}

template <class Vector>
inline Vector LoadAs(const void* p) {
  Vector out;
  __builtin_memcpy(&out, p, sizeof(out));
  return out;
}

inline Bytes LoadBytes(const uint8_t* p) {
  return LoadAs<Bytes>(p);
}
inline void StoreBytes(uint8_t* p, const Bytes& a) {
  __builtin_memcpy(p, &a, sizeof(a));
}
inline Bytes SplatByte(int value) {
  return Each<Bytes>([=](int) { return static_cast<uint8_t>(value); });
}
inline Bytes And(const Bytes& a, const Bytes& b) {
  return Each<Bytes>([&](int i) { return static_cast<uint8_t>(a.v[i] & b.v[i]); });
}
inline Bytes Or(const Bytes& a, const Bytes& b) {
  return Each<Bytes>([&](int i) { return static_cast<uint8_t>(a.v[i] | b.v[i]); });
}
inline Bytes AddBytes(const Bytes& a, const Bytes& b) {
  return Each<Bytes>([&](int i) { return static_cast<uint8_t>(a.v[i] + b.v[i]); });
}
template <int kBits>
inline Bytes ShiftRight(const Bytes& a) {
  return Each<Bytes>([&](int i) { return static_cast<uint8_t>(a.v[i] >> kBits); });
}
template <int kBits>
inline Bytes ShiftLeft(const Bytes& a) {
  return Each<Bytes>([&](int i) { return static_cast<uint8_t>(a.v[i] << kBits); });
}
inline Bytes FromSigned(const Bytes& a) {
  return a;
}
inline Bytes Lookup(const int8_t* table, const Bytes& index) {
  return Each<Bytes>([&](int i) { return static_cast<uint8_t>(table[index.v[i]]); });
}

// out[i]: word i of kLanes rows of four, which lie `stride` bytes apart.
inline void TransposeWords(const uint8_t* p, int64_t stride, Bytes* out) {
  for (int row = 0; row < kLanes; ++row) {
    for (int i = 0; i < 4; ++i) __builtin_memcpy(out[i].v + row * 4, p + row * stride + i * 4, 4);
  }
}

inline Ints LoadInts(const uint8_t* p) {
  return LoadAs<Ints>(p);
}
inline Ints SplatInt(int value) {
  return Each<Ints>([=](int) { return value; });
}
template <int kBits>
inline Ints ShiftLeftInts(const Ints& a) {
  return Each<Ints>([&](int i) { return a.v[i] * (1 << kBits); });
}
inline Ints LoadSigned(const uint8_t* p) {
  return Each<Ints>([=](int i) { return static_cast<int8_t>(p[i]); });
}
inline Ints LoadUnsigned(const uint8_t* p) {
  return Each<Ints>([=](int i) { return p[i]; });
}

inline Lanes Ordered(const Lanes& a) {
  return a;
}
inline Lanes SplatLanes(float value) {
  return Each<Lanes>([=](int) { return value; });
}
inline Lanes LoadLanes(const void* p) {
  return LoadAs<Lanes>(p);
}
inline void StoreLanes(void* p, const Lanes& a) {
  __builtin_memcpy(p, &a, sizeof(a));
}
inline Lanes LoadHalfLanes(const uint8_t* p) {
  return Each<Lanes>([=](int i) {
    uint16_t half;
    __builtin_memcpy(&half, p + 2 * i, sizeof(half));
    return F16ToF32(half);
  });
}
inline Lanes LoadBf16Lanes(const uint8_t* p) {
  return Each<Lanes>([=](int i) {
    uint16_t upper;
    __builtin_memcpy(&upper, p + 2 * i, sizeof(upper));
    return Bf16ToF32(upper);
  });
}
inline Lanes ToFloat(const Ints& a) {
  return Each<Lanes>([&](int i) { return static_cast<float>(a.v[i]); });
}
// Ties to even for |a| < 2^22, which is all that is asked.
inline Ints RoundToInt(const Lanes& a) {
  return Each<Ints>([&](int i) {
    constexpr float kShift = 12582912.0F;  // 1.5 * 2^23: whole numbers are neighbours in bits
    return __builtin_bit_cast(int32_t, a.v[i] + kShift) - __builtin_bit_cast(int32_t, kShift);
  });
}
inline Lanes Add(const Lanes& a, const Lanes& b) {
  return Each<Lanes>([&](int i) { return a.v[i] + b.v[i]; });
}
inline Lanes Sub(const Lanes& a, const Lanes& b) {
  return Each<Lanes>([&](int i) { return a.v[i] - b.v[i]; });
}
inline Lanes Mul(const Lanes& a, const Lanes& b) {
  return Each<Lanes>([&](int i) { return a.v[i] * b.v[i]; });
}
inline Lanes Div(const Lanes& a, const Lanes& b) {
  return Each<Lanes>([&](int i) { return a.v[i] / b.v[i]; });
}
inline Lanes Max(const Lanes& a, const Lanes& b) {
  return Each<Lanes>([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline Lanes Min(const Lanes& a, const Lanes& b) {
  return Each<Lanes>([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline Lanes Fma(const Lanes& a, const Lanes& b, const Lanes& c) {
  return Each<Lanes>([&](int i) { return __builtin_fmaf(a.v[i], b.v[i], c.v[i]); });
}
inline Lanes Negate(const Lanes& a) {
  return Each<Lanes>([&](int i) { return -a.v[i]; });
}
inline Lanes ScaleByPowerOfTwo(const Lanes& a, const Ints& n) {
  return Each<Lanes>([&](int i) {
    uint32_t bits;
    __builtin_memcpy(&bits, &a.v[i], sizeof(bits));
    bits += static_cast<uint32_t>(n.v[i]) << 23;
    float value;
    __builtin_memcpy(&value, &bits, sizeof(value));
    return value;
  });
}
inline Lanes ZeroBelow(const Lanes& x, float bound, const Lanes& value) {
  return Each<Lanes>([&](int i) { return x.v[i] >= bound ? value.v[i] : 0.0F; });
}

// Sum by halves: lane i joins i + 8, then i + 4, i + 2, i + 1.
inline float SumLanes(Lanes a) {
  for (int half = kLanes / 2; half >= 1; half /= 2) {
    for (int i = 0; i < half; ++i) a.v[i] = a.v[i] + a.v[i + half];
  }
  return a.v[0];
}
inline float MaxOfLanes(const Lanes& a) {
  float max = a.v[0];
  for (int i = 1; i < kLanes; ++i) max = a.v[i] > max ? a.v[i] : max;
  return max;
}
// The larger of a and the bits of |b| as whole numbers: NaN is above infinity, that above all else.
inline Ints LargerMagnitude(const Ints& a, const Lanes& b) {
  return Each<Ints>([&](int i) {
    const int32_t bits = __builtin_bit_cast(int32_t, b.v[i]) & 0x7FFFFFFF;
    return a.v[i] > bits ? a.v[i] : bits;
  });
}
inline int32_t MaxOfInts(const Ints& a) {
  int32_t max = a.v[0];
  for (int i = 1; i < kLanes; ++i) max = a.v[i] > max ? a.v[i] : max;
  return max;
}
inline int32_t SumOfInts(const Ints& a) {
  int32_t sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += a.v[i];
  return sum;
}
// Stores kLanes values as bytes; they must fit.
inline void StoreNarrow(int8_t* p, const Ints& a) {
  for (int i = 0; i < kLanes; ++i) p[i] = static_cast<int8_t>(a.v[i]);
}

// Stores kLanes values as 16-bit words; they must fit.
inline void StoreWords(int16_t* p, const Ints& a) {
  for (int i = 0; i < kLanes; ++i) p[i] = static_cast<int16_t>(a.v[i]);
}
inline void StoreInts(int32_t* p, const Ints& a) {
  __builtin_memcpy(p, &a, sizeof(a));
}

// Sixteen lanes of two words, and two words for all lanes.
struct Pairs16 {
  int16_t v[32];
};
struct Pair {
  int16_t v[2];
};

inline Pairs16 LoadPairs16(const int16_t* p) {
  return LoadAs<Pairs16>(p);
}
inline Pair SplatPair(const int16_t* p) {
  return {{p[0], p[1]}};
}
// sums[lane] += a's first word * b's first + second * second
template <bool kManySums = false>
inline void AddPairs16(const Pairs16& a, const Pair& b, Ints* sums) {
  for (int i = 0; i < 16; ++i) {
    sums->v[i] += a.v[2 * i] * b.v[0] + a.v[2 * i + 1] * b.v[1];
  }
}

// start + sum over slots of codes · x, one row and column after the other. 8-bit codes are signed.
template <int kBits, int kSlots>
inline Ints Dot(const Ints& start, const Bytes* codes, const int8_t* x) {
  return Each<Ints>([&](int row) {
    int32_t sum = start.v[row];
    for (int s = 0; s < kSlots; ++s) {
      for (int c = 0; c < 4; ++c) {
        const uint8_t byte = codes[s].v[row * 4 + c];
        sum += (kBits == 8 ? static_cast<int8_t>(byte) : byte) * x[s * 4 + c];
      }
    }
    return sum;
  });
}
