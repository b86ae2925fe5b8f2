// WordPiece: the model of BERT (Schuster and Nakajima 2012), longest match first within each word.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "base/vocabulary.h"
#include "text/text_model.h"

namespace bantam {

struct WordPieceTables {
  // [n_tokens] What opens a word begins with a space, what continues one does not; empty where a
  // token is neither.
  std::vector<std::string> texts;
  TokenId unknown = -1;
  size_t max_word_chars = 100;  // longer words are unknown
};

// Words are cut as BERT does: at whitespace and around every punctuation character. Fails with
// kCorrupt if there is no unknown token.
Result<std::unique_ptr<TextModel>> MakeWordPieceModel(WordPieceTables tables);

// The bytes a token stands for within a text, of its text in the table above: punctuation and
// endings such as 's stand right after what is before, as the reference writes them.
std::string_view WordPieceBytes(std::string_view text);

}  // namespace bantam
