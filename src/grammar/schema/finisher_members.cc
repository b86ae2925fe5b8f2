// The shortest end of an object. Members have no order, so what is asked of different members is
// asked apart: conditions are sorted into groups no two of which a member could both matter to, and
// each group is met by itself. Within a group names that are required come first, then the
// condition with the fewest alternatives is tried one by one (Davis, Putnam, Logemann and Loveland,
// "A machine program for theorem-proving", 1962); what is left is a smaller question of the same
// kind, so that no question is answered twice.
#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "grammar/schema/finisher.h"

namespace bantam::grammar {
namespace {

constexpr size_t kNoBranches = std::numeric_limits<size_t>::max();

}  // namespace

// Which of a number of things are connected.
class Finisher::Connected {
 public:
  explicit Connected(size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), size_t{0});
  }
  size_t Root(size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void Join(size_t i, size_t j) {
    parent_[std::max(Root(i), Root(j))] = std::min(Root(i), Root(j));
  }

 private:
  std::vector<size_t> parent_;
};

bool Finisher::MayNeedOthers(FormulaId formula) {
  if (const auto it = needs_others_.find(formula); it != needs_others_.end()) return it->second;
  const auto kind = [&](FormulaId atom) { return languages_.atoms()[formulas_.atom(atom)].kind; };
  bool needs = false;
  switch (formulas_.op(formula)) {
    case FormulaOp::kAtom: needs = kind(formula) == AtomKind::kMinProperties; break;
    case FormulaOp::kNot: {
      const FormulaId atom = formulas_.children(formula)[0];
      needs = steps_.ReachOf(atom).any;
      if (formulas_.op(atom) != FormulaOp::kAtom) break;
      const bool narrow = kind(atom) == AtomKind::kProperties &&
                          steps_.IsNarrow(languages_.atoms()[formulas_.atom(atom)]);
      needs = !narrow && kind(atom) != AtomKind::kRequired &&
              kind(atom) != AtomKind::kMinProperties && kind(atom) != AtomKind::kChild;
      break;
    }
    case FormulaOp::kOne: needs = steps_.ReachOf(formula).any; break;
    default:
      for (size_t i = 0; i < formulas_.children(formula).size(); ++i) {
        needs = needs || MayNeedOthers(formulas_.children(formula)[i]);
      }
  }
  needs_others_.emplace(formula, needs);
  return needs;
}

bool Finisher::Spend(uint64_t work) {
  work_ += work;
  all_work_ += work;
  if (work_ <= languages_.schema().search_work && Looks() <= looks_most_) return true;
  gave_up_ = true;
  SayUndecided();
  return false;
}

Finish Finisher::CloseObject(const OpenContainer& container) {
  Finish close = Visit(MembersOf(container, container.live, container.seen));
  if (close.cost == Finish::kNever) return close;
  if (container.first && !close.text.empty()) close.text.erase(0, 1);
  close.text += '}';
  close.cost = static_cast<uint32_t>(close.text.size());
  return close;
}

// Members that make `live` true, each with a comma before it.
Finisher::Key Finisher::MembersOf(const OpenContainer& at, FormulaId live, SeenId seen) {
  OpenContainer members;
  members.live = live;
  members.object = true;
  members.first = false;
  members.names = at.names;
  members.seen = MayNeedOthers(live) ? seen : 0;
  return {Key::kMembers, 0, members};
}

