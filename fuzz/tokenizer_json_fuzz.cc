// Fuzzes tokenizer.json: whole documents, and documents put together from known components with
// tables from bytes. What loads must give ids of its vocabulary, the same every time, that stream
// to the text they decode to.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "base/utf8.h"
#include "byte_input.h"
#include "text/detokenizer.h"
#include "text/tokenizer_json.h"

namespace {

using bantam::ByteInput;
using bantam::EncodeOptions;
using bantam::Json;
using bantam::TokenId;
using bantam::Tokenizer;

constexpr std::array<std::string_view, 12> kNormalizers = {
    "null",
    R"({"type":"NFC"})",
    R"({"type":"NFD"})",
    R"({"type":"Lowercase"})",
    R"({"type":"BertNormalizer"})",
    R"({"type":"BertNormalizer","clean_text":false,"lowercase":false,"strip_accents":true})",
    R"({"type":"Replace","pattern":{"String":" "},"content":"▁"})",
    R"({"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
        {"type":"Replace","pattern":{"String":" "},"content":"▁"}]})",
    R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]})",
    R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "})",
    R"({"type":"Strip","strip_left":true,"strip_right":true})",
    R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"})"};
constexpr std::array<std::string_view, 9> kPreTokenizers = {
    "null",
    R"({"type":"ByteLevel"})",
    R"({"type":"ByteLevel","add_prefix_space":false})",
    R"({"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
        {"type":"ByteLevel","add_prefix_space":false}]})",
    R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false})",
    R"({"type":"Metaspace","replacement":"▁"})",
    R"({"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious"})",
    R"({"type":"BertPreTokenizer"})",
    R"({"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},
        {"type":"Metaspace","replacement":"▁"}]})"};
constexpr std::array<std::string_view, 6> kDecoders = {
    "null",
    R"({"type":"ByteLevel"})",
    R"({"type":"Metaspace","replacement":"▁"})",
    R"({"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
        {"type":"ByteFallback"},{"type":"Fuse"},
        {"type":"Strip","content":" ","start":1,"stop":0}]})",
    R"({"type":"WordPiece","prefix":"##","cleanup":true})",
    R"({"type":"WordPiece","prefix":"##","cleanup":false})"};
constexpr std::array<std::string_view, 4> kPostProcessors = {
    "null",
    R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}},
        {"Sequence":{"id":"A"}}],"special_tokens":{"x":{"ids":[0,1]}}})",
    R"({"type":"BertProcessing","sep":["a",1],"cls":["b",2]})",
    R"({"type":"Sequence","processors":[{"type":"ByteLevel"},
        {"type":"RobertaProcessing","sep":["a",1],"cls":["b",2]}]})"};
constexpr std::array<std::string_view, 16> kPieces = {
    "a",      "b",      "Ġ",     "▁",  "##", "ing", "é", "<0xC3>",
    "<0xA9>", "<0x0A>", "[UNK]", "中", "A",  ".",   " ", "'s"};

// A text of pieces, or of bytes made UTF-8.
std::string Token(ByteInput& input) {
  const uint8_t kind = input.Byte();
  if (kind % 8 == 7) return bantam::LossyUtf8(input.Bytes(input.Byte() % 16));
  std::string text;
  for (int n = 1 + kind % 3; n > 0; --n) text += input.Pick(kPieces);
  return text;
}

Json MakeVocabulary(ByteInput& input, std::vector<std::string>& tokens) {
  Json vocab = Json::MakeObject();
  for (int n = input.Byte() % 48; n > 0; --n) {
    const std::string token = Token(input);
    if (vocab.Find(token) != nullptr) continue;
    const uint8_t gap = input.Byte();
    vocab.Set(token, Json::Int(static_cast<int64_t>(tokens.size()) + (gap == 255 ? 1 : 0)));
    tokens.push_back(token);
  }
  return vocab;
}

Json MakeMerges(ByteInput& input, Json& vocab, std::vector<std::string>& tokens) {
  Json merges = Json::MakeArray();
  for (int n = input.Byte() % 48; n > 0 && !tokens.empty(); --n) {
    const std::string left = tokens[input.Byte() % tokens.size()];
    const std::string right = tokens[tokens.size() - 1 - input.Byte() % tokens.size()];
    if (left.size() + right.size() > 256) continue;  // or doubling makes texts without end
    if (vocab.Find(left + right) == nullptr) {
      vocab.Set(left + right, Json::Int(static_cast<int64_t>(tokens.size())));
      tokens.push_back(left + right);
    }
    if (input.Byte() % 2 == 0) {
      merges.Append(Json::MakeArray({Json::String(left), Json::String(right)}));
    } else {
      merges.Append(Json::String(left + " " + right));
    }
  }
  return merges;
}

