// Unigram vocabularies of model files (tokenizer.ggml.model = t5): XLM-RoBERTa's and T5's.
#pragma once

#include <memory>

#include "text/tokenizer.h"

namespace bantam {

// Text is normalised with the file's map of characters, if it has one, and cut at whitespace
// unless it says that more than one space matters. Control tokens are no tokens of the model, so
// that text cannot give them. Fails with kNotFound for missing keys, kCorrupt for tables that
// contradict each other, kUnsupported for tokens that are too long.
Result<std::unique_ptr<Tokenizer>> CreateUnigramTokenizer(const Metadata& metadata);

}  // namespace bantam
