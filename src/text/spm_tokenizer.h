// SentencePiece vocabularies of model files (tokenizer.ggml.model = llama, gemma4).
#pragma once

#include <memory>

#include "text/tokenizer.h"

namespace bantam {

// Merges go by the scores of tokens. A text, and each stretch after an added token, gets a space
// before it unless tokenizer.ggml.add_space_prefix is false. Fails with kNotFound for missing keys,
// kCorrupt for tables that contradict each other.
Result<std::unique_ptr<Tokenizer>> CreateSpmTokenizer(const Metadata& metadata);

// The same kind of vocabulary with a list of merges (tokenizer.ggml.merges), as Gemma 4 has.
Result<std::unique_ptr<Tokenizer>> CreateGemma4Tokenizer(const Metadata& metadata);

}  // namespace bantam
