// Tests of Unigram vocabularies in model files: their options, and tables that lie.
#include "text/unigram_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "text/tokenizer_test_file.h"

namespace bantam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::string>;
using Types = std::vector<int64_t>;
using Scores = std::vector<double>;

// <s> </s> <unk> ▁ a b ▁ab <tool> [PAD]
TokenizerTables TinyTables() {
  TokenizerTables tables;
  tables.SetOwn("model", std::string("t5"));
  tables.SetOwn("tokens", Texts{"<s>", "</s>", "<unk>", "▁", "a", "b", "▁ab", "<tool>", "[PAD]"});
  tables.SetOwn("token_type", Types{3, 3, 2, 1, 1, 1, 1, 4, 5});
  tables.SetOwn("scores", Scores{0, 0, 0, -2, -3, -3, -4, 0, -10000});
  tables.SetOwn("bos_token_id", uint64_t{0});
  tables.SetOwn("eos_token_id", uint64_t{1});
  tables.SetOwn("add_bos_token", true);
  return tables;
}

std::vector<TokenId> IdsOf(const TokenizerTables& tables, std::string_view text) {
  const auto tokenizer = tables.Create();
  EXPECT_TRUE(tokenizer) << tokenizer.error().message;
  return tokenizer ? (*tokenizer)->Encode(text, {}) : std::vector<TokenId>();
}

TEST(UnigramTokenizer, WordsBetweenTheEnds) {
  const TokenizerTables tables = TinyTables();
  EXPECT_THAT(IdsOf(tables, ""), ElementsAre(0, 1));
  EXPECT_THAT(IdsOf(tables, "  ab\t\nab "), ElementsAre(0, 6, 6, 1));
  EXPECT_THAT(IdsOf(tables, "ba"), ElementsAre(0, 3, 5, 4, 1));
  EXPECT_THAT(IdsOf(tables, "xyab"), ElementsAre(0, 3, 2, 4, 5, 1));
  EXPECT_THAT(IdsOf(tables, "ab<tool>a"), ElementsAre(0, 6, 7, 3, 4, 1));
  const auto tokenizer = tables.Create();
  ASSERT_TRUE(tokenizer);
  // Text gives no control tokens, and what fills the table up is none of the model's.
  EXPECT_THAT((*tokenizer)->Encode("</s>", {.add_special = false, .parse_special = false}),
              ElementsAre(3, 2));
  EXPECT_THAT((*tokenizer)->Encode("ab a", {.add_special = false, .continued = true}),
              ElementsAre(4, 5, 3, 4));
  EXPECT_EQ((*tokenizer)->Decode({0, 6, 6, 1}, false), "ab ab");
}

TEST(UnigramTokenizer, OptionsOfTheFile) {
  TokenizerTables tables = TinyTables();
  tables.SetOwn("remove_extra_whitespaces", false);
  EXPECT_THAT(IdsOf(tables, "a  ab"), ElementsAre(0, 3, 4, 3, 6, 1));
  tables.SetOwn("add_space_prefix", false);
  EXPECT_THAT(IdsOf(tables, "ab "), ElementsAre(0, 4, 5, 3, 1));
  tables = TinyTables();
  tables.SetOwn("tokens", Texts{"<s>", "</s>", "<unk>", "▁", "a", "b", "b▁a", "<tool>", "[PAD]"});
  tables.SetOwn("remove_extra_whitespaces", false);
  EXPECT_THAT(IdsOf(tables, "b a"), ElementsAre(0, 3, 6, 1));  // a token that goes on after a space
}

TEST(UnigramTokenizer, RefusesTablesThatContradictEachOther) {
  const auto message = [](const std::string& key, MetadataValue value, ErrorCode code) {
    TokenizerTables tables = TinyTables();
    tables.SetOwn(key, std::move(value));
    return tables.Message(code);
  };
  EXPECT_THAT(message("scores", Scores{1, 2}, ErrorCode::kCorrupt), HasSubstr("has 2 entries"));
  for (const double score :
       {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(message("scores", Scores{0, 0, 0, -2, score, -3, -4, 0, 0}, ErrorCode::kCorrupt),
                HasSubstr("token 4 has a score that is no number"));
  }
  EXPECT_THAT(message("token_type", Types(9, 1), ErrorCode::kCorrupt),
              HasSubstr("no unknown token"));
  EXPECT_THAT(message("precompiled_charsmap", Types{1, 2}, ErrorCode::kCorrupt),
              HasSubstr("charsmap: the map of characters has 2 bytes"));
  EXPECT_THAT(message("precompiled_charsmap", Types{256}, ErrorCode::kCorrupt),
              HasSubstr("the value 256"));
  EXPECT_THAT(message("tokens", Texts(9, std::string(300, 'a')), ErrorCode::kCorrupt),
              HasSubstr("300 bytes"));
  TokenizerTables tables = TinyTables();
  std::erase_if(tables.keys, [](const auto& key) { return key.first.ends_with("scores"); });
  EXPECT_THAT(tables.Message(ErrorCode::kNotFound), HasSubstr("tokenizer.ggml.scores"));
}

}  // namespace
}  // namespace bantam
