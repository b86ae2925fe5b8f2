// Tests of what a Hugging Face folder says about text: end tokens, chat templates, no tokenizer.
#include "engine/folder_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/loaded_model.h"

namespace bantam {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(FolderTokenizer, EndIdsOfTheGenerationConfigComeFirst) {
  FolderTexts texts;
  EXPECT_EQ(EndIdsOf(texts, 10).value(), std::vector<TokenId>());
  texts.config = R"({"eos_token_id": 7})";
  EXPECT_EQ(EndIdsOf(texts, 10).value(), std::vector<TokenId>{7});
  texts.generation_config = R"({"eos_token_id": [3, 5, 11, -1]})";  // the last two are no tokens
  EXPECT_EQ(EndIdsOf(texts, 10).value(), (std::vector<TokenId>{3, 5}));
  texts.generation_config = R"({"eos_token_id": null})";
  EXPECT_EQ(EndIdsOf(texts, 10).value(), std::vector<TokenId>{7});
  texts.generation_config = R"({"eos_token_id": "</s>"})";
  const auto wrong = EndIdsOf(texts, 10);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message,
              AllOf(HasSubstr("generation_config.json"), HasSubstr("eos_token_id")));
  texts.generation_config = "{";
  EXPECT_FALSE(EndIdsOf(texts, 10));
}

TEST(FolderTokenizer, TemplatesOfBothFiles) {
  FolderTexts texts;
  EXPECT_EQ(ChatTemplateOf(texts).value(), "");
  texts.tokenizer_config = R"({"chat_template": "one"})";
  EXPECT_EQ(ChatTemplateOf(texts).value(), "one");
  texts.tokenizer_config = R"({"chat_template": [{"name": "tool_use", "template": "tools"},
                                                 {"name": "default", "template": "two"}]})";
  EXPECT_EQ(ChatTemplateOf(texts).value(), "two");
  texts.chat_template = "three";
  EXPECT_EQ(ChatTemplateOf(texts).value(), "three");
  texts.chat_template.clear();
  texts.tokenizer_config = R"({"chat_template": 7})";
  EXPECT_FALSE(ChatTemplateOf(texts));
}

TEST(FolderTokenizer, WithoutATokenizerThereAreIdsOnly) {
  FolderTexts texts;
  texts.generation_config = R"({"eos_token_id": 3})";
  const auto made = MakeFolderTokenizer(texts, 10);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->tokenizer->vocabulary().size(), 10);
  EXPECT_TRUE(made->tokenizer->vocabulary().IsEnd(3));
  EXPECT_TRUE(made->tokenizer->Encode("text", {}).empty());
}

TEST(FolderTokenizer, FolderIsAModel) {
  const std::string path = BANTAM_SOURCE_DIR "/tests/golden/folders/qwen2_awq_g32";
  LoadOptions options;
  options.threads = 1;
  const auto model = LoadedModel::Load(path, options);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->info().architecture, "qwen2");
  EXPECT_EQ((*model)->info().quantisation, "AWQ 4-bit g32");
  EXPECT_EQ((*model)->info().name, "qwen2_awq_g32");
  EXPECT_TRUE((*model)->IsEndToken(5));
  EXPECT_FALSE((*model)->IsEndToken(4));
}

}  // namespace
}  // namespace bantam
