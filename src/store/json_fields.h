// JsonFields: the members of a JSON object, read one by one and none overlooked.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "bantam/result.h"
#include "base/json.h"

namespace bantam::store {

// Errors are kCorrupt and name the object (`what`) and the member. The object must outlive it.
class JsonFields {
 public:
  JsonFields(const Json& object, std::string what) : object_(object), what_(std::move(what)) {}

  // "format" and "version"; newer versions are kUnsupported.
  Result<void> Format(std::string_view format, int64_t version);
  Result<std::string> Text(const char* key);
  Result<std::string> TextOr(const char* key, std::string fallback);  // absent or null: fallback
  Result<uint64_t> Size(const char* key);                             // a whole number from 0
  Result<int64_t> IntOr(const char* key, int64_t fallback);
  Result<Json::Array> ListOr(const char* key);  // absent: empty
  const Json* Member(const char* key);          // of any kind; absent: nullptr
  // Fails if there are members nobody asked for.
  Result<void> NothingElse() const;

  std::unexpected<Error> Bad(std::string_view key, std::string_view expected) const;

 private:
  const Json& object_;
  std::string what_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace bantam::store
