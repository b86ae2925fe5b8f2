// Tokenizers as Hugging Face folders keep them: tokenizer.json and tokenizer_config.json.
//
// The format is that of the package tokenizers; what its components mean is taken from what it
// does. Families whose components are known give its ids exactly; any other component is refused.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "text/tokenizer.h"

namespace bantam {

struct TokenizerJsonOptions {
  // Rows of the model's embedding; ids from the tokenizer's size on become unused tokens. 0: none.
  // More than the tokenizer's largest id by over a factor of eight is refused.
  int vocab_size = 0;
  // Ids that end a reply besides those the files name: eos_token_id of config.json and
  // generation_config.json. Those outside the vocabulary are ignored.
  std::span<const TokenId> end_ids = {};
};

struct LoadedTokenizer {
  std::unique_ptr<Tokenizer> tokenizer;
  std::string kind;           // "BPE", "WordPiece": the type of the model
  std::string chat_template;  // of tokenizer_config.json, the one named default; empty: none
};

// `tokenizer_config_json` may be empty. Fails with kCorrupt for malformed files and tables that
// contradict each other, kUnsupported for components Bantam does not have; the message names the
// file, the component's path and what was expected. Time and memory are linear in the files, but
// for the logarithm of sorting. "truncation" and "padding" are left to the caller.
Result<LoadedTokenizer> ReadTokenizerJson(std::string_view tokenizer_json,
                                          std::string_view tokenizer_config_json,
                                          const TokenizerJsonOptions& options = {});

// The chat template alone. Fails like ReadTokenizerJson.
Result<std::string> ReadChatTemplate(std::string_view tokenizer_config_json);

}  // namespace bantam
