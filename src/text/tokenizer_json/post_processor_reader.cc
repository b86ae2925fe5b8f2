// "post_processor": what a text is put between.
#include <string>
#include <vector>

#include "base/check.h"
#include "text/tokenizer_json/components.h"

namespace bantam {
namespace {

// What is read by linear search, or copied again and again, is kept short.
constexpr size_t kMaxSteps = 16;
constexpr size_t kMaxItems = 64;

constexpr std::string_view kKnown =
    "ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing and Sequence";

// The ids that a template's special token stands for.
Result<void> AppendIds(const JsonNode& token, const JsonNode& specials, int n_tokens,
                       std::vector<TokenId>& ids) {
  const JsonNode id = token.Member("id");
  const JsonNode special = specials.Member(TRY(id.String()));
  if (!special.is_object()) return id.Expected("a token that special_tokens has");
  const JsonNode list = special.Member("ids");
  const size_t n = TRY(list.Items())->size();
  for (size_t i = 0; i < n; ++i) {
    ids.push_back(static_cast<TokenId>(TRY(list.Item(i).Int(0, n_tokens - 1))));
  }
  return {};
}

// Puts what is there already between the ids of a template.
Result<void> ReadTemplate(const JsonNode& node, int n_tokens, ReadPostProcessor& out) {
  const JsonNode single = node.Member("single");
  const JsonNode specials = node.Member("special_tokens");
  const size_t n = TRY(single.Items())->size();
  if (n > kMaxItems) return single.Unsupported("templates of up to 64 items");
  ReadPostProcessor around;
  bool seen = false;
  for (size_t i = 0; i < n; ++i) {
    const JsonNode item = single.Item(i);
    const JsonNode special = item.Member("SpecialToken");
    if (special.is_object()) {
      TRY(AppendIds(special, specials, n_tokens, seen ? around.suffix : around.prefix));
      continue;
    }
    const JsonNode sequence = item.Member("Sequence").Member("id");
    if (TRY(sequence.String()) != "A" || seen) return sequence.Unsupported("one \"A\"");
    seen = true;
  }
  if (!seen) return single.Unsupported("templates with the sequence \"A\"");
  around.prefix.insert(around.prefix.end(), out.prefix.begin(), out.prefix.end());
  out.suffix.insert(out.suffix.end(), around.suffix.begin(), around.suffix.end());
  out.prefix = std::move(around.prefix);
  return {};
}

// ["[SEP]", 102]
Result<TokenId> ReadPair(const JsonNode& node, int n_tokens) {
  if (TRY(node.Items())->size() != 2) return node.Expected("a token and its id");
  return static_cast<TokenId>(TRY(node.Item(1).Int(0, n_tokens - 1)));
}

Result<void> ReadStep(const JsonNode& node, int n_tokens, ReadPostProcessor& out) {
  const JsonNode type = node.Member("type");
  const std::string_view name = TRY(type.String());
  if (name == "ByteLevel") return {};  // moves offsets only
  if (name == "TemplateProcessing") return ReadTemplate(node, n_tokens, out);
  if (name == "BertProcessing" || name == "RobertaProcessing") {
    const TokenId first = TRY(ReadPair(node.Member("cls"), n_tokens));
    const TokenId last = TRY(ReadPair(node.Member("sep"), n_tokens));
    out.prefix.insert(out.prefix.begin(), first);
    out.suffix.push_back(last);
    return {};
  }
  return type.Unsupported(kKnown);
}

}  // namespace

Result<ReadPostProcessor> ReadPostProcessorNode(const JsonNode& node, int n_tokens) {
  ReadPostProcessor out;
  if (node.is_null()) return out;
  if (TRY(node.Member("type").String()) != "Sequence") {
    TRY(ReadStep(node, n_tokens, out));
    return out;
  }
  const JsonNode list = node.Member("processors");
  const size_t n = TRY(list.Items())->size();
  if (n > kMaxSteps) return list.Unsupported("sequences of up to 16");
  for (size_t i = 0; i < n; ++i) TRY(ReadStep(list.Item(i), n_tokens, out));
  return out;
}

}  // namespace bantam
