// Fuzzes the tokenizer: vocabulary tables and text from bytes. What can be created must give ids
// of the vocabulary, the same every time, that decode to the text they came from.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/metadata.h"
#include "base/utf8.h"
#include "byte_input.h"
#include "text/detokenizer.h"
#include "text/normalize.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer.h"

namespace {

using bantam::ByteInput;
using bantam::EncodeOptions;
using bantam::Metadata;
using bantam::PreTokenizerKind;
using bantam::TokenId;
using bantam::Tokenizer;

constexpr std::array<std::string_view, 16> kPres = {
    "default",   "gpt-2",     "qwen2",  "qwen35",       "llama-bpe",      "smollm",
    "starcoder", "command-r", "falcon", "deepseek-llm", "deepseek-coder", "deepseek-v3",
    "no-such",   "",          "gpt-4o", "tekken"};

struct Tables {
  std::vector<std::string> tokens;
  std::vector<int64_t> types;
  std::vector<std::string> merges;
};

// The byte-level alphabet, so that many inputs make a vocabulary that can spell every text.
void AddAlphabet(Tables& tables) {
  char32_t other = 0x100;
  for (char32_t byte = 0; byte < 0x100; ++byte) {
    const bool itself = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
    std::string token;
    bantam::AppendUtf8(itself ? byte : other++, token);
    tables.tokens.push_back(token);
    tables.types.push_back(1);
  }
}

void AddTokens(ByteInput& input, Tables& tables) {
  for (int n = input.Byte() % 32; n > 0; --n) {
    const auto type = static_cast<int8_t>(input.Byte());
    tables.tokens.push_back(input.Bytes(input.Byte() % 32));
    tables.types.push_back(type % 16);
  }
}

void AddMerges(ByteInput& input, Tables& tables) {
  for (int n = input.Byte() % 64; n > 0; --n) {
    const uint8_t kind = input.Byte();
    if (kind % 16 == 0) {
      tables.merges.push_back(input.Bytes(input.Byte() % 8));
      continue;
    }
    if (tables.tokens.empty()) return;
    const std::string left = tables.tokens[input.Byte() % tables.tokens.size()];
    const size_t back = input.Byte() % tables.tokens.size();  // most often a recent token
    const std::string right = tables.tokens[tables.tokens.size() - 1 - back];
    tables.merges.push_back(left + " " + right);
    if (kind % 16 != 1) {
      tables.tokens.push_back(left + right);
      tables.types.push_back(1);
    }
  }
}

void CheckPieces(PreTokenizerKind kind, std::string_view text) {
  std::vector<size_t> ends;
  bantam::PreTokenize(kind, text, ends);
  size_t begin = 0;
  for (const size_t end : ends) {
    CHECK(end > begin);
    begin = end;
  }
  CHECK(begin == text.size());
}

void CheckTexts(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& options) {
  const std::vector<TokenId> ids = tokenizer.Encode(text, options);
  CHECK(ids == tokenizer.Encode(text, options));
  bantam::Detokenizer detokenizer(tokenizer.vocabulary(), true, true);
  std::string streamed;
  for (const TokenId id : ids) {
    CHECK(id >= 0 && id < tokenizer.vocabulary().size());
    streamed += detokenizer.Push(id);
  }
  streamed += detokenizer.Finish();
  CHECK(streamed == bantam::LossyUtf8(tokenizer.Decode(ids, true)));
  // A space that opens the text is left out of either.
  CHECK(tokenizer.Decode(ids, false).size() <= tokenizer.Decode(ids, true).size() + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteInput input(data, size);
  const uint8_t flags = input.Byte();
  const std::string_view pre = kPres[input.Byte() % kPres.size()];
  Tables tables;
  if ((flags & 1) == 0) AddAlphabet(tables);
  const size_t alphabet = tables.tokens.size();
  AddTokens(input, tables);
  const bool has_added = tables.tokens.size() > alphabet;
  AddMerges(input, tables);
  if ((flags & 2) != 0) tables.types.resize(input.Byte());

  // gpt2 unless the highest bits say otherwise.
  constexpr std::array<std::string_view, 4> kModels = {"gpt2", "llama", "gemma4", "bert"};
  const std::string_view model = kModels[flags >> 6];
  Metadata metadata;
  CHECK(metadata.Add("tokenizer.ggml.model", std::string(model)));
  if (model == "llama") {
    std::vector<double> scores;
    for (size_t i = 0; i < tables.tokens.size(); ++i) scores.push_back(-(input.Byte() % 8));
    CHECK(metadata.Add("tokenizer.ggml.scores", scores));
    CHECK(metadata.Add("general.architecture", std::string((flags & 2) != 0 ? "phi3" : "llama")));
  }
  if (model != "gpt2") CHECK(metadata.Add("tokenizer.ggml.unknown_token_id", uint64_t{0}));
  CHECK(metadata.Add("tokenizer.ggml.pre", std::string(pre)));
  CHECK(metadata.Add("tokenizer.ggml.tokens", tables.tokens));
  CHECK(metadata.Add("tokenizer.ggml.merges", tables.merges));
  if ((flags & 4) == 0) CHECK(metadata.Add("tokenizer.ggml.token_type", tables.types));
  if ((flags & 8) != 0) {
    CHECK(metadata.Add("tokenizer.ggml.bos_token_id", uint64_t{input.Byte()}));
    CHECK(metadata.Add("tokenizer.ggml.eos_token_id", uint64_t{input.Byte()}));
    CHECK(metadata.Add("tokenizer.ggml.add_bos_token", (flags & 16) != 0));
    CHECK(metadata.Add("tokenizer.ggml.add_eos_token", (flags & 32) != 0));
  }
  const std::string_view text = input.rest();
  const std::string repaired = bantam::LossyUtf8(text);
  const std::string normalized = bantam::ToNfc(repaired);
  CHECK(bantam::ToNfc(normalized) == normalized);
  const auto spec = bantam::FindPreTokenizer(pre);
  if (spec) CheckPieces(spec->kind, repaired);

  const auto tokenizer = Tokenizer::Create(metadata);
  if (!tokenizer) return 0;
  CHECK(spec || model != "gpt2");
  CheckTexts(**tokenizer, text, {.add_special = true, .parse_special = true});
  CheckTexts(**tokenizer, text, {.add_special = false, .parse_special = false});
  const bool has_control = (flags & 4) != 0 && (flags & 8) != 0;  // bos and eos, without types
  if (spec && model == "gpt2" && (flags & 1) == 0 && !has_added && !has_control) {
    // Every byte has a token, and text is nothing but bytes.
    const std::vector<TokenId> ids = (*tokenizer)->Encode(text, {.add_special = false});
    CHECK((*tokenizer)->Decode(ids, true) == (spec->nfc ? normalized : repaired));
  }
  return 0;
}
