// Tests of file names and the choice among them.
#include "store/quant_name.h"

#include <gtest/gtest.h>

namespace bantam::store {
namespace {

TEST(QuantName, IsToldByTheFile) {
  const std::pair<const char*, const char*> cases[] = {
      {"qwen2.5-0.5b-instruct-q4_k_m.gguf", "q4_k_m"},
      {"tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf", "q4_k_m"},
      {"Phi-3-mini-4k-instruct-q4.gguf", "q4"},
      {"Phi-3-mini-4k-instruct-fp16.gguf", "fp16"},
      {"SmolLM3-Q4_K_M.gguf", "q4_k_m"},
      {"gemma-3-4b-it-UD-Q4_K_XL.gguf", "ud-q4_k_xl"},
      {"sub/folder/m-IQ4_XS-00002-of-00003.gguf", "iq4_xs"},
      {"m-BF16.gguf", "bf16"},
      {"m.gguf", ""},
      {"qwen2.5-0.5b.gguf", ""},
      {"q8_0.gguf", "q8_0"},
      {"m-tq1_0.gguf", "tq1_0"},
      {"", ""},
      {".gguf", ""},
      {"m-00001-of-00002.gguf", ""},
  };
  for (const auto& [path, quant] : cases) EXPECT_EQ(QuantOf(path), quant) << path;
  for (const char* word : {"q", "q9", "q0", "q4k", "quick", "iq", "f64", "q4-0", ""}) {
    EXPECT_FALSE(IsQuant(word)) << word;
  }
}

using Paths = std::vector<std::string>;

Paths Chosen(const Paths& paths, const char* wanted) {
  const auto chosen = ChooseGguf(paths, wanted);
  return chosen ? *chosen : Paths{chosen.error().message};
}

TEST(ChooseGguf, TheWantedOrTheUsual) {
  const Paths paths = {"README.md",          "m-q8_0.gguf", "m-Q4_K_M.gguf",
                       "mmproj-q4_k_m.gguf", "m-f16.gguf",  "m.imatrix.gguf"};
  EXPECT_EQ(Chosen(paths, ""), Paths{"m-Q4_K_M.gguf"});
  EXPECT_EQ(Chosen(paths, "Q8_0"), Paths{"m-q8_0.gguf"});
  EXPECT_EQ(Chosen(paths, "M-F16.gguf"), Paths{"m-f16.gguf"});
  EXPECT_EQ(Chosen(paths, "q2_k"), Paths{"there is no \"q2_k\"; there are f16, q4_k_m, q8_0"});
  EXPECT_EQ(Chosen({"only.gguf"}, ""), Paths{"only.gguf"});
  EXPECT_EQ(Chosen({"a.gguf", "b.gguf"}, ""),
            Paths{"say which one, as in NAME:QUANT; there are a.gguf, b.gguf"});
  EXPECT_EQ(Chosen({"a.gguf", "b.gguf"}, "b.gguf"), Paths{"b.gguf"});
  EXPECT_EQ(Chosen({"a.bin"}, ""), Paths{"there is no GGUF file"});
}

TEST(ChooseGguf, AllPartsInOrder) {
  const Paths parts = {"x/m-q8_0-00002-of-00003.gguf", "x/m-q8_0-00003-of-00003.gguf",
                       "x/m-q8_0-00001-of-00003.gguf"};
  const Paths ordered = {parts[2], parts[0], parts[1]};
  EXPECT_EQ(Chosen(parts, "q8_0"), ordered);
  EXPECT_EQ(Chosen(parts, "m-q8_0-00002-of-00003.gguf"), ordered) << "by the name of any";
  EXPECT_EQ(Chosen({parts[0], parts[1]}, ""), Paths{"\"m-q8_0\" lacks part 1 of 3"});
  EXPECT_EQ(Chosen({"m-00001-of-00000.gguf"}, ""), Paths{"\"m\" is said to have 0 parts"});
  EXPECT_EQ(Chosen({"m-00001-of-99999.gguf"}, ""), Paths{"\"m\" is said to have 99999 parts"});
}

TEST(CheckParts, AllPartsOfEachSplitFile) {
  const Paths whole = {"config.json", "model-00001-of-00002.safetensors",
                       "model-00002-of-00002.safetensors", "other.safetensors"};
  EXPECT_TRUE(CheckParts(whole));
  const auto lacking = CheckParts(Paths{whole[0], whole[1], whole[3]});
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().message, "\"model\" lacks part 2 of 2");
  EXPECT_FALSE(CheckParts(Paths{"model-00001-of-00000.safetensors"}));
}

}  // namespace
}  // namespace bantam::store
