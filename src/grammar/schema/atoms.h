// AtomTable: what the atoms of a schema's formulas stand for.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

namespace bantam::grammar {

using AtomId = uint32_t;

enum class AtomKind : uint8_t {
  // of a whole value
  kValid,   // valid against schema a in dynamic scope b
  kEquals,  // equal to value a
  kAmong,   // equal to one of list a
  // of an object or array while it reads a member or an item: that satisfies formula a
  kChild,
  // of an object: what is still to come of it must …
  kRequired,       // … have property a (a string)
  kMinProperties,  // … have n more properties at least
  kMaxProperties,  // … have n more at most
  kNames,          // … have names that are texts of formula a
  kProperties,     // … obey properties, patternProperties, additionalProperties of schema a, scope
                   // b; n: a set of names that have come (container_members.cc)
  kSameMembers,    // … have members of object value a, with equal values
  // of an array, likewise
  kMinItems,
  kMaxItems,
  kItems,          // prefixItems and items of schema a, scope b, from index n on
  kSameItems,      // the items of array value a from index n on
  kMinContains,    // n more items at least that satisfy formula a
  kMaxContains,    // n more at most
  kUnique,         // items that differ from each other and from those of list a
  kUniquePending,  // the same, once the item being read has joined the list
  // of both, as nodes with formulas of in-place subschemas: unevaluatedProperties and
  // unevaluatedItems of schema a, scope b, from index n on
  kUnevaluated,
};

struct Atom {
  AtomKind kind;
  uint32_t a = 0;
  uint32_t b = 0;
  uint64_t n = 0;
  auto operator<=>(const Atom&) const = default;
};

class AtomTable {
 public:
  AtomId Intern(const Atom& atom) {
    const auto [it, added] = ids_.emplace(atom, static_cast<AtomId>(atoms_.size()));
    if (added) atoms_.push_back(atom);
    return it->second;
  }
  const Atom& operator[](AtomId id) const { return atoms_[id]; }

 private:
  std::vector<Atom> atoms_;
  std::map<Atom, AtomId> ids_;
};

}  // namespace bantam::grammar