Finish Finisher::FindMembers(const OpenContainer& at) {
  if (at.live == FormulaPool::kFalse) return {};
  if (steps_.Closes(at.live)) return {0, "", 0};
  FormulaList lasting;
  FormulaList parts;
  bool counted = false;
  const FormulaList all = formulas_.Conjuncts(at.live);
  if (!Spend(all.size())) return {};
  for (FormulaId part : all) {
    bool lasts = false;
    const bool negated = formulas_.op(part) == FormulaOp::kNot;
    const FormulaId atom = negated ? formulas_.children(part)[0] : part;
    if (formulas_.op(atom) == FormulaOp::kAtom) {
      const AtomKind kind = languages_.atoms()[formulas_.atom(atom)].kind;
      lasts = negated ? kind == AtomKind::kRequired
                      : kind == AtomKind::kProperties || kind == AtomKind::kNames ||
                            kind == AtomKind::kSameMembers;
      counted |= !negated && (kind == AtomKind::kMinProperties || kind == AtomKind::kMaxProperties);
    }
    (lasts ? lasting : parts).push_back(part);
  }
  if (counted) return FindCounted(at, all);
  Finish whole{0, "", 0};
  for (FormulaList& group : Apart(parts)) {
    const FormulaList also = LastingFor(lasting, group);
    group.insert(group.end(), also.begin(), also.end());
    const FormulaId live = formulas_.And(group);
    const Finish found =
        live == at.live ? FindTogether(at, group) : Visit(MembersOf(at, live, at.seen));
    if (found.cost == Finish::kNever) return found;
    if (whole.text.size() + found.text.size() > kMostText) return TooLong();
    whole.text += found.text;
    whole.members += found.members;
  }
  whole.cost = static_cast<uint32_t>(whole.text.size());
  return whole;
}

// Numbers of members are looked at where the rest alone does not meet them.
Finish Finisher::FindCounted(const OpenContainer& at, const FormulaList& parts) {
  uint64_t least = 0;
  uint64_t most = std::numeric_limits<uint64_t>::max();
  FormulaList rest;
  for (FormulaId part : parts) {
    const AtomKind kind = formulas_.op(part) == FormulaOp::kAtom
                              ? languages_.atoms()[formulas_.atom(part)].kind
                              : AtomKind::kChild;
    const uint64_t n = kind == AtomKind::kChild ? 0 : languages_.atoms()[formulas_.atom(part)].n;
    if (kind == AtomKind::kMinProperties) {
      least = std::max(least, n);
    } else if (kind == AtomKind::kMaxProperties) {
      most = std::min(most, n);
    } else {
      rest.push_back(part);
    }
  }
  const Finish& uncounted = Visit(MembersOf(at, formulas_.And(std::move(rest)), at.seen));
  if (uncounted.cost == Finish::kNever) return {};
  if (least > most) return {};
  if (uncounted.members >= least && uncounted.members <= most) return uncounted;
  return SearchMembers(at);
}

// Groups of which no member matters to two. Those that are met without any are left out.
std::vector<FormulaList> Finisher::Apart(const FormulaList& parts) {
  Connected groups(parts.size());
  std::map<uint32_t, std::pair<bool, std::vector<size_t>>>
      names;  // helps; parts that it matters to
  std::vector<size_t> helped;
  std::vector<size_t> wide;
  for (size_t i = 0; i < parts.size(); ++i) {
    const ContainerSteps::Reach& help = steps_.HelpOf(parts[i]);
    if (help.any || !help.names.empty()) helped.push_back(i);
    for (uint32_t name : help.names) {
      names[name].first = true;
      names[name].second.push_back(i);  // the part may reach more than it lists
    }
    const ContainerSteps::Reach& reach = steps_.ReachOf(parts[i]);
    if (reach.any || help.any) wide.push_back(i);
    for (uint32_t name : reach.names) names[name].second.push_back(i);
  }
  for (const auto& [name, uses] : names) {
    if (!uses.first) continue;
    for (size_t i : uses.second) groups.Join(uses.second[0], i);
  }
  // What any member may matter to goes with all that may add one, and the other way round.
  for (size_t i : wide) {
    for (size_t j : helped) groups.Join(i, j);
    if (!steps_.HelpOf(parts[i]).any) continue;
    for (size_t j = 0; j < parts.size(); ++j) groups.Join(i, j);
  }
  return Unmet(parts, groups);
}

