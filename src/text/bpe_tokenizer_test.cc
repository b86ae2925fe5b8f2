// Tests of the whole tokenizer: golden ids of the reference, options, and files that lie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"
#include "text/tokenizer.h"
#include "text/tokenizer_test_file.h"

namespace bantam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TokenizerTables GoldenTables(const std::string& pre) {
  const Json vocabulary = ReadGolden("tokenizer/vocabulary.json");
  TokenizerTables tables;
  tables.SetOwn("model", std::string("gpt2"));
  tables.SetOwn("pre", pre);
  tables.SetOwn("tokens", StringsOf(*vocabulary.Find("tokens")));
  tables.SetOwn("token_type", IntsOf(*vocabulary.Find("types")));
  tables.SetOwn("merges", StringsOf(*vocabulary.Find("merges")));
  tables.SetOwn("bos_token_id", uint64_t{1200});
  tables.SetOwn("eos_token_id", uint64_t{1202});
  return tables;
}

// a b ab <|im_end|>(control) <tool>(added) Ġ [PAD](unused)
TokenizerTables TinyTables() {
  TokenizerTables tables;
  tables.SetOwn("model", std::string("gpt2"));
  tables.SetOwn("pre", std::string("gpt-2"));
  tables.SetOwn("tokens",
                std::vector<std::string>{"a", "b", "ab", "<|im_end|>", "<tool>", "Ġ", "[PAD]"});
  tables.SetOwn("token_type", std::vector<int64_t>{1, 1, 1, 3, 4, 1, 5});
  tables.SetOwn("merges", std::vector<std::string>{"a b"});
  tables.SetOwn("eos_token_id", uint64_t{3});
  return tables;
}

class GoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(GoldenTest, GivesTheIdsAndTextsOfTheReference) {
  const auto tokenizer = GoldenTables(GetParam()).Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  const Json golden = ReadGolden("tokenizer/" + std::string(GetParam()) + ".json");
  ASSERT_EQ(golden.Find("cases")->items().size(), 80u);
  for (const Json& item : golden.Find("cases")->items()) {
    const std::string& text = item.Find("text")->AsString();
    const std::vector<TokenId> ids = (*tokenizer)->Encode(text, {});
    const std::vector<int64_t> expected = IntsOf(*item.Find("ids"));
    EXPECT_EQ(std::vector<int64_t>(ids.begin(), ids.end()), expected) << text;
    const Json* decoded = item.Find("decoded");
    EXPECT_EQ(LossyUtf8((*tokenizer)->Decode(ids, true)), decoded ? decoded->AsString() : text);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, GoldenTest,
                         testing::Values("qwen2", "gpt-2", "smollm", "starcoder", "llama-bpe",
                                         "refact", "command-r", "qwen35", "gpt-4o", "tekken", "mpt",
                                         "falcon", "deepseek-llm", "deepseek-coder", "deepseek-v3"),
                         [](const auto& test_info) {
                           std::string name = test_info.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(BpeTokenizer, Options) {
  TokenizerTables tables = TinyTables();
  tables.SetOwn("bos_token_id", uint64_t{5});
  tables.SetOwn("add_bos_token", true);
  tables.SetOwn("add_eos_token", true);
  const auto tokenizer = tables.Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  const auto encode = [&](std::string_view text, bool add, bool parse) {
    return (*tokenizer)->Encode(text, {.add_special = add, .parse_special = parse});
  };
  EXPECT_THAT(encode("ab", true, true), ElementsAre(5, 2, 3));
  EXPECT_THAT(encode("", true, true), ElementsAre(5, 3));
  EXPECT_THAT(encode("", false, true), IsEmpty());
  EXPECT_THAT(encode("a<|im_end|>b<tool>", false, true), ElementsAre(0, 3, 1, 4));
  // As text, only the bytes with tokens remain; user-defined tokens are matched all the same.
  EXPECT_THAT(encode("a<|im_end|>b<tool>", false, false), ElementsAre(0, 1, 4));
  EXPECT_THAT(encode("[PAD]ab", false, true), ElementsAre(2));
  EXPECT_THAT(encode("a\xFF"
                     "b\xC3",
                     false, true),
              ElementsAre(0, 1));
}

TEST(BpeTokenizer, VocabularyAndDecoding) {
  const auto tokenizer = TinyTables().Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  const Vocabulary& vocabulary = (*tokenizer)->vocabulary();
  EXPECT_EQ(vocabulary.size(), 7);
  EXPECT_EQ(vocabulary.bytes[5], " ");
  EXPECT_EQ(vocabulary.bytes[6], "");
  EXPECT_EQ(vocabulary.kinds[3], TokenKind::kControl);
  EXPECT_EQ(vocabulary.kinds[4], TokenKind::kAdded);
  EXPECT_EQ(vocabulary.bos, -1);
  EXPECT_EQ(vocabulary.eos, 3);
  EXPECT_THAT(vocabulary.end_ids, ElementsAre(3));
  EXPECT_EQ((*tokenizer)->Decode({2, 3, 4, -1, 7, 6}, false), "ab<tool>");
  EXPECT_EQ((*tokenizer)->Decode({2, 3, 4, -1, 7, 6}, true), "ab<|im_end|><tool>");
}

TEST(BpeTokenizer, EndsAreKnownByIdAndByName) {
  TokenizerTables tables = TinyTables();
  tables.SetOwn("tokens", std::vector<std::string>{"<|endoftext|>", "<|eot_id|>", "</s>",
                                                   "<|im_end|>", "<|fim_pad|>", "<|end|>", "x"});
  tables.SetOwn("token_type", std::vector<int64_t>{3, 3, 1, 3, 3, 4, 1});
  tables.SetOwn("merges", std::vector<std::string>{});
  tables.SetOwn("eot_token_id", uint64_t{6});
  const auto tokenizer = tables.Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_THAT((*tokenizer)->vocabulary().end_ids, ElementsAre(3, 6, 0, 1));
}

TEST(BpeTokenizer, FilesWithoutTypesStillHaveTheirControlTokens) {
  TokenizerTables tables = TinyTables();
  std::erase_if(tables.keys, [](const auto& key) { return key.first.ends_with("token_type"); });
  const auto tokenizer = tables.Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_EQ((*tokenizer)->vocabulary().kinds[3], TokenKind::kControl);
  EXPECT_EQ((*tokenizer)->vocabulary().kinds[4], TokenKind::kNormal);
}

TEST(BpeTokenizer, RefusesWhatItDoesNotHave) {
  TokenizerTables tables = TinyTables();
  tables.SetOwn("pre", std::string("unheard-of"));
  EXPECT_THAT(tables.Message(ErrorCode::kUnsupported),
              HasSubstr("\"tokenizer.ggml.pre\" names the unknown pre-tokeniser \"unheard-of\""));
  tables.SetOwn("model", std::string("rwkv"));
  EXPECT_THAT(tables.Message(ErrorCode::kUnsupported), HasSubstr("\"rwkv\""));
}

TEST(BpeTokenizer, RefusesTablesThatContradictEachOther) {
  const auto message = [](const std::string& key, MetadataValue value) {
    TokenizerTables tables = TinyTables();
    tables.SetOwn(key, std::move(value));
    return tables.Message(ErrorCode::kCorrupt);
  };
  using Texts = std::vector<std::string>;
  using Types = std::vector<int64_t>;
  EXPECT_THAT(message("tokens", Texts{}), HasSubstr("tokenizer.ggml.tokens\" has 0 entries"));
  EXPECT_THAT(message("tokens", Texts{"a", "b", "a", "d", "e", "f", "g"}),
              HasSubstr("tokenizer.ggml.tokens\"[2] is there twice"));
  EXPECT_THAT(message("token_type", Types{1, 1}), HasSubstr("2 entries, expected 7"));
  EXPECT_THAT(message("token_type", Types{1, 1, 1, 3, 9, 1, 5}),
              HasSubstr("token_type\"[4] is 9, expected 0 to 6"));
  EXPECT_THAT(message("token_type", Types{1, 1, 1, 3, -1, 1, 5}), HasSubstr("is -1"));
  EXPECT_THAT(message("eos_token_id", uint64_t{7}), HasSubstr("tokenizer.ggml.eos_token_id"));
  EXPECT_THAT(message("bos_token_id", int64_t{-1}), HasSubstr("tokenizer.ggml.bos_token_id"));
  EXPECT_THAT(message("merges", Texts{"a c"}), HasSubstr("merges\"[0] is \"a c\""));
  EXPECT_THAT(message("merges", Texts{"a b", "b a"}), HasSubstr("merges\"[1]"));
  for (const char* merge : {"", " ", "ab", " ab", "ab ", "a  b", "a b "}) {
    EXPECT_THAT(message("merges", Texts{merge}), HasSubstr("expected two tokens")) << merge;
  }
  EXPECT_THAT(message("merges", Texts{"\xFF b"}), HasSubstr("parts are not both tokens"));
  EXPECT_THAT(message("tokens", Texts{"a", "b", "ab", "c", std::string(2000, 'x'), "f", "g"}),
              HasSubstr("[4] is an added token of 2000 bytes"));
  EXPECT_THAT(message("tokens", Texts{"a", "b", "ab", "\xC2", "e", "f", "g"}),
              HasSubstr("[3] is an added token that is not UTF-8: \"\\xc2\""));
  EXPECT_THAT(message("pre", uint64_t{1}), HasSubstr("tokenizer.ggml.pre"));
  EXPECT_THAT(message("merges", uint64_t{1}), HasSubstr("tokenizer.ggml.merges"));
}

TEST(BpeTokenizer, RefusesMissingTables) {
  for (const char* key : {"model", "tokens", "merges"}) {
    TokenizerTables tables = TinyTables();
    std::erase_if(tables.keys, [&](const auto& entry) { return entry.first.ends_with(key); });
    EXPECT_THAT(tables.Message(ErrorCode::kNotFound), HasSubstr(key));
  }
}

TEST(BpeTokenizer, LongRunsTakeNoQuadraticTime) {
  for (const char* pre : {"qwen2", "gpt-2", "llama-bpe", "deepseek-llm"}) {
    const auto tokenizer = GoldenTables(pre).Create();
    ASSERT_TRUE(tokenizer);
    for (const char* unit :
         {"a", " ", "7", "中", "e\u0301", "<|im_end|>", "<|im_start", "\n", "'"}) {
      std::string text;
      while (text.size() < 200'000) text += unit;
      EXPECT_FALSE((*tokenizer)->Encode(text, {}).empty());
    }
  }
}

}  // namespace
}  // namespace bantam
