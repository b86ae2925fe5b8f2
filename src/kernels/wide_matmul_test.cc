// Tests of products of 16-bit codes: every instruction set against the scalar table, and against
// what the numbers mean.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/page_memory.h"
#include "kernels/kernels.h"

namespace bantam {
namespace {

struct WideProblem {
  int rows, columns, tokens;
  std::vector<float> weights, x, bias;
};

WideProblem RandomWide(int rows, int columns, int tokens) {
  std::mt19937 random(static_cast<uint32_t>(rows * columns + tokens));
  const auto floats = [&](int n, float most) {
    std::vector<float> out(static_cast<size_t>(n));
    for (float& v : out) v = most * (static_cast<float>(random() >> 8) / 0x1p23F - 1);
    return out;
  };
  return {
      rows,           columns, tokens, floats(rows * columns, 0.1F), floats(tokens * columns, 3),
      floats(rows, 1)};
}

class WideRun {
 public:
  WideRun(const Kernels& kernels, const WideProblem& problem)
      : kernels_(kernels), p_(problem), memory_(Memory(problem)) {
    const size_t panel_bytes = WidePanelBytes(p_.columns);
    std::vector<int16_t> codes(static_cast<size_t>(kPanelRows * WideColumns(p_.columns)));
    for (int row = 0; row < p_.rows; row += kPanelRows) {
      numbers_ &= kernels_.pack_wide(p_.weights.data() + row * p_.columns,
                                     std::min(kPanelRows, p_.rows - row), p_.columns, codes.data(),
                                     memory_.data() + row / kPanelRows * panel_bytes);
    }
    uint8_t* at = memory_.data() + (WideBytes(p_.rows, p_.columns) + 63) / 64 * 64;
    x_ = LayOutWideActivations(at, p_.columns, p_.tokens);
    for (int t = 0; t < p_.tokens; ++t) {
      kernels_.quantize_wide(p_.x.data() + t * p_.columns, x_, t);
    }
  }

  bool numbers() const { return numbers_; }  // what packing said of the weights

  // What is left and right of a row stays as it is.
  std::vector<float> Multiply(int panels_at_once, bool accumulate) const {
    const int stride = p_.rows + 3;
    std::vector<float> out(static_cast<size_t>(p_.tokens * stride), 0.5F);
    WideMatmulJob job;
    job.weights = {p_.rows, p_.columns, memory_.data()};
    job.x = x_;
    job.bias = accumulate ? nullptr : p_.bias.data();
    job.accumulate = accumulate;
    job.out_stride = stride;
    const int panels = (p_.rows + kPanelRows - 1) / kPanelRows;
    for (int panel = 0; panel < panels; panel += panels_at_once) {
      job.panel_begin = panel;
      job.panel_end = std::min(panels, panel + panels_at_once);
      job.out = out.data() + 1 + panel * kPanelRows;
      kernels_.wide_matmul(job);
    }
    return out;
  }

 private:
  static PageMemory Memory(const WideProblem& p) {
    return PageMemory::Allocate(
               WideBytes(p.rows, p.columns) + WideActivationBytes(p.columns, p.tokens) + 64, false,
               "test")
        .value();
  }

