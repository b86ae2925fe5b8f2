// Reads a vocabulary from a model file's metadata (keys tokenizer.ggml.*).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/metadata.h"
#include "base/vocabulary.h"
#include "text/merge_rules.h"
#include "text/pipeline_tokenizer.h"
#include "text/token_spelling.h"

namespace bantam {

inline constexpr const char* kTokensPlace = "key \"tokenizer.ggml.tokens\"";
inline constexpr const char* kScoresPlace = "key \"tokenizer.ggml.scores\"";
inline constexpr const char* kMergesPlace = "key \"tokenizer.ggml.merges\"";

struct LoadedVocabulary {
  TokenizerParts parts;                    // but for the normaliser and the model
  std::shared_ptr<Vocabulary> vocabulary;  // that of `parts`, as long as it may change
  std::vector<bool> spelled;               // [n_tokens] what AppendTokenBytes says
};

struct VocabularyDefaults {
  bool add_bos = false;  // what holds unless the file says otherwise
  bool add_eos = false;
};

// Fails with kNotFound or kCorrupt; the message names the key.
Result<LoadedVocabulary> LoadVocabulary(const Metadata& metadata, TokenSpelling spelling,
                                        const VocabularyDefaults& defaults);

// The merges, which point into `metadata`. Fails as above.
Result<std::vector<MergeRule>> LoadMerges(const Metadata& metadata);

// A score for each token. Fails as above.
Result<std::vector<double>> LoadScores(const Metadata& metadata, size_t n_tokens);

// The unknown token: the one that the file names, or the first of that kind; -1 if there is none.
Result<TokenId> LoadUnknownId(const Metadata& metadata, const Vocabulary& vocabulary);

// The id under `key`, `fallback` if the key is missing. Fails with kCorrupt outside the vocabulary.
Result<TokenId> LoadTokenId(const Metadata& metadata, std::string_view key,
                            const Vocabulary& vocabulary, TokenId fallback);

}  // namespace bantam
