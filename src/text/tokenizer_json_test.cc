// Tests of tokenizer.json: golden ids of the reference for every family, settings, and files that
// lie or ask for what Bantam does not have.
#include "text/tokenizer_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"
#include "text/detokenizer.h"
#include "text/tokenizer_test_file.h"

namespace bantam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GoldenJsonTest : public testing::TestWithParam<const char*> {};

TEST_P(GoldenJsonTest, GivesTheIdsAndTextsOfTheReference) {
  const Json golden = ReadGolden("tokenizer_json/" + std::string(GetParam()));
  for (const Json& variant : golden.Find("variants")->items()) {
    SCOPED_TRACE(variant.Find("name")->AsString());
    Json document = *variant.Find("parts");
    const auto model = static_cast<size_t>(*variant.Find("model")->AsInt());
    document.Set("model", golden.Find("models")->items()[model]);
    const auto loaded = ReadTokenizerJson(document.Dump(), "");
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->kind, golden.Find("models")->items()[model].Find("type")->AsString());
    const Tokenizer& tokenizer = *loaded->tokenizer;
    ASSERT_EQ(variant.Find("cases")->items().size(), 25u);
    for (const Json& item : variant.Find("cases")->items()) {
      const std::string& text = item.Find("text")->AsString();
      const std::vector<TokenId> ids = tokenizer.Encode(text, {});
      EXPECT_EQ(ids, TokenIdsOf(*item.Find("ids"))) << text;
      const Json* decoded = item.Find("decoded");
      EXPECT_EQ(LossyUtf8(tokenizer.Decode(ids, true)), decoded ? decoded->AsString() : text);
      Detokenizer detokenizer(tokenizer.vocabulary(), true, true);
      std::string streamed;
      for (const TokenId id : ids) {
        const std::string piece = detokenizer.Push(id);
        EXPECT_EQ(ValidUtf8Prefix(piece), piece.size());
        streamed += piece;
      }
      EXPECT_EQ(streamed + detokenizer.Finish(), LossyUtf8(tokenizer.Decode(ids, true)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, GoldenJsonTest,
                         testing::Values("bytes.json", "chars.json", "words.json", "scored.json"),
                         [](const auto& test_info) {
                           const std::string name = test_info.param;
                           return name.substr(0, name.find('.'));
                         });

// A byte-level tokenizer of a, b, ab and three added tokens; tests replace parts of it.
Json TinyDocument() {
  return *Json::Parse(R"({
    "added_tokens": [
      {"id": 4, "content": "<s>", "special": true},
      {"id": 5, "content": "<|im_end|>", "special": true},
      {"id": 6, "content": "<tool>", "special": false, "normalized": false}
    ],
    "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
    "post_processor": null,
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "Ġ": 3}, "merges": ["a b"]}
  })");
}

Json Parsed(std::string_view text) {
  return *Json::Parse(text);
}

// The message of an error with this code, or else "no error".
std::string Message(const Json& document, ErrorCode code, std::string_view config = "") {
  const auto loaded = ReadTokenizerJson(document.Dump(), config);
  if (loaded) return "no error";
  EXPECT_EQ(loaded.error().code, code) << loaded.error().message;
  return loaded.error().message;
}

std::string MessageWith(const std::string& key, std::string_view value, ErrorCode code) {
  Json document = TinyDocument();
  document.Set(key, Parsed(value));
  return Message(document, code);
}

std::string MessageWithModel(const std::string& key, std::string_view value, ErrorCode code) {
  Json document = TinyDocument();
  Json model = *document.Find("model");
  model.Set(key, Parsed(value));
  document.Set("model", std::move(model));
  return Message(document, code);
}

TEST(TokenizerJson, Settings) {
  const char* config = R"({"bos_token": {"content": "<s>"}, "eos_token": "<|im_end|>",
      "pad_token": null, "chat_template": "{{ x }}"})";
  const auto loaded = ReadTokenizerJson(TinyDocument().Dump(), config);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->chat_template, "{{ x }}");
  const Tokenizer& tokenizer = *loaded->tokenizer;
  const Vocabulary& vocabulary = tokenizer.vocabulary();
  EXPECT_EQ(vocabulary.size(), 7);
  EXPECT_EQ(vocabulary.bos, 4);
  EXPECT_EQ(vocabulary.eos, 5);
  EXPECT_EQ(vocabulary.pad, -1);
  EXPECT_THAT(vocabulary.end_ids, ElementsAre(5));
  EXPECT_EQ(vocabulary.kinds[5], TokenKind::kControl);
  EXPECT_EQ(vocabulary.kinds[6], TokenKind::kAdded);
  EXPECT_EQ(vocabulary.bytes[3], " ");
  EXPECT_THAT(tokenizer.Encode("ab<tool> <|im_end|>", {}), ElementsAre(2, 6, 3, 5));
  EXPECT_THAT(tokenizer.Encode("a<s>b", {.add_special = false, .parse_special = false}),
              ElementsAre(0, 1));
  EXPECT_EQ(tokenizer.Decode({4, 2, 6, 3, 5}, false), "ab<tool> ");
}

