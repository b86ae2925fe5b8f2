// Types and ranges of fields.
#include "server/api/fields.h"

#include <cmath>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/quote.h"

namespace bantam::server {
namespace {

std::string NumberText(double value) {
  return Json::Double(value).Dump();
}

}  // namespace

std::unexpected<Error> BadField(std::string_view name, std::string_view what) {
  return About(name, {ErrorCode::kInvalidArgument, std::string(what)});
}

std::unexpected<Error> About(std::string_view name, const Error& error) {
  return Fail(error.code, std::string(name) + ": " + error.message);
}

std::string Shown(const Json& value) {
  constexpr size_t kMost = 60;
  if (value.is_array()) return "an array of " + std::to_string(value.items().size());
  if (value.is_object()) return "an object";
  if (value.is_string()) return Quote(value.AsString(), kMost);
  const std::string text = value.Dump();
  return text.size() <= kMost ? text : text.substr(0, kMost) + "…";
}

const Json* Fields::Get(std::string_view name) const {
  const Json* value = object_.Find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::unexpected<Error> Fields::Bad(std::string_view name, std::string_view what) const {
  return BadField(Name(name), what);
}

std::unexpected<Error> Fields::Wrong(std::string_view name, const std::string& expected,
                                     const Json& value) const {
  return Bad(name, "must be " + expected + ", not " + Shown(value));
}

Result<std::optional<double>> Fields::Number(std::string_view name, double min, double max) const {
  const Json* value = Get(name);
  if (value == nullptr) return std::nullopt;
  const double number = value->is_number() ? value->AsDouble() : std::nan("");
  if (!(number >= min && number <= max)) {
    return Wrong(name, "a number from " + NumberText(min) + " to " + NumberText(max), *value);
  }
  return number;
}

Result<std::optional<int64_t>> Fields::Integer(std::string_view name, int64_t min,
                                               int64_t max) const {
  const Json* value = Get(name);
  if (value == nullptr) return std::nullopt;
  const Result<int64_t> number = value->is_number() ? value->AsInt() : Result<int64_t>(min);
  if (!value->is_number() || !number || *number < min || *number > max) {
    return Wrong(name, "an integer from " + std::to_string(min) + " to " + std::to_string(max),
                 *value);
  }
  return *number;
}

Result<std::optional<bool>> Fields::Bool(std::string_view name) const {
  const Json* value = Get(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) return Wrong(name, "true or false", *value);
  return value->AsBool();
}

Result<std::optional<std::string>> Fields::Text(std::string_view name) const {
  const Json* value = Get(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return Wrong(name, "a string", *value);
  return value->AsString();
}

Result<std::vector<std::string>> Fields::Texts(std::string_view name) const {
  std::vector<std::string> texts;
  const Json* value = Get(name);
  if (value == nullptr) return texts;
  if (value->is_string()) {
    texts.push_back(value->AsString());
    return texts;
  }
  if (!value->is_array()) return Wrong(name, "a string or an array of strings", *value);
  for (const Json& item : value->items()) {
    if (!item.is_string()) return Wrong(name, "an array of strings", item);
    texts.push_back(item.AsString());
  }
  return texts;
}

Result<const Json*> Fields::Object(std::string_view name) const {
  const Json* value = Get(name);
  if (value != nullptr && !value->is_object()) return Wrong(name, "an object", *value);
  return value;
}

Result<const Json*> Fields::Array(std::string_view name) const {
  const Json* value = Get(name);
  if (value != nullptr && !value->is_array()) return Wrong(name, "an array", *value);
  return value;
}

Result<std::vector<TokenId>> Fields::TokenIds(std::string_view name) const {
  const Json* list = TRY(Array(name));
  if (list == nullptr) return std::vector<TokenId>();
  return ReadTokenIds(*list, Name(name));
}

Result<std::vector<TokenId>> ReadTokenIds(const Json& list, std::string_view name) {
  std::vector<TokenId> ids;
  ids.reserve(list.items().size());
  for (const Json& item : list.items()) {
    const Result<int64_t> id = item.is_number() ? item.AsInt() : Result<int64_t>(-1);
    if (!id || *id < 0 || *id > std::numeric_limits<TokenId>::max()) {
      return BadField(name, Shown(item) + " is no token id");
    }
    ids.push_back(static_cast<TokenId>(*id));
  }
  return ids;
}

Result<std::vector<TokenId>> ReadSomeTokenIds(const Json& list, std::string_view name) {
  std::vector<TokenId> ids = TRY(ReadTokenIds(list, name));
  if (ids.empty()) return BadField(name, "must not be empty");
  return ids;
}

Result<Json> ParseBody(std::string_view body) {
  if (body.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "the body is empty; a JSON object was expected");
  }
  auto parsed = Json::Parse(body);
  if (!parsed) {
    return Fail(ErrorCode::kInvalidArgument,
                "the body is not valid JSON: " + parsed.error().message);
  }
  if (!parsed->is_object()) {
    return Fail(ErrorCode::kInvalidArgument,
                "the body must be a JSON object, not " + Shown(*parsed));
  }
  return parsed;
}

}  // namespace bantam::server
