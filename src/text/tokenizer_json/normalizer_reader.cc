// "normalizer": steps that change text.
#include <string>
#include <vector>

#include "base/check.h"
#include "text/tokenizer_json/components.h"

namespace bantam {
namespace {

constexpr std::string_view kKnown =
    "Sequence, NFC, NFD, Lowercase, Prepend, Replace and BertNormalizer";

Result<NormalizerStep> ReadBert(const JsonNode& node) {
  BertStyle style;
  style.clean_text = TRY(node.Member("clean_text").BoolOr(true));
  style.handle_chinese_chars = TRY(node.Member("handle_chinese_chars").BoolOr(true));
  style.lowercase = TRY(node.Member("lowercase").BoolOr(true));
  style.strip_accents = TRY(node.Member("strip_accents").BoolOr(style.lowercase));
  return NormalizerStep{.kind = NormalizerStep::kBert, .bert = style};
}

Result<NormalizerStep> ReadReplace(const JsonNode& node) {
  const JsonNode pattern = node.Member("pattern").Member("String");
  if (!pattern.is_string() || pattern.json().AsString() != " ") {
    return pattern.Unsupported("\" \"");
  }
  const JsonNode content = node.Member("content");
  if (TRY(content.String()) != kSpaceMark) return content.Unsupported("\"▁\"");
  return NormalizerStep{.kind = NormalizerStep::kSpaces};
}

Result<void> ReadStep(const JsonNode& node, std::vector<NormalizerStep>& steps) {
  const JsonNode type = node.Member("type");
  const std::string_view name = TRY(type.String());
  if (name == "NFC") {
    steps.push_back({.kind = NormalizerStep::kNfc});
  } else if (name == "NFD") {
    steps.push_back({.kind = NormalizerStep::kNfd});
  } else if (name == "Lowercase") {
    steps.push_back({.kind = NormalizerStep::kLowercase});
  } else if (name == "BertNormalizer") {
    steps.push_back(TRY(ReadBert(node)));
  } else if (name == "Replace") {
    steps.push_back(TRY(ReadReplace(node)));
  } else if (name == "Prepend") {
    const JsonNode prepend = node.Member("prepend");
    if (TRY(prepend.String()) != kSpaceMark) return prepend.Unsupported("\"▁\"");
    steps.push_back({.kind = NormalizerStep::kPrependSpace});
  } else {
    return type.Unsupported(kKnown);
  }
  return {};
}

}  // namespace

Result<TextNormalizer> ReadNormalizerNode(const JsonNode& node) {
  if (node.is_null()) return TextNormalizer();
  std::vector<NormalizerStep> steps;
  if (TRY(node.Member("type").String()) != "Sequence") {
    TRY(ReadStep(node, steps));
  } else {
    const JsonNode list = node.Member("normalizers");
    const size_t n = TRY(list.Items())->size();
    for (size_t i = 0; i < n; ++i) TRY(ReadStep(list.Item(i), steps));
  }
  TextNormalizer normalizer(std::move(steps));
  // Between an added token and a "▁" it would matter which spaces were there before.
  if (normalizer.Has(NormalizerStep::kPrependSpace) && !normalizer.marks_spaces()) {
    return node.Unsupported("Prepend with a Replace of \" \" by \"▁\"");
  }
  return normalizer;
}

}  // namespace bantam