TEST(TokenizerJson, TheSizeOfTheModelAndItsEnds) {
  const std::vector<TokenId> ends = {2, 5, 99};
  const auto loaded =
      ReadTokenizerJson(TinyDocument().Dump(), "", {.vocab_size = 16, .end_ids = ends});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Vocabulary& vocabulary = loaded->tokenizer->vocabulary();
  EXPECT_EQ(vocabulary.size(), 16);
  EXPECT_EQ(vocabulary.kinds[15], TokenKind::kUnused);
  EXPECT_THAT(vocabulary.end_ids, ElementsAre(2, 5));
}

TEST(TokenizerJson, TheTemplateNamedDefault) {
  const char* config = R"({"chat_template": [{"name": "tool_use", "template": "t"},
      {"name": "default", "template": "d"}]})";
  EXPECT_EQ(ReadTokenizerJson(TinyDocument().Dump(), config)->chat_template, "d");
  EXPECT_EQ(ReadTokenizerJson(TinyDocument().Dump(), "{}")->chat_template, "");
}

TEST(TokenizerJson, PostProcessors) {
  const auto encode = [](std::string_view post, std::string_view config) {
    Json document = TinyDocument();
    document.Set("post_processor", Parsed(post));
    const auto loaded = ReadTokenizerJson(document.Dump(), config);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? loaded->tokenizer->Encode("ab", {}) : std::vector<TokenId>();
  };
  const char* processor = R"({"type": "TemplateProcessing", "single": [
      {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [4], "tokens": ["<s>"]}}})";
  EXPECT_THAT(encode(processor, ""), ElementsAre(4, 2));
  const std::string nested = R"({"type": "Sequence", "processors": [{"type": "ByteLevel"}, )" +
                             std::string(processor) + "]}";
  EXPECT_THAT(encode(nested, "{}"), ElementsAre(4, 2));
  EXPECT_THAT(encode(R"({"type": "RobertaProcessing", "sep": ["<s>", 4], "cls": ["b", 1]})", ""),
              ElementsAre(1, 2, 4));
  // It alone says what is added, as in transformers.
  for (const char* flags : {R"({"add_bos_token": false, "bos_token": "<s>"})",
                            R"({"add_eos_token": true, "eos_token": "b"})",
                            R"({"add_bos_token": null, "add_eos_token": 1})"}) {
    EXPECT_THAT(encode(processor, flags), ElementsAre(4, 2)) << flags;
    EXPECT_THAT(encode("null", flags), ElementsAre(2)) << flags;
  }
}

