// F32x16: sixteen virtual float lanes, whatever the width of the machine's vectors.
//
// Every float reduction of the numeric contract runs over these lanes and ends in one fixed tree.

constexpr int kParts = 16 / kLanes;

struct F32x16 {
  Lanes part[kParts];
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

[[gnu::always_inline]] inline F32x16 LoadHalf16(const uint8_t* p) {
  F32x16 out;
  for (int i = 0; i < kParts; ++i) out.part[i] = LoadHalfLanes(p + i * kLanes * 2);
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

// e^x of one value, the same bits as in a vector.
inline float ExpOne(float x) {
  float lane[kLanes];
  StoreLanes(lane, ExpLanes(SplatLanes(x)));
  return lane[0];
}
