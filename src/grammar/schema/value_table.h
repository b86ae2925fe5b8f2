// ValueTable: JSON values by what they mean: equal values have one id, whatever their spelling; and
// sets of them.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

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
  std::optional<ValueId> Find(const Json& value) const;
  const Json& operator[](ValueId id) const { return values_[id]; }

 private:
  std::deque<Json> values_;
  std::unordered_map<std::string, ValueId> ids_;  // by canonical text
};

// A set of values. Equal sets have one id, in whatever order they grew.
using ListId = uint32_t;

// Sets grow value by value and stay as long as the table: each takes the room of one number.
class ListTable {
 public:
  static constexpr ListId kEmpty = 0;

  // `value` is not in the list. Takes time linear in the list where it is made, or found, anew.
  ListId Add(ListId list, ValueId value);
  // The list without one of its values, and that value; of a list that is not empty.
  ListId Before(ListId list) const { return lists_[list].before; }
  ValueId Last(ListId list) const { return lists_[list].last; }
  uint32_t Size(ListId list) const { return lists_[list].size; }
  std::vector<ValueId> ValuesOf(ListId list) const;  // ascending

 private:
  struct List {
    ListId before;
    ValueId last;
    uint32_t size;
    uint64_t hash;  // in any order the same
  };
  std::vector<List> lists_ = {{0, 0, 0, 0}};
  std::unordered_map<uint64_t, ListId> added_;         // by list and value
  std::unordered_multimap<uint64_t, ListId> by_hash_;  // collisions are told apart
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
