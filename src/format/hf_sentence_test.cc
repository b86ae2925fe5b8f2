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

}  // namespace
}  // namespace bantam
