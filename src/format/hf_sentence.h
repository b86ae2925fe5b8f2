// The files that sentence-transformers adds to a Hugging Face folder: how a text's vector comes of
// its tokens', how long a text may be, and what stands before it.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"
#include "format/hf_config.h"

namespace bantam {

// Reads modules.json: the folder of the pooling's configuration, a name without path. Fails with
// kUnsupported where a module is none of Transformer, Pooling and Normalize, in that order.
Result<std::string> ReadModules(std::string_view json_text);

// Reads that folder's config.json, in its old and its new form, into `pooling_type` (1: mean, 2:
// cls). Whether the tokens of a prompt count. Fails with kUnsupported for other modes.
Result<bool> AddPooling(std::string_view json_text, HfConfig& out);

// Reads sentence_bert_config.json: the longest text becomes bantam.max_tokens. Whether there is
// one.
Result<bool> AddLongestText(std::string_view json_text, HfConfig& out);

// The same of tokenizer_config.json (model_max_length), whose makers write 1e30 for "any length".
Result<void> AddTokenizerLimit(std::string_view json_text, HfConfig& out);

// Reads config_sentence_transformers.json: the prompt that stands before every text, if a default
// one is named, becomes bantam.prompt. Fails with kUnsupported if its tokens do not count.
Result<void> AddDefaultPrompt(std::string_view json_text, bool tokens_count, HfConfig& out);

// Does all of this for a folder; one without modules.json has a tokenizer's limit at most. Errors
// name the file.
Result<void> AddSentenceFiles(const std::string& folder, HfConfig& out);

}  // namespace bantam
