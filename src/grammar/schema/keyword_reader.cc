// Reads and checks the values of single keywords.
#include "grammar/schema/keyword_reader.h"

#include <array>
#include <charconv>
#include <limits>
#include <set>

#include "base/check.h"
#include "base/quote.h"
#include "grammar/schema/json_lookup.h"

namespace bantam::grammar {
namespace {

struct TypeName {
  std::string_view name;
  uint8_t bits;
};
constexpr std::array<TypeName, 7> kTypeNames = {{
    {"null", kNullBit},
    {"boolean", kBoolBit},
    {"number", kNumberBit | kIntegerBit},
    {"integer", kIntegerBit},
    {"string", kStringBit},
    {"array", kArrayBit},
    {"object", kObjectBit},
}};

// What a message shows of a value: scalars themselves, otherwise the kind.
std::string Shown(const Json& value) {
  if (value.is_string()) return "the string " + Quote(value.AsString(), 40);
  if (value.is_number()) {
    const std::string& text = value.number_text();
    return text.size() <= 40 ? text : text.substr(0, 40) + "…";
  }
  if (value.is_bool()) return value.AsBool() ? "true" : "false";
  return std::string(KindName(value));
}

}  // namespace

std::unexpected<Error> KeywordReader::Failure(ErrorCode code, std::string_view what,
                                              std::optional<std::string_view> key) const {
  std::string message = path_;
  AppendPointerStep(keyword_, &message);
  if (member_) AppendPointerStep(*member_, &message);
  if (key) AppendPointerStep(*key, &message);
  return Fail(code, message.append(": ").append(what));
}

std::unexpected<Error> KeywordReader::Expected(std::string_view what, const Json& got,
                                               std::optional<std::string_view> key) const {
  const std::string text = "expected " + std::string(what) + ", got " + Shown(got);
  return Failure(ErrorCode::kInvalidArgument, text, key);
}

Result<bool> KeywordReader::Bool() const {
  if (!value_.is_bool()) return Expected("a boolean", value_);
  return value_.AsBool();
}

Result<std::string> KeywordReader::String() const {
  if (!value_.is_string()) return Expected("a string", value_);
  return value_.AsString();
}

Result<Decimal> KeywordReader::Number() const {
  if (!value_.is_number()) return Expected("a number", value_);
  Result<Decimal> number = Decimal::Parse(value_.number_text());
  if (!number) return Failure(number.error().code, number.error().message);
  return number;
}

Result<uint64_t> KeywordReader::Count() const {
  constexpr std::string_view kWanted = "a whole number of at least 0";
  if (!value_.is_number()) return Expected(kWanted, value_);
  const Decimal number = TRY(Number());
  if (!number.IsInteger() || number.is_negative()) return Expected(kWanted, value_);
  const Result<int64_t> small = value_.AsInt();
  return small ? static_cast<uint64_t>(*small) : std::numeric_limits<uint64_t>::max();
}

Result<const Json::Array*> KeywordReader::Array() const {
  if (!value_.is_array()) return Expected("an array", value_);
  return &value_.items();
}

Result<const Json::Object*> KeywordReader::Object() const {
  if (!value_.is_object()) return Expected("an object", value_);
  return &value_.members();
}

Result<std::vector<std::string>> KeywordReader::Strings() const {
  if (!value_.is_array()) return Expected("an array of strings", value_);
  std::vector<std::string> strings;
  std::set<std::string_view> seen;
  for (size_t i = 0; i < value_.items().size(); ++i) {
    const Json& item = value_.items()[i];
    if (!item.is_string()) return Expected("a string", item, std::to_string(i));
    if (seen.insert(item.AsString()).second) strings.push_back(item.AsString());
  }
  return strings;
}

Result<uint8_t> KeywordReader::Types() const {
  constexpr std::string_view kWanted = "null, boolean, number, integer, string, array or object";
  const auto bits_of = [&](const Json& name,
                           std::optional<std::string_view> key) -> Result<uint8_t> {
    for (const TypeName& type : kTypeNames) {
      if (name.is_string() && name.AsString() == type.name) return type.bits;
    }
    return Expected(kWanted, name, key);
  };
  if (!value_.is_array()) return bits_of(value_, {});
  if (value_.items().empty()) {
    return Failure(ErrorCode::kInvalidArgument, "expected at least one type");
  }
  uint8_t types = 0;
  for (size_t i = 0; i < value_.items().size(); ++i) {
    types |= TRY(bits_of(value_.items()[i], std::to_string(i)));
  }
  return types;
}

}  // namespace bantam::grammar
