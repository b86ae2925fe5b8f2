// What Bantam takes from a tokenizer_config.json. Not "add_bos_token" and "add_eos_token": beside a
// tokenizer.json, whose post-processor says what is added, transformers passes over both.
#pragma once

#include <string>

#include "bantam/result.h"
#include "text/tokenizer_json/json_node.h"

namespace bantam {

struct TokenizerConfig {
  std::string bos;  // texts of tokens; empty: none
  std::string eos;
  std::string pad;
  std::string chat_template;
};

// `node` may be null. Fails with kCorrupt.
Result<TokenizerConfig> ReadTokenizerConfig(const JsonNode& node);

// Its "chat_template": one, or several of which one is named default; empty if there is none.
Result<std::string> ReadChatTemplateNode(const JsonNode& node);

}  // namespace bantam
