// Tests of the whole tokenizer: golden ids of the reference, options, and files that lie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"
#include "text/tokenizer.h"

namespace bantam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Json ReadGolden(const std::string& name) {
  std::ifstream file(std::string(BANTAM_SOURCE_DIR) + "/tests/golden/tokenizer/" + name);
  std::stringstream text;
  text << file.rdbuf();
  auto json = Json::Parse(text.str());
  EXPECT_TRUE(json) << name;
  return json ? *std::move(json) : Json();
}

std::vector<std::string> Strings(const Json& array) {
  std::vector<std::string> out;
  for (const Json& item : array.items()) out.push_back(item.AsString());
  return out;
}

std::vector<int64_t> Ints(const Json& array) {
  std::vector<int64_t> out;
  for (const Json& item : array.items()) out.push_back(*item.AsInt());
  return out;
}

// The tables of a model file; tests change them before they are used.
struct Tables {
  std::vector<std::pair<std::string, MetadataValue>> keys;

  void Set(const std::string& key, MetadataValue value) {
    for (auto& [name, old] : keys) {
      if (name == "tokenizer.ggml." + key) {
        old = std::move(value);
        return;
      }
    }
    keys.emplace_back("tokenizer.ggml." + key, std::move(value));
  }
  Result<std::unique_ptr<Tokenizer>> Create() const {
    Metadata metadata;
    for (const auto& [key, value] : keys) EXPECT_TRUE(metadata.Add(key, value));
    return Tokenizer::Create(metadata);
  }
  std::string Message(ErrorCode code) const {
    const auto tokenizer = Create();
    if (tokenizer) return "no error";
    EXPECT_EQ(tokenizer.error().code, code) << tokenizer.error().message;
    return tokenizer.error().message;
  }
};

Tables GoldenTables(const std::string& pre) {
  const Json vocabulary = ReadGolden("vocabulary.json");
  Tables tables;
  tables.Set("model", std::string("gpt2"));
  tables.Set("pre", pre);
  tables.Set("tokens", Strings(*vocabulary.Find("tokens")));
  tables.Set("token_type", Ints(*vocabulary.Find("types")));
  tables.Set("merges", Strings(*vocabulary.Find("merges")));
  tables.Set("bos_token_id", uint64_t{1200});
  tables.Set("eos_token_id", uint64_t{1202});
  return tables;
}

// a b ab <|im_end|>(control) <tool>(added) Ġ [PAD](unused)
Tables TinyTables() {
  Tables tables;
  tables.Set("model", std::string("gpt2"));
  tables.Set("pre", std::string("gpt-2"));
  tables.Set("tokens",
             std::vector<std::string>{"a", "b", "ab", "<|im_end|>", "<tool>", "Ġ", "[PAD]"});
  tables.Set("token_type", std::vector<int64_t>{1, 1, 1, 3, 4, 1, 5});
  tables.Set("merges", std::vector<std::string>{"a b"});
  tables.Set("eos_token_id", uint64_t{3});
  return tables;
}

class GoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(GoldenTest, GivesTheIdsAndTextsOfTheReference) {
  const auto tokenizer = GoldenTables(GetParam()).Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  const Json golden = ReadGolden(std::string(GetParam()) + ".json");
  ASSERT_EQ(golden.Find("cases")->items().size(), 80u);
  for (const Json& item : golden.Find("cases")->items()) {
    const std::string& text = item.Find("text")->AsString();
    const std::vector<TokenId> ids = (*tokenizer)->Encode(text, {});
    const std::vector<int64_t> expected = Ints(*item.Find("ids"));
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
  Tables tables = TinyTables();
  tables.Set("bos_token_id", uint64_t{5});
  tables.Set("add_bos_token", true);
  tables.Set("add_eos_token", true);
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
  Tables tables = TinyTables();
  tables.Set("tokens", std::vector<std::string>{"<|endoftext|>", "<|eot_id|>", "</s>", "<|im_end|>",
                                                "<|fim_pad|>", "<|end|>", "x"});
  tables.Set("token_type", std::vector<int64_t>{3, 3, 1, 3, 3, 4, 1});
  tables.Set("merges", std::vector<std::string>{});
  tables.Set("eot_token_id", uint64_t{6});
  const auto tokenizer = tables.Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_THAT((*tokenizer)->vocabulary().end_ids, ElementsAre(3, 6, 0, 1));
}

TEST(BpeTokenizer, FilesWithoutTypesStillHaveTheirControlTokens) {
  Tables tables = TinyTables();
  std::erase_if(tables.keys, [](const auto& key) { return key.first.ends_with("token_type"); });
  const auto tokenizer = tables.Create();
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_EQ((*tokenizer)->vocabulary().kinds[3], TokenKind::kControl);
  EXPECT_EQ((*tokenizer)->vocabulary().kinds[4], TokenKind::kNormal);
}

TEST(BpeTokenizer, RefusesWhatItDoesNotHave) {
  Tables tables = TinyTables();
  tables.Set("pre", std::string("unheard-of"));
  EXPECT_THAT(tables.Message(ErrorCode::kUnsupported),
              HasSubstr("\"tokenizer.ggml.pre\" names the unknown pre-tokeniser \"unheard-of\""));
  tables.Set("model", std::string("rwkv"));
  EXPECT_THAT(tables.Message(ErrorCode::kUnsupported), HasSubstr("\"rwkv\""));
}

TEST(BpeTokenizer, RefusesTablesThatContradictEachOther) {
  const auto message = [](const std::string& key, MetadataValue value) {
    Tables tables = TinyTables();
    tables.Set(key, std::move(value));
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
    Tables tables = TinyTables();
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
