// The canonical text: members sorted by name, numbers by value.
#include "grammar/schema/value_table.h"

#include <algorithm>
#include <vector>

#include "grammar/number/decimal.h"

namespace bantam::grammar {
namespace {

// Depth is bounded: the values come from Json::Parse.
void Canonical(const Json& value, std::string& out) {
  switch (value.kind()) {
    case Json::Kind::kNumber: {
      const Result<Decimal> number = Decimal::Parse(value.number_text());
      out += number ? number->ToString() : value.number_text();
      return;
    }
    case Json::Kind::kArray:
      out += '[';
      for (const Json& item : value.items()) {
        Canonical(item, out);
        out += ',';
      }
      out += ']';
      return;
    case Json::Kind::kObject: {
      std::vector<const std::pair<std::string, Json>*> members;
      for (const auto& member : value.members()) members.push_back(&member);
      std::sort(members.begin(), members.end(),
                [](const auto* x, const auto* y) { return x->first < y->first; });
      out += '{';
      for (const auto* member : members) {
        out += JsonQuote(member->first);
        out += ':';
        Canonical(member->second, out);
        out += ',';
      }
      out += '}';
      return;
    }
    default: out += value.Dump();
  }
}

}  // namespace

std::string CanonicalText(const Json& value) {
  std::string text;
  Canonical(value, text);
  return text;
}

ValueId ValueTable::Intern(const Json& value) {
  const auto [it, added] = ids_.emplace(CanonicalText(value), static_cast<ValueId>(values_.size()));
  if (added) values_.push_back(value);
  return it->second;
}

std::optional<ValueId> ValueTable::Find(const Json& value) const {
  const auto it = ids_.find(CanonicalText(value));
  return it == ids_.end() ? std::nullopt : std::optional(it->second);
}

ListId ListTable::Add(ListId list, ValueId value) {
  const auto [known, fresh] = added_.try_emplace(uint64_t{list} << 32 | value);
  if (!fresh) return known->second;
  uint64_t mixed = (uint64_t{value} + 1) * 0x9E3779B97F4A7C15;
  mixed = (mixed ^ mixed >> 31) * 0xBF58476D1CE4E5B9;
  const List added{list, value, lists_[list].size + 1, lists_[list].hash + (mixed ^ mixed >> 29)};
  const auto next = static_cast<ListId>(lists_.size());
  lists_.push_back(added);
  const auto [begin, end] = by_hash_.equal_range(added.hash);
  for (auto it = begin; it != end; ++it) {
    if (lists_[it->second].size != added.size || ValuesOf(it->second) != ValuesOf(next)) continue;
    lists_.pop_back();
    return known->second = it->second;
  }
  by_hash_.emplace(added.hash, next);
  return known->second = next;
}

std::vector<ValueId> ListTable::ValuesOf(ListId list) const {
  std::vector<ValueId> values;
  values.reserve(lists_[list].size);
  for (; list != kEmpty; list = lists_[list].before) values.push_back(lists_[list].last);
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace bantam::grammar
