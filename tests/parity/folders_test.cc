// Hugging Face folders against transformers' float32 logits: every float type, sharding and packed
// format on the tiny models of tests/golden/folders.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reference_logits.h"
#include "scored_model.h"

namespace bantam {
namespace {

const char* const kFolder = BANTAM_SOURCE_DIR "/tests/golden/folders/";

std::vector<std::string> FolderNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Phi-3's rotation factors are those of the context: no larger than the sequences ask for.
int ContextFor(const ReferenceLogits& reference) {
  size_t longest = 0;
  for (const ReferenceSequence& one : reference.sequences) {
    longest = std::max(longest, one.tokens.size());
  }
  return longest < 256 ? 256 : 512;
}

class TinyFolder : public testing::TestWithParam<std::string> {
 protected:
  void Check(LoadOptions load, double bound) {
    load.threads = 2;
    const auto reference = ReadReferenceLogits(std::string(kFolder) + GetParam() + ".ref");
    ASSERT_TRUE(reference.has_value()) << reference.error().message;
    const auto engine = LoadEngine(kFolder + GetParam(), load, ContextFor(*reference));
    ASSERT_NE(engine, nullptr);
    const double error = ErrorOf(*engine, *reference);
    EXPECT_LT(error, bound);
    RecordProperty("nse", std::to_string(error * 1e9) + "e-9");
  }
};

TEST_P(TinyFolder, ExactEqualsTransformers) {
  LoadOptions load;
  load.precision = Precision::kExact;
  Check(load, kExactBound);
}

TEST_P(TinyFolder, FastStaysCloseInBothLayouts) {
  for (const WeightLayout layout : {WeightLayout::kMapped, WeightLayout::kPacked}) {
    LoadOptions load;
    load.weights = layout;
    Check(load, kFastBound);
  }
}

// Rounding weights to other types costs what their digits say, and nothing else changes.
TEST_P(TinyFolder, ConvertsFloatsOnLoading) {
  for (const auto& [type, bound] :
       {std::pair(FloatType::kF32, kExactBound), std::pair(FloatType::kF16, 1e-5),
        std::pair(FloatType::kBF16, 1e-3)}) {
    LoadOptions load;
    load.precision = Precision::kExact;
    load.dtype = type;
    Check(load, bound);
  }
}

INSTANTIATE_TEST_SUITE_P(All, TinyFolder, testing::ValuesIn(FolderNames()),
                         [](const auto& test) { return test.param; });

TEST(TinyFolders, AreAllThere) {
  EXPECT_GE(FolderNames().size(), 16U);
}

}  // namespace
}  // namespace bantam
