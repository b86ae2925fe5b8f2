// Checked access to members.
#include "store/json_fields.h"

#include "base/check.h"
#include "base/quote.h"

namespace bantam::store {

const Json* JsonFields::Member(const char* key) {
  asked_.insert(key);
  return object_.Find(key);
}

std::unexpected<Error> JsonFields::Bad(std::string_view key, std::string_view expected) const {
  return Fail(ErrorCode::kCorrupt,
              what_ + ": " + Quote(key) + " should be " + std::string(expected));
}

Result<void> JsonFields::Format(std::string_view format, int64_t version) {
  if (!object_.is_object()) return Fail(ErrorCode::kCorrupt, what_ + " should be a JSON object");
  if (TRY(Text("format")) != format) return Bad("format", Quote(format));
  const int64_t found = TRY(IntOr("version", 0));
  if (found > version) {
    return Fail(ErrorCode::kUnsupported,
                what_ + " was written by a newer program (version " + std::to_string(found) + ")");
  }
  if (found < 1) return Bad("version", "a number from 1");
  return {};
}

Result<std::string> JsonFields::Text(const char* key) {
  const Json* value = Member(key);
  if (value == nullptr || !value->is_string()) return Bad(key, "a string");
  return value->AsString();
}

Result<std::string> JsonFields::TextOr(const char* key, std::string fallback) {
  const Json* value = Member(key);
  if (value == nullptr || value->is_null()) return fallback;
  if (!value->is_string()) return Bad(key, "a string");
  return value->AsString();
}

Result<uint64_t> JsonFields::Size(const char* key) {
  const Json* value = Member(key);
  if (value != nullptr && value->is_number()) {
    if (const auto number = value->AsInt(); number && *number >= 0) {
      return static_cast<uint64_t>(*number);
    }
  }
  return Bad(key, "a whole number from 0");
}

Result<int64_t> JsonFields::IntOr(const char* key, int64_t fallback) {
  const Json* value = Member(key);
  if (value == nullptr || value->is_null()) return fallback;
  if (value->is_number()) {
    if (const auto number = value->AsInt()) return *number;
  }
  return Bad(key, "a whole number");
}

Result<Json::Array> JsonFields::ListOr(const char* key) {
  const Json* value = Member(key);
  if (value == nullptr) return Json::Array();
  if (!value->is_array()) return Bad(key, "a list");
  return value->items();
}

Result<void> JsonFields::NothingElse() const {
  if (!object_.is_object()) return Fail(ErrorCode::kCorrupt, what_ + " should be a JSON object");
  for (const auto& [key, value] : object_.members()) {
    if (!asked_.contains(key)) {
      return Fail(ErrorCode::kCorrupt, what_ + " has an unknown member " + Quote(key));
    }
  }
  return {};
}

}  // namespace bantam::store
