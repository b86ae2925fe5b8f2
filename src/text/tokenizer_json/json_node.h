// JsonNode: a value of a file together with its path, for messages that say where.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "base/json.h"

namespace bantam {

// Points into a document, which must outlive it. A member that is missing is null like one that is.
class JsonNode {
 public:
  JsonNode(const Json* value, std::string path) : value_(value), path_(std::move(path)) {}

  bool is_null() const { return value_ == nullptr || value_->is_null(); }
  bool is_object() const { return value_ != nullptr && value_->is_object(); }
  bool is_array() const { return value_ != nullptr && value_->is_array(); }
  bool is_string() const { return value_ != nullptr && value_->is_string(); }
  bool is_bool() const { return value_ != nullptr && value_->is_bool(); }
  const Json& json() const { return *value_; }  // must not be null
  const std::string& path() const { return path_; }

  JsonNode Member(std::string_view key) const;
  JsonNode Item(size_t i) const;  // this must be an array that has it
  size_t size() const { return value_->items().size(); }

  // The value, kCorrupt if it is of another kind; null gives `fallback` where there is one.
  Result<std::string_view> String() const;
  Result<bool> BoolOr(bool fallback) const;
  Result<int64_t> Int(int64_t min, int64_t max) const;
  Result<const Json::Array*> Items() const;
  Result<const Json::Object*> Members() const;

  // "PATH is VALUE, expected WHAT" with kCorrupt, and "PATH is VALUE; Bantam has WHAT" with
  // kUnsupported. Long values are cut.
  std::unexpected<Error> Expected(std::string_view what) const;
  std::unexpected<Error> Unsupported(std::string_view what) const;

 private:
  std::string Describe() const;

  const Json* value_;
  std::string path_;  // "tokenizer.json: model.vocab"
};

}  // namespace bantam
