// F32x16: sixteen virtual float lanes, whatever the width of the machine's vectors.
//
// Every float reduction of the numeric contract runs over these lanes and ends in one fixed tree.

constexpr int kParts = 16 / kLanes;

struct F32x16 {
  Lanes part[kParts];
};

struct I32x16 {
  Ints part[kParts];
};

[[gnu::always_inline]] inline F32x16 Splat16(float value) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = SplatLanes(value);
  return out;
}

[[gnu::always_inline]] inline F32x16 Load16(const float* p) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = LoadLanes(p + i * kLanes);
  return out;
}

[[gnu::always_inline]] inline void Store16(float* p, const F32x16& a) {
  for (int i = 0; i < kParts; ++i) StoreLanes(p + i * kLanes, a.part[i]);
}

[[gnu::always_inline]] inline F32x16 Add16(const F32x16& a, const F32x16& b) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = Add(a.part[i], b.part[i]);
  return out;
}

[[gnu::always_inline]] inline F32x16 Sub16(const F32x16& a, const F32x16& b) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = Sub(a.part[i], b.part[i]);
  return out;
}

[[gnu::always_inline]] inline F32x16 Mul16(const F32x16& a, const F32x16& b) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = Mul(a.part[i], b.part[i]);
  return out;
}

[[gnu::always_inline]] inline F32x16 Div16(const F32x16& a, const F32x16& b) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = Div(a.part[i], b.part[i]);
  return out;
}

[[gnu::always_inline]] inline F32x16 Max16(const F32x16& a, const F32x16& b) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = Max(a.part[i], b.part[i]);
  return out;
}

// a * b + c, rounded once.
[[gnu::always_inline]] inline F32x16 Fma16(const F32x16& a, const F32x16& b, const F32x16& c) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = Fma(a.part[i], b.part[i], c.part[i]);
  return out;
}

[[gnu::always_inline]] inline I32x16 SplatInts16(int value) {
  I32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = SplatInt(value);
  return out;
}

[[gnu::always_inline]] inline void StoreInts16(int32_t* p, const I32x16& a) {
  for (int i = 0; i < kParts; ++i) StoreInts(p + i * kLanes, a.part[i]);
}

[[gnu::always_inline]] inline I32x16 LoadInts16(const int32_t* p) {
  I32x16 out;
  const auto* bytes = reinterpret_cast<const uint8_t*>(p);
  for (int i = 0; i < kParts; ++i) out.part[i] = LoadInts(bytes + i * kLanes * 4);
  return out;
}

[[gnu::always_inline]] inline F32x16 ToFloat16(const I32x16& a) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = ToFloat(a.part[i]);
  return out;
}

// Nearest whole numbers, ties to even, as 16-bit words; they must fit.
[[gnu::always_inline]] inline void StoreRounded16(int16_t* p, const F32x16& a) {
  for (int i = 0; i < kParts; ++i) StoreWords(p + i * kLanes, RoundToInt(a.part[i]));
}

// The same of one value, the same bits as in a vector.
inline float FmaOne(float a, float b, float c) {
  float lanes[kLanes];
  StoreLanes(lanes, Fma(SplatLanes(a), SplatLanes(b), SplatLanes(c)));
  return lanes[0];
}

// The fixed tree: lane i joins lane i + 8, then i + 4, i + 2, i + 1.
[[gnu::always_inline]] inline float Reduce16(F32x16 a) {
  for (int half = kParts / 2; half >= 1; half /= 2) {
    for (int i = 0; i < half; ++i) a.part[i] = Add(a.part[i], a.part[i + half]);
  }
  return SumLanes(a.part[0]);
}

[[gnu::always_inline]] inline float ReduceMax16(F32x16 a) {
  for (int i = 1; i < kParts; ++i) a.part[0] = Max(a.part[0], a.part[i]);
  return MaxOfLanes(a.part[0]);
}

// e^x for x <= 88, 0 below -87: 2^n * P(r), |r| <= ln 2 / 2, with a degree-6 polynomial
// (Taylor coefficients; relative error below 2^-22). No subnormal results.
[[gnu::always_inline]] inline Lanes ExpLanes(Lanes x) {
  const Lanes clamped = Min(Max(x, SplatLanes(-87.0F)), SplatLanes(88.0F));
  const Ints n = RoundToInt(Mul(clamped, SplatLanes(1.44269504F)));
  const Lanes n_float = ToFloat(n);
  Lanes r = Fma(n_float, SplatLanes(-0.693145752F), clamped);  // ln 2 in 15 bits
  r = Fma(n_float, SplatLanes(-1.42860682e-6F), r);            // and its rest
  Lanes p = SplatLanes(1.0F / 720);
  p = Fma(p, r, SplatLanes(1.0F / 120));
  p = Fma(p, r, SplatLanes(1.0F / 24));
  p = Fma(p, r, SplatLanes(1.0F / 6));
  p = Fma(p, r, SplatLanes(0.5F));
  p = Fma(p, r, SplatLanes(1.0F));
  p = Fma(p, r, SplatLanes(1.0F));
  return ZeroBelow(x, -87.0F, ScaleByPowerOfTwo(p, n));
}

[[gnu::always_inline]] inline F32x16 Exp16(const F32x16& x) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = ExpLanes(x.part[i]);
  return out;
}

// 2^y for y <= 0, as if y were at least -100: a degree-4 polynomial of the distance to the nearest
// whole number (least largest relative error: 3e-6). Not for results that need all 24 bits.
[[gnu::always_inline]] inline F32x16 Exp2OfNegative16(const F32x16& y) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) {
    const Lanes clamped = Max(y.part[i], SplatLanes(-100.0F));
    const Ints n = RoundToInt(clamped);
    const Lanes f = Sub(clamped, ToFloat(n));
    Lanes p = SplatLanes(0.009570102207362652F);
    p = Fma(p, f, SplatLanes(0.05591786280274391F));
    p = Fma(p, f, SplatLanes(0.240247443318367F));
    p = Fma(p, f, SplatLanes(0.6931217908859253F));
    p = Fma(p, f, SplatLanes(0.9999992847442627F));
    out.part[i] = ScaleByPowerOfTwo(p, n);
  }
  return out;
}

inline float Exp2OfNegativeOne(float y) {
  float lanes[16];
  Store16(lanes, Exp2OfNegative16(Splat16(y)));
  return lanes[0];
}

// e^x of one value, the same bits as in a vector.
inline float ExpOne(float x) {
  float lane[kLanes];
  StoreLanes(lane, ExpLanes(SplatLanes(x)));
  return lane[0];
}
