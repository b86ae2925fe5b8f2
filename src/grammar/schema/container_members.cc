// What a member that begins makes of an object's formula, and which members a formula speaks of.
#include <algorithm>
#include <iterator>
#include <utility>

#include "grammar/schema/container_steps.h"

namespace bantam::grammar {
namespace {

uint64_t Both(NameClassId name, FormulaId formula) {
  return uint64_t{name} << 32 | formula;
}

void AddSorted(const std::vector<uint32_t>& more, std::vector<uint32_t>& names) {
  std::vector<uint32_t> all;
  all.reserve(names.size() + more.size());
  std::set_union(names.begin(), names.end(), more.begin(), more.end(), std::back_inserter(all));
  names = std::move(all);
}

}  // namespace

// What holds of every member stays as it is: so most objects have one formula, whatever came.
FormulaId ContainerSteps::Member(FormulaId formula, NameClassId name) {
  if (formula <= FormulaPool::kTrue) return formula;
  const auto known = members_.find(Both(name, formula));
  if (known != members_.end()) return known->second;
  FormulaList parts = formulas_.Conjuncts(formula);
  for (FormulaId& part : parts) {
    const bool lasting = formulas_.op(part) == FormulaOp::kAtom &&
                         languages_.atoms()[formulas_.atom(part)].kind == AtomKind::kProperties;
    if (lasting) {
      const Atom atom = languages_.atoms()[formulas_.atom(part)];
      part = formulas_.And({part, Properties(atom, *classes_[name])});
    } else {
      part = MemberOfPart(part, name);
    }
  }
  const FormulaId begun = formulas_.And(std::move(parts));
  members_.emplace(Both(name, formula), begun);
  return begun;
}

FormulaId ContainerSteps::MemberOfPart(FormulaId part, NameClassId name) {
  if (part <= FormulaPool::kTrue) return part;
  const FormulaOp op = formulas_.op(part);
  if (op == FormulaOp::kAtom || op == FormulaOp::kNode) return MemberLeaf(part, name);
  const Reach& reach = ReachOf(part);
  if (!reach.any && (classes_[name]->name == NameClass::kOther || !reach.has(classes_[name]->name)))
    return part;
  const auto known = parts_.find(Both(name, part));
  if (known != parts_.end()) return known->second;
  const FormulaId begun = MemberOfEach(part, name);
  parts_.emplace(Both(name, part), begun);
  return begun;
}

FormulaId ContainerSteps::MemberOfEach(FormulaId formula, NameClassId name) {
  FormulaList parts(formulas_.children(formula).begin(), formulas_.children(formula).end());
  for (FormulaId& part : parts) part = MemberOfPart(part, name);
  return formulas_.Combine(formulas_.op(formula), std::move(parts));
}

bool ContainerSteps::IsNarrow(const Atom& atom) const {
  const SchemaNode& node = languages_.node(atom.a);
  return node.pattern_properties.empty() && node.additional_properties == kNoSchema;
}

std::vector<uint32_t> ContainerSteps::Waiting(const Atom& atom) {
  std::vector<uint32_t> names;
  for (const auto& property : languages_.node(atom.a).properties) {
    names.push_back(languages_.strings().Intern(property.first));
  }
  std::sort(names.begin(), names.end());
  std::vector<uint32_t> waiting;
  const std::vector<uint32_t>& come = *come_[atom.n];
  std::set_difference(names.begin(), names.end(), come.begin(), come.end(),
                      std::back_inserter(waiting));
  return waiting;
}

// Within a condition: true once none of its names can come any more.
FormulaId ContainerSteps::NarrowProperties(const Atom& atom, const NameClass& name) {
  std::vector<uint32_t> waiting = Waiting(atom);
  const auto place = std::lower_bound(waiting.begin(), waiting.end(), name.name);
  if (name.name == NameClass::kOther || place == waiting.end() || *place != name.name) {
    return AtomOf(atom);
  }
  const FormulaId asked = Properties(atom, name);
  if (waiting.size() == 1) return asked;
  std::vector<uint32_t> come = *come_[atom.n];
  come.insert(std::lower_bound(come.begin(), come.end(), name.name), name.name);
  const auto [it, added] = come_ids_.emplace(std::move(come), static_cast<uint32_t>(come_.size()));
  if (added) come_.push_back(&it->first);
  return formulas_.And({AtomOf({AtomKind::kProperties, atom.a, atom.b, it->second}), asked});
}

ContainerSteps::Reach ContainerSteps::ReachOfAtom(const Atom& atom) {
  switch (atom.kind) {
    case AtomKind::kRequired: return {{atom.a}, false};
    case AtomKind::kProperties:
      if (IsNarrow(atom)) return {Waiting(atom), false};
      return {{}, true};
    case AtomKind::kChild: return {};
    default: return {{}, true};
  }
}

ContainerSteps::Reach ContainerSteps::ReachOfParts(FormulaId formula, bool help) {
  Reach reach;
  const FormulaList parts(formulas_.children(formula).begin(), formulas_.children(formula).end());
  for (FormulaId part : parts) {
    const Reach& more = help ? HelpOf(part) : ReachOf(part);
    if (more.any || reach.names.size() + more.names.size() > kMostReach) return {{}, true};
    AddSorted(more.names, reach.names);
  }
  return reach;
}

const ContainerSteps::Reach& ContainerSteps::ReachOf(FormulaId formula) {
  const auto known = reach_.find(formula);
  if (known != reach_.end()) return known->second;
  Reach reach;
  switch (formulas_.op(formula)) {
    case FormulaOp::kFalse:
    case FormulaOp::kTrue: break;
    case FormulaOp::kAtom: reach = ReachOfAtom(languages_.atoms()[formulas_.atom(formula)]); break;
    case FormulaOp::kNode: reach.any = true; break;
    default: reach = ReachOfParts(formula, false);
  }
  return reach_.emplace(formula, std::move(reach)).first->second;
}

ContainerSteps::Reach ContainerSteps::HelpOfNot(FormulaId formula) {
  const FormulaId inner = formulas_.children(formula)[0];
  if (formulas_.op(inner) != FormulaOp::kAtom) return ReachOf(inner);
  switch (languages_.atoms()[formulas_.atom(inner)].kind) {
    case AtomKind::kRequired:
    case AtomKind::kMinProperties: return {};
    default: return ReachOf(inner);
  }
}

const ContainerSteps::Reach& ContainerSteps::HelpOf(FormulaId formula) {
  const auto known = help_.find(formula);
  if (known != help_.end()) return known->second;
  Reach help;
  switch (formulas_.op(formula)) {
    case FormulaOp::kFalse:
    case FormulaOp::kTrue: break;
    case FormulaOp::kAtom: {
      const AtomKind kind = languages_.atoms()[formulas_.atom(formula)].kind;
      const bool helps = kind == AtomKind::kRequired || kind == AtomKind::kMinProperties;
      if (helps) help = ReachOf(formula);
      break;
    }
    // One member may ask for others: a member that comes is evaluated if a condition holds.
    case FormulaOp::kNode: help = ReachOfParts(formula, false); break;
    case FormulaOp::kNot: help = HelpOfNot(formula); break;
    case FormulaOp::kOne: help = ReachOf(formula); break;
    default: help = ReachOfParts(formula, true);
  }
  return help_.emplace(formula, std::move(help)).first->second;
}

}  // namespace bantam::grammar
