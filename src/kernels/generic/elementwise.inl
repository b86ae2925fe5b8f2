// Norms and activations over sixteen virtual lanes. Where another core wrote the results of the
// last pass, their lines are asked for while the sums are being made.

void RmsNorm(const float* x, const float* weight, int n, float eps, float* out) {
  F32x16 squares = Splat16(0);
  for (int i = 0; i < n; i += 16) {
    __builtin_prefetch(out + i, 1);
    const F32x16 v = Load16(x + i);
    squares = Fma16(v, v, squares);
  }
  const float mean = Reduce16(squares) / static_cast<float>(n);
  const F32x16 scale = Splat16(1.0F / __builtin_sqrtf(mean + eps));
  for (int i = 0; i < n; i += 16) {
    Store16(out + i, Mul16(Mul16(Load16(x + i), scale), Load16(weight + i)));
  }
}

void LayerNorm(const float* x, const float* weight, const float* bias, int n, float eps,
               float* out) {
  F32x16 sum = Splat16(0);
  for (int i = 0; i < n; i += 16) {
    __builtin_prefetch(out + i, 1);
    sum = Add16(sum, Load16(x + i));
  }
  const F32x16 mean = Splat16(Reduce16(sum) / static_cast<float>(n));
  F32x16 squares = Splat16(0);
  for (int i = 0; i < n; i += 16) {
    const F32x16 v = Sub16(Load16(x + i), mean);
    squares = Fma16(v, v, squares);
  }
  const float variance = Reduce16(squares) / static_cast<float>(n);
  const F32x16 scale = Splat16(1.0F / __builtin_sqrtf(variance + eps));
  for (int i = 0; i < n; i += 16) {
    const F32x16 v = Mul16(Sub16(Load16(x + i), mean), scale);
    const F32x16 weighted = Mul16(v, Load16(weight + i));
    Store16(out + i, bias == nullptr ? weighted : Add16(weighted, Load16(bias + i)));
  }
}

// x * sigmoid(z) = x / (1 + e^-z)
[[gnu::always_inline]] inline F32x16 TimesSigmoid(const F32x16& x, const F32x16& z) {
  const F32x16 e = Exp16(Sub16(Splat16(0), z));
  return Div16(x, Add16(Splat16(1), e));
}

void SiluGate(float* gate, const float* up, int n) {
  for (int i = 0; i < n; i += 16) {
    const F32x16 g = Load16(gate + i);
    Store16(gate + i, Mul16(TimesSigmoid(g, g), Load16(up + i)));
  }
}

// 0.5 x (1 + tanh(u)) = x * sigmoid(2 u), u = sqrt(2/pi) (x + 0.044715 x^3) (arXiv 1606.08415).
void GeluGate(float* gate, const float* up, int n) {
  for (int i = 0; i < n; i += 16) {
    const F32x16 g = Load16(gate + i);
    const F32x16 inner = Fma16(Mul16(Mul16(g, g), g), Splat16(0.044715F), g);
    const F32x16 y = TimesSigmoid(g, Mul16(inner, Splat16(1.5957691216F)));  // 2 sqrt(2/pi)
    Store16(gate + i, up == nullptr ? y : Mul16(y, Load16(up + i)));
  }
}

// x Φ(x) = max(x, 0) - |x| / 2 * erfc(|x| / √2), and erfc(z) = e^(-z²) t P(t), t = 1 / (1 + z / 2):
// P of degree 8 has the least largest relative error on 0 ≤ z ≤ 9.5, 4e-08. Small results of large
// negative x keep their relative precision.
void GeluErf(float* x, int n) {
  constexpr float kP[9] = {0.282087677F, 0.282353467F,  0.24326113F,  0.202069356F,  -0.0251765734F,
                           0.275976577F, -0.485382356F, 0.283701327F, -0.0588906469F};
  for (int i = 0; i < n; i += 16) {
    const F32x16 v = Load16(x + i);
    const F32x16 magnitude = Max16(v, Sub16(Splat16(0), v));
    const F32x16 z = Mul16(magnitude, Splat16(0.707106781F));
    const F32x16 t = Div16(Splat16(1), Fma16(z, Splat16(0.5F), Splat16(1)));
    F32x16 p = Splat16(kP[8]);
    for (int k = 7; k >= 0; --k) p = Fma16(p, t, Splat16(kP[k]));
    const F32x16 e = Exp16(Mul16(Sub16(Splat16(0), z), z));
    const F32x16 half_erfc = Mul16(Mul16(Mul16(p, t), e), Splat16(0.5F));
    Store16(x + i, Sub16(Max16(v, Splat16(0)), Mul16(magnitude, half_erfc)));
  }
}

// Up to 16 values, zeros after them.
[[gnu::always_inline]] inline F32x16 LoadUpTo16(const float* p, int n) {
  if (n >= 16) return Load16(p);
  float values[16] = {};
  for (int i = 0; i < n; ++i) values[i] = p[i];
  return Load16(values);
}

// cap * tanh(x / cap), by tanh(u) = 1 - 2 / (e^2u + 1): as exact as the cap is, not as x is. What
// is not a number stays so.
void SoftCap(float* x, int n, float cap) {
  const F32x16 twice_inverse = Splat16(2.0F / cap);
  for (int i = 0; i < n; i += 16) {
    const F32x16 v = LoadUpTo16(x + i, n - i);
    const F32x16 e = Exp16(Mul16(v, twice_inverse));
    const F32x16 tanh = Sub16(Splat16(1), Div16(Splat16(2), Add16(e, Splat16(1))));
    const F32x16 y = Add16(Mul16(tanh, Splat16(cap)), Sub16(v, v));
    float values[16];
    Store16(values, y);
    for (int j = 0; j < 16 && i + j < n; ++j) x[i + j] = values[j];
  }
}
