// Every answer is remembered: positions of one document share most of them.
#include "grammar/schema/member_plan.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/utf8.h"

namespace bantam::grammar {
namespace {

// Ways of a member that are tried beside a known end, and alternatives of a wide choice.
constexpr size_t kMostTried = 4;
// More alternatives are not all looked at for each name that there is.
constexpr size_t kWideChoice = 64;

}  // namespace

const Begun& MemberPlan::Begin(FormulaId begun, OpenContainer after) {
  after.live = FormulaPool::kFalse;
  const BegunKey key{begun, after};
  if (const auto it = begun_.find(key); it != begun_.end()) return it->second;
  Begun ways;
  Finisher::Question question(finisher_);
  for (const Demand& demand : finisher_.Demands(begun)) {
    if (question.spent()) break;
    const Finish& value = finisher_.Value(demand.value);
    if (value.cost == Finish::kNever) continue;
    // Where what follows depends on the value, the shortest one tells whether there is a way; where
    // the one that is chosen leaves none, its end is refused.
    after.live = steps_.SettleValue(demand.settled, value.text).value_or(demand.settled);
    const uint32_t close = finisher_.CloseCost(after);
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

SeenId MemberPlan::Seen(const OpenContainer& at, std::string_view name, NameClassId name_class) {
  if (steps_.name_class(name_class).name == NameClass::kOther) {
    if (!MayNeedOthers(at.live)) return at.seen;
    for (const Names::Other& other : steps_.names(at.names).others) {
      if (other.id == name_class && CountCharacters(name) > other.short_length) return at.seen;
    }
  }
  return finisher_.Add(at.seen, name);
}

// What lasts of a formula that only grows: what is still required has no say in which name may
// come.
FormulaId MemberPlan::Lasting(FormulaId formula) {
  FormulaPool& formulas = steps_.languages().formulas();
  const FormulaList parts = formulas.Conjuncts(formula);
  FormulaList lasting;
  for (FormulaId part : parts) {
    if (part == FormulaPool::kTrue) continue;
    const AtomKind kind = steps_.languages().atoms()[formulas.atom(part)].kind;
    if (kind == AtomKind::kNames || kind == AtomKind::kProperties) lasting.push_back(part);
  }
  return formulas.And(std::move(lasting));
}

uint32_t MemberPlan::CostOfValue(FormulaId lasting, NameClassId name) {
  const auto [it, added] = value_cost_.try_emplace({lasting, name}, Finish::kNever);
  uint32_t& value = it->second;
  if (added) {
    for (const Demand& demand : finisher_.Demands(steps_.Member(lasting, name))) {
      value = std::min(value, finisher_.Value(demand.value).cost);
    }
  }
  return value;
}

MemberPlan::Witness MemberPlan::WitnessOf(const OpenContainer& at) {
  Witness witness;
  const Finish& close = finisher_.Close(at);
  if (close.cost == Finish::kNever) return witness;
  witness.cost = close.cost;
  witness.parts = steps_.languages().formulas().Conjuncts(at.live);
  const size_t comma = close.text.starts_with(',') ? 1 : 0;
  Result<Json> members = Json::Parse("{" + close.text.substr(comma));
  if (!members) return witness;
  witness.members = *std::move(members);
  for (FormulaId& part : witness.parts) {
    if (!IsWideChoice(part)) continue;
    const auto options = steps_.languages().formulas().children(part);
    const FormulaList all(options.begin(), options.end());
    const auto met = std::ranges::find_if(all, [&](FormulaId option) {
      return steps_.Closes(After(option, at.names, *witness.members));
    });
    if (met != all.end()) part = *met;
  }
  return witness;
}

// What is left of a formula once the members have come.
FormulaId MemberPlan::After(FormulaId live, NamesId names, const Json& members) {
  for (const auto& [member, json] : members.members()) {
    const auto next = truth_.Settled(steps_.Member(live, steps_.ClassOf(names, member)), json);
    live = next.value_or(FormulaPool::kFalse);
  }
  return live;
}

bool MemberPlan::IsWideChoice(FormulaId part) const {
  const FormulaPool& formulas = steps_.languages().formulas();
  return formulas.op(part) == FormulaOp::kOr && formulas.children(part).size() > kWideChoice;
}

const std::vector<FormulaId>& MemberPlan::OptionsWith(FormulaId choice, uint32_t name) {
  static const std::vector<FormulaId> kNone;
  const auto [it, added] = options_.try_emplace(choice);
  if (added) {
    const auto options = steps_.languages().formulas().children(choice);
    for (FormulaId option : FormulaList(options.begin(), options.end())) {
      for (uint32_t named : steps_.NamesIn(option)) it->second[named].push_back(option);
    }
  }
  const auto found = it->second.find(name);
  return found == it->second.end() ? kNone : found->second;
}

// Bytes of the shortest value of a member and of the end after it.
uint32_t MemberPlan::LeastWith(const OpenContainer& at, std::string_view text, NameClassId name) {
  uint32_t least = Finish::kNever;
  for (const BegunWay& way : Member(at, name, Seen(at, text, name))) {
    least = std::min(least, finisher_.Value(way.value).cost + way.close);
  }
  return least;
}

// Where a choice has many alternatives, a name is mostly one of few that speak of it: to look at
// all of them for each name would take time and memory in the square of their number. Nothing: that
// has to be done.
std::optional<uint32_t> MemberPlan::MostByOption(const OpenContainer& at, const Witness& witness,
                                                 std::string_view text, NameClassId id) {
  const uint32_t name = steps_.name_class(id).name;
  FormulaPool& formulas = steps_.languages().formulas();
  const FormulaList parts = formulas.Conjuncts(at.live);
  if (!witness.members || name == NameClass::kOther ||
      std::ranges::none_of(parts, [&](FormulaId part) {
        return IsWideChoice(part) && !OptionsWith(part, name).empty();
      })) {
    return std::nullopt;
  }
  for (size_t i = 0; i < kMostTried; ++i) {
    FormulaList some = parts;
    bool more = false;
    for (size_t k = 0; k < parts.size(); ++k) {
      if (!IsWideChoice(parts[k])) continue;
      const std::vector<FormulaId>& options = OptionsWith(parts[k], name);
      more |= i < options.size();
      some[k] = options.empty() ? witness.parts[k] : options[std::min(i, options.size() - 1)];
    }
    if (!more) break;
    OpenContainer narrowed = at;
    narrowed.live = formulas.And(std::move(some));
    const uint32_t least = LeastWith(narrowed, text, id);
    if (least != Finish::kNever) return least;
  }
  return std::nullopt;
}

// Where the shortest end that is known goes on being one when such a member comes before it: bytes
// of a value and of that end. Only the conditions to which the member matters are looked at.
std::optional<uint32_t> MemberPlan::MostBeside(const OpenContainer& at, const Witness& witness,
                                               NameClassId id) {
  if (!witness.members) return std::nullopt;
  const uint32_t name = steps_.name_class(id).name;
  FormulaPool& formulas = steps_.languages().formulas();
  if (name != NameClass::kOther &&
      witness.members->Find(steps_.languages().strings()[name]) != nullptr) {
    return std::nullopt;
  }
  FormulaList parts;
  for (FormulaId part : witness.parts) {
    const ContainerSteps::Reach& reach = steps_.ReachOf(part);
    if (reach.any || (name != NameClass::kOther && reach.has(name))) parts.push_back(part);
  }
  const FormulaId begun = steps_.Member(formulas.And(std::move(parts)), id);
  const std::vector<Demand>& demands = finisher_.Demands(begun);
  for (size_t i = 0; i < demands.size() && i < kMostTried; ++i) {
    const Finish& value = finisher_.Value(demands[i].value);
    if (value.cost == Finish::kNever) continue;
    const FormulaId live = After(demands[i].settled, at.names, *witness.members);
    if (steps_.Closes(live)) return value.cost + witness.cost + 1;
  }
  return std::nullopt;
}

const NamePlan& MemberPlan::NamesAt(const OpenContainer& at) {
  if (const auto it = names_.find(at); it != names_.end()) return it->second;
  ValueLanguages& languages = steps_.languages();
  RegexPool& regexes = languages.regexes();
  const Names& names = steps_.names(at.names);
  const bool grows = OnlyGrows(at.live);
  const FormulaId lasting = grows ? Lasting(at.live) : FormulaPool::kTrue;
  // A member more never lengthens the end of what only grows, but for the comma before the next.
  const uint32_t close = grows ? finisher_.Close(at).cost + 1 : 0;
  const Witness witness = grows ? Witness() : WitnessOf(at);
  const auto cost_of = [&](NameClassId name, std::string_view text) {
    if (grows) {
      const uint32_t value = CostOfValue(lasting, name);
      return value == Finish::kNever ? value : value + close;
    }
    if (const auto most = MostBeside(at, witness, name)) return *most;
    if (const auto most = MostByOption(at, witness, text, name)) return *most;
    return LeastWith(at, text, name);
  };
  NamePlan plan;
  std::vector<RegexId> may;
  std::vector<RegexId> may_not;
  bool all_listed = true;  // may come, or are there already
  for (size_t i = 0; i < names.listed.size(); ++i) {
    if (finisher_.Has(at.seen, names.listed[i])) continue;
    const uint32_t cost = cost_of(names.listed_class[i], languages.strings()[names.listed[i]]);
    if (cost != Finish::kNever) {
      plan.most = std::max(plan.most, cost);
    } else {
      all_listed = false;
      may_not.push_back(regexes.Literal(languages.strings()[names.listed[i]]));
    }
  }
  bool most_may = false;  // names that match no pattern
  bool all_may = true;
  bool none_may = true;
  for (const Names::Other& other : names.others) {
    // Any name of the class serves; the shortest stands for all.
    const uint32_t cost = cost_of(other.id, regexes.Shortest(other.texts));
    const bool can_come = cost != Finish::kNever;
    (can_come ? may : may_not).push_back(other.texts);
    all_may = all_may && can_come;
    none_may = none_may && !can_come;
    if (!can_come) continue;
    plan.most = std::max(plan.most, cost);
    most_may = most_may || steps_.name_class(other.id).matched.empty();
  }
  plan.names = all_may ? NamePlan::kOpen : none_may ? NamePlan::kListed : NamePlan::kMixed;
  if (most_may) {
    plan.texts = regexes.Not(regexes.Either(may_not));
  } else {
    may.push_back(ListedNames(at.names));
    plan.texts = regexes.Either(may);
    if (!all_listed) {
      const std::array<RegexId, 2> both = {plan.texts, regexes.Not(regexes.Either(may_not))};
      plan.texts = regexes.Both(both);
    }
  }
  return names_.emplace(at, plan).first->second;
}

RegexId MemberPlan::ListedNames(NamesId id) {
  const auto [it, added] = listed_.try_emplace(id, RegexPool::kNothing);
  if (added) {
    ValueLanguages& languages = steps_.languages();
    std::vector<RegexId> literals;
    for (uint32_t name : steps_.names(id).listed) {
      literals.push_back(languages.regexes().Literal(languages.strings()[name]));
    }
    it->second = languages.regexes().Either(literals);
  }
  return it->second;
}

}  // namespace bantam::grammar
