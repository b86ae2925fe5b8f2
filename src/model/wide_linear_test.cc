// Packing of matrices of any type, and how work on them is cut.
#include "model/wide_linear.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/page_memory.h"
#include "kernels/scalar/dequantize.h"
#include "model/model_test_file.h"

namespace bantam {
namespace {

constexpr int kRows = 40, kColumns = 96, kTokens = 21;

class WideLinearTest : public testing::Test {
 protected:
  void SetUp() override {
    file_ = std::move(ModelTestFile().Open()).value();
    memory_ = PageMemory::Allocate(size_t{1} << 20, false, "test").value();
    for (float& value : x_) value = Random(3);
  }

  float Random(float most) { return most * (static_cast<float>(random_() >> 8) / 0x1p23F - 1); }

  void SetWeights(DType type, const void* data) {
    linear_.plain.rows = kRows;
    linear_.plain.columns = kColumns;
    linear_.plain.tensor.name = "w";
    linear_.plain.tensor.type = type;
    linear_.plain.tensor.shape = {kColumns, kRows, 1, 1};
    linear_.plain.tensor.data = static_cast<const uint8_t*>(data);
    linear_.plain.tensor.file_index = -1;
    linear_.plain.bias.assign(kRows, 0.25F);
  }

  Result<void> Pack() { return PackWide(*file_, pool_, memory_.data(), linear_); }

  std::vector<float> Multiply(int panels_at_once) {
    uint8_t* at = memory_.data() + (size_t{1} << 19);
    const WideInput in = {x_.data(), LayOutWideActivations(at, kColumns, kTokens), kTokens};
    for (int t = 0; t < kTokens; ++t) {
      ActiveKernels().quantize_wide(x_.data() + t * kColumns, in.codes, t);
    }
    std::vector<float> out(size_t{kTokens} * kRows, 1.0F);
    for (int panel = 0; panel < linear_.plain.panels(); panel += panels_at_once) {
      const int end = std::min(panel + panels_at_once, linear_.plain.panels());
      ApplyWide(linear_, in, panel, end, true, out.data() + panel * kPanelRows, kRows, {});
    }
    return out;
  }

  std::mt19937 random_{5};
  std::vector<float> x_ = std::vector<float>(size_t{kTokens} * kColumns);
  std::unique_ptr<ModelFile> file_;
  ThreadPool pool_{2};
  PageMemory memory_;
  WideLinear linear_;
};

TEST_F(WideLinearTest, TakesEveryType) {
  for (const DType type : {DType::kF32, DType::kF16, DType::kBF16, DType::kQ8_0, DType::kQ4_0}) {
    const int64_t row_bytes = RowBytes(type, kColumns);
    std::vector<uint8_t> data(static_cast<size_t>(kRows * row_bytes));
    for (uint8_t& byte : data) byte = static_cast<uint8_t>(random_() % 0x38);  // halves below 0.5
    SetWeights(type, data.data());
    ASSERT_TRUE(Pack().has_value());
    const std::vector<float> out = Multiply(1);
    EXPECT_EQ(out, Multiply(3));
    std::vector<float> row(kColumns);
    for (int r = 0; r < kRows; ++r) {
      DequantizeRow(type, data.data() + r * row_bytes, kColumns, row.data());
      for (int t = 0; t < kTokens; ++t) {
        double sum = 1.25;
        double size = 1;
        for (int c = 0; c < kColumns; ++c) {
          const double term = double{x_[t * kColumns + c]} * double{row[c]};
          sum += term;
          size += std::abs(term);
        }
        EXPECT_NEAR(out[t * kRows + r], sum, size * 2e-4)
            << static_cast<int>(type) << " " << t << " " << r;
      }
    }
  }
}

TEST_F(WideLinearTest, RefusesWhatIsNotFinite) {
  std::vector<float> weights(size_t{kRows} * kColumns, 0.5F);
  SetWeights(DType::kF32, weights.data());
  ASSERT_TRUE(Pack().has_value());
  for (const float bad : {1e20F, __builtin_inff(), __builtin_nanf("")}) {
    weights[100] = bad;
    const auto packed = Pack();
    ASSERT_FALSE(packed.has_value());
    EXPECT_EQ(packed.error().code, ErrorCode::kUnsupported);
    EXPECT_NE(packed.error().message.find("tensor w"), std::string::npos);
  }
}

}  // namespace
}  // namespace bantam
