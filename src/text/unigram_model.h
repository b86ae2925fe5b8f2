// Unigram: the model of SentencePiece's vocabularies with scores (Kudo 2018, arXiv 1804.10959). Of
// all ways to cut a text into tokens that with the greatest sum of scores (Viterbi 1967).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "base/vocabulary.h"
#include "text/text_model.h"

namespace bantam {

// What is done to text first. Spaces become "▁" then, as tokens spell them.
struct UnigramStyle {
  bool split_words = false;  // every run of whitespace ends a word and is left out
  bool prefix = true;        // a "▁" before every word, or text, that does not begin with one
  bool cut_at_marks = true;  // every "▁" begins a piece, and no token crosses that
};

struct UnigramTables {
  std::vector<std::string> texts;  // [n_tokens] empty: no text gives the token
  std::vector<double> scores;      // [n_tokens]
  double least_score = 0;          // 10 below it is a character without a token
  // What that becomes: with its neighbours of the same kind the token of their text, if there is
  // one (scores can make that worse than its parts), or else those of their bytes, or this.
  TokenId unknown = -1;
  bool byte_fallback = false;
  std::array<TokenId, 256> byte_ids{};  // with byte_fallback; -1: there is none
};

// Longer tokens are refused: they bound the time for a character.
inline constexpr size_t kMaxUnigramBytes = 256;

// Encodes in time linear in the text times its longest token. Fails with kCorrupt, naming `place`
// and the token, for scores that are no numbers and without an unknown token, and with
// kUnsupported for tokens that are too long.
Result<std::unique_ptr<TextModel>> MakeUnigramModel(const UnigramTables& tables,
                                                    const UnigramStyle& style, const char* place);

}  // namespace bantam
