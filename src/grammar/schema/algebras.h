// What Boolean operations and keywords mean for each type of value. Only for value_languages.cc.
#pragma once

#include <utility>
#include <vector>

#include "grammar/schema/value_languages.h"

namespace bantam::grammar {

// Each has: Type, types (of SchemaNode) it speaks of, And, Or, Not, One, Constant; Keywords adds
// what the type's own keywords ask; Equals gives the language of one value; Find and Store, what is
// known of an atom.

struct TextAlgebra {
  using Type = RegexId;
  static constexpr uint8_t kTypes = kStringBit;
  ValueLanguages& l;

  Type Constant(bool value) const { return value ? RegexPool::kAnything : RegexPool::kNothing; }
  Type Not(Type x) { return l.regexes_.Not(x); }
  Type And(const std::vector<Type>& parts) { return l.regexes_.Both(parts); }
  Type Or(const std::vector<Type>& parts) { return l.regexes_.Either(parts); }
  Type One(const std::vector<Type>& parts);
  void Keywords(const SchemaNode& node, ScopeId scope, std::vector<Type>& out);
  Type Equals(const Json& value) {
    return value.is_string() ? l.regexes_.Literal(value.AsString()) : RegexPool::kNothing;
  }
  Type* Find(AtomId atom) {
    const auto it = l.text_of_atom_.find(atom);
    return it == l.text_of_atom_.end() ? nullptr : &it->second;
  }
  void Store(AtomId atom, Type value) { l.text_of_atom_.emplace(atom, value); }
};

struct NumberAlgebra {
  using Type = NumberSet;
  static constexpr uint8_t kTypes = kNumberBit | kIntegerBit;
  ValueLanguages& l;

  Type Constant(bool value) const { return value ? NumberSet::All() : NumberSet::None(); }
  Type Checked(Result<NumberSet> set);
  Type Joined(std::vector<Type> parts, Result<Type> (Type::*join)(const Type&) const);
  Type Not(const Type& x) { return Checked(x.Not()); }
  Type And(const std::vector<Type>& parts);
  Type Or(const std::vector<Type>& parts);
  Type One(const std::vector<Type>& parts);
  void Keywords(const SchemaNode& node, ScopeId scope, std::vector<Type>& out);
  Type Equals(const Json& value);
  Type* Find(AtomId atom) {
    const auto it = l.numbers_of_atom_.find(atom);
    return it == l.numbers_of_atom_.end() ? nullptr : &it->second;
  }
  void Store(AtomId atom, const Type& value) { l.numbers_of_atom_.emplace(atom, value); }
};

struct LiteralAlgebra {
  using Type = uint8_t;  // 0 or 1: vectors of bool have no elements
  ValueLanguages& l;
  JsonLiteral literal;
  uint8_t kTypes;  // of the literal
  Type found = 0;  // what Find points to

  Type Constant(bool value) const { return value ? 1 : 0; }
  Type Not(Type x) { return x == 0 ? 1 : 0; }
  Type And(const std::vector<Type>& parts);
  Type Or(const std::vector<Type>& parts);
  Type One(const std::vector<Type>& parts);
  void Keywords(const SchemaNode& /*node*/, ScopeId /*scope*/, std::vector<Type>& /*out*/) {}
  Type Equals(const Json& value);
  uint64_t Key(AtomId atom) const { return uint64_t{atom} << 2 | static_cast<uint64_t>(literal); }
  Type* Find(AtomId atom);
  void Store(AtomId atom, Type value) { l.literal_of_atom_.emplace(Key(atom), value != 0); }
};

struct FormulaAlgebra {
  using Type = FormulaId;
  ValueLanguages& l;

  Type Constant(bool value) const { return value ? FormulaPool::kTrue : FormulaPool::kFalse; }
  Type Not(Type x) { return l.formulas().Not(x); }
  Type And(FormulaList parts) { return l.formulas().And(std::move(parts)); }
  Type Or(FormulaList parts) { return l.formulas().Or(std::move(parts)); }
  Type One(FormulaList parts) { return l.formulas().One(std::move(parts)); }
  FormulaId Of(AtomKind kind, uint32_t a, uint32_t b = 0, uint64_t n = 0) {
    return l.formulas().Atom(l.atoms().Intern({kind, a, b, n}));
  }
};

struct MemberAlgebra : FormulaAlgebra {
  static constexpr uint8_t kTypes = kObjectBit;
  void Keywords(const SchemaNode& node, ScopeId scope, FormulaList& out);
  Type Equals(const Json& value);
  Type* Find(AtomId atom) {
    const auto it = l.members_of_atom_.find(atom);
    return it == l.members_of_atom_.end() ? nullptr : &it->second;
  }
  void Store(AtomId atom, Type value) { l.members_of_atom_.emplace(atom, value); }
};

struct ItemAlgebra : FormulaAlgebra {
  static constexpr uint8_t kTypes = kArrayBit;
  void Keywords(const SchemaNode& node, ScopeId scope, FormulaList& out);
  Type Equals(const Json& value);
  Type* Find(AtomId atom) {
    const auto it = l.items_of_atom_.find(atom);
    return it == l.items_of_atom_.end() ? nullptr : &it->second;
  }
  void Store(AtomId atom, Type value) { l.items_of_atom_.emplace(atom, value); }
};

}  // namespace bantam::grammar