  const Kernels& kernels_;
  const WideProblem& p_;
  PageMemory memory_;
  WideActivations x_;
  bool numbers_ = true;
};

TEST(WideMatmul, EveryInstructionSetGivesTheSameBytesAndWhatTheyMean) {
  for (const auto& [rows, columns, tokens] :
       {std::array{16, 64, 1}, std::array{40, 96, 37}, std::array{80, 1536, 16},
        std::array{33, 32, 31}, std::array{48, 384, 70}}) {
    SCOPED_TRACE(testing::Message() << rows << " x " << columns << " x " << tokens);
    const WideProblem p = RandomWide(rows, columns, tokens);
    for (const bool accumulate : {false, true}) {
      const std::vector<float> expected = WideRun(*ScalarKernels(), p).Multiply(1, accumulate);
      for (const Kernels* kernels : RunnableKernels()) {
        SCOPED_TRACE(kernels->name);
        const WideRun run(*kernels, p);
        EXPECT_TRUE(run.numbers());
        const std::vector<float> out = run.Multiply(1, accumulate);
        if (kernels->fused) EXPECT_EQ(out, expected);
        EXPECT_EQ(out, run.Multiply(3, accumulate));
        for (int t = 0; t < tokens; ++t) {
          double norm_of_x = 0;
          for (int c = 0; c < columns; ++c) norm_of_x += std::pow(p.x[t * columns + c], 2.0);
          EXPECT_EQ(out[t * (rows + 3)], 0.5F);
          for (int r = 0; r < rows; ++r) {
            double sum = accumulate ? 0.5 : double{p.bias[r]};
            double norm = 0;
            for (int c = 0; c < columns; ++c) {
              const double weight = p.weights[r * columns + c];
              sum += weight * double{p.x[t * columns + c]};
              norm += weight * weight;
            }
            // A side's roundings are 0.29 sqrt(columns) of 46,000 long, and point anywhere.
            const double error = std::sqrt(norm * norm_of_x) * 0.41 / 46000;
            EXPECT_NEAR(out[t * (rows + 3) + 1 + r], sum, 6 * error + 1e-6) << t << " " << r;
          }
          EXPECT_EQ(out[t * (rows + 3) + rows + 1], 0.5F);
        }
      }
    }
  }
}

// Where all codes are as large as they may be, sums come close to 31 bits.
TEST(WideMatmul, LargestCodesDoNotOverflow) {
  for (const int columns : {32, 64, 4096, 65536}) {
    WideProblem p = RandomWide(16, columns, 3);
    std::fill(p.bias.begin(), p.bias.end(), 0.0F);
    std::fill(p.weights.begin(), p.weights.begin() + columns, 2.0F);
    std::fill(p.weights.begin() + columns, p.weights.begin() + 2 * columns, -2.0F);
    std::fill(p.weights.begin() + 2 * columns, p.weights.end(), 0.0F);
    p.weights[2 * columns + 5] = -7;
    std::fill(p.x.begin(), p.x.begin() + columns, -3.0F);
    std::fill(p.x.begin() + columns, p.x.end(), 0.0F);
    p.x[columns + 5] = 9;
    for (const Kernels* kernels : RunnableKernels()) {
      SCOPED_TRACE(kernels->name);
      const std::vector<float> out = WideRun(*kernels, p).Multiply(1, false);
      const double whole = 6.0 * columns;
      EXPECT_NEAR(out[1], -whole, whole * 6e-3);
      EXPECT_NEAR(out[2], whole, whole * 6e-3);
      EXPECT_NEAR(out[1 + 19 + 2], -63, 63e-3);
      EXPECT_EQ(out[1 + 2 * 19], 0.0F);
    }
  }
}

TEST(WideMatmul, WhatIsNotANumberShows) {
  for (const float bad : {1e30F, __builtin_inff(), __builtin_nanf("")}) {
    WideProblem p = RandomWide(20, 64, 2);
    p.x[70] = bad;
    for (const Kernels* kernels : RunnableKernels()) {
      SCOPED_TRACE(kernels->name);
      const WideRun run(*kernels, p);
      EXPECT_TRUE(run.numbers());
      const std::vector<float> out = run.Multiply(1, false);
      for (int r = 0; r < 20; ++r) {
        EXPECT_TRUE(std::isfinite(out[1 + r]));
        EXPECT_TRUE(std::isnan(out[23 + 1 + r]));
      }
    }
    p.weights[17 * 64 + 3] = bad;
    for (const Kernels* kernels : RunnableKernels()) {
      EXPECT_FALSE(WideRun(*kernels, p).numbers()) << kernels->name;
    }
  }
}

TEST(WideMatmul, TinyNumbersKeepTheirScaleAndZerosAreZero) {
  WideProblem p = RandomWide(16, 64, 2);
  for (float& weight : p.weights) weight *= 1e-9F;
  std::fill(p.bias.begin(), p.bias.end(), 0.0F);
  std::fill(p.x.begin() + 64, p.x.end(), 0.0F);
  for (const Kernels* kernels : RunnableKernels()) {
    SCOPED_TRACE(kernels->name);
    const std::vector<float> out = WideRun(*kernels, p).Multiply(1, false);
    for (int r = 0; r < 16; ++r) {
      double sum = 0;
      for (int c = 0; c < 64; ++c) sum += double{p.weights[r * 64 + c]} * double{p.x[c]};
      EXPECT_NEAR(out[1 + r], sum, 2e-12);
      EXPECT_EQ(out[19 + 1 + r], 0.0F);
    }
  }
}

}  // namespace
}  // namespace bantam
