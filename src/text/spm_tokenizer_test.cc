// Tests of SentencePiece vocabularies in model files: golden ids of the package, fallbacks, and
// files that lie.
#include "text/spm_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"
#include "text/detokenizer.h"
#include "text/tokenizer_test_file.h"

namespace bantam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::string>;
using Types = std::vector<int64_t>;
using Scores = std::vector<double>;

MetadataValue ValueOf(const Json& json) {
  if (json.is_string()) return json.AsString();
  if (json.is_bool()) return json.AsBool();
  if (json.is_number()) return *json.AsInt();
  if (json.items()[0].is_string()) {
    return StringsOf(json);
  }
  Scores numbers;
  for (const Json& item : json.items()) numbers.push_back(item.AsDouble());
  return numbers;
}

TEST(SpmTokenizer, GivesTheIdsAndTextsOfTheReference) {
  const Json golden = ReadGolden("tokenizer_json/scores.json");
  ASSERT_EQ(golden.Find("variants")->items().size(), 3u);
  for (const Json& variant : golden.Find("variants")->items()) {
    SCOPED_TRACE(variant.Find("name")->AsString());
    TokenizerTables tables;
    tables.SetOwn("model", std::string("llama"));
    for (const auto& [key, value] : variant.Find("keys")->members())
      tables.Set(key, ValueOf(value));
    for (const auto& [key, value] : golden.Find("lists")->members()) {
      tables.Set(key, ValueOf(value));
    }
    tables.SetOwn("token_type", IntsOf(*golden.Find("lists")->Find("tokenizer.ggml.token_type")));
    const auto tokenizer = tables.Create();
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    for (const Json& item : variant.Find("cases")->items()) {
      const std::string& source = item.Find("text")->AsString();
      const std::vector<TokenId> ids = (*tokenizer)->Encode(source, {});
      EXPECT_EQ(ids, TokenIdsOf(*item.Find("ids"))) << source;
      const Json* decoded = item.Find("decoded");
      EXPECT_EQ(LossyUtf8((*tokenizer)->Decode(ids, true)), decoded ? decoded->AsString() : source);
    }
  }
}

// <unk> <s> </s> <0xC3> <0xA9> ▁ a b ab ▁a aa <tool>
TokenizerTables TinyTables() {
  TokenizerTables tables;
  tables.SetOwn("model", std::string("llama"));
  tables.SetOwn("tokens", Texts{"<unk>", "<s>", "</s>", "<0xC3>", "<0xA9>", "▁", "a", "b", "ab",
                                "▁a", "aa", "<tool>"});
  tables.SetOwn("token_type", Types{2, 3, 3, 6, 6, 1, 1, 1, 1, 1, 1, 4});
  tables.SetOwn("scores", Scores{0, 0, 0, 0, 0, -9, -9, -9, -1, -3, -2, 0});
  tables.SetOwn("bos_token_id", uint64_t{1});
  tables.SetOwn("eos_token_id", uint64_t{2});
  return tables;
}

TEST(SpmTokenizer, ScoresSpacesAndFallbacks) {
  const auto tokenizer = TinyTables().Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  const auto encode = [&](std::string_view text) { return (*tokenizer)->Encode(text, {}); };
  EXPECT_THAT(encode(""), ElementsAre(1));
  EXPECT_THAT(encode("ab"), ElementsAre(1, 5, 8));
  EXPECT_THAT(encode("aaa"), ElementsAre(1, 5, 10, 6));  // of equal pairs the leftmost
  EXPECT_THAT(encode("a"), ElementsAre(1, 9));
  EXPECT_THAT(encode(" a"), ElementsAre(1, 5, 9));
  EXPECT_THAT(encode("▁a"), ElementsAre(1, 5, 9));
  EXPECT_THAT(encode("é"), ElementsAre(1, 5, 3, 4));
  EXPECT_THAT(encode("中文a"), ElementsAre(1, 5, 0, 6));  // neighbours that are unknown are one
  EXPECT_THAT(encode("b<tool>b</s>"), ElementsAre(1, 5, 7, 11, 5, 7, 2));
  EXPECT_EQ((*tokenizer)->Decode({1, 5, 8, 9, 3, 4}, false), "ab aé");
  EXPECT_EQ((*tokenizer)->Decode({1, 5, 8}, true), "<s> ab");
}

