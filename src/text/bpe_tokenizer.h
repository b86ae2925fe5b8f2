// The byte-level BPE tokenizer of GPT-2 and its descendants (tokenizer.ggml.model = gpt2).
#pragma once

#include <memory>

#include "text/tokenizer.h"

namespace bantam {

// Fails with kUnsupported for an unknown tokenizer.ggml.pre, kNotFound for missing keys and
// kCorrupt for tables that contradict each other.
Result<std::unique_ptr<Tokenizer>> CreateBpeTokenizer(const Metadata& metadata);

}  // namespace bantam
