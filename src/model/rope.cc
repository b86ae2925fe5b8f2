// Frequencies, angles and rotations.
#include "model/rope.h"

#include <algorithm>
#include <cmath>

#include "base/math.h"

namespace bantam {
namespace {

constexpr double kPi = 3.14159265358979323846;

// The dimension whose wavelength fits `rotations` times into the original context (YaRN, eq. 16).
double YarnDimension(const ModelConfig& config, double rotations) {
  return config.rope_dim * Log(config.rope_original_context / (rotations * 2 * kPi)) /
         (2 * Log(config.rope_base));
}

// Share of the unscaled frequency that pair i keeps: 1 below `low`, 0 above `high`.
struct YarnRamp {
  double low, high;
  explicit YarnRamp(const ModelConfig& config) {
    low = std::max(std::floor(YarnDimension(config, config.yarn_beta_fast)), 0.0);
    high = std::min(std::ceil(YarnDimension(config, config.yarn_beta_slow)),
                    static_cast<double>(config.rope_dim - 1));
    if (low == high) high += 0.001;
  }
  double Keep(int pair) const { return 1 - std::clamp((pair - low) / (high - low), 0.0, 1.0); }
};

// Turns the n pairs (x[i], y[i]), whose numbers lie kStep apart. Told that nothing overlaps, a
// compiler does it by vectors.
template <int kStep>
void TurnPairs(const float* __restrict cos, const float* __restrict sin, int n, float* __restrict x,
               float* __restrict y) {
  for (int i = 0; i < n; ++i, x += kStep, y += kStep) {
    const float turned_x = *x * cos[i] - *y * sin[i];
    const float turned_y = *y * cos[i] + *x * sin[i];
    *x = turned_x;
    *y = turned_y;
  }
}

}  // namespace

Rope::Rope(const ModelConfig& config, std::span<const float> factors)
    : style_(config.rope_style), frequencies_(static_cast<size_t>(config.rope_dim / 2)) {
  const bool yarn = config.rope_scaling == RopeScaling::kYarn;
  const YarnRamp ramp(config);
  for (int i = 0; i < pairs(); ++i) {
    // float32 roundings as in the reference: base^(2i/d), then its inverse.
    const auto exponent = static_cast<float>(2 * i) / static_cast<float>(config.rope_dim);
    const auto power = static_cast<float>(Pow(config.rope_base, exponent));
    float frequency = 1.0F / power;
    if (!factors.empty()) {
      const float factor = factors[static_cast<size_t>(i)];
      frequency =
          config.rope_scaling == RopeScaling::kLong ? 1.0F / (factor * power) : frequency / factor;
    }
    if (config.rope_scaling == RopeScaling::kLinear) {
      frequency /= static_cast<float>(config.rope_factor);
    }
    if (yarn) {
      const auto keep = static_cast<float>(ramp.Keep(i));
      const float scaled = 1.0F / (static_cast<float>(config.rope_factor) * power);
      frequency = scaled * (1 - keep) + frequency * keep;
    }
    frequencies_[static_cast<size_t>(i)] = frequency;
  }
  const double growth = yarn && config.rope_factor > 1 ? 0.1 * Log(config.rope_factor) + 1 : 1;
  magnitude_ = static_cast<float>(growth * config.rope_attention_factor);
}

void Rope::Angles(int position, float* cos, float* sin) const {
  for (size_t i = 0; i < frequencies_.size(); ++i) {
    const float angle = static_cast<float>(position) * frequencies_[i];
    cos[i] = static_cast<float>(Cos(angle)) * magnitude_;
    sin[i] = static_cast<float>(Sin(angle)) * magnitude_;
  }
}

void Rope::Rotate(const float* cos, const float* sin, float* head) const {
  const int n = pairs();
  if (style_ == RopeStyle::kNeoX) return TurnPairs<1>(cos, sin, n, head, head + n);
  TurnPairs<2>(cos, sin, n, head, head + 1);
}

}  // namespace bantam
