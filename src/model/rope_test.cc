// Tests of rotary embeddings: angles, both pairings, linear and YaRN scaling.
#include "model/rope.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace bantam {
namespace {

ModelConfig Config(RopeScaling scaling) {
  ModelConfig config;
  config.head_dim = config.rope_dim = 64;
  config.rope_base = 1e6;
  config.rope_scaling = scaling;
  config.rope_factor = 4;
  config.rope_original_context = 8192;
  return config;
}

std::vector<float> Cosines(const Rope& rope, int position) {
  std::vector<float> cos(32), sin(32);
  rope.Angles(position, cos.data(), sin.data());
  return cos;
}

TEST(Rope, AnglesFollowTheFormula) {
  const Rope rope(Config(RopeScaling::kNone), {});
  for (int position : {0, 1, 100, 3000}) {
    const auto cos = Cosines(rope, position);
    for (int i = 0; i < 32; ++i) {
      EXPECT_NEAR(cos[i], std::cos(position * std::pow(1e6, -i / 32.0)), 3e-4) << position;
    }
  }
}

TEST(Rope, LinearScalingStretchesPositions) {
  const Rope plain(Config(RopeScaling::kNone), {});
  const Rope linear(Config(RopeScaling::kLinear), {});
  const auto a = Cosines(plain, 100), b = Cosines(linear, 400);
  for (int i = 0; i < 32; ++i) EXPECT_NEAR(a[i], b[i], 1e-5);
}

TEST(Rope, YarnKeepsFastPairsAndStretchesSlowOnes) {
  const Rope plain(Config(RopeScaling::kNone), {});
  const Rope linear(Config(RopeScaling::kLinear), {});
  const Rope yarn(Config(RopeScaling::kYarn), {});
  const double magnitude = 0.1 * std::log(4.0) + 1;
  EXPECT_NEAR(Cosines(yarn, 7)[0], Cosines(plain, 7)[0] * magnitude, 1e-6);
  EXPECT_NEAR(Cosines(yarn, 30000)[31], Cosines(linear, 30000)[31] * magnitude, 1e-6);
}

TEST(Rope, FactorsDivideFrequencies) {
  const std::vector<float> factors(32, 8);
  const Rope divided(Config(RopeScaling::kNone), factors);
  const Rope plain(Config(RopeScaling::kNone), {});
  EXPECT_NEAR(Cosines(divided, 800)[3], Cosines(plain, 100)[3], 1e-5);
}

TEST(Rope, LongFactorsMultiplyThePowerBeforeItIsInverted) {
  std::vector<float> factors(32);
  for (int i = 0; i < 32; ++i) factors[i] = 1 + static_cast<float>(i) / 3;
  ModelConfig config = Config(RopeScaling::kLong);
  config.rope_attention_factor = 1.25;
  const Rope rope(config, factors);
  const auto cos = Cosines(rope, 1);
  for (int i = 0; i < 32; ++i) {
    const auto power = static_cast<float>(std::pow(1e6, static_cast<float>(2 * i) / 64));
    EXPECT_NEAR(cos[i], 1.25 * std::cos(1.0F / (factors[i] * power)), 2e-7) << i;
  }
}

TEST(Rope, BothPairingsRotateTheSamePairs) {
  ModelConfig config = Config(RopeScaling::kNone);
  const Rope neox(config, {});
  config.rope_style = RopeStyle::kInterleaved;
  const Rope interleaved(config, {});
  std::vector<float> cos(32), sin(32), a(64), b(64);
  neox.Angles(5, cos.data(), sin.data());
  for (int i = 0; i < 32; ++i) {
    a[i] = b[2 * i] = static_cast<float>(i);
    a[i + 32] = b[2 * i + 1] = static_cast<float>(100 - i);
  }
  neox.Rotate(cos.data(), sin.data(), a.data());
  interleaved.Rotate(cos.data(), sin.data(), b.data());
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(a[i], b[2 * i]);
    EXPECT_EQ(a[i + 32], b[2 * i + 1]);
    EXPECT_NEAR(std::hypot(a[i], a[i + 32]), std::hypot(i, 100 - i), 1e-3);  // a rotation
  }
}

}  // namespace
}  // namespace bantam
