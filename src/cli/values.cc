// Parsing of numbers, lists and token ids.
#include "cli/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/json.h"

namespace bantam::cli {
namespace {

std::string Quoted(std::string_view text) {
  constexpr size_t kShown = 60;
  if (text.size() > kShown) return "'" + std::string(text.substr(0, kShown)) + "…'";
  return "'" + std::string(text) + "'";
}

template <typename T>
bool ReadNumber(std::string_view text, T& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

Result<TokenId> TokenFromJson(const Json& value, size_t index) {
  if (value.is_number()) {
    const auto number = value.AsInt();
    if (number && *number >= 0 && *number <= std::numeric_limits<TokenId>::max()) {
      return static_cast<TokenId>(*number);
    }
  }
  return Fail(ErrorCode::kInvalidArgument,
              "item " + std::to_string(index) + " of the token list is not a token id");
}

Result<std::vector<TokenId>> TokensFromJson(std::string_view text) {
  const Json document = TRY(Json::Parse(text));
  const Json* list = document.is_object() ? document.Find("tokens") : &document;
  if (list == nullptr || !list->is_array()) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected a JSON array of token ids, or an object with one under \"tokens\"");
  }
  std::vector<TokenId> ids;
  ids.reserve(list->items().size());
  for (const Json& item : list->items()) ids.push_back(TRY(TokenFromJson(item, ids.size())));
  return ids;
}

}  // namespace

Result<int> ParseInt(std::string_view text, int min, int max) {
  int64_t value = 0;
  if (!ReadNumber(text, value)) {
    return Fail(ErrorCode::kInvalidArgument, "expected a whole number, got " + Quoted(text));
  }
  if (value < min || value > max) {
    std::string range = "between " + std::to_string(min) + " and " + std::to_string(max);
    if (max == std::numeric_limits<int>::max()) {
      range = value < min ? "at least " + std::to_string(min) : "at most " + std::to_string(max);
    }
    return Fail(ErrorCode::kInvalidArgument, "must be " + range + ", got " + Quoted(text));
  }
  return static_cast<int>(value);
}

Result<uint64_t> ParseUint64(std::string_view text) {
  uint64_t value = 0;
  if (!ReadNumber(text, value)) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected a whole number of at most 64 bits, got " + Quoted(text));
  }
  return value;
}

Result<float> ParseFloat(std::string_view text) {
  float value = 0;
  if (!ReadNumber(text, value) || std::isnan(value)) {
    return Fail(ErrorCode::kInvalidArgument, "expected a number, got " + Quoted(text));
  }
  return value;
}

Result<bool> ParseOnOff(std::string_view text) {
  for (const char* word : {"on", "true", "yes", "1"}) {
    if (text == word) return true;
  }
  for (const char* word : {"off", "false", "no", "0"}) {
    if (text == word) return false;
  }
  return Fail(ErrorCode::kInvalidArgument, "expected on or off, got " + Quoted(text));
}

Result<Precision> ParsePrecision(std::string_view text) {
  if (text == "fast") return Precision::kFast;
  if (text == "exact") return Precision::kExact;
  return Fail(ErrorCode::kInvalidArgument, "expected exact or fast, got " + Quoted(text));
}

Result<KvPrecision> ParseKvPrecision(std::string_view text) {
  if (text == "16" || text == "f16") return KvPrecision::k16;
  if (text == "8" || text == "q8_0") return KvPrecision::k8;
  return Fail(ErrorCode::kInvalidArgument, "expected 16 or 8, got " + Quoted(text));
}

Result<WeightLayout> ParseWeightLayout(std::string_view text) {
  if (text == "auto") return WeightLayout::kAuto;
  if (text == "mapped") return WeightLayout::kMapped;
  if (text == "packed") return WeightLayout::kPacked;
  return Fail(ErrorCode::kInvalidArgument, "expected auto, mapped or packed, got " + Quoted(text));
}

Result<AdapterSource> ParseAdapter(std::string_view text) {
  AdapterSource source;
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    const std::string_view number = text.substr(colon + 1);
    float value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    const bool all = end == number.data() + number.size() && error != std::errc::invalid_argument;
    if (all && (error != std::errc() || !(std::abs(value) <= AdapterSource::kMaxScale))) {
      return Fail(ErrorCode::kInvalidArgument,
                  "expected a scale from -1e6 to 1e6, got " + Quoted(number));
    }
    if (const Result<float> scale = ParseFloat(number)) {
      source.scale = *scale;
      text = text.substr(0, colon);
    }
  }
  if (text.empty()) return Fail(ErrorCode::kInvalidArgument, "expected a path, got nothing");
  source.path = text;
  return source;
}

Result<FloatType> ParseFloatType(std::string_view text) {
  if (text == "auto") return FloatType::kAsStored;
  if (text == "half" || text == "float16") return FloatType::kF16;
  if (text == "bfloat16") return FloatType::kBF16;
  if (text == "float" || text == "float32") return FloatType::kF32;
  return Fail(ErrorCode::kInvalidArgument,
              "expected auto, half, float16, bfloat16, float or float32, got " + Quoted(text));
}

Result<std::vector<int>> ParseIntList(std::string_view text, int min) {
  std::vector<int> values;
  while (true) {
    const size_t comma = std::min(text.find(','), text.size());
    values.push_back(TRY(ParseInt(text.substr(0, comma), min)));
    if (comma == text.size()) return values;
    text.remove_prefix(comma + 1);
  }
}

Result<std::vector<TokenId>> ParseTokenIds(std::string_view text) {
  constexpr std::string_view kSeparators = " \t\r\n,";
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != std::string_view::npos && (text[start] == '[' || text[start] == '{')) {
    return TokensFromJson(text);
  }
  std::vector<TokenId> ids;
  size_t at = text.find_first_not_of(kSeparators);
  while (at != std::string_view::npos) {
    const size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
    const std::string_view word = text.substr(at, end - at);
    TokenId id = 0;
    if (!ReadNumber(word, id) || id < 0) {
      return Fail(ErrorCode::kInvalidArgument,
                  "expected a token id (a whole number from 0), got " + Quoted(word));
    }
    ids.push_back(id);
    at = text.find_first_not_of(kSeparators, end);
  }
  return ids;
}

const char* PrecisionName(Precision precision) {
  return precision == Precision::kExact ? "exact" : "fast";
}

}  // namespace bantam::cli
