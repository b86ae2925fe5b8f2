// Token bytes, kinds and the ids with a meaning of their own.
#include "text/vocabulary_loader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "text/byte_alphabet.h"

namespace bantam {
namespace {

constexpr std::string_view kTokensKey = "tokenizer.ggml.tokens";
constexpr std::string_view kTypesKey = "tokenizer.ggml.token_type";

// The values of tokenizer.ggml.token_type; 0 is what writers leave where they know nothing.
constexpr std::array kKinds = {TokenKind::kNormal,  TokenKind::kNormal, TokenKind::kUnknown,
                               TokenKind::kControl, TokenKind::kAdded,  TokenKind::kUnused,
                               TokenKind::kByte};

// Tokens of this text end a reply if they are control tokens, whatever the file's eos is: chat
// models end a turn with one token and a text with another, and files name only one of them.
constexpr std::array<std::string_view, 15> kEndTexts = {"<|im_end|>",
                                                        "<|endoftext|>",
                                                        "<|eot_id|>",
                                                        "<|eom_id|>",
                                                        "<|end_of_text|>",
                                                        "<|end|>",
                                                        "<|return|>",
                                                        "<end_of_turn>",
                                                        "<EOT>",
                                                        "<end_of_utterance>",
                                                        "<eos>",
                                                        "</s>",
                                                        "<|endofturn|>",
                                                        "<|END_OF_TURN_TOKEN|>",
                                                        "<｜end▁of▁sentence｜>"};

std::string At(std::string_view key, size_t index) {
  return "key " + Quote(key) + "[" + std::to_string(index) + "]";
}

Result<std::vector<TokenKind>> LoadKinds(const Metadata& metadata, size_t n_tokens) {
  if (metadata.Find(kTypesKey) == nullptr) {
    return std::vector<TokenKind>(n_tokens, TokenKind::kNormal);
  }
  const std::vector<int64_t> types = TRY(metadata.GetInts(kTypesKey));
  if (types.size() != n_tokens) {
    return Fail(ErrorCode::kCorrupt, "key " + Quote(kTypesKey) + " has " +
                                         std::to_string(types.size()) + " entries, expected " +
                                         std::to_string(n_tokens) + ", one for each token");
  }
  std::vector<TokenKind> kinds;
  kinds.reserve(n_tokens);
  for (size_t i = 0; i < n_tokens; ++i) {
    if (types[i] < 0 || types[i] >= static_cast<int64_t>(kKinds.size())) {
      return Fail(ErrorCode::kCorrupt,
                  At(kTypesKey, i) + " is " + std::to_string(types[i]) + ", expected 0 to 6");
    }
    kinds.push_back(kKinds[static_cast<size_t>(types[i])]);
  }
  return kinds;
}

// The byte that "<0x0A>" stands for.
std::optional<char> ParseByteToken(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return std::nullopt;
  int value = 0;
  for (const char c : token.substr(3, 2)) {
    const size_t digit = std::string_view("0123456789ABCDEF").find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<int>(digit);
  }
  return static_cast<char>(value);
}

void AppendToken(const std::string& token, TokenKind kind, LoadedVocabulary& loaded) {
  std::string bytes;
  bool spelled = false;
  const std::optional<char> byte =
      kind == TokenKind::kByte ? ParseByteToken(token) : std::optional<char>();
  if (byte) {
    bytes += *byte;
  } else if (kind != TokenKind::kUnused) {
    // Added tokens are decoded like the others, as the reference does: most look the same either
    // way, and one that does not, such as "Ġ", cannot be told apart there.
    spelled = AppendSpelledBytes(token, bytes) && !token.empty();
    if (!spelled) bytes = token;
  }
  loaded.vocabulary.bytes.push_back(std::move(bytes));
  loaded.spelled.push_back(spelled);
}

// The id under `key`, -1 if the key is missing.
Result<TokenId> LoadId(const Metadata& metadata, std::string_view key,
                       const Vocabulary& vocabulary) {
  if (metadata.Find(key) == nullptr) return -1;
  const auto max = static_cast<uint64_t>(vocabulary.size() - 1);
  return static_cast<TokenId>(TRY(metadata.GetUint(key, max)));
}

void AddEnd(TokenId id, Vocabulary& vocabulary) {
  if (id >= 0 && !vocabulary.IsEnd(id)) vocabulary.end_ids.push_back(id);
}

Result<void> LoadSpecialIds(const Metadata& metadata, const std::vector<std::string>& tokens,
                            Vocabulary& vocabulary) {
  vocabulary.bos = TRY(LoadId(metadata, "tokenizer.ggml.bos_token_id", vocabulary));
  vocabulary.eos = TRY(LoadId(metadata, "tokenizer.ggml.eos_token_id", vocabulary));
  vocabulary.pad = TRY(LoadId(metadata, "tokenizer.ggml.padding_token_id", vocabulary));
  const TokenId eot = TRY(LoadId(metadata, "tokenizer.ggml.eot_token_id", vocabulary));
  const TokenId eom = TRY(LoadId(metadata, "tokenizer.ggml.eom_token_id", vocabulary));
  if (metadata.Find(kTypesKey) == nullptr) {
    // Old files do not say which tokens are special; these must be.
    for (const TokenId id : {vocabulary.bos, vocabulary.eos, eot, eom}) {
      if (id >= 0) vocabulary.kinds[static_cast<size_t>(id)] = TokenKind::kControl;
    }
  }
  for (const TokenId id : {vocabulary.eos, eot, eom}) AddEnd(id, vocabulary);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (vocabulary.kinds[i] == TokenKind::kControl &&
        std::find(kEndTexts.begin(), kEndTexts.end(), tokens[i]) != kEndTexts.end()) {
      AddEnd(static_cast<TokenId>(i), vocabulary);
    }
  }
  return {};
}

}  // namespace

Result<LoadedVocabulary> LoadVocabulary(const Metadata& metadata, bool add_bos) {
  const std::vector<std::string>& tokens = *TRY(metadata.GetStrings(kTokensKey));
  if (tokens.empty() || tokens.size() > INT32_MAX) {
    return Fail(ErrorCode::kCorrupt, "key " + Quote(kTokensKey) + " has " +
                                         std::to_string(tokens.size()) +
                                         " entries, expected 1 to 2147483647");
  }
  LoadedVocabulary loaded;
  loaded.vocabulary.kinds = TRY(LoadKinds(metadata, tokens.size()));
  loaded.vocabulary.bytes.reserve(tokens.size());
  loaded.spelled.reserve(tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) {
    AppendToken(tokens[i], loaded.vocabulary.kinds[i], loaded);
  }
  TRY(LoadSpecialIds(metadata, tokens, loaded.vocabulary));
  loaded.add_bos = TRY(metadata.GetBoolOr("tokenizer.ggml.add_bos_token", add_bos));
  loaded.add_eos = TRY(metadata.GetBoolOr("tokenizer.ggml.add_eos_token", false));
  return loaded;
}

}  // namespace bantam