TEST(SpmTokenizer, WithoutASpaceBefore) {
  TokenizerTables tables = TinyTables();
  tables.SetOwn("add_space_prefix", false);
  tables.SetOwn("add_bos_token", false);
  tables.SetOwn("add_eos_token", true);
  const auto tokenizer = tables.Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_THAT((*tokenizer)->Encode("ab a", {}), ElementsAre(8, 9, 2));
  const auto usual = TinyTables().Create();
  EXPECT_THAT((*usual)->Encode("b<tool>b", {.add_special = false, .continued = true}),
              ElementsAre(7, 11, 5, 7));
  EXPECT_EQ((*tokenizer)->Decode({9, 9}, false), " a a");
}

TEST(SpmTokenizer, Phi3StripsAfterItsTokens) {
  TokenizerTables tables = TinyTables();
  tables.Set("general.architecture", std::string("phi3"));
  const auto tokenizer = tables.Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_THAT((*tokenizer)->Encode("</s> \n\tb", {}), ElementsAre(1, 2, 5, 7));
  EXPECT_THAT((*tokenizer)->Encode("<s> b", {}), ElementsAre(1, 1, 5, 5, 7));
}

TEST(SpmTokenizer, CharactersThatOccurWithinTokensOnly) {
  TokenizerTables tables = TinyTables();
  tables.SetOwn("tokens", Texts{"<unk>", "<s>", "</s>", "<0xC3>", "<0xA9>", "▁", "a", "b", "ab",
                                "bé", "aa", "<tool>"});
  const auto tokenizer = tables.Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_THAT((*tokenizer)->Encode("bé", {}), ElementsAre(1, 5, 9));
  EXPECT_THAT((*tokenizer)->Encode("éb", {}), ElementsAre(1, 5, 3, 4, 7));
}

TEST(SpmTokenizer, StreamsWholeCharactersAndNoSpaceThatIsNone) {
  const auto tokenizer = TinyTables().Create();
  ASSERT_TRUE(tokenizer);
  Detokenizer opening((*tokenizer)->vocabulary(), false, true);
  EXPECT_EQ(opening.Push(1), "");
  EXPECT_EQ(opening.Push(9), "a");
  EXPECT_EQ(opening.Push(9), " a");
  EXPECT_EQ(opening.Push(3), "");
  EXPECT_EQ(opening.Push(4), "é");
  Detokenizer going_on((*tokenizer)->vocabulary());
  EXPECT_EQ(going_on.Push(9), " a");
}

TEST(SpmTokenizer, RefusesTablesThatContradictEachOther) {
  const auto message = [](const std::string& key, MetadataValue value, ErrorCode code) {
    TokenizerTables tables = TinyTables();
    tables.SetOwn(key, std::move(value));
    return tables.Message(code);
  };
  EXPECT_THAT(message("scores", Scores{1, 2}, ErrorCode::kCorrupt),
              HasSubstr("tokenizer.ggml.scores\" has 2 entries, expected 12"));
  Scores scores(12, 0.0);
  scores[4] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message("scores", scores, ErrorCode::kCorrupt), HasSubstr("[4] is not a number"));
  Texts tokens(12, "x");
  EXPECT_THAT(message("tokens", tokens, ErrorCode::kCorrupt), HasSubstr("is there twice"));
  for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = std::string(1, static_cast<char>('a' + i));
  tokens[7] = std::string(1000, 'a');
  EXPECT_THAT(message("tokens", tokens, ErrorCode::kUnsupported), HasSubstr("token 7 has 1000"));
  TokenizerTables tables = TinyTables();
  std::erase_if(tables.keys, [](const auto& key) { return key.first.ends_with("scores"); });
  EXPECT_THAT(tables.Message(ErrorCode::kNotFound), HasSubstr("tokenizer.ggml.scores"));
}

TEST(SpmTokenizer, LongRunsTakeNoQuadraticTime) {
  const auto tokenizer = TinyTables().Create();
  ASSERT_TRUE(tokenizer);
  for (const char* unit : {"a", " ", "ab", "中", "é", "▁", "</s>", "<tool"}) {
    std::string text;
    while (text.size() < 300'000) text += unit;
    EXPECT_FALSE((*tokenizer)->Encode(text, {}).empty());
  }
}

}  // namespace
}  // namespace bantam
