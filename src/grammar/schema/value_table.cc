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

}  // namespace bantam::grammar