// In the order of their first names: that is mostly the order in which the schema has them.
std::vector<FormulaList> Finisher::Unmet(const FormulaList& parts, Connected& groups) {
  struct Group {
    bool unmet = false;
    uint32_t first = std::numeric_limits<uint32_t>::max();
    FormulaList parts = {};
  };
  std::map<size_t, Group> found;
  for (size_t i = 0; i < parts.size(); ++i) {
    Group& group = found[groups.Root(i)];
    group.unmet = group.unmet || !steps_.Closes(parts[i]);
    const std::vector<uint32_t>& names = steps_.HelpOf(parts[i]).names;
    if (!names.empty()) group.first = std::min(group.first, names.front());
    group.parts.push_back(parts[i]);
  }
  std::map<std::pair<uint32_t, size_t>, FormulaList*> order;
  for (auto& [root, group] : found) {
    if (group.unmet) order[{group.first, root}] = &group.parts;
  }
  std::vector<FormulaList> unmet;
  for (auto& [place, members] : order) unmet.push_back(std::move(*members));
  return unmet;
}

// What of all that lasts may matter to members that the parts may add.
FormulaList Finisher::LastingFor(const FormulaList& lasting, const FormulaList& parts) {
  FormulaList matters;
  for (FormulaId last : lasting) {
    const ContainerSteps::Reach& reach = steps_.ReachOf(last);
    const bool some = std::any_of(parts.begin(), parts.end(), [&](FormulaId part) {
      const ContainerSteps::Reach& help = steps_.HelpOf(part);
      return help.any || (reach.any && !help.names.empty()) ||
             std::any_of(help.names.begin(), help.names.end(),
                         [&](uint32_t name) { return reach.has(name); });
    });
    if (some) matters.push_back(last);
  }
  return matters;
}

Finish Finisher::FindTogether(const OpenContainer& at, const FormulaList& parts) {
  Finish best;
  std::optional<uint32_t> required;
  for (FormulaId part : parts) {
    if (formulas_.op(part) != FormulaOp::kAtom) continue;
    const Atom& atom = languages_.atoms()[formulas_.atom(part)];
    if (atom.kind == AtomKind::kRequired) required = std::min(required.value_or(atom.a), atom.a);
  }
  if (required) {
    const std::string name = languages_.strings()[*required];
    OfferMember(at, name, steps_.Member(at.live, steps_.ClassOf(at.names, name)), best);
    return best;
  }
  size_t chosen = 0;
  size_t fewest = kNoBranches;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (steps_.Closes(parts[i])) continue;
    const size_t branches = Branches(parts[i]);
    if (branches < fewest) fewest = branches, chosen = i;
  }
  if (fewest == kNoBranches) return SearchMembers(at);
  if (formulas_.op(parts[chosen]) == FormulaOp::kNot) {
    OfferOffenders(at, parts, chosen, best);
  } else {
    OfferOptions(at, parts, chosen, best);
  }
  return best;
}

// In how many ways a condition that is not met may be tried; kNoBranches: in none.
size_t Finisher::Branches(FormulaId part) {
  const size_t count = formulas_.children(part).size();
  switch (formulas_.op(part)) {
    case FormulaOp::kOr: return count;
    case FormulaOp::kOne: return count * count;
    case FormulaOp::kNot: {
      const FormulaId inner = formulas_.children(part)[0];
      if (formulas_.op(inner) != FormulaOp::kAtom) return kNoBranches;
      const Atom& atom = languages_.atoms()[formulas_.atom(inner)];
      if (atom.kind != AtomKind::kProperties) return kNoBranches;
      return steps_.HelpOf(part).names.size() + (steps_.IsNarrow(atom) ? 0 : 1'000);
    }
    default: return kNoBranches;
  }
}

// The member comes next, then what is left.
void Finisher::OfferMember(const OpenContainer& at, const std::string& name, FormulaId begun,
                           Finish& best) {
  if (begun == FormulaPool::kFalse) return;
  const SeenId seen = MayNeedOthers(at.live) ? Add(at.seen, name) : 0;
  const std::vector<Demand>& demands = Demands(begun);
  for (const Demand& demand : demands) {
    if (!Spend(1)) return;
    const Finish& value = Visit({Key::kValue, demand.value, {}});
    if (value.cost == Finish::kNever || value.cost > best.cost) continue;
    const Finish& rest = Visit(MembersOf(at, demand.settled, seen));
    if (rest.cost == Finish::kNever) continue;
    std::string text = "," + JsonQuote(name) + ":" + value.text + rest.text;
    const auto cost = static_cast<uint32_t>(text.size());
    if (cost < best.cost) best = {cost, std::move(text), rest.members + 1};
  }
}

// One of the alternatives of a condition holds (kOne: and no other).
void Finisher::OfferOptions(const OpenContainer& at, FormulaList parts, size_t chosen,
                            Finish& best) {
  const FormulaId choice = parts[chosen];
  parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(chosen));
  if (formulas_.op(choice) == FormulaOp::kOne) return OfferOnly(at, parts, choice, best);
  const FormulaList options(formulas_.children(choice).begin(), formulas_.children(choice).end());
  for (FormulaId option : options) {
    if (!Spend(parts.size())) return;
    FormulaList with = parts;
    with.push_back(option);
    const FormulaId live = formulas_.And(std::move(with));
    if (live == FormulaPool::kFalse) continue;
    const Finish& found = Visit(MembersOf(at, live, at.seen));
    if (found.cost < best.cost) best = found;
  }
}

