// Metadata: the typed, ordered key-value pairs a model file carries.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bantam/result.h"

namespace bantam {

// One metadata value. Integers of every width widen to (u)int64, floats to double; arrays keep
// one element type. Arrays of arrays are refused by the readers.
using MetadataValue = std::variant<bool, uint64_t, int64_t, double, std::string, std::vector<bool>,
                                   std::vector<uint64_t>, std::vector<int64_t>, std::vector<double>,
                                   std::vector<std::string>>;

// Keys in file order, unique. Immutable after loading, so safe to share between threads. Where a
// key was translated, messages name the one in the user's file.
class Metadata {
 public:
  // Appends a pair. `name_in_file` is what the user's file calls the key; empty: the same. Fails
  // with kCorrupt if the key is there already.
  Result<void> Add(std::string key, MetadataValue value, std::string name_in_file = {});

  // The value, or nullptr.
  const MetadataValue* Find(std::string_view key) const;

  // What the user's file calls a key, for messages. Valid as long as `key` and this.
  std::string_view NameInFile(std::string_view key) const;

  // Typed access. A missing key fails with kNotFound, another type or an integer outside the
  // asked range with kCorrupt; both messages name the key. Signed and unsigned convert when the
  // value fits; integers convert to float, never the other way.
  Result<uint64_t> GetUint(std::string_view key, uint64_t max = UINT64_MAX) const;
  Result<double> GetFloat(std::string_view key) const;
  Result<bool> GetBool(std::string_view key) const;
  Result<std::string_view> GetString(std::string_view key) const;
  Result<const std::vector<std::string>*> GetStrings(std::string_view key) const;
  Result<std::vector<int64_t>> GetInts(std::string_view key) const;   // any integer array
  Result<std::vector<double>> GetFloats(std::string_view key) const;  // any numeric array

  // Like the above, but a missing key gives `fallback` (another type still fails).
  Result<uint64_t> GetUintOr(std::string_view key, uint64_t fallback,
                             uint64_t max = UINT64_MAX) const;
  Result<double> GetFloatOr(std::string_view key, double fallback) const;
  Result<bool> GetBoolOr(std::string_view key, bool fallback) const;
  Result<std::string_view> GetStringOr(std::string_view key, std::string_view fallback) const;

  const std::vector<std::pair<std::string, MetadataValue>>& entries() const { return entries_; }

 private:
  std::vector<std::pair<std::string, MetadataValue>> entries_;
  std::vector<uint32_t> by_key_;  // indices into entries_, sorted by key
  std::map<std::string, std::string, std::less<>> names_in_file_;  // of translated keys
};

}  // namespace bantam
