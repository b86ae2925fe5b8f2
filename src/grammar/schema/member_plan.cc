// Every answer is remembered: positions of one document share most of them.
#include "grammar/schema/member_plan.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace bantam::grammar {
namespace {

uint64_t CountCharacters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

}  // namespace

const Begun& MemberPlan::Begin(FormulaId begun, OpenContainer after) {
  after.live = FormulaPool::kFalse;
  const BegunKey key{begun, after};
  if (const auto it = begun_.find(key); it != begun_.end()) return it->second;
  Begun ways;
  for (const Demand& demand : finisher_.Demands(begun)) {
    const Finish& value = finisher_.Value(demand.value);
    if (value.cost == Finish::kNever) continue;
    // Where what follows depends on the value, the shortest one tells whether there is a way; where
    // the one that is chosen leaves none, its end is refused.
    after.live = steps_.SettleValue(demand.settled, value.text).value_or(demand.settled);
    const uint32_t close = finisher_.Close(after).cost;
    if (close != Finish::kNever) ways.push_back({demand.value, demand.settled, after, close});
  }
  return begun_.emplace(key, std::move(ways)).first->second;
}

const Begun& MemberPlan::Item(const OpenContainer& at) {
  OpenContainer after = at;
  after.first = false;
  return Begin(steps_.Item(at.live), after);
}

const Begun& MemberPlan::Member(const OpenContainer& at, NameClassId name, SeenId seen) {
  OpenContainer after = at;
  after.first = false;
  after.seen = seen;
  return Begin(steps_.Member(at.live, name), after);
}

// Of such formulas a member that may come never takes the way to the end away.
bool MemberPlan::OnlyGrows(FormulaId formula) {
  if (const auto it = only_grows_.find(formula); it != only_grows_.end()) return it->second;
  const FormulaPool& formulas = steps_.languages().formulas();
  bool grows = formula == FormulaPool::kTrue;
  if (formulas.op(formula) == FormulaOp::kAtom) {
    const AtomKind kind = steps_.languages().atoms()[formulas.atom(formula)].kind;
    grows = kind == AtomKind::kRequired || kind == AtomKind::kMinProperties ||
            kind == AtomKind::kNames || kind == AtomKind::kProperties;
  } else if (formulas.op(formula) == FormulaOp::kAnd) {
    grows = true;
    for (size_t i = 0; i < formulas.children(formula).size(); ++i) {
      grows = grows && OnlyGrows(formulas.children(formula)[i]);
    }
  }
  only_grows_.emplace(formula, grows);
  return grows;
}

bool MemberPlan::MayNeedOthers(FormulaId formula) {
  if (const auto it = needs_others_.find(formula); it != needs_others_.end()) return it->second;
  const FormulaPool& formulas = steps_.languages().formulas();
  const auto kind = [&](FormulaId atom) {
    return steps_.languages().atoms()[formulas.atom(atom)].kind;
  };
  bool needs = false;
  switch (formulas.op(formula)) {
    case FormulaOp::kAtom: needs = kind(formula) == AtomKind::kMinProperties; break;
    case FormulaOp::kNot: {
      const FormulaId atom = formulas.children(formula)[0];
      needs = formulas.op(atom) != FormulaOp::kAtom ||
              (kind(atom) != AtomKind::kRequired && kind(atom) != AtomKind::kMinProperties);
      break;
    }
    case FormulaOp::kOne: needs = true; break;
    default:
      for (size_t i = 0; i < formulas.children(formula).size(); ++i) {
        needs = needs || MayNeedOthers(formulas.children(formula)[i]);
      }
  }
  needs_others_.emplace(formula, needs);
  return needs;
}

SeenId MemberPlan::Seen(const OpenContainer& at, std::string_view name, NameClassId name_class) {
  if (steps_.name_class(name_class).name == NameClass::kOther) {
    if (!MayNeedOthers(at.live)) return at.seen;
    for (const Names::Other& other : steps_.names(at.names).others) {
      if (other.id == name_class && CountCharacters(name) > other.short_length) return at.seen;
    }
  }
  return finisher_.Add(at.seen, name);
}

uint32_t MemberPlan::Cost(const OpenContainer& at, NameClassId name, SeenId seen) {
  if (!OnlyGrows(at.live)) {
    uint32_t least = Finish::kNever;
    for (const BegunWay& way : Member(at, name, seen)) {
      least = std::min(least, finisher_.Value(way.value).cost + way.close);
    }
    return least;
  }
  FormulaPool& formulas = steps_.languages().formulas();
  // What is still required has no say: only the other parts are asked.
  const FormulaList parts = formulas.Conjuncts(at.live);
  FormulaList lasting;
  for (FormulaId part : parts) {
    if (part == FormulaPool::kTrue) continue;
    const AtomKind kind = steps_.languages().atoms()[formulas.atom(part)].kind;
    if (kind == AtomKind::kNames || kind == AtomKind::kProperties) lasting.push_back(part);
  }
  const FormulaId rest = formulas.And(std::move(lasting));
  const auto [it, added] = value_cost_.try_emplace({rest, name}, Finish::kNever);
  uint32_t& value = it->second;
  if (added) {
    for (const Demand& demand : finisher_.Demands(steps_.Member(rest, name))) {
      value = std::min(value, finisher_.Value(demand.value).cost);
    }
  }
  // A member more never lengthens the end, but for the comma before the next.
  return value == Finish::kNever ? value : value + finisher_.Close(at).cost + 1;
}

const NamePlan& MemberPlan::NamesAt(const OpenContainer& at) {
  if (const auto it = names_.find(at); it != names_.end()) return it->second;
  ValueLanguages& languages = steps_.languages();
  RegexPool& regexes = languages.regexes();
  const Names& names = steps_.names(at.names);
  NamePlan plan;
  std::vector<RegexId> may;
  std::vector<RegexId> may_not;
  for (size_t i = 0; i < names.listed.size(); ++i) {
    const std::string& text = languages.strings()[names.listed[i]];
    const bool seen = finisher_.Has(at.seen, names.listed[i]);
    if (seen) continue;
    const uint32_t cost = Cost(at, names.listed_class[i], finisher_.Add(at.seen, text));
    (cost != Finish::kNever ? may : may_not).push_back(regexes.Literal(text));
    if (cost != Finish::kNever) plan.most = std::max(plan.most, cost);
  }
  bool most_may = false;  // names that match no pattern
  bool all_may = true;
  bool none_may = true;
  for (const Names::Other& other : names.others) {
    // Any name of the class serves; the shortest stands for all.
    const SeenId seen = Seen(at, regexes.Shortest(other.texts), other.id);
    const uint32_t cost = Cost(at, other.id, seen);
    const bool can_come = cost != Finish::kNever;
    (can_come ? may : may_not).push_back(other.texts);
    all_may = all_may && can_come;
    none_may = none_may && !can_come;
    if (!can_come) continue;
    plan.most = std::max(plan.most, cost);
    most_may = most_may || steps_.name_class(other.id).matched.empty();
  }
  plan.open = all_may || none_may;
  plan.texts = most_may ? regexes.Not(regexes.Either(may_not)) : regexes.Either(may);
  return names_.emplace(at, plan).first->second;
}

}  // namespace bantam::grammar
