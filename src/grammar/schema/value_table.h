// ValueTable: JSON values by what they mean: equal values have one id, whatever their spelling.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/json.h"

namespace bantam::grammar {

using ValueId = uint32_t;

// The same for equal values, and for no others. Recurses as deep as the value, which is bounded if
// it comes from Json::Parse.
std::string CanonicalText(const Json& value);

// 1, 1.0 and 1e0 are equal; so are objects whose members come in another order (JSON Schema core,
// 4.2.2). Values stay as long as the table.
class ValueTable {
 public:
  ValueId Intern(const Json& value);
  const Json& operator[](ValueId id) const { return values_[id]; }

 private:
  std::deque<Json> values_;
  std::unordered_map<std::string, ValueId> ids_;  // by canonical text
};

// Interned strings.
class StringTable {
 public:
  uint32_t Intern(std::string_view text) {
    const auto [it, added] = ids_.emplace(std::string(text), static_cast<uint32_t>(texts_.size()));
    if (added) texts_.push_back(&it->first);
    return it->second;
  }
  const std::string& operator[](uint32_t id) const { return *texts_[id]; }

 private:
  std::unordered_map<std::string, uint32_t> ids_;
  std::deque<const std::string*> texts_;
};

}  // namespace bantam::grammar
