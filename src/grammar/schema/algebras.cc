// What keywords ask of strings, numbers, literals, objects and arrays.
#include "grammar/schema/algebras.h"

#include <algorithm>

#include "grammar/number/float_step.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostListed = 20'000;  // values of an enum, names of required

}  // namespace

RegexId TextAlgebra::One(const std::vector<Type>& parts) {
  RegexId none = RegexPool::kAnything;
  RegexId one = RegexPool::kNothing;
  RegexPool& regexes = l.regexes_;
  for (RegexId part : parts) {
    const RegexId other = regexes.Not(part);
    const std::array<RegexId, 2> stays = {one, other};
    const std::array<RegexId, 2> becomes = {none, part};
    const std::array<RegexId, 2> either = {regexes.Both(stays), regexes.Both(becomes)};
    one = regexes.Either(either);
    const std::array<RegexId, 2> neither = {none, other};
    none = regexes.Both(neither);
  }
  return one;
}

void TextAlgebra::Keywords(const SchemaNode& node, ScopeId /*scope*/, std::vector<Type>& out) {
  if (node.min_length > 0 || node.max_length) {
    out.push_back(
        l.regexes_.Length(node.min_length, node.max_length.value_or(RegexPool::kUnbounded)));
  }
  if (node.pattern) {
    out.push_back(l.Pattern(*node.pattern, static_cast<SchemaId>(&node - l.schema_.nodes.data())));
  }
  if (node.format) {
    if (const auto format = l.Format(*node.format)) out.push_back(*format);
  }
  if (node.copy) out.push_back(l.regexes_.Spans(l.schema_.copy_source));
}

NumberSet NumberAlgebra::Checked(Result<NumberSet> set) {
  if (set) return *std::move(set);
  l.SetFailure(set.error().code, l.place_ + ": " + set.error().message);
  return NumberSet::None();
}

// Two by two, so that time is not quadratic where there are many: uniqueItems forbids each number
// that a list has already.
NumberSet NumberAlgebra::Joined(std::vector<Type> parts,
                                Result<Type> (Type::*join)(const Type&) const) {
  for (size_t step = 1; step < parts.size(); step *= 2) {
    for (size_t i = 0; i + step < parts.size(); i += 2 * step) {
      parts[i] = Checked((parts[i].*join)(parts[i + step]));
    }
  }
  return parts[0];
}

NumberSet NumberAlgebra::And(const std::vector<Type>& parts) {
  return parts.empty() ? NumberSet::All() : Joined(parts, &NumberSet::And);
}

NumberSet NumberAlgebra::Or(const std::vector<Type>& parts) {
  return parts.empty() ? NumberSet::None() : Joined(parts, &NumberSet::Or);
}

NumberSet NumberAlgebra::One(const std::vector<Type>& parts) {
  NumberSet none = NumberSet::All();
  NumberSet one = NumberSet::None();
  for (const NumberSet& part : parts) {
    const NumberSet other = Not(part);
    one = Or({And({one, other}), And({none, part})});
    none = And({none, other});
  }
  return one;
}

void NumberAlgebra::Keywords(const SchemaNode& node, ScopeId /*scope*/, std::vector<Type>& out) {
  if ((node.types & kNumberBit) == 0) {
    out.push_back(node.plain_integers ? NumberSet::PlainIntegers() : NumberSet::Integers());
  }
  if (node.minimum) out.push_back(NumberSet::AtLeast(*node.minimum, false));
  if (node.exclusive_minimum) out.push_back(NumberSet::AtLeast(*node.exclusive_minimum, true));
  if (node.maximum) out.push_back(NumberSet::AtMost(*node.maximum, false));
  if (node.exclusive_maximum) out.push_back(NumberSet::AtMost(*node.exclusive_maximum, true));
  if (node.exclusive_minimum && node.exclusive_maximum) {
    out.push_back(NumbersBetween(*node.exclusive_minimum, *node.exclusive_maximum));
  }
  if (node.multiple_of) out.push_back(NumberSet::MultiplesOf(*node.multiple_of));
}

NumberSet NumberAlgebra::Equals(const Json& value) {
  if (!value.is_number()) return NumberSet::None();
  const Result<Decimal> number = Decimal::Parse(value.number_text());
  if (number) return NumberSet::Just(*number);
  l.SetFailure(number.error().code, l.place_ + ": " + number.error().message);
  return NumberSet::None();
}

uint8_t LiteralAlgebra::And(const std::vector<Type>& parts) {
  return std::all_of(parts.begin(), parts.end(), [](Type part) { return part != 0; }) ? 1 : 0;
}

uint8_t LiteralAlgebra::Or(const std::vector<Type>& parts) {
  return std::any_of(parts.begin(), parts.end(), [](Type part) { return part != 0; }) ? 1 : 0;
}

uint8_t LiteralAlgebra::One(const std::vector<Type>& parts) {
  return std::count(parts.begin(), parts.end(), 1) == 1 ? 1 : 0;
}

