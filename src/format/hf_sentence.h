// The files that sentence-transformers adds to a Hugging Face folder: how a text's vector comes of
// its tokens', and how long a text may be.
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
// cls). Fails with kUnsupported for other modes.
Result<void> AddPooling(std::string_view json_text, HfConfig& out);

// Reads sentence_bert_config.json: the longest text becomes bantam.max_tokens.
Result<void> AddLongestText(std::string_view json_text, HfConfig& out);

// Does all of this for a folder; a folder without modules.json is left as it is. Errors name the
// file.
Result<void> AddSentenceFiles(const std::string& folder, HfConfig& out);

}  // namespace bantam
