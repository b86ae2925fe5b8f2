// Products of pairs against float64, and that they do not depend on how work is cut.
#include "model/paired_linear.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "base/page_memory.h"
#include "model/model_test_file.h"

namespace bantam {
namespace {

constexpr int kRows = 40, kColumns = 96, kTokens = 21;

class PairedLinearTest : public testing::Test {
 protected:
  void SetUp() override {
    for (float& weight : weights_) weight = Random(0.1F);
    for (float& value : x_) value = Random(3);
    weights_[7] = 4;  // the rest of its group has a coarse first code
    linear_.plain.rows = kRows;
    linear_.plain.columns = kColumns;
    linear_.plain.tensor.name = "w";
    linear_.plain.tensor.shape = {kColumns, kRows, 1, 1};
    linear_.plain.tensor.data = reinterpret_cast<const uint8_t*>(weights_.data());
    linear_.plain.tensor.file_index = -1;
    linear_.plain.bias.assign(kRows, 0.25F);
    file_ = std::move(ModelTestFile().Open()).value();
    memory_ = PageMemory::Allocate(size_t{1} << 20, false, "test").value();
  }

  float Random(float most) { return most * (static_cast<float>(random_() >> 8) / 0x1p23F - 1); }

  // The largest magnitude in the group of column c of a row.
  static double LargestOfGroup(const std::vector<float>& values, int row, int c) {
    double largest = 0;
    for (int i = c / kGroupColumns * kGroupColumns, end = i + kGroupColumns; i < end; ++i) {
      largest = std::max(largest, std::fabs(double{values[row * kColumns + i]}));
    }
    return largest;
  }

  Result<void> Pack() { return PackPair(*file_, pool_, memory_.data(), linear_); }

  std::vector<float> Multiply(int panels_at_once) {
    uint8_t* at = memory_.data() + (size_t{1} << 19);
    PairedInput in = {x_.data(), LayOutActivations(at, kColumns, kTokens), {}, kTokens};
    at += ActivationBytes(kColumns, kTokens);
    in.low = LayOutActivations(at, kColumns, kTokens);
    at += ActivationBytes(kColumns, kTokens);
    for (int t = 0; t < kTokens; ++t) {
      ActiveKernels().quantize_pair(x_.data() + t * kColumns, in.high, in.low, t, 0,
                                    kColumns / kGroupColumns);
    }
    WorkerSpace space;
    space.matmul = at;
    std::vector<float> out(size_t{kTokens} * kRows, 1.0F);
    for (int panel = 0; panel < linear_.panels(); panel += panels_at_once) {
      const int end = std::min(panel + panels_at_once, linear_.panels());
      ApplyPaired(linear_, in, panel, end, true, out.data() + panel * kPanelRows, kRows, space);
    }
    return out;
  }

  std::mt19937 random_{5};
  std::vector<float> weights_ = std::vector<float>(size_t{kRows} * kColumns);
  std::vector<float> x_ = std::vector<float>(size_t{kTokens} * kColumns);
  std::unique_ptr<ModelFile> file_;
  ThreadPool pool_{2};
  PageMemory memory_;
  PairedLinear linear_;
};

TEST_F(PairedLinearTest, KeepsFifteenBits) {
  ASSERT_TRUE(Pack().has_value());
  EXPECT_NE(linear_.low.data, nullptr);
  const std::vector<float> out = Multiply(1);
  EXPECT_EQ(out, Multiply(3));
  for (int t = 0; t < kTokens; ++t) {
    for (int r = 0; r < kRows; ++r) {
      double sum = 1.25;
      // Of low times low, where rests are spread evenly over their range; and as much again from
      // the rounding of either side's rests.
      double variance = 0;
      for (int c = 0; c < kColumns; ++c) {
        const double x = x_[t * kColumns + c];
        const double weight = weights_[r * kColumns + c];
        sum += x * weight;
        const double rest_of_x = LargestOfGroup(x_, t, c) / 254;
        const double rest_of_weight = LargestOfGroup(weights_, r, c) / 254;
        variance += 3 * std::pow(rest_of_x * rest_of_weight / 3, 2);
      }
      EXPECT_NEAR(out[t * kRows + r], sum, 6 * std::sqrt(variance) + 1e-6) << t << " " << r;
    }
  }
}

TEST_F(PairedLinearTest, RefusesWhatNoPairHolds) {
  for (const float bad : {1e9F, __builtin_inff(), __builtin_nanf("")}) {
    weights_[100] = bad;
    const auto packed = Pack();
    ASSERT_FALSE(packed.has_value());
    EXPECT_EQ(packed.error().code, ErrorCode::kUnsupported);
    EXPECT_NE(packed.error().message.find("tensor w"), std::string::npos);
  }
}

TEST_F(PairedLinearTest, TinyWeightsAndZerosArePairs) {
  for (float& weight : weights_) weight *= 1e-6F;
  for (int c = 0; c < kColumns; ++c) weights_[c] = 0;
  ASSERT_TRUE(Pack().has_value());
  for (const float v : Multiply(3)) EXPECT_NEAR(v, 1.25, 1e-3);
}

}  // namespace
}  // namespace bantam
