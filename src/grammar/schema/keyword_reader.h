// KeywordReader: the values of keywords, checked, with errors that name the keyword's place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "grammar/number/decimal.h"
#include "grammar/schema/schema.h"

namespace bantam::grammar {

// One keyword of one schema. Each function fails with kInvalidArgument and
// "#/path/keyword: expected …, got …". Views must outlive this.
class KeywordReader {
 public:
  KeywordReader(const std::string& path, std::string_view keyword, const Json& value)
      : path_(path), keyword_(keyword), value_(value) {}
  // The same for a member of the keyword's value, which is an object.
  KeywordReader Member(std::string_view key, const Json& value) const {
    KeywordReader member(path_, keyword_, value);
    member.member_ = key;
    return member;
  }

  const Json& value() const { return value_; }

  Result<bool> Bool() const;
  Result<std::string> String() const;
  Result<Decimal> Number() const;
  // A whole number of at least 0 (2.0 is one); beyond 64 bits: the largest of them.
  Result<uint64_t> Count() const;
  Result<const Json::Array*> Array() const;
  Result<const Json::Object*> Object() const;
  // An array of strings, each once.
  Result<std::vector<std::string>> Strings() const;
  Result<uint8_t> Types() const;

  // A failure at this keyword; `key`: at a member of its value.
  std::unexpected<Error> Failure(ErrorCode code, std::string_view what,
                                 std::optional<std::string_view> key = {}) const;
  std::unexpected<Error> Expected(std::string_view what, const Json& got,
                                  std::optional<std::string_view> key = {}) const;

 private:
  const std::string& path_;
  std::string_view keyword_;
  std::optional<std::string_view> member_;
  const Json& value_;
};

}  // namespace bantam::grammar
