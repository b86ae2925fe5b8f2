// The derivatives of each atom, and what unevaluated* has to know.
#include "grammar/schema/container_steps.h"

#include <algorithm>
#include <utility>

namespace bantam::grammar {
namespace {

bool Has(const std::vector<RegexId>& sorted, RegexId id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

}  // namespace

ContainerSteps::ContainerSteps(ValueLanguages& languages)
    : languages_(languages), formulas_(languages.formulas()) {
  for (const SchemaNode& node : languages.schema().nodes) {
    longest_prefix_ = std::max<uint64_t>(longest_prefix_, node.prefix_items.size());
  }
  come_.push_back(&come_ids_.emplace(std::vector<uint32_t>{}, 0).first->first);
}

FormulaId ContainerSteps::Child(FormulaId value) {
  if (value <= FormulaPool::kTrue) return value;
  return AtomOf({AtomKind::kChild, value, 0, 0});
}

FormulaId ContainerSteps::Item(FormulaId formula) {
  return formulas_.Map(formula, items_, [&](FormulaId leaf) { return ItemLeaf(leaf); });
}

bool ContainerSteps::Closes(FormulaId formula) {
  return formulas_.Map(formula, closes_, [&](FormulaId leaf) {
    switch (languages_.atoms()[formulas_.atom(leaf)].kind) {
      case AtomKind::kRequired:
      case AtomKind::kMinProperties:
      case AtomKind::kMinItems:
      case AtomKind::kMinContains: return FormulaPool::kFalse;
      default: return FormulaPool::kTrue;
    }
  }) == FormulaPool::kTrue;
}

FormulaId ContainerSteps::Settle(FormulaId formula, const Outcome& outcome) {
  const Mentions& mentions = MentionsOf(formula);
  if (mentions.asked.empty() && !mentions.needs_value) return formula;
  std::unordered_map<FormulaId, FormulaId> memo;
  return formulas_.Map(formula, memo, [&](FormulaId leaf) {
    const Atom atom = languages_.atoms()[formulas_.atom(leaf)];
    if (atom.kind == AtomKind::kChild) {
      const auto it = std::lower_bound(outcome.asked.begin(), outcome.asked.end(), atom.a);
      if (it == outcome.asked.end() || *it != atom.a) return leaf;
      const bool holds = outcome.truth[static_cast<size_t>(it - outcome.asked.begin())] != 0;
      return holds ? FormulaPool::kTrue : FormulaPool::kFalse;
    }
    if (atom.kind == AtomKind::kUniquePending && outcome.repeated) {
      return *outcome.repeated ? FormulaPool::kFalse : AtomOf({AtomKind::kUnique, atom.a, 0, 0});
    }
    if (atom.kind == AtomKind::kUniquePending && outcome.value) {
      return AtomOf({AtomKind::kUnique, languages_.lists().Add(atom.a, *outcome.value), 0, 0});
    }
    if (formulas_.op(leaf) == FormulaOp::kNode) {
      FormulaList conditions(formulas_.children(leaf).begin(), formulas_.children(leaf).end());
      for (FormulaId& condition : conditions) condition = Settle(condition, outcome);
      return formulas_.Node(formulas_.atom(leaf), std::move(conditions));
    }
    return leaf;
  });
}

std::optional<FormulaId> ContainerSteps::SettleValue(FormulaId formula, std::string_view value) {
  if (!NeedsValue(formula)) return formula;
  const Result<Json> json = Json::Parse(value);
  if (!json) return std::nullopt;
  Outcome outcome;
  outcome.value = languages_.values().Intern(*json);
  return Settle(formula, outcome);
}

FormulaId ContainerSteps::WithItems(FormulaId formula, ListId list) {
  std::unordered_map<FormulaId, FormulaId> memo;
  return formulas_.Map(formula, memo, [&](FormulaId leaf) {
    const AtomId atom = formulas_.atom(leaf);
    if (languages_.atoms()[atom].kind == AtomKind::kUnique) {
      return AtomOf({AtomKind::kUnique, list, 0, 0});
    }
    if (formulas_.op(leaf) != FormulaOp::kNode) return leaf;
    FormulaList conditions(formulas_.children(leaf).begin(), formulas_.children(leaf).end());
    for (FormulaId& condition : conditions) condition = WithItems(condition, list);
    return formulas_.Node(atom, std::move(conditions));
  });
}

std::optional<ContainerSteps::Literal> ContainerSteps::AskedLiteral(FormulaId formula) const {
  const bool negated = formulas_.op(formula) == FormulaOp::kNot;
  const FormulaId positive = negated ? formulas_.children(formula)[0] : formula;
  if (formulas_.op(positive) != FormulaOp::kAtom) return std::nullopt;
  const Atom& atom = languages_.atoms()[formulas_.atom(positive)];
  if (atom.kind != AtomKind::kChild) return std::nullopt;
  return Literal{atom.a, !negated};
}

const ContainerSteps::Mentions& ContainerSteps::MentionsOf(FormulaId formula) {
  if (const auto it = mentions_.find(formula); it != mentions_.end()) return it->second;
  Mentions mentions;
  if (formulas_.op(formula) == FormulaOp::kAtom) {
    const Atom& atom = languages_.atoms()[formulas_.atom(formula)];
    if (atom.kind == AtomKind::kChild) mentions.asked.push_back(atom.a);
    mentions.needs_value = atom.kind == AtomKind::kUniquePending;
  }
  for (size_t i = 0; i < formulas_.children(formula).size(); ++i) {
    const Mentions& part = MentionsOf(formulas_.children(formula)[i]);
    mentions.needs_value |= part.needs_value;
    mentions.asked.insert(mentions.asked.end(), part.asked.begin(), part.asked.end());
  }
  formulas_.Count(1 + mentions.asked.size());
  std::sort(mentions.asked.begin(), mentions.asked.end());
  mentions.asked.erase(std::unique(mentions.asked.begin(), mentions.asked.end()),
                       mentions.asked.end());
  return mentions_.emplace(formula, std::move(mentions)).first->second;
}

const std::vector<FormulaId>& ContainerSteps::Asked(FormulaId formula) {
  return MentionsOf(formula).asked;
}

bool ContainerSteps::NeedsValue(FormulaId formula) {
  return MentionsOf(formula).needs_value;
}

FormulaId ContainerSteps::MemberLeaf(FormulaId leaf, NameClassId id) {
  const Atom atom = languages_.atoms()[formulas_.atom(leaf)];
  const NameClass& name = *classes_[id];
  switch (atom.kind) {
    case AtomKind::kRequired: return name.name == atom.a ? FormulaPool::kTrue : leaf;
    case AtomKind::kMinProperties:
      return atom.n <= 1 ? FormulaPool::kTrue
                         : AtomOf({AtomKind::kMinProperties, 0, 0, atom.n - 1});
    case AtomKind::kMaxProperties:
      return atom.n == 0 ? FormulaPool::kFalse
                         : AtomOf({AtomKind::kMaxProperties, 0, 0, atom.n - 1});
    case AtomKind::kNames:
      return Has(name.matched, languages_.Texts(atom.a)) ? leaf : FormulaPool::kFalse;
    case AtomKind::kProperties:
      if (IsNarrow(atom)) return NarrowProperties(atom, name);
      return formulas_.And({leaf, Properties(atom, name)});
    case AtomKind::kSameMembers: {
      if (name.name == NameClass::kOther) return FormulaPool::kFalse;
      const Json* member = languages_.values()[atom.a].Find(languages_.strings()[name.name]);
      if (member == nullptr) return FormulaPool::kFalse;
      return formulas_.And({leaf, Child(languages_.Equal(*member))});
    }
    case AtomKind::kUnevaluated: return Unevaluated(leaf, &name);
    default: return leaf;
  }
}

// Each of a hundred thousand properties is asked for as a name that may come.
std::optional<SchemaId> ContainerSteps::PropertyOf(SchemaId id, const NameClass& name) {
  if (name.name == NameClass::kOther) return std::nullopt;
  const auto [it, added] = properties_.try_emplace(id);
  if (added) {
    for (const auto& [property, schema] : languages_.node(id).properties) {
      it->second.emplace(languages_.strings().Intern(property), schema);
    }
  }
  const auto found = it->second.find(name.name);
  return found == it->second.end() ? std::nullopt : std::optional(found->second);
}

FormulaId ContainerSteps::Properties(const Atom& atom, const NameClass& name) {
  const SchemaNode& node = languages_.node(atom.a);
  FormulaList all;
  bool additional = true;
  if (const auto schema = PropertyOf(atom.a, name)) {
    all.push_back(Child(languages_.Valid(*schema, atom.b)));
    additional = false;
  }
  for (const auto& [pattern, schema] : node.pattern_properties) {
    if (!Has(name.matched, languages_.Pattern(pattern, atom.a))) continue;
    all.push_back(Child(languages_.Valid(schema, atom.b)));
    additional = false;
  }
  if (additional && node.additional_properties != kNoSchema) {
    all.push_back(Child(languages_.Valid(node.additional_properties, atom.b)));
  }
  return formulas_.And(std::move(all));
}

FormulaId ContainerSteps::ItemLeaf(FormulaId leaf) {
  const Atom atom = languages_.atoms()[formulas_.atom(leaf)];
  switch (atom.kind) {
    case AtomKind::kMinItems:
      return atom.n <= 1 ? FormulaPool::kTrue : AtomOf({AtomKind::kMinItems, 0, 0, atom.n - 1});
    case AtomKind::kMaxItems:
      return atom.n == 0 ? FormulaPool::kFalse : AtomOf({AtomKind::kMaxItems, 0, 0, atom.n - 1});
    case AtomKind::kItems: {
      const SchemaNode& node = languages_.node(atom.a);
      const bool in_prefix = atom.n < node.prefix_items.size();
      if (!in_prefix && node.items == kNoSchema) return FormulaPool::kTrue;
      const SchemaId schema = in_prefix ? node.prefix_items[atom.n] : node.items;
      const uint64_t next = in_prefix ? atom.n + 1 : atom.n;
      return formulas_.And({AtomOf({AtomKind::kItems, atom.a, atom.b, next}),
                            Child(languages_.Valid(schema, atom.b))});
    }
    case AtomKind::kSameItems: {
      const Json& value = languages_.values()[atom.a];
      if (atom.n >= value.items().size()) return FormulaPool::kFalse;
      return formulas_.And({AtomOf({AtomKind::kSameItems, atom.a, 0, atom.n + 1}),
                            Child(languages_.Equal(value.items()[atom.n]))});
    }
    case AtomKind::kMinContains: return Contains(leaf, atom, true);
    case AtomKind::kMaxContains: return Contains(leaf, atom, false);
    case AtomKind::kUnique:
      return formulas_.And({AtomOf({AtomKind::kUniquePending, atom.a, 0, 0}),
                            formulas_.Not(Child(languages_.Among(atom.a)))});
    case AtomKind::kUnevaluated: return Unevaluated(leaf, nullptr);
    default: return leaf;
  }
}

FormulaId ContainerSteps::Contains(FormulaId leaf, const Atom& atom, bool least) {
  FormulaId with = FormulaPool::kTrue;
  if (least) {
    if (atom.n > 1) with = AtomOf({atom.kind, atom.a, 0, atom.n - 1});
  } else {
    with = atom.n == 0 ? FormulaPool::kFalse : AtomOf({atom.kind, atom.a, 0, atom.n - 1});
  }
  return formulas_.IfElse(Child(atom.a), with, leaf);
}

// unevaluatedProperties and unevaluatedItems. `name`: of the member that comes; null: an item.
FormulaId ContainerSteps::Unevaluated(FormulaId leaf, const NameClass* name) {
  const Atom atom = languages_.atoms()[formulas_.atom(leaf)];
  FormulaList conditions(formulas_.children(leaf).begin(), formulas_.children(leaf).end());
  for (FormulaId& condition : conditions) {
    condition = name == nullptr ? Item(condition) : MemberOfPart(condition, InternClass(*name));
  }
  std::span<const FormulaId> rest = conditions;
  const FormulaId evaluated = Evaluated(atom.a, atom.b, name, atom.n, true, rest);
  const SchemaNode& node = languages_.node(atom.a);
  const SchemaId schema = name == nullptr ? node.unevaluated_items : node.unevaluated_properties;
  Atom next = atom;
  if (name == nullptr) next.n = std::min(atom.n + 1, longest_prefix_);
  const FormulaId stays = formulas_.Node(languages_.atoms().Intern(next), std::move(conditions));
  return formulas_.And({stays, formulas_.Or({evaluated, Child(languages_.Valid(schema, atom.b))})});
}

// Whether the member or item counts as evaluated by `schema` or what applies in its place. `self`:
// the unevaluated keyword of `schema` itself does not count.
FormulaId ContainerSteps::Evaluated(SchemaId schema, ScopeId outer, const NameClass* name,
                                    uint64_t index, bool self,
                                    std::span<const FormulaId>& conditions) {
  const SchemaNode& at = languages_.node(schema);
  if (at.boolean) return FormulaPool::kFalse;
  const ScopeId scope = languages_.Enter(schema, outer);
  FormulaList some;
  if (name != nullptr) {
    if (Covers(at, *name) || (!self && at.unevaluated_properties != kNoSchema)) {
      some.push_back(FormulaPool::kTrue);
    }
  } else {
    some.push_back(CoversItem(at, scope, index));
    if (!self && at.unevaluated_items != kNoSchema) some.push_back(FormulaPool::kTrue);
  }
  EvaluatedInPlace(at, scope, name, index, conditions, some);
  return formulas_.Or(std::move(some));
}

void ContainerSteps::EvaluatedInPlace(const SchemaNode& at, ScopeId scope, const NameClass* name,
                                      uint64_t index, std::span<const FormulaId>& conditions,
                                      FormulaList& some) {
  const auto inside = [&](SchemaId id) {
    return Evaluated(id, scope, name, index, false, conditions);
  };
  const auto take = [&] {
    const FormulaId condition = conditions.empty() ? FormulaPool::kFalse : conditions.front();
    if (!conditions.empty()) conditions = conditions.subspan(1);
    return condition;
  };
  const auto conditional = [&](SchemaId id) {
    const FormulaId condition = take();
    some.push_back(formulas_.And({condition, inside(id)}));
    return condition;
  };
  if (at.ref != kNoSchema) some.push_back(inside(at.ref));
  if (at.dynamic_ref != kNoSchema) some.push_back(inside(languages_.DynamicTarget(at, scope)));
  for (SchemaId id : at.all_of) some.push_back(inside(id));
  for (SchemaId id : at.any_of) conditional(id);
  for (SchemaId id : at.one_of) conditional(id);
  if (at.if_schema != kNoSchema) {
    const FormulaId condition = conditional(at.if_schema);
    if (at.then_schema != kNoSchema) {
      some.push_back(formulas_.And({condition, inside(at.then_schema)}));
    }
    if (at.else_schema != kNoSchema) {
      some.push_back(formulas_.And({formulas_.Not(condition), inside(at.else_schema)}));
    }
  }
  if (name != nullptr) {
    for (const auto& dependent : at.dependent_schemas) {
      const FormulaId present = take();
      some.push_back(formulas_.And({present, inside(dependent.second)}));
    }
  }
}

bool ContainerSteps::Covers(const SchemaNode& at, const NameClass& name) {
  if (at.additional_properties != kNoSchema) return true;
  const auto id = static_cast<SchemaId>(&at - languages_.schema().nodes.data());
  if (PropertyOf(id, name)) return true;
  for (const auto& pattern : at.pattern_properties) {
    if (Has(name.matched, languages_.Pattern(pattern.first, id))) return true;
  }
  return false;
}

FormulaId ContainerSteps::CoversItem(const SchemaNode& at, ScopeId scope, uint64_t index) {
  if (index < at.prefix_items.size() || at.items != kNoSchema) return FormulaPool::kTrue;
  if (at.contains == kNoSchema || !at.contains_evaluates) return FormulaPool::kFalse;
  return Child(languages_.Valid(at.contains, scope));
}

}  // namespace bantam::grammar
