// Tests of keys and values in bytes: the limits they keep, their errors, what is no number.
#include "model/byte_codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>
#include <vector>

namespace bantam {
namespace {

struct Rounded {
  ByteCodes codes;
  std::vector<float> key, value;
};

Rounded Round(const KvShape& shape, const std::vector<float>& key,
              const std::vector<float>& value) {
  Rounded out;
  out.key.resize(key.size());
  out.value.resize(value.size());
  const auto pairs = shape.RowPairs();
  QuantizeToBytes(ActiveKernels(), shape, pairs.data(), 0, 0, key.data(), value.data(), out.codes);
  FromBytes(shape, pairs.data(), 0, 0, out.codes, out.key.data(), out.value.data());
  return out;
}

KvShape Shape(int head_dim, int half_turn = 0) {
  KvShape shape{1, 1, head_dim, KvType::kI8};
  shape.half_turn = half_turn;
  return shape;
}

TEST(KvShape, RowsKeepWhatRotatesTogetherInOneGroup) {
  EXPECT_EQ(Shape(8).RowPairs(), (std::vector<int16_t>{0, 1, 2, 3}));
  EXPECT_EQ(Shape(16, 8).RowPairs(), (std::vector<int16_t>{0, 4, 1, 5, 2, 6, 3, 7}));
  // Dimensions that do not rotate follow; an odd half keeps its order.
  EXPECT_EQ(Shape(12, 4).RowPairs(), (std::vector<int16_t>{0, 2, 1, 3, 4, 5}));
  EXPECT_EQ(Shape(9, 3).RowPairs(), (std::vector<int16_t>{0, 1, 2, 3, 4}));
}

TEST(KvShape, CountsBytes) {
  KvShape shape{2, 2, 64, KvType::kI8};
  shape.wide = {0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0};
  // 64 codes, 4 multipliers and a scale; of a wide group 16 more.
  EXPECT_EQ(shape.KeyBytes(0, 0), 64U * (64 + 4 + 4 + 16));
  EXPECT_EQ(shape.KeyBytes(0, 1), 64U * (64 + 4 + 4));
  EXPECT_EQ(shape.KeyBytes(1, 0), 64U * (64 + 4 + 4 + 64));
  EXPECT_EQ(shape.ValueBytes(), 64U * (64 + 4));
  EXPECT_EQ(shape.BlockBytes(), 64U * (4 * 140 + 5 * 16));
}

TEST(ByteCodes, ErrorsAreThoseOfTheirGroups) {
  KvShape shape = Shape(64, 32);
  shape.wide = {0, 0, 0, 1};
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> key(64), value(64);
  for (size_t d = 0; d < 64; ++d) {
    key[d] = normal(random);
    value[d] = normal(random);
    if (d % 32 >= 24) key[d] += 200;  // the last group of rotations, wide
  }
  const Rounded rounded = Round(shape, key, value);
  for (size_t d = 0; d < 64; ++d) {
    const float unit = rounded.codes.key_scale;  // about 800 / 45,500
    EXPECT_NEAR(rounded.key[d], key[d], d % 32 >= 24 ? unit * 0.51F : unit * 1.51F);
    EXPECT_NEAR(rounded.value[d], value[d], rounded.codes.value_scale * 0.51F);
  }
}

// Codes lie just above a half of their multipliers' steps, so that all are rounded upwards.
TEST(ByteCodes, RoundingLeavesTheNormWithinTheLimit) {
  for (const int dim : {16, 64, 128, 256, 4096}) {
    for (int kind = 0; kind < 3; ++kind) {
      std::vector<float> key(static_cast<size_t>(dim));
      for (size_t d = 0; d < key.size(); ++d) {
        const float steps = kind == 0 ? 126.51F : kind == 1 ? 0.51F : 63.51F;
        key[d] = d % 16 == 0 ? 127 : steps;
      }
      if (kind == 2) std::fill_n(key.begin(), 16, 1e4F);
      const Rounded rounded = Round(Shape(dim), key, key);
      double squares = 0;
      for (size_t d = 0; d < key.size(); ++d) {
        const int high = rounded.codes.high[d];
        const int code = high * rounded.codes.multipliers[d / 16];
        EXPECT_LE(std::abs(high), 127);
        EXPECT_LE(std::abs(code), 127 * 255);
        squares += static_cast<double>(code) * code;
      }
      EXPECT_LE(std::sqrt(squares), 46340) << dim << " " << kind;
    }
  }
}

TEST(ByteCodes, HostileNumbers) {
  const KvShape shape = Shape(32, 16);
  const std::vector<float> zeros(32), ones(32, 1);
  const Rounded none = Round(shape, zeros, zeros);
  EXPECT_EQ(none.key, zeros);
  EXPECT_EQ(none.value, zeros);
  EXPECT_EQ(Round(shape, std::vector<float>(32, 1e-30F), ones).key, zeros);
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY, 1e30F}) {
    std::vector<float> numbers = ones;
    numbers[5] = bad;
    const Rounded rounded = Round(shape, numbers, numbers);
    EXPECT_TRUE(std::isnan(rounded.codes.key_scale)) << bad;
    EXPECT_TRUE(std::isnan(rounded.codes.value_scale)) << bad;
    EXPECT_TRUE(std::isnan(rounded.key[0])) << bad;
  }
  const Rounded large = Round(shape, std::vector<float>(32, -1e18F), ones);
  EXPECT_NEAR(large.key[7], -1e18F, 1e16F);
}

}  // namespace
}  // namespace bantam
