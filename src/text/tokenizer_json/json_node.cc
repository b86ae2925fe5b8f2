// Paths are written as in JavaScript.
#include "text/tokenizer_json/json_node.h"

#include "base/quote.h"

namespace bantam {

JsonNode JsonNode::Member(std::string_view key) const {
  const char* separator = path_.ends_with(": ") ? "" : ".";
  return {value_ == nullptr ? nullptr : value_->Find(key), path_ + separator + std::string(key)};
}

JsonNode JsonNode::Item(size_t i) const {
  return {&value_->items()[i], path_ + "[" + std::to_string(i) + "]"};
}

std::string JsonNode::Describe() const {
  if (value_ == nullptr) return path_ + " is missing";
  switch (value_->kind()) {
    case Json::Kind::kNull: return path_ + " is null";
    case Json::Kind::kBool: return path_ + (value_->AsBool() ? " is true" : " is false");
    case Json::Kind::kNumber: return path_ + " is " + value_->number_text().substr(0, 40);
    case Json::Kind::kString: return path_ + " is " + Quote(value_->AsString());
    case Json::Kind::kArray: return path_ + " is an array";
    case Json::Kind::kObject: return path_ + " is an object";
  }
  return path_;
}

std::unexpected<Error> JsonNode::Expected(std::string_view what) const {
  return Fail(ErrorCode::kCorrupt, Describe() + ", expected " + std::string(what));
}

std::unexpected<Error> JsonNode::Unsupported(std::string_view what) const {
  return Fail(ErrorCode::kUnsupported, Describe() + "; Bantam has " + std::string(what));
}

Result<std::string_view> JsonNode::String() const {
  if (!is_string()) return Expected("a string");
  return std::string_view(value_->AsString());
}

Result<bool> JsonNode::BoolOr(bool fallback) const {
  if (is_null()) return fallback;
  if (!is_bool()) return Expected("true or false");
  return value_->AsBool();
}

Result<int64_t> JsonNode::Int(int64_t min, int64_t max) const {
  if (!is_null() && value_->is_number()) {
    const auto number = value_->AsInt();
    if (number && *number >= min && *number <= max) return *number;
  }
  return Expected("an integer from " + std::to_string(min) + " to " + std::to_string(max));
}

Result<const Json::Array*> JsonNode::Items() const {
  if (!is_array()) return Expected("an array");
  return &value_->items();
}

Result<const Json::Object*> JsonNode::Members() const {
  if (!is_object()) return Expected("an object");
  return &value_->members();
}

}  // namespace bantam
