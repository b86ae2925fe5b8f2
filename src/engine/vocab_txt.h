// vocab.txt: the WordPiece vocabularies of BERT, one token a line.
#pragma once

#include <memory>
#include <string_view>

#include "bantam/result.h"
#include "text/tokenizer.h"

namespace bantam {

// The tokenizer of a vocab.txt, padded with unused tokens to `n_tokens`. Whether text is
// lower-cased follows from the vocabulary (CreateBertTokenizer). Fails with kCorrupt if there are
// more lines than tokens, or [UNK], [CLS] or [SEP] is missing.
Result<std::unique_ptr<Tokenizer>> ReadVocabTxt(std::string_view text, int n_tokens);

}  // namespace bantam
