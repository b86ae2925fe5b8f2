// What Bantam takes from a tokenizer_config.json.
#pragma once

#include <optional>
#include <string>

#include "bantam/result.h"
#include "text/tokenizer_json/json_node.h"

namespace bantam {

struct TokenizerConfig {
  std::string bos;  // texts of tokens; empty: none
  std::string eos;
  std::string pad;
  // Where one is given, the two replace what the post-processor does, as in transformers.
  std::optional<bool> add_bos;
  std::optional<bool> add_eos;
  std::string chat_template;
};

// `node` may be null. Fails with kCorrupt.
Result<TokenizerConfig> ReadTokenizerConfig(const JsonNode& node);

// Its "chat_template": one, or several of which one is named default; empty if there is none.
Result<std::string> ReadChatTemplateNode(const JsonNode& node);

}  // namespace bantam
