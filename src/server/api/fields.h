// Fields: the members of a request's JSON object, read with their types and ranges checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "base/json.h"

namespace bantam::server {

// An error about one field: "temperature: must be a number from 0 to 2, not \"hot\"". The name and
// the colon come first, so that an API can tell which field it was.
std::unexpected<Error> BadField(std::string_view name, std::string_view what);

// What went wrong with what a field says: its name and a colon before the message, the code as it
// was.
std::unexpected<Error> About(std::string_view name, const Error& error);

// A value for messages: as JSON, cut when long.
std::string Shown(const Json& value);

// A member that is absent or null is "not given". The object must outlive this.
class Fields {
 public:
  // `where` is the object's own name with a dot ("stream_options."), empty for the whole body.
  explicit Fields(const Json& object, std::string where = "")
      : object_(object), where_(std::move(where)) {}

  // The member, or null if it is not given.
  const Json* Get(std::string_view name) const;
  bool Has(std::string_view name) const { return Get(name) != nullptr; }

  Result<std::optional<double>> Number(std::string_view name, double min, double max) const;
  Result<std::optional<int64_t>> Integer(std::string_view name, int64_t min, int64_t max) const;
  Result<std::optional<bool>> Bool(std::string_view name) const;
  Result<std::optional<std::string>> Text(std::string_view name) const;
  // A string, or an array of them.
  Result<std::vector<std::string>> Texts(std::string_view name) const;
  Result<const Json*> Object(std::string_view name) const;  // null if not given
  Result<const Json*> Array(std::string_view name) const;   // null if not given

  // An array of token ids; empty if not given.
  Result<std::vector<TokenId>> TokenIds(std::string_view name) const;

  std::unexpected<Error> Bad(std::string_view name, std::string_view what) const;
  std::string Name(std::string_view name) const { return where_ + std::string(name); }

 private:
  std::unexpected<Error> Wrong(std::string_view name, const std::string& expected,
                               const Json& value) const;

  const Json& object_;
  std::string where_;
};

// Of an array, whose name is for messages. Fails with kInvalidArgument.
Result<std::vector<TokenId>> ReadTokenIds(const Json& list, std::string_view name);
// The same of an array that must not be empty.
Result<std::vector<TokenId>> ReadSomeTokenIds(const Json& list, std::string_view name);

// The JSON object of a body. Fails with kInvalidArgument, saying where it is broken.
Result<Json> ParseBody(std::string_view body);

}  // namespace bantam::server