TEST(TokenizerJson, RefusesUnknownComponentsByNameAndPath) {
  constexpr ErrorCode kCode = ErrorCode::kUnsupported;
  EXPECT_THAT(MessageWith("normalizer", R"({"type": "NFKC"})", kCode),
              HasSubstr("tokenizer.json: normalizer.type is \"NFKC\"; Bantam has Sequence, NFC"));
  EXPECT_THAT(MessageWith("normalizer",
                          R"({"type": "Sequence", "normalizers": [{"type": "NFC"},
                             {"type": "Replace", "pattern": {"Regex": "x"}, "content": ""}]})",
                          kCode),
              HasSubstr("normalizer.normalizers[1].pattern.Regex is \"x\""));
  EXPECT_THAT(MessageWith("normalizer", R"({"type": "Prepend", "prepend": "▁"})", kCode),
              HasSubstr("Bantam has Prepend with a Replace"));
  EXPECT_THAT(MessageWith("pre_tokenizer", R"({"type": "Whitespace"})", kCode),
              HasSubstr("pre_tokenizer.type is \"Whitespace\""));
  EXPECT_THAT(MessageWith("pre_tokenizer",
                          R"({"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern":
                             {"Regex": "\\w+"}, "behavior": "Isolated", "invert": false},
                             {"type": "ByteLevel", "add_prefix_space": false,
                             "use_regex": false}]})",
                          kCode),
              HasSubstr("pre_tokenizer has the steps [split:\\w+, bytes]"));
  // A space before each piece; true is also what a missing key means.
  for (const auto& [spaced, found] :
       {std::pair(R"("add_prefix_space": true, )", "true"), std::pair("", "missing")}) {
    EXPECT_THAT(MessageWith("pre_tokenizer",
                            std::string(R"({"type": "Sequence", "pretokenizers": [{"type": "Split",
                                "pattern": {"Regex": "\\w+"}, "behavior": "Isolated"},
                                {"type": "ByteLevel", )") +
                                spaced + R"("use_regex": false}]})",
                            kCode),
                HasSubstr(std::string("pre_tokenizer.pretokenizers[1].add_prefix_space is ") +
                          found + "; Bantam has false in a sequence"));
  }
  EXPECT_THAT(MessageWith("decoder", R"({"type": "CTC"})", kCode),
              HasSubstr("decoder.type is \"CTC\""));
  EXPECT_THAT(MessageWith("post_processor", R"({"type": "X"})", kCode),
              HasSubstr("post_processor.type is \"X\""));
  EXPECT_THAT(MessageWithModel("type", R"("WordLevel")", kCode),
              HasSubstr("model.type is \"WordLevel\"; Bantam has BPE, WordPiece and Unigram"));
  EXPECT_THAT(MessageWithModel("dropout", "0.1", kCode), HasSubstr("model.dropout is 0.1"));
  EXPECT_THAT(MessageWithModel("end_of_word_suffix", R"("</w>")", kCode),
              HasSubstr("model.end_of_word_suffix is \"</w>\""));
  EXPECT_THAT(MessageWith("pre_tokenizer", "null", kCode),
              HasSubstr("model is an object; Bantam "));
  Json metaspace = TinyDocument();
  metaspace.Set("normalizer", Parsed(R"({"type": "BertNormalizer"})"));
  metaspace.Set("pre_tokenizer", Parsed(R"({"type": "Metaspace", "replacement": "▁",
      "prepend_scheme": "first", "split": false})"));
  EXPECT_THAT(Message(metaspace, kCode), HasSubstr("without a BertNormalizer"));
}

TEST(TokenizerJson, RefusesTablesThatContradictEachOther) {
  constexpr ErrorCode kCode = ErrorCode::kCorrupt;
  EXPECT_THAT(MessageWithModel("vocab", R"({"a": 0, "b": 0})", kCode),
              HasSubstr("model.vocab: the id 0 belongs to \"a\" and to \"b\""));
  EXPECT_THAT(MessageWithModel("vocab", R"({"a": 99999})", kCode),
              HasSubstr("the id of \"a\" is no integer from 0 to"));
  EXPECT_THAT(MessageWithModel("vocab", "[]", kCode),
              HasSubstr("model.vocab is an array, expected an object"));
  EXPECT_THAT(MessageWithModel("vocab", R"({"a": 0, "b": 1, "ab": 2, "Ġ": 3, "x": 5})", kCode),
              HasSubstr("the id 5 belongs to \"x\" and to \"<|im_end|>\""));
  EXPECT_THAT(MessageWithModel("vocab", R"({"a": 0, "b": 1, "ab": 2, "<s>": 3})", kCode),
              HasSubstr("the added token \"<s>\" has the id 4, but 3 here"));
  EXPECT_THAT(MessageWithModel("merges", R"(["a c"])", kCode),
              HasSubstr("model.merges[0] is \"a c\", whose parts are not both tokens"));
  EXPECT_THAT(MessageWithModel("merges", R"([["a", "b"], ["b", "a"]])", kCode),
              HasSubstr("model.merges[1] is \"b a\", whose result is no token"));
  for (const char* merges : {R"(["ab"])", R"([["a"]])", R"([1])", R"([["a", 1]])"}) {
    EXPECT_THAT(MessageWithModel("merges", merges, kCode), HasSubstr("model.merges[0]")) << merges;
  }
  EXPECT_THAT(MessageWithModel("unk_token", R"("x")", kCode), HasSubstr("model.unk_token"));
  EXPECT_THAT(MessageWith("added_tokens", R"([{"content": "x"}])", kCode),
              HasSubstr("added_tokens[0].id is missing, expected an integer from 0 to"));
  EXPECT_THAT(MessageWith("added_tokens", R"([{"id": 7, "content": "x", "lstrip": 1}])", kCode),
              HasSubstr("added_tokens[0].lstrip is 1, expected true or false"));
  EXPECT_THAT(MessageWith("model", "null", kCode), HasSubstr("tokenizer.json: model is null"));
  EXPECT_THAT(Message(TinyDocument(), kCode, "[1]"), HasSubstr("tokenizer_config.json"));
  EXPECT_THAT(Message(TinyDocument(), kCode, R"({"bos_token": 1})"),
              HasSubstr("tokenizer_config.json: bos_token is 1, expected a string"));
  EXPECT_FALSE(ReadTokenizerJson("", ""));
  EXPECT_FALSE(ReadTokenizerJson("[]", ""));
  const TokenizerJsonOptions huge = {.vocab_size = 1 << 30, .end_ids = {}};
  EXPECT_FALSE(ReadTokenizerJson(TinyDocument().Dump(), "", huge));
}

