// Token bytes, kinds and the ids with a meaning of their own.
#include "text/vocabulary_loader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/quote.h"

namespace bantam {
namespace {

constexpr std::string_view kTokensKey = "tokenizer.ggml.tokens";
constexpr std::string_view kScoresKey = "tokenizer.ggml.scores";
constexpr std::string_view kMergesKey = "tokenizer.ggml.merges";
constexpr std::string_view kTypesKey = "tokenizer.ggml.token_type";

// The values of tokenizer.ggml.token_type; 0 is what writers leave where they know nothing.
constexpr std::array kKinds = {TokenKind::kNormal,  TokenKind::kNormal, TokenKind::kUnknown,
                               TokenKind::kControl, TokenKind::kAdded,  TokenKind::kUnused,
                               TokenKind::kByte};

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

void AddEnd(TokenId id, Vocabulary& vocabulary) {
  if (id >= 0 && !vocabulary.IsEnd(id)) vocabulary.end_ids.push_back(id);
}

Result<void> LoadSpecialIds(const Metadata& metadata, const std::vector<std::string>& tokens,
                            Vocabulary& vocabulary) {
  const auto load = [&](std::string_view name, TokenId fallback) {
    return LoadTokenId(metadata, "tokenizer.ggml." + std::string(name), vocabulary, fallback);
  };
  // Encoders have their own names for what opens and closes a text.
  const TokenId cls = TRY(load("cls_token_id", -1));
  const TokenId separator = TRY(load("seperator_token_id", -1));  // spelled so
  vocabulary.bos = TRY(load("bos_token_id", cls));
  vocabulary.eos = TRY(load("eos_token_id", separator));
  vocabulary.pad = TRY(load("padding_token_id", -1));
  const TokenId eot = TRY(load("eot_token_id", -1));
  const TokenId eom = TRY(load("eom_token_id", -1));
  if (metadata.Find(kTypesKey) == nullptr) {
    // Old files do not say which tokens are special; these must be.
    for (const TokenId id : {vocabulary.bos, vocabulary.eos, eot, eom}) {
      if (id >= 0) vocabulary.kinds[static_cast<size_t>(id)] = TokenKind::kControl;
    }
  }
  for (const TokenId id : {vocabulary.eos, eot, eom}) AddEnd(id, vocabulary);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (vocabulary.kinds[i] == TokenKind::kControl && IsEndText(tokens[i])) {
      AddEnd(static_cast<TokenId>(i), vocabulary);
    }
  }
  return {};
}

// The tokens that are matched in text as they are.
Result<std::vector<AddedToken>> LoadAdded(const std::vector<std::string>& tokens,
                                          const std::vector<TokenKind>& kinds) {
  std::vector<AddedToken> added;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool special = IsSpecial(kinds[i]);
    if ((kinds[i] != TokenKind::kAdded && !special) || tokens[i].empty()) continue;
    TRY(CheckAddedToken(tokens[i], At(kTokensKey, i)));
    added.push_back({.text = tokens[i], .id = static_cast<TokenId>(i), .special = special});
  }
  return added;
}

}  // namespace

Result<TokenId> LoadTokenId(const Metadata& metadata, std::string_view key,
                            const Vocabulary& vocabulary, TokenId fallback) {
  if (metadata.Find(key) == nullptr) return fallback;
  const auto max = static_cast<uint64_t>(vocabulary.size() - 1);
  return static_cast<TokenId>(TRY(metadata.GetUint(key, max)));
}

Result<std::vector<double>> LoadScores(const Metadata& metadata, size_t n_tokens) {
  std::vector<double> scores = TRY(metadata.GetFloats(kScoresKey));
  if (scores.size() == n_tokens) return scores;
  return Fail(ErrorCode::kCorrupt, std::string(kScoresPlace) + " has " +
                                       std::to_string(scores.size()) + " entries, expected " +
                                       std::to_string(n_tokens) + ", one for each token");
}

Result<TokenId> LoadUnknownId(const Metadata& metadata, const Vocabulary& vocabulary) {
  const auto unknown = std::ranges::find(vocabulary.kinds, TokenKind::kUnknown);
  const TokenId fallback = unknown == vocabulary.kinds.end()
                               ? -1
                               : static_cast<TokenId>(unknown - vocabulary.kinds.begin());
  return LoadTokenId(metadata, "tokenizer.ggml.unknown_token_id", vocabulary, fallback);
}

Result<LoadedVocabulary> LoadVocabulary(const Metadata& metadata, TokenSpelling spelling,
                                        const VocabularyDefaults& defaults) {
  const std::vector<std::string>& tokens = *TRY(metadata.GetStrings(kTokensKey));
  if (tokens.empty() || tokens.size() > INT32_MAX) {
    return Fail(ErrorCode::kCorrupt, "key " + Quote(kTokensKey) + " has " +
                                         std::to_string(tokens.size()) +
                                         " entries, expected 1 to 2147483647");
  }
  LoadedVocabulary loaded;
  auto vocabulary = std::make_shared<Vocabulary>();
  vocabulary->kinds = TRY(LoadKinds(metadata, tokens.size()));
  vocabulary->bytes.reserve(tokens.size());
  loaded.spelled.reserve(tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::string& bytes = vocabulary->bytes.emplace_back();
    loaded.spelled.push_back(AppendTokenBytes(tokens[i], vocabulary->kinds[i], spelling, bytes));
  }
  TRY(LoadSpecialIds(metadata, tokens, *vocabulary));
  TokenizerParts& parts = loaded.parts;
  parts.added = TRY(LoadAdded(tokens, vocabulary->kinds));
  if (TRY(metadata.GetBoolOr("tokenizer.ggml.add_bos_token", defaults.add_bos)) &&
      vocabulary->bos >= 0) {
    parts.prefix.push_back(vocabulary->bos);
  }
  if (TRY(metadata.GetBoolOr("tokenizer.ggml.add_eos_token", defaults.add_eos)) &&
      vocabulary->eos >= 0) {
    parts.suffix.push_back(vocabulary->eos);
  }
  parts.vocabulary = vocabulary;
  loaded.vocabulary = std::move(vocabulary);
  return loaded;
}

Result<std::vector<MergeRule>> LoadMerges(const Metadata& metadata) {
  const std::vector<std::string>& merges = *TRY(metadata.GetStrings(kMergesKey));
  std::vector<MergeRule> rules;
  rules.reserve(merges.size());
  for (size_t i = 0; i < merges.size(); ++i) {
    MergeRule rule;
    if (!SplitMerge(merges[i], rule.left, rule.right)) {
      return Fail(ErrorCode::kCorrupt, At(kMergesKey, i) + " is " + Quote(merges[i]) +
                                           ", expected two tokens with a space between");
    }
    rules.push_back(rule);
  }
  return rules;
}

}  // namespace bantam