// Those first that are shorter by themselves: most often no other has to be looked at.
void Finisher::OfferOnly(const OpenContainer& at, const FormulaList& parts, FormulaId choice,
                         Finish& best) {
  const FormulaList options(formulas_.children(choice).begin(), formulas_.children(choice).end());
  std::vector<std::pair<uint32_t, size_t>> order;
  for (size_t i = 0; i < options.size(); ++i) {
    if (!Spend(1)) return;
    const Finish& alone = Visit(MembersOf(at, options[i], at.seen));
    if (alone.cost != Finish::kNever) order.emplace_back(alone.cost, i);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [least, chosen] : order) {
    if (least >= best.cost) return;
    if (!Spend(parts.size() + options.size())) return;
    FormulaList with = parts;
    for (size_t i = 0; i < options.size(); ++i) {
      with.push_back(i == chosen ? options[i] : formulas_.Not(options[i]));
    }
    const FormulaId live = formulas_.And(std::move(with));
    if (live == FormulaPool::kFalse) continue;
    const Finish& found = Visit(MembersOf(at, live, at.seen));
    if (found.cost < best.cost) best = found;
  }
}

// A member has to come that is not as `properties` has it.
void Finisher::OfferOffenders(const OpenContainer& at, FormulaList parts, size_t chosen,
                              Finish& best) {
  const Atom atom = languages_.atoms()[formulas_.atom(formulas_.children(parts[chosen])[0])];
  parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(chosen));
  const FormulaId rest = formulas_.And(std::move(parts));
  const auto offer = [&](const std::string& name, NameClassId id) {
    if (!Spend(8)) return;
    const FormulaId wrong = formulas_.Not(steps_.AskedBy(atom, id));
    OfferMember(at, name, formulas_.And({steps_.Member(rest, id), wrong}), best);
  };
  const bool narrow = steps_.IsNarrow(atom);
  const Names& names = steps_.names(at.names);
  const std::vector<uint32_t> listed = narrow ? steps_.Waiting(atom) : names.listed;
  for (uint32_t id : listed) {
    if (!narrow && Has(at.seen, id)) continue;
    const std::string name = languages_.strings()[id];
    offer(name, steps_.ClassOf(at.names, name));
  }
  if (narrow) return;
  for (const Names::Other& other : names.others) {
    if (const auto name = ShortestNew(other.texts, at.seen)) offer(*name, other.id);
  }
}

// By what becomes of the formula member by member, for what cannot be told apart.
Finish Finisher::SearchMembers(const OpenContainer& at) {
  cut_ = false;
  Finish found = Search(at, true);
  // Most ways need no names but those that something requires.
  if (found.cost == Finish::kNever && cut_) found = Search(at, false);
  if (found.cost == Finish::kNever) {
    if (cut_) SayUndecided();
    return found;
  }
  found.text.pop_back();
  --found.cost;
  return found;
}

}  // namespace bantam::grammar