TEST(TokenizerJson, TokensOfTheConfigurationFillGaps) {
  const char* config = R"({"added_tokens_decoder": {
      "5": {"content": "<|other|>", "special": true},
      "7": {"content": "<|new|>", "special": true}}})";
  const auto loaded = ReadTokenizerJson(TinyDocument().Dump(), config);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(loaded->tokenizer->Encode("<|new|><|im_end|>", {}), ElementsAre(7, 5));
}

TEST(TokenizerJson, OfTokensThatBecomeOneTheSpecialIsFound) {
  Json document = TinyDocument();
  document.Set("normalizer", Parsed(R"({"type": "Lowercase"})"));
  document.Set("added_tokens", Parsed(R"([
      {"id": 4, "content": "add", "special": false, "normalized": true},
      {"id": 5, "content": "ADD", "special": true, "normalized": true},
      {"id": 6, "content": "Add", "special": true, "normalized": true}])"));
  const auto loaded = ReadTokenizerJson(document.Dump(), "");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(loaded->tokenizer->Encode("add ADD", {}), ElementsAre(5, 3, 5));
}

// Of a, b, c and others with scores that are best in parts.
Json UnigramDocument() {
  Json document = TinyDocument();
  document.Set("pre_tokenizer", Parsed(R"({"type": "Metaspace", "replacement": "▁"})"));
  document.Set("decoder", Parsed(R"({"type": "Metaspace", "replacement": "▁"})"));
  document.Set("added_tokens", Parsed(R"([{"id": 0, "content": "<unk>", "special": true}])"));
  document.Set("model", Parsed(R"({"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0],
      ["▁", -1], ["a", -2], ["b", -2], ["ab", -3.5], ["ba", -4], ["", -90], ["ab", -4],
      ["<0xC3>", -5], ["<0xA9>", -5]]})"));
  return document;
}

TEST(TokenizerJson, UnigramTakesTheBestSum) {
  Json document = UnigramDocument();
  const auto ids = [&document](std::string_view text) {
    const auto loaded = ReadTokenizerJson(document.Dump(), "");
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? loaded->tokenizer->Encode(text, {}) : std::vector<TokenId>();
  };
  EXPECT_THAT(ids(""), IsEmpty());
  EXPECT_THAT(ids("a"), ElementsAre(1, 2));
  EXPECT_THAT(ids("  a"), ElementsAre(1, 1, 2));
  EXPECT_THAT(ids("ab"), ElementsAre(1, 7));  // of equal sums the longest last; the last "ab"
  EXPECT_THAT(ids("aba"), ElementsAre(1, 2, 5));
  EXPECT_THAT(ids("cda"), ElementsAre(1, 0, 2));  // neighbours that are unknown are one
  EXPECT_THAT(ids("é"), ElementsAre(1, 0));
  Json model = *document.Find("model");
  model.Set("byte_fallback", Json::Bool(true));
  document.Set("model", model);
  EXPECT_THAT(ids("éa"), ElementsAre(1, 8, 9, 2));
  EXPECT_THAT(ids("éca"), ElementsAre(1, 0, 2));
  // Parts without a token that are better than the whole: it is found all the same.
  model.Set("vocab", Parsed(R"([["<unk>", 90], ["▁", 90], ["cd", 90]])"));
  document.Set("model", std::move(model));
  EXPECT_THAT(ids("cd"), ElementsAre(1, 2));
}

