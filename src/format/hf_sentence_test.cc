// The files of sentence-transformers: what is read, and what is refused by name.
#include "format/hf_sentence.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace bantam {
namespace {

std::string Module(std::string_view path, std::string_view type) {
  return R"({"path": ")" + std::string(path) + R"(", "type": "sentence_transformers.models.)" +
         std::string(type) + "\"}";
}

const std::string kFirst = Module("", "Transformer");
const std::string kSecond = Module("1_Pooling", "Pooling");

HfConfig Bert() {
  HfConfig config;
  config.architecture = FindHfArchitecture("bert");
  return config;
}

void ExpectRefusal(const Result<std::string>& result, std::string_view part) {
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
}

TEST(Modules, NameTheFolderOfThePooling) {
  EXPECT_EQ(ReadModules("[" + kFirst + "," + kSecond + "]").value(), "1_Pooling");
  const std::string third = Module("2_Normalize", "Normalize");
  EXPECT_EQ(ReadModules("[" + kFirst + "," + kSecond + "," + third + "]").value(), "1_Pooling");
}

TEST(Modules, OtherModulesAreRefused) {
  ExpectRefusal(ReadModules("[" + kFirst + "," + kSecond + "," + Module("2_Dense", "Dense") + "]"),
                "Dense");
  ExpectRefusal(ReadModules("[" + kSecond + "," + kFirst + "]"), "Pooling");
  ExpectRefusal(ReadModules("[" + kFirst + "]"), "no module Pooling");
  ExpectRefusal(ReadModules("{}"), "expected an array");
  ExpectRefusal(ReadModules("[1]"), "objects");
  ExpectRefusal(ReadModules("["), "");
}

TEST(Modules, PathsStayInTheFolder) {
  for (const char* path : {"../1_Pooling", "/etc", "", "a/b", ".", "a\\\\b"}) {
    ExpectRefusal(ReadModules("[" + kFirst + "," + Module(path, "Pooling") + "]"), "path");
  }
}

TEST(PoolingConfig, OldAndNewForms) {
  for (const auto& [text, type] :
       {std::pair<const char*, uint64_t>{
            R"({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false})", 1},
        {R"({"pooling_mode_cls_token": true, "word_embedding_dimension": 4})", 2},
        {R"({"pooling_mode": "mean"})", 1},
        {R"({"pooling_mode": ["cls"]})", 2}}) {
    HfConfig config = Bert();
    ASSERT_TRUE(AddPooling(text, config).has_value()) << text;
    EXPECT_EQ(config.metadata.GetUint("bert.pooling_type").value(), type) << text;
  }
}

TEST(PoolingConfig, OtherModesAreRefused) {
  for (const char* text :
       {R"({"pooling_mode_max_tokens": true})", R"({"pooling_mode": "lasttoken"})", "{}",
        R"({"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true})",
        R"({"pooling_mode": [1]})", R"({"pooling_mode_mean_tokens": "yes"})", "[]"}) {
    HfConfig config = Bert();
    EXPECT_FALSE(AddPooling(text, config).has_value()) << text;
  }
}

TEST(LongestText, IsKept) {
  HfConfig config = Bert();
  ASSERT_TRUE(AddLongestText(R"({"max_seq_length": 256, "do_lower_case": false})", config));
  EXPECT_EQ(config.metadata.GetUint("bantam.max_tokens").value(), 256U);
  HfConfig open = Bert();
  ASSERT_TRUE(AddLongestText(R"({"max_seq_length": null})", open));
  EXPECT_EQ(open.metadata.Find("bantam.max_tokens"), nullptr);
  HfConfig lower = Bert();
  EXPECT_FALSE(AddLongestText(R"({"do_lower_case": true})", lower));
}

TEST(TokenizerLimit, CountsUnlessItIsNone) {
  HfConfig config = Bert();
  ASSERT_TRUE(AddTokenizerLimit(R"({"model_max_length": 64})", config));
  EXPECT_EQ(config.metadata.GetUint("bantam.max_tokens").value(), 64U);
  for (const char* text : {"{}", R"({"model_max_length": null})", R"({"model_max_length": 1e30})",
                           R"({"model_max_length": 1000000000000000019884624838656})"}) {
    HfConfig open = Bert();
    ASSERT_TRUE(AddTokenizerLimit(text, open)) << text;
    EXPECT_EQ(open.metadata.Find("bantam.max_tokens"), nullptr) << text;
  }
  for (const char* text : {"[]", R"({"model_max_length": -1})", R"({"model_max_length": "64"})",
                           R"({"model_max_length": 0.5})"}) {
    HfConfig wrong = Bert();
    EXPECT_FALSE(AddTokenizerLimit(text, wrong)) << text;
  }
}

TEST(DefaultPrompt, StandsBeforeEveryText) {
  constexpr const char* kNamed =
      R"({"prompts": {"query": "query: ", "none": ""}, "default_prompt_name": "query"})";
  HfConfig config = Bert();
  ASSERT_TRUE(AddDefaultPrompt(kNamed, true, config));
  EXPECT_EQ(config.metadata.GetString("bantam.prompt").value(), "query: ");
  for (const char* text :
       {"{}", R"({"prompts": {"query": "query: "}, "default_prompt_name": null})",
        R"({"prompts": {"none": ""}, "default_prompt_name": "none"})"}) {
    HfConfig none = Bert();
    ASSERT_TRUE(AddDefaultPrompt(text, false, none)) << text;
    EXPECT_EQ(none.metadata.Find("bantam.prompt"), nullptr) << text;
  }
  HfConfig left_out = Bert();
  const auto refused = AddDefaultPrompt(kNamed, false, left_out);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
  for (const char* text :
       {"[]", R"({"default_prompt_name": "query"})",
        R"({"prompts": {"a": "b"}, "default_prompt_name": "query"})",
        R"({"prompts": {"a": 1}, "default_prompt_name": "a"})", R"({"default_prompt_name": 1})"}) {
    HfConfig wrong = Bert();
    EXPECT_FALSE(AddDefaultPrompt(text, true, wrong)) << text;
  }
}

}  // namespace
}  // namespace bantam