Json MakeAdded(ByteInput& input, const std::vector<std::string>& tokens) {
  Json added = Json::MakeArray();
  for (int n = input.Byte() % 8; n > 0; --n) {
    const uint8_t flags = input.Byte();
    const bool known = (flags & 0x80) != 0 && !tokens.empty();
    const size_t id = known ? input.Byte() % tokens.size() : tokens.size() + input.Byte() % 16;
    Json token = Json::MakeObject();
    token.Set("id", Json::Int(static_cast<int64_t>(id)));
    token.Set("content", Json::String(known ? tokens[id] : Token(input)));
    const std::array<const char*, 5> names = {"special", "lstrip", "rstrip", "single_word",
                                              "normalized"};
    for (size_t i = 0; i < names.size(); ++i) {
      token.Set(names[i], Json::Bool(((flags >> i) & 1) != 0));
    }
    added.Append(std::move(token));
  }
  return added;
}

// As Unigram has them: scores from bytes.
Json WithScores(ByteInput& input, const std::vector<std::string>& tokens) {
  Json vocab = Json::MakeArray();
  for (const std::string& token : tokens) {
    vocab.Append(Json::MakeArray({Json::String(token), Json::Int(-int64_t{input.Byte()})}));
  }
  return vocab;
}

std::string MakeDocument(ByteInput& input) {
  Json document = Json::MakeObject();
  const auto set = [&document](const char* key, std::string_view text) {
    auto json = Json::Parse(text);
    CHECK(json);
    document.Set(key, *std::move(json));
  };
  set("normalizer", input.Pick(kNormalizers));
  set("pre_tokenizer", input.Pick(kPreTokenizers));
  set("decoder", input.Pick(kDecoders));
  set("post_processor", input.Pick(kPostProcessors));
  const uint8_t flags = input.Byte();
  std::vector<std::string> tokens;
  Json model = Json::MakeObject();
  Json vocab = MakeVocabulary(input, tokens);
  Json merges = MakeMerges(input, vocab, tokens);
  document.Set("added_tokens", MakeAdded(input, tokens));
  model.Set("type", Json::String((flags & 1) != 0 ? "WordPiece" : "BPE"));
  const bool has_unknown = (flags & 2) != 0 && !tokens.empty();
  model.Set("unk_token", has_unknown ? Json::String(tokens[0]) : Json());
  model.Set("byte_fallback", Json::Bool((flags & 4) != 0));
  model.Set("fuse_unk", Json::Bool((flags & 8) != 0));
  model.Set("ignore_merges", Json::Bool((flags & 16) != 0));
  const bool scored = (flags & 32) != 0;
  if (scored) {
    model.Set("type", Json::String("Unigram"));
    model.Set("unk_id", Json::Int(input.Byte() % 2));
    vocab = WithScores(input, tokens);
  }
  model.Set("vocab", std::move(vocab));
  model.Set("merges", std::move(merges));
  document.Set("model", std::move(model));
  return document.Dump();
}

void CheckTexts(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& options) {
  const std::vector<TokenId> ids = tokenizer.Encode(text, options);
  CHECK(ids == tokenizer.Encode(text, options));
  bantam::Detokenizer detokenizer(tokenizer.vocabulary(), true, true);
  std::string streamed;
  for (const TokenId id : ids) {
    CHECK(id >= 0 && id < tokenizer.vocabulary().size());
    const std::string piece = detokenizer.Push(id);
    CHECK(bantam::ValidUtf8Prefix(piece) == piece.size());
    streamed += piece;
  }
  streamed += detokenizer.Finish();
  CHECK(streamed == bantam::LossyUtf8(tokenizer.Decode(ids, true)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteInput input(data, size);
  std::string document;
  std::string config;
  std::string text;
  if (size > 0 && data[0] == '{') {
    // tokenizer.json, tokenizer_config.json and text, with a zero byte between.
    std::string_view rest = input.rest();
    for (std::string* part : {&document, &config, &text}) {
      const size_t end = rest.find('\0');
      *part = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
  } else {
    input.Byte();
    document = MakeDocument(input);
    text = input.rest();
  }
  const auto loaded = bantam::ReadTokenizerJson(document, config);
  if (!loaded) {
    CHECK(loaded.error().message.find("tokenizer") == 0);
    return 0;
  }
  CheckTexts(*loaded->tokenizer, text, {.add_special = true, .parse_special = true});
  CheckTexts(*loaded->tokenizer, text, {.add_special = false, .parse_special = false});
  return 0;
}