TEST(TokenizerJson, UnigramFilesThatLieOrAskForMore) {
  const auto message = [](const char* key, std::string_view value, ErrorCode code) {
    Json document = UnigramDocument();
    Json model = *document.Find("model");
    const bool of_model = model.Find(key) != nullptr;
    (of_model ? model : document).Set(key, Parsed(value));
    if (of_model) document.Set("model", std::move(model));
    return Message(document, code);
  };
  EXPECT_THAT(message("unk_id", "10", ErrorCode::kCorrupt), HasSubstr("model.unk_id is 10"));
  EXPECT_THAT(message("unk_id", "null", ErrorCode::kCorrupt), HasSubstr("model.unk_id is null"));
  EXPECT_THAT(message("vocab", R"([["<unk>", 0], ["a", 1e999]])", ErrorCode::kCorrupt),
              HasSubstr("token 1 has a score that is no number"));
  EXPECT_THAT(message("vocab", R"([["a"]])", ErrorCode::kCorrupt), HasSubstr("model.vocab[0]"));
  EXPECT_THAT(message("vocab", R"({"a": 0})", ErrorCode::kCorrupt), HasSubstr("an array"));
  EXPECT_THAT(message("vocab", R"([["<unk>", 0], [")" + std::string(257, 'a') + R"(", -1]])",
                      ErrorCode::kUnsupported),
              HasSubstr("token 1 has 257 bytes"));
  EXPECT_THAT(message("pre_tokenizer", R"({"type": "WhitespaceSplit"})", ErrorCode::kUnsupported),
              HasSubstr("the steps [words]"));
  EXPECT_THAT(message("pre_tokenizer", "null", ErrorCode::kUnsupported), HasSubstr("Metaspace"));
  EXPECT_THAT(message("normalizer", R"({"type": "Precompiled", "precompiled_charsmap": "AAA"})",
                      ErrorCode::kCorrupt),
              HasSubstr("expected base64"));
  EXPECT_THAT(message("normalizer", R"({"type": "Precompiled", "precompiled_charsmap": "AAAA"})",
                      ErrorCode::kCorrupt),
              HasSubstr("charsmap: the map of characters has 3 bytes"));
  EXPECT_THAT(
      message("normalizer", R"({"type": "Replace", "pattern": {"Regex": "x"}, "content": ""})",
              ErrorCode::kUnsupported),
      HasSubstr("pattern.Regex is \"x\""));
  EXPECT_THAT(MessageWith("normalizer", R"({"type": "Strip", "strip_right": true})",
                          ErrorCode::kUnsupported),
              HasSubstr("with Unigram only"));
}

TEST(TokenizerJson, UnigramTakesLinearTime) {
  Json document = UnigramDocument();
  Json vocab = Parsed(R"([["<unk>", 0]])");
  for (size_t n = 1; n <= 256; n += 5) {
    vocab.Append(Json::MakeArray({Json::String(std::string(n, 'a')), Json::Int(-1)}));
  }
  Json model = *document.Find("model");
  model.Set("vocab", std::move(vocab));
  document.Set("model", std::move(model));
  const auto loaded = ReadTokenizerJson(document.Dump(), "");
  ASSERT_TRUE(loaded) << loaded.error().message;
  for (const char* unit : {"a", "ab", "b", " ", "▁"}) {
    std::string text;
    while (text.size() < 100'000) text += unit;
    EXPECT_FALSE(loaded->tokenizer->Encode(text, {}).empty());
  }
}

TEST(TokenizerJson, StrippingTokensTakeLinearTime) {
  Json document = TinyDocument();
  document.Set("added_tokens", Parsed(R"([
      {"id": 4, "content": "  ", "lstrip": true, "rstrip": true, "normalized": false},
      {"id": 5, "content": "\t", "rstrip": true, "normalized": false},
      {"id": 6, "content": "\n", "lstrip": true, "single_word": true, "normalized": false}])"));
  const auto loaded = ReadTokenizerJson(document.Dump(), "");
  ASSERT_TRUE(loaded) << loaded.error().message;
  for (const char* unit : {" ", "\t", "\n", "\t ", " \n"}) {
    std::string text = "a";
    while (text.size() < 1'000'000) text += unit;
    EXPECT_FALSE(loaded->tokenizer->Encode(text + "b", {}).empty());
  }
}

}  // namespace
}  // namespace bantam