uint8_t LiteralAlgebra::Equals(const Json& value) {
  if (literal == JsonLiteral::kNull) return value.is_null() ? 1 : 0;
  return value.is_bool() && value.AsBool() == (literal == JsonLiteral::kTrue) ? 1 : 0;
}

uint8_t* LiteralAlgebra::Find(AtomId atom) {
  const auto it = l.literal_of_atom_.find(Key(atom));
  if (it == l.literal_of_atom_.end()) return nullptr;
  found = it->second ? 1 : 0;
  return &found;
}

void MemberAlgebra::Keywords(const SchemaNode& node, ScopeId scope, FormulaList& out) {
  const auto id = static_cast<SchemaId>(&node - l.schema_.nodes.data());
  if (node.required.size() > kMostListed) {
    l.SetFailure(ErrorCode::kResourceExhausted,
                 node.path + "/required: " + std::to_string(node.required.size()) +
                     " names; at most " + std::to_string(kMostListed) + " can be handled");
  }
  for (const std::string& name : node.required) {
    out.push_back(Of(AtomKind::kRequired, l.strings_.Intern(name)));
  }
  if (node.min_properties > 0)
    out.push_back(Of(AtomKind::kMinProperties, 0, 0, node.min_properties));
  if (node.max_properties) out.push_back(Of(AtomKind::kMaxProperties, 0, 0, *node.max_properties));
  if (node.property_names != kNoSchema) {
    out.push_back(Of(AtomKind::kNames, l.Valid(node.property_names, scope)));
  }
  if (!node.properties.empty() || !node.pattern_properties.empty() ||
      node.additional_properties != kNoSchema) {
    out.push_back(Of(AtomKind::kProperties, id, scope));
  }
  for (const auto& [name, needed] : node.dependent_required) {
    FormulaList all;
    for (const std::string& other : needed) {
      all.push_back(Of(AtomKind::kRequired, l.strings_.Intern(other)));
    }
    out.push_back(Or({Not(Of(AtomKind::kRequired, l.strings_.Intern(name))), And(std::move(all))}));
  }
  for (const auto& [name, dependent] : node.dependent_schemas) {
    out.push_back(Or({Not(Of(AtomKind::kRequired, l.strings_.Intern(name))),
                      l.Members(l.Valid(dependent, scope))}));
  }
  if (node.unevaluated_properties != kNoSchema) {
    FormulaList conditions;
    l.AddConditions(id, scope, true, conditions);
    const AtomId atom = l.atoms_.Intern({AtomKind::kUnevaluated, id, scope, 0});
    out.push_back(l.formulas_.Node(atom, std::move(conditions)));
  }
}

FormulaId MemberAlgebra::Equals(const Json& value) {
  if (!value.is_object()) return FormulaPool::kFalse;
  FormulaList all;
  for (const auto& member : value.members()) {
    all.push_back(Of(AtomKind::kRequired, l.strings_.Intern(member.first)));
  }
  all.push_back(Of(AtomKind::kMaxProperties, 0, 0, value.members().size()));
  all.push_back(Of(AtomKind::kSameMembers, l.values_.Intern(value)));
  return And(std::move(all));
}

void ItemAlgebra::Keywords(const SchemaNode& node, ScopeId scope, FormulaList& out) {
  const auto id = static_cast<SchemaId>(&node - l.schema_.nodes.data());
  if (node.min_items > 0) out.push_back(Of(AtomKind::kMinItems, 0, 0, node.min_items));
  if (node.max_items) out.push_back(Of(AtomKind::kMaxItems, 0, 0, *node.max_items));
  if (!node.prefix_items.empty() || node.items != kNoSchema) {
    out.push_back(Of(AtomKind::kItems, id, scope, 0));
  }
  if (node.contains != kNoSchema) {
    const FormulaId contained = l.Valid(node.contains, scope);
    if (node.min_contains > 0) {
      out.push_back(Of(AtomKind::kMinContains, contained, 0, node.min_contains));
    }
    if (node.max_contains) {
      out.push_back(Of(AtomKind::kMaxContains, contained, 0, *node.max_contains));
    }
  }
  if (node.unique_items) out.push_back(Of(AtomKind::kUnique, ListTable::kEmpty));
  if (node.unevaluated_items != kNoSchema) {
    FormulaList conditions;
    l.AddConditions(id, scope, false, conditions);
    const AtomId atom = l.atoms_.Intern({AtomKind::kUnevaluated, id, scope, 0});
    out.push_back(l.formulas_.Node(atom, std::move(conditions)));
  }
}

FormulaId ItemAlgebra::Equals(const Json& value) {
  if (!value.is_array()) return FormulaPool::kFalse;
  const uint64_t n = value.items().size();
  FormulaList all = {Of(AtomKind::kMaxItems, 0, 0, n),
                     Of(AtomKind::kSameItems, l.values_.Intern(value), 0, 0)};
  if (n > 0) all.push_back(Of(AtomKind::kMinItems, 0, 0, n));
  return And(std::move(all));
}

}  // namespace bantam::grammar
