// tokenizer_config.json: what transformers adds to a tokenizer.
#include "text/tokenizer_json/config_reader.h"

#include "base/check.h"

namespace bantam {
namespace {

// A token is its text, or an object with it; empty if there is none.
Result<std::string> ReadToken(const JsonNode& node) {
  if (node.is_null()) return std::string();
  return std::string(TRY((node.is_object() ? node.Member("content") : node).String()));
}

}  // namespace

Result<std::string> ReadChatTemplateNode(const JsonNode& node) {
  if (node.is_null()) return std::string();
  if (node.is_string()) return node.json().AsString();
  const size_t n = TRY(node.Items())->size();
  for (size_t i = 0; i < n; ++i) {
    const JsonNode item = node.Item(i);
    const std::string_view name = TRY(item.Member("name").String());
    const std::string_view source = TRY(item.Member("template").String());
    if (name == "default") return std::string(source);
  }
  return std::string();
}

Result<TokenizerConfig> ReadTokenizerConfig(const JsonNode& node) {
  TokenizerConfig config;
  if (node.is_null()) return config;
  if (!node.is_object()) return node.Expected("an object");
  config.bos = TRY(ReadToken(node.Member("bos_token")));
  config.eos = TRY(ReadToken(node.Member("eos_token")));
  config.pad = TRY(ReadToken(node.Member("pad_token")));
  config.chat_template = TRY(ReadChatTemplateNode(node.Member("chat_template")));
  return config;
}

}  // namespace bantam
