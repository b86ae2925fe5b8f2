// Tests of what is found out about a model without its weights.
#include "engine/check_model.h"

#include <gtest/gtest.h>

#include <string>

#include "base/test_directory.h"

namespace bantam {
namespace {

const std::string kGolden = BANTAM_SOURCE_DIR "/tests/golden/";

class CheckModelTest : public testing::Test {
 protected:
  // What is said about a golden file in which one text stands in place of another.
  std::string Said(const std::string& file, const std::string& text, const std::string& instead) {
    std::string bytes = TestDirectory::Read(kGolden + file);
    const size_t at = bytes.find(text);
    EXPECT_NE(at, std::string::npos) << text;
    bytes.replace(at, text.size(), instead);
    const auto checked = CheckModel(directory_.Write("m.gguf", bytes), {});
    return checked ? "good" : checked.error().message;
  }
  TestDirectory directory_;
};

TEST_F(CheckModelTest, TakesWhatLoads) {
  for (const char* good : {"models/qwen2_tied.gguf", "models/llama_tied.gguf", "folders/qwen2_f16",
                           "folders/llama_awq_g64", "encoders/mean", "encoders/mean.gguf"}) {
    const auto checked = CheckModel(kGolden + good, {});
    EXPECT_TRUE(checked) << good << ": " << checked.error().message;
  }
}

TEST_F(CheckModelTest, RefusesTensorsThatAreMissingOrUnknown) {
  const std::string path = directory_.File("m.gguf") + ": ";
  EXPECT_EQ(Said("models/qwen2_tied.gguf", "output_norm.weight", "output_narm.weight"),
            path + "tensor output_norm.weight is missing");
  EXPECT_EQ(Said("encoders/mean.gguf", "token_embd_norm.weight", "token_embd_narm.weight"),
            path + "tensor token_embd_norm.weight is missing");
  EXPECT_NE(Said("encoders/mean.gguf", "token_types.weight", "token_typos.weight")
                .find("tensor token_typos.weight is none that this build knows"),
            std::string::npos);
}

TEST_F(CheckModelTest, RefusesAdaptersThatAreNone) {
  const std::string model = kGolden + "models/qwen2_tied.gguf";
  EXPECT_FALSE(CheckModel(model, {{model}}));
  EXPECT_FALSE(CheckModel(kGolden + "encoders/mean", {{model}}));
}

}  // namespace
}  // namespace bantam
