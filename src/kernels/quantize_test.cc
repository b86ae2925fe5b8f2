// Tests of quantisation: the same bytes from every instruction set, however tokens are split.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "kernels/kernels.h"
#include "kernels/kernels_test.h"

namespace bantam {
namespace {

// A tile of each width whose groups are taken many at once, one that is not, and whole ones.
class QuantizeTest : public testing::TestWithParam<int> {
 protected:
  const int tokens_ = GetParam();
  static constexpr int kColumns = 224;
  static constexpr int kGroups = kColumns / 32;
};

// No fused multiply-add takes part, so all tables agree.
TEST_P(QuantizeTest, EveryInstructionSetAndSplitGivesTheSameBytes) {
  std::mt19937 random(6);
  auto x = RandomFloats(static_cast<size_t>(tokens_ * kColumns), random);
  std::fill_n(x.begin() + 64, 32, 0.0F);        // a silent group
  for (int i = 0; i < 64; ++i) x[i] *= 1e-25F;  // some too small to count
  const size_t bytes = ActivationBytes(kColumns, tokens_);
  std::vector<uint8_t> expected;
  for (const Kernels* kernels : RunnableKernels()) {
    Buffer memory(bytes);
    const Activations out = LayOutActivations(memory.get(), kColumns, tokens_);
    for (const int tokens_at_once : {1, 7, tokens_}) {
      std::fill_n(memory.get(), bytes, uint8_t{0});
      for (int t = 0; t < tokens_; t += tokens_at_once) {
        const int end = std::min(tokens_, t + tokens_at_once);
        kernels->quantize(RowsToQuantize(x.data(), out, t, end));
      }
      const std::vector<uint8_t> got(memory.get(), memory.get() + bytes);
      if (expected.empty()) expected = got;
      EXPECT_EQ(got, expected) << kernels->name << ", " << tokens_at_once << " at once";
    }
  }
}

// As the hidden layer is: a group of all tokens at a time.
TEST_P(QuantizeTest, GroupByGroupGivesTheSameBytes) {
  std::mt19937 random(7);
  const auto x = RandomFloats(static_cast<size_t>(tokens_ * kColumns), random);
  const size_t bytes = ActivationBytes(kColumns, tokens_);
  for (const Kernels* kernels : RunnableKernels()) {
    Buffer whole_memory(bytes), memory(bytes);
    const Activations whole = LayOutActivations(whole_memory.get(), kColumns, tokens_);
    kernels->quantize(RowsToQuantize(x.data(), whole, 0, tokens_));
    const Activations out = LayOutActivations(memory.get(), kColumns, tokens_);
    for (int g = 0; g < kGroups; ++g) {
      kernels->quantize({.x = x.data() + g * 32,
                         .x_stride = kColumns,
                         .out = out,
                         .token_end = tokens_,
                         .group_begin = g,
                         .group_end = g + 1});
    }
    EXPECT_EQ(std::memcmp(memory.get(), whole_memory.get(), bytes), 0) << kernels->name;
  }
}

TEST_P(QuantizeTest, AGroupThatIsNotFiniteIsNoNumberAndChangesNoOther) {
  std::mt19937 random(9);
  const auto sound = RandomFloats(static_cast<size_t>(tokens_ * kColumns), random);
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  struct Unsound {
    int token, column;
    float value;
  };
  std::vector<Unsound> unsound = {
      {0, 40, infinity}, {3, 63, nan}, {20, 64, -infinity}, {20, 80, -nan}, {34, 223, nan}};
  std::erase_if(unsound, [this](const Unsound& one) { return one.token >= tokens_; });
  auto x = sound;
  for (const Unsound& one : unsound) {
    x[static_cast<size_t>(one.token * kColumns + one.column)] = one.value;
  }
  const auto is_unsound = [&](int token, int group) {
    return std::ranges::any_of(unsound, [&](const Unsound& one) {
      return one.token == token && one.column / 32 == group;
    });
  };
  for (const Kernels* kernels : RunnableKernels()) {
    Buffer memory(ActivationBytes(kColumns, tokens_)), expected_memory(memory);
    const Activations out = LayOutActivations(memory.get(), kColumns, tokens_);
    const Activations expected = LayOutActivations(expected_memory.get(), kColumns, tokens_);
    kernels->quantize(RowsToQuantize(sound.data(), expected, 0, tokens_));
    for (const int tokens_at_once : {1, tokens_}) {
      for (int t = 0; t < tokens_; t += tokens_at_once) {
        kernels->quantize(RowsToQuantize(x.data(), out, t, t + tokens_at_once));
      }
      for (int t = 0; t < tokens_; ++t) {
        for (int g = 0; g < kGroups; ++g) {
          const int64_t at = SlotOf(out, t, g);
          if (is_unsound(t, g)) {
            EXPECT_TRUE(std::isnan(out.scales[at])) << kernels->name << " " << t << " " << g;
            EXPECT_TRUE(std::isnan(out.scaled_sums[at])) << kernels->name << " " << t << " " << g;
          } else {
            EXPECT_EQ(out.scales[at], expected.scales[at]) << kernels->name << " " << t << " " << g;
            EXPECT_EQ(std::memcmp(out.codes + at * 32, expected.codes + at * 32, 32), 0);
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tokens, QuantizeTest, testing::Values(1, 2, 3, 4, 8, 16, 35));

}  // namespace
}  // namespace bantam
