// ValueLanguages: what a formula about a JSON value means for each type of value.
//
// Within one value, every keyword of JSON Schema that applies in place (allOf, anyOf, oneOf, not,
// if, $ref, …) is a Boolean combination. So the texts that satisfy a formula are one regular
// expression, the numbers one set of numbers, the literals a truth table; what is asked of an
// object or array is a formula about its members or items, to be derived as they come.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "bantam/result.h"
#include "grammar/number/number_set.h"
#include "grammar/regex/regex_pool.h"
#include "grammar/schema/atoms.h"
#include "grammar/schema/formula.h"
#include "grammar/schema/schema.h"
#include "grammar/schema/value_table.h"

namespace bantam::grammar {

enum class JsonLiteral : uint8_t { kNull, kFalse, kTrue };
inline constexpr std::array<const char*, 3> kLiteralTexts = {"null", "false", "true"};

// Which schema a $dynamicRef reaches from here, by anchor name; interned.
using ScopeId = uint32_t;

// Remembers every answer. Not thread-safe.
class ValueLanguages {
 public:
  explicit ValueLanguages(std::shared_ptr<const Schema> schema);

  // The formula "valid against `schema`, reached from `scope`". Booleans are constants.
  FormulaId Valid(SchemaId schema, ScopeId scope);
  FormulaId Equal(const Json& value);
  FormulaId Among(ListId list);
  FormulaId Root() { return Valid(schema_.root, 0); }

  RegexId Texts(FormulaId value);  // decoded; without the undecided ones
  // Of the last of many large sets alone it is remembered.
  std::shared_ptr<const NumberSet> Numbers(FormulaId value);
  // Numbers satisfy it, but none of those that are read and written (IsWrittenNumber).
  bool OnlyUnwritten(FormulaId value);
  bool Accepts(FormulaId value, JsonLiteral literal);
  // About members of an object, items of an array: atoms as atoms.h lists them.
  FormulaId Members(FormulaId value);
  FormulaId Items(FormulaId value);

  // The texts of a pattern of patternProperties, of names.
  RegexId Pattern(const std::string& pattern, SchemaId schema);
  std::optional<RegexId> KnownPattern(const std::string& pattern) const;  // if it was asked for

  // The texts of a format; nothing for a name that no draft defines.
  std::optional<RegexId> Format(const std::string& format);
  // Those that are legal nowhere: whether they have a format that is negated is not known.
  RegexId Undecided();
  bool IsUndecided(std::string_view text);  // decoded
  bool leaves_undecided() const { return !schema_.negated_formats.empty(); }

  const Schema& schema() const { return schema_; }
  const SchemaNode& node(SchemaId id) const { return schema_.nodes[id]; }
  FormulaPool& formulas() { return formulas_; }
  RegexPool& regexes() { return regexes_; }
  AtomTable& atoms() { return atoms_; }
  ValueTable& values() { return values_; }
  StringTable& strings() { return strings_; }
  ListTable& lists() { return lists_; }

  // Says what could not be worked out (a limit, a pattern that is none); answers given since then
  // err towards "nothing is valid". The first failure stays.
  const std::optional<Error>& failure() const { return failure_; }
  void SetFailure(ErrorCode code, std::string message);
  // That, where the pool of expressions is exhausted: `place` is of what was asked last.
  void NoteExhausted(const std::string& place);

  // The target of $dynamicRef in this scope.
  SchemaId DynamicTarget(const SchemaNode& node, ScopeId scope) const;
  // The scope inside a schema reached from `scope`.
  ScopeId Enter(SchemaId schema, ScopeId scope);

 private:
  template <typename Algebra>
  using Folded = std::unordered_map<FormulaId, typename Algebra::Type>;
  template <typename Algebra>
  typename Algebra::Type Fold(Algebra& algebra, FormulaId formula);
  template <typename Algebra>
  typename Algebra::Type FoldNode(Algebra& algebra, FormulaId formula, Folded<Algebra>& folded);
  template <typename Algebra>
  typename Algebra::Type OfAtom(Algebra& algebra, AtomId atom);
  template <typename Algebra>
  typename Algebra::Type OfList(Algebra& algebra, AtomId atom);
  template <typename Algebra>
  typename Algebra::Type OfSchema(Algebra& algebra, const SchemaNode& node, ScopeId scope);
  friend struct TextAlgebra;
  friend struct NumberAlgebra;
  friend struct LiteralAlgebra;
  friend struct MemberAlgebra;
  friend struct ItemAlgebra;
  void AddConditions(SchemaId schema, ScopeId scope, bool objects, FormulaList& out);

  const std::shared_ptr<const Schema> owner_;
  const Schema& schema_;
  FormulaPool formulas_;
  RegexPool regexes_;
  AtomTable atoms_;
  ValueTable values_;
  StringTable strings_;
  ListTable lists_;
  std::optional<Error> failure_;

  using Scope = std::map<std::string, SchemaId, std::less<>>;
  std::map<Scope, ScopeId> scope_ids_;
  std::deque<const Scope*> scopes_;

  int depth_ = 0;
  std::string place_ = "#";                 // the schema that is being worked out
  std::unordered_set<uint64_t> expanding_;  // atoms whose languages are being worked out
  std::unordered_map<AtomId, RegexId> text_of_atom_;
  std::unordered_map<AtomId, NumberSet> numbers_of_atom_;
  std::unordered_map<uint64_t, bool> literal_of_atom_;
  std::unordered_map<AtomId, FormulaId> members_of_atom_;
  std::unordered_map<AtomId, FormulaId> items_of_atom_;
  std::unordered_map<FormulaId, RegexId> texts_;
  std::unordered_map<FormulaId, std::shared_ptr<const NumberSet>> numbers_;
  std::deque<FormulaId> large_numbers_;  // of those, the large ones, the oldest first
  std::unordered_map<FormulaId, FormulaId> members_;
  std::unordered_map<FormulaId, FormulaId> items_;
  std::map<std::string, RegexId, std::less<>> patterns_;
  std::map<std::string, std::optional<RegexId>, std::less<>> formats_;
  std::optional<RegexId> undecided_;
};

}  // namespace bantam::grammar
