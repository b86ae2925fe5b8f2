// Tests of packing on the way: a pass keeps what it may, and no number shows how much that was.
#include "model/weight_packer.h"

#include <gtest/gtest.h>

#include <vector>

#include "model/linear.h"
#include "model/model_test_file.h"

namespace bantam {
namespace {

constexpr int kRows = ModelTestFile::kVocab;  // a last panel that is not full
constexpr int kColumns = ModelTestFile::kEmbd;

class WeightPackerTest : public testing::Test {
 protected:
  WeightPackerTest() : file_(ModelTestFile().Open().value()) {
    linear_.tensor = *file_->Find("token_embd.weight");
    linear_.rows = kRows;
    linear_.columns = kColumns;
    linear_.quantised = true;
    linear_.packable = true;
    config_.n_embd = config_.n_ff = kColumns;
    config_.n_heads = config_.n_kv_heads = 1;
    config_.head_dim = config_.rope_dim = kColumns;
    const size_t bytes = space_.LayOut(config_, 1, 1, nullptr);
    scratch_ = PageMemory::Allocate(bytes, false, "work buffers").value();
    space_.LayOut(config_, 1, 1, scratch_.data());
    for (int i = 0; i < kColumns; ++i) space_.x[i] = static_cast<float>(i % 7) - 2.5F;
    ActiveKernels().quantize(RowsToQuantize(space_.x, space_.normed_codes, 0, 1));
  }

  std::vector<float> Product() {
    std::vector<float> out(kRows);
    const LinearInput in = {space_.x, &space_.normed_codes, 1};
    ApplyLinear(linear_, in, 0, 1, false, out.data(), kRows, space_.workers[0]);
    ApplyLinear(linear_, in, 1, linear_.panels(), false, out.data() + kPanelRows, kRows,
                space_.workers[0]);
    return out;
  }

  std::unique_ptr<ModelFile> file_;
  ModelConfig config_;
  Workspace space_;
  PageMemory scratch_;
  Linear linear_;
};

TEST_F(WeightPackerTest, AFirstPassKeepsNothingLaterOnesWhatTheyMay) {
  const std::vector<float> expected = Product();
  const std::vector<Linear*> matrices = {&linear_};
  const auto packer = WeightPacker::Create(*file_, matrices).value();
  EXPECT_EQ(packer.bytes(), PackedBytes(DType::kQ8_0, kRows, kColumns));
  const size_t panel = PanelBytes(DType::kQ8_0, kColumns);
  const std::pair<size_t, int> passes[] = {{SIZE_MAX, 0}, {panel - 1, 0}, {panel, 1},
                                           {0, 1},        {2 * panel, 3}, {9 * panel, 4}};
  for (const auto& [budget, packed] : passes) {
    EXPECT_FALSE(linear_.is_packed());
    packer.Begin(matrices, budget);
    EXPECT_EQ(Product(), expected) << packed;
    packer.End(matrices);
    EXPECT_EQ(linear_.packed_panels, packed);
    EXPECT_EQ(Product(), expected) << "outside a pass nothing is kept";
    EXPECT_EQ(linear_.packed_panels, packed);
  }
  EXPECT_TRUE(linear_.is_packed());
}

TEST_F(WeightPackerTest, ABudgetIsForAllMatricesTogether) {
  Linear second = linear_;
  const std::vector<Linear*> matrices = {&linear_, &second};
  const auto packer = WeightPacker::Create(*file_, matrices).value();
  const size_t panel = PanelBytes(DType::kQ8_0, kColumns);
  packer.Begin(matrices, 0);
  packer.End(matrices);
  packer.Begin(matrices, 5 * panel);
  EXPECT_EQ(linear_.packing.end, 4);
  EXPECT_EQ(second.packing.end, 1);
}

}  // namespace
}  // namespace bantam
