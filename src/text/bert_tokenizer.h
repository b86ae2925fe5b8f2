// WordPiece vocabularies of model files (tokenizer.ggml.model = bert).
#pragma once

#include <memory>

#include "text/tokenizer.h"

namespace bantam {

// Text is lower-cased and loses its accents unless the vocabulary has capital letters: the files do
// not say. Every text is put between the classification token and the separator. Fails with
// kNotFound for missing keys, kCorrupt for tables that contradict each other.
Result<std::unique_ptr<Tokenizer>> CreateBertTokenizer(const Metadata& metadata);

}  // namespace bantam
