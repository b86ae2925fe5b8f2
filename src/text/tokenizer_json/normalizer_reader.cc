// "normalizer": steps that change text.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/check.h"
#include "text/tokenizer_json/components.h"

namespace bantam {
namespace {

constexpr std::string_view kKnown =
    "Sequence, NFC, NFD, Lowercase, Prepend, Replace, BertNormalizer, Precompiled and Strip";

Result<NormalizerStep> ReadBert(const JsonNode& node) {
  BertStyle style;
  style.clean_text = TRY(node.Member("clean_text").BoolOr(true));
  style.handle_chinese_chars = TRY(node.Member("handle_chinese_chars").BoolOr(true));
  style.lowercase = TRY(node.Member("lowercase").BoolOr(true));
  style.strip_accents = TRY(node.Member("strip_accents").BoolOr(style.lowercase));
  return NormalizerStep{.kind = NormalizerStep::kBert, .bert = style};
}

// Of spaces only: each by "▁", or runs of them by either.
Result<NormalizerStep> ReadReplace(const JsonNode& node) {
  const JsonNode content = node.Member("content");
  const JsonNode regex = node.Member("pattern").Member("Regex");
  if (regex.is_string()) {
    if (regex.json().AsString() != " {2,}") return regex.Unsupported("\" {2,}\"");
    if (TRY(content.String()) == " ") return NormalizerStep{.kind = NormalizerStep::kMergeSpaces};
    if (TRY(content.String()) != kSpaceMark) return content.Unsupported("\" \" and \"▁\"");
    return NormalizerStep{.kind = NormalizerStep::kMergeSpacesToMark};
  }
  const JsonNode pattern = node.Member("pattern").Member("String");
  if (!pattern.is_string() || pattern.json().AsString() != " ") {
    return pattern.Unsupported("\" \"");
  }
  if (TRY(content.String()) != kSpaceMark) return content.Unsupported("\"▁\"");
  return NormalizerStep{.kind = NormalizerStep::kSpaces};
}

Result<NormalizerStep> ReadCharMap(const JsonNode& node) {
  const JsonNode map = node.Member("precompiled_charsmap");
  const std::optional<std::string> bytes = DecodeBase64(TRY(map.String()));
  if (!bytes) return map.Expected("base64");
  auto read = CharMap::Read(*bytes);
  if (!read) return Fail(read.error().code, map.path() + ": " + read.error().message);
  return NormalizerStep{.kind = NormalizerStep::kCharMap, .char_map = *std::move(read)};
}

Result<void> ReadStrip(const JsonNode& node, std::vector<NormalizerStep>& steps) {
  const bool start = TRY(node.Member("strip_left").BoolOr(false));
  const bool end = TRY(node.Member("strip_right").BoolOr(false));
  if (start) steps.push_back({.kind = NormalizerStep::kStripStart});
  if (end) steps.push_back({.kind = NormalizerStep::kStripEnd});
  return {};
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
  } else if (name == "Precompiled") {
    steps.push_back(TRY(ReadCharMap(node)));
  } else if (name == "Strip") {
    TRY(ReadStrip(node, steps));
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
