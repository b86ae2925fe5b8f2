// Keywords that apply in place become Boolean operations of the algebra of the value's type.
#include "grammar/schema/value_languages.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "grammar/number/float_range.h"
#include "grammar/number/number_syntax.h"
#include "grammar/regex/formats.h"
#include "grammar/regex/regex_syntax.h"
#include "grammar/schema/algebras.h"

namespace bantam::grammar {
namespace {

// Schemas that apply to one value within each other. Real ones stay below 50.
constexpr int kMostInPlace = 400;

Decimal ToDecimal(std::string_view text) {
  return *Decimal::Parse(text);
}

// Numbers that are written with digits alone, if the set tells them apart, are no longer than
// kMostNumberBytes, others any.
Result<NumberSet> ShortEnough() {
  const std::string digits = std::to_string(kMostNumberBytes);
  const std::string less = std::to_string(kMostNumberBytes - 1);
  const NumberSet others = TRY(NumberSet::PlainIntegers().Not());
  NumberSet plain = NumberSet::PlainIntegers();
  plain = TRY(plain.And(NumberSet::AtMost(ToDecimal("1e" + digits), true)));
  plain = TRY(plain.And(NumberSet::AtLeast(ToDecimal("-1e" + less), true)));
  return plain.Or(others);
}

// Without the numbers that are never written (IsWrittenNumber), where the shortest of a piece could
// be one of them.
Result<NumberSet> Written(const NumberSet& numbers) {
  const Decimal large = ToDecimal("1e200"), minus_large = ToDecimal("-1e200");
  const Decimal small = ToDecimal("1e-200"), minus_small = ToDecimal("-1e-200");
  const auto any = [&](const auto& of_piece) {
    return std::ranges::any_of(numbers.pieces(), of_piece) ||
           (numbers.others() != nullptr &&
            std::ranges::any_of(numbers.others()->pieces(), of_piece));
  };
  NumberSet written = numbers;
  if (any([&](const NumberPiece& piece) {
        return (piece.low && large < *piece.low) || (piece.high && *piece.high < minus_large);
      })) {
    written = TRY(written.And(NumberSet::AtMost(LeastInfinite(), true)));
    written = TRY(written.And(NumberSet::AtLeast(LeastInfinite().Negated(), true)));
  }
  if (any([&](const NumberPiece& piece) {
        return piece.low && piece.high && minus_small < *piece.low && *piece.high < small &&
               !(piece.is_point() && piece.low->is_zero());
      })) {
    NumberSet others = NumberSet::Just(Decimal());
    others = TRY(others.Or(NumberSet::AtLeast(GreatestVanishing(), true)));
    others = TRY(others.Or(NumberSet::AtMost(GreatestVanishing().Negated(), true)));
    written = TRY(written.And(others));
  }
  if (written.others() != nullptr) {
    const NumberSet short_enough = TRY(ShortEnough());
    written = TRY(written.And(short_enough));
  }
  return written;
}

// Whether it is a single number that floats hold only roughly: of 1e30 no digits are the same to
// all programs.
bool IsRough(const NumberPiece& piece) {
  const Decimal* point = piece.point();
  return point != nullptr && !point->is_zero() && point->magnitude() >= kMostDecimalDigits;
}

// The set in its plainest spelling that writes at least one of its numbers.
NumberSet Plainly(const NumberSet& numbers) {
  if (numbers.is_all() || numbers.others() != nullptr) return numbers;
  if (std::ranges::any_of(numbers.pieces(), IsRough)) return numbers;
  NumberSet plain = numbers.Spelled(numbers.HasIntegersOnly() ? NumberSpelling::kDigits
                                                              : NumberSpelling::kDecimal);
  const auto shortest = plain.Complete("");
  return shortest && IsWrittenNumber(*shortest) ? plain : numbers;
}

// With uniqueItems each item of an array has a set of its own, which leaves out those before.
constexpr size_t kMostLarge = 64;  // that are remembered
constexpr size_t kLarge = 32;      // pieces, or numbers left out

bool IsLarge(const NumberSet& numbers) {
  return numbers.pieces().size() > kLarge ||
         std::ranges::any_of(numbers.pieces(), [](const NumberPiece& piece) {
           return piece.left_out.size() > kLarge;
         });
}

}  // namespace

ValueLanguages::ValueLanguages(std::shared_ptr<const Schema> schema)
    : owner_(std::move(schema)), schema_(*owner_) {
  const auto [it, added] = scope_ids_.emplace(Scope{}, 0);
  scopes_.push_back(&it->first);
  regexes_.LimitWork(schema_.text_fuel.left());
}

void ValueLanguages::NoteExhausted(const std::string& place) {
  if (!regexes_.exhausted()) return;
  SetFailure(ErrorCode::kResourceExhausted,
             place + ": which texts it allows takes too many steps to find");
}

void ValueLanguages::SetFailure(ErrorCode code, std::string message) {
  if (!failure_) failure_ = Error{code, std::move(message)};
}

ScopeId ValueLanguages::Enter(SchemaId schema, ScopeId scope) {
  if (!schema_.has_dynamic_refs) return 0;
  const SchemaResource& resource = schema_.resources[node(schema).resource];
  Scope inner = *scopes_[scope];
  for (const auto& [anchor, target] : resource.dynamic_anchors) inner.emplace(anchor, target);
  const auto [it, added] =
      scope_ids_.emplace(std::move(inner), static_cast<ScopeId>(scopes_.size()));
  if (added) scopes_.push_back(&it->first);
  return it->second;
}

SchemaId ValueLanguages::DynamicTarget(const SchemaNode& node, ScopeId scope) const {
  if (node.dynamic_anchor.empty()) return node.dynamic_ref;
  const auto it = scopes_[scope]->find(node.dynamic_anchor);
  return it == scopes_[scope]->end() ? node.dynamic_ref : it->second;
}

FormulaId ValueLanguages::Valid(SchemaId schema, ScopeId scope) {
  const SchemaNode& target = node(schema);
  if (target.boolean) return *target.boolean ? FormulaPool::kTrue : FormulaPool::kFalse;
  return formulas_.Atom(atoms_.Intern({AtomKind::kValid, schema, Enter(schema, scope), 0}));
}

FormulaId ValueLanguages::Equal(const Json& value) {
  return formulas_.Atom(atoms_.Intern({AtomKind::kEquals, values_.Intern(value), 0, 0}));
}

FormulaId ValueLanguages::Among(ListId list) {
  if (list == ListTable::kEmpty) return FormulaPool::kFalse;
  return formulas_.Atom(atoms_.Intern({AtomKind::kAmong, list, 0, 0}));
}

RegexId ValueLanguages::Pattern(const std::string& pattern, SchemaId schema) {
  if (const auto it = patterns_.find(pattern); it != patterns_.end()) return it->second;
  const Result<RegexId> parsed = ParseRegex(regexes_, pattern, Anchoring::kSearch);
  if (!parsed) {
    SetFailure(parsed.error().code,
               node(schema).path +
                   (node(schema).pattern == pattern ? "/pattern: " : "/patternProperties: ") +
                   Quote(pattern) + ": " + parsed.error().message);
  }
  const RegexId regex = parsed ? *parsed : RegexPool::kNothing;
  patterns_.emplace(pattern, regex);
  return regex;
}

std::optional<RegexId> ValueLanguages::KnownPattern(const std::string& pattern) const {
  const auto it = patterns_.find(pattern);
  return it == patterns_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<RegexId> ValueLanguages::Format(const std::string& format) {
  if (const auto it = formats_.find(format); it != formats_.end()) return it->second;
  std::optional<RegexId> texts = FormatRegex(regexes_, format);
  if (texts && schema_.widest_formats) {
    texts = regexes_.Either(std::array{*texts, UndecidedTexts(regexes_, format)});
  }
  formats_.emplace(format, texts);
  return texts;
}

RegexId ValueLanguages::Undecided() {
  if (undecided_) return *undecided_;
  std::vector<RegexId> texts;
  for (const std::string& format : schema_.negated_formats) {
    texts.push_back(UndecidedTexts(regexes_, format));
  }
  undecided_ = regexes_.Either(texts);
  return *undecided_;
}

bool ValueLanguages::IsUndecided(std::string_view text) {
  return leaves_undecided() && regexes_.Matches(Undecided(), text);
}

// From the longest list within this one that is known.
template <typename Algebra>
typename Algebra::Type ValueLanguages::OfList(Algebra& algebra, AtomId id) {
  std::vector<AtomId> unknown;
  auto language = algebra.Constant(false);
  for (ListId list = atoms_[id].a; list != ListTable::kEmpty; list = lists_.Before(list)) {
    const AtomId atom = atoms_.Intern({AtomKind::kAmong, list, 0, 0});
    if (const auto* known = algebra.Find(atom)) {
      language = *known;
      break;
    }
    unknown.push_back(atom);
  }
  for (; !unknown.empty(); unknown.pop_back()) {
    const auto value = algebra.Equals(values_[lists_.Last(atoms_[unknown.back()].a)]);
    language = algebra.Or({language, value});
    algebra.Store(unknown.back(), language);
  }
  return language;
}

// At once: sets of numbers are as large as the list.
template <>
NumberSet ValueLanguages::OfList(NumberAlgebra& algebra, AtomId id) {
  std::vector<Decimal> numbers;
  for (ValueId value : lists_.ValuesOf(atoms_[id].a)) {
    if (!values_[value].is_number()) continue;
    Result<Decimal> number = Decimal::Parse(values_[value].number_text());
    if (number) numbers.push_back(*std::move(number));
  }
  return algebra.Checked(NumberSet::Among(std::move(numbers)));
}

template <typename Algebra>
typename Algebra::Type ValueLanguages::Fold(Algebra& algebra, FormulaId formula) {
  Folded<Algebra> folded;
  return FoldNode(algebra, formula, folded);
}

// Parts of a formula are shared: written out it may be exponentially long.
template <typename Algebra>
typename Algebra::Type ValueLanguages::FoldNode(Algebra& algebra, FormulaId formula,
                                                Folded<Algebra>& folded) {
  switch (formulas_.op(formula)) {
    case FormulaOp::kFalse:
    case FormulaOp::kTrue: return algebra.Constant(formula == FormulaPool::kTrue);
    case FormulaOp::kAtom:
    case FormulaOp::kNode: return OfAtom(algebra, formulas_.atom(formula));
    default: break;
  }
  if (const auto it = folded.find(formula); it != folded.end()) return it->second;
  std::vector<typename Algebra::Type> parts;
  const size_t count = formulas_.children(formula).size();
  formulas_.Count(1 + count);
  for (size_t i = 0; i < count; ++i) {
    parts.push_back(FoldNode(algebra, formulas_.children(formula)[i], folded));
  }
  const auto joined = [&]() -> typename Algebra::Type {
    switch (formulas_.op(formula)) {
      case FormulaOp::kNot: return algebra.Not(parts[0]);
      case FormulaOp::kAnd: return algebra.And(parts);
      case FormulaOp::kOr: return algebra.Or(parts);
      default: return algebra.One(parts);
    }
  };
  return folded.emplace(formula, joined()).first->second;
}

template <typename Algebra>
typename Algebra::Type ValueLanguages::OfAtom(Algebra& algebra, AtomId id) {
  if (const auto* known = algebra.Find(id)) return *known;
  const Atom atom = atoms_[id];
  if (atom.kind == AtomKind::kEquals) {
    auto language = algebra.Equals(values_[atom.a]);
    algebra.Store(id, language);
    return language;
  }
  if (atom.kind == AtomKind::kAmong) return OfList(algebra, id);
  const SchemaNode& schema = node(atom.a);
  const uint64_t key = uint64_t{id} << 8 | algebra.kTypes;
  if (depth_ >= kMostInPlace || !expanding_.insert(key).second) {
    SetFailure(ErrorCode::kInvalidArgument,
               schema.path + (depth_ >= kMostInPlace
                                  ? ": more than 400 schemas apply to one value within each other"
                                  : ": whether a value is valid depends on itself"));
    return algebra.Constant(false);
  }
  ++depth_;
  std::string outer = std::exchange(place_, schema.path);
  auto language = OfSchema(algebra, schema, atom.b);
  place_ = std::move(outer);
  --depth_;
  expanding_.erase(key);
  algebra.Store(id, language);
  return language;
}

template <typename Algebra>
typename Algebra::Type ValueLanguages::OfSchema(Algebra& algebra, const SchemaNode& node,
                                                ScopeId scope) {
  if ((node.types & algebra.kTypes) == 0) return algebra.Constant(false);
  std::vector<typename Algebra::Type> all;
  std::vector<typename Algebra::Type> some;
  const auto valid = [&](SchemaId schema) { return Fold(algebra, Valid(schema, scope)); };
  if (node.values) {
    for (const Json& value : *node.values) some.push_back(algebra.Equals(value));
    all.push_back(algebra.Or(std::exchange(some, {})));
  }
  if (node.ref != kNoSchema) all.push_back(valid(node.ref));
  if (node.dynamic_ref != kNoSchema) all.push_back(valid(DynamicTarget(node, scope)));
  for (SchemaId schema : node.all_of) all.push_back(valid(schema));
  for (SchemaId schema : node.any_of) some.push_back(valid(schema));
  if (!some.empty()) all.push_back(algebra.Or(std::exchange(some, {})));
  for (SchemaId schema : node.one_of) some.push_back(valid(schema));
  if (!some.empty()) all.push_back(algebra.One(std::exchange(some, {})));
  if (node.negated != kNoSchema) all.push_back(algebra.Not(valid(node.negated)));
  if (node.if_schema != kNoSchema) {
    const auto condition = valid(node.if_schema);
    if (node.then_schema != kNoSchema) {
      all.push_back(algebra.Or({algebra.Not(condition), valid(node.then_schema)}));
    }
    if (node.else_schema != kNoSchema) {
      all.push_back(algebra.Or({condition, valid(node.else_schema)}));
    }
  }
  algebra.Keywords(node, scope, all);
  return algebra.And(std::move(all));
}

RegexId ValueLanguages::Texts(FormulaId value) {
  if (const auto it = texts_.find(value); it != texts_.end()) return it->second;
  TextAlgebra algebra{*this};
  const std::array<RegexId, 2> both = {Fold(algebra, value), regexes_.Not(Undecided())};
  const RegexId texts = regexes_.Both(both);
  texts_.emplace(value, texts);
  return texts;
}

std::shared_ptr<const NumberSet> ValueLanguages::Numbers(FormulaId value) {
  if (const auto it = numbers_.find(value); it != numbers_.end()) return it->second;
  NumberAlgebra algebra{*this};
  const NumberSet all = Fold(algebra, value);
  const NumberSet written = Written(all).value_or(all);
  const auto numbers =
      std::make_shared<const NumberSet>(schema_.plain_numbers ? Plainly(written) : written);
  numbers_.emplace(value, numbers);
  if (!IsLarge(*numbers)) return numbers;
  large_numbers_.push_back(value);
  if (large_numbers_.size() > kMostLarge) {
    numbers_.erase(large_numbers_.front());
    large_numbers_.pop_front();
  }
  return numbers;
}

bool ValueLanguages::OnlyUnwritten(FormulaId value) {
  NumberAlgebra algebra{*this};
  if (Fold(algebra, value).is_none()) return false;
  const auto shortest = Numbers(value)->Complete("");
  return !shortest || !IsWrittenNumber(*shortest);
}

bool ValueLanguages::Accepts(FormulaId value, JsonLiteral literal) {
  const uint8_t type = literal == JsonLiteral::kNull ? kNullBit : kBoolBit;
  LiteralAlgebra algebra{*this, literal, type};
  return Fold(algebra, value) != 0;
}

FormulaId ValueLanguages::Members(FormulaId value) {
  if (const auto it = members_.find(value); it != members_.end()) return it->second;
  MemberAlgebra algebra{{*this}};
  const FormulaId members = Fold(algebra, value);
  members_.emplace(value, members);
  return members;
}

FormulaId ValueLanguages::Items(FormulaId value) {
  if (const auto it = items_.find(value); it != items_.end()) return it->second;
  ItemAlgebra algebra{{*this}};
  const FormulaId items = Fold(algebra, value);
  items_.emplace(value, items);
  return items;
}

// The formulas on which it depends what in-place subschemas have evaluated, in the order in which
// Evaluated (container_steps.cc) looks at them.
void ValueLanguages::AddConditions(SchemaId schema, ScopeId outer, bool objects, FormulaList& out) {
  const SchemaNode& at = node(schema);
  if (at.boolean) return;
  const ScopeId scope = Enter(schema, outer);
  if (++depth_ > kMostInPlace) {
    SetFailure(ErrorCode::kInvalidArgument, at.path + ": more than 400 schemas within each other");
    --depth_;
    return;
  }
  const auto condition = [&](SchemaId id) {
    const FormulaId valid = Valid(id, scope);
    out.push_back(objects ? Members(valid) : Items(valid));
    AddConditions(id, scope, objects, out);
  };
  if (at.ref != kNoSchema) AddConditions(at.ref, scope, objects, out);
  if (at.dynamic_ref != kNoSchema) AddConditions(DynamicTarget(at, scope), scope, objects, out);
  for (SchemaId id : at.all_of) AddConditions(id, scope, objects, out);
  for (SchemaId id : at.any_of) condition(id);
  for (SchemaId id : at.one_of) condition(id);
  if (at.if_schema != kNoSchema) {
    condition(at.if_schema);
    if (at.then_schema != kNoSchema) AddConditions(at.then_schema, scope, objects, out);
    if (at.else_schema != kNoSchema) AddConditions(at.else_schema, scope, objects, out);
  }
  if (objects) {
    for (const auto& [name, id] : at.dependent_schemas) {
      out.push_back(
          formulas_.Atom(atoms_.Intern({AtomKind::kRequired, strings_.Intern(name), 0, 0})));
      AddConditions(id, scope, objects, out);
    }
  }
  --depth_;
}

}  // namespace bantam::grammar
