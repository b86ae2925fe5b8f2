// Along the members or items; see container_fill.cc for what comes after the last.
#include "grammar/repair/container_repair.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "grammar/repair/edit_costs.h"
#include "grammar/repair/plan_writer.h"
#include "grammar/repair/spellings.h"

namespace bantam::grammar {
namespace {

constexpr uint64_t kWaySteps = 20;
constexpr size_t kMostUnlikely = 2;
constexpr size_t kMostByWord = 100;  // names
constexpr uint64_t kComparedInAStep = 16;
constexpr size_t kMostBranches = 32;  // of a choice, to decide between them by what is dropped

}  // namespace

uint64_t DropCost(const JsonNode& node, bool member) {
  return (member ? kDropCost : kDropItemCost) +
         kDropValueCost * std::min<uint64_t>(node.values, kDropMostValues) +
         kDropByteCost * (std::min<uint64_t>(node.end - node.begin, kDropMostBytes) / 32);
}

ContainerRepair::ContainerRepair(RepairSpace& space, std::vector<NodeId> children, FormulaId live,
                                 bool object)
    : space_(space),
      machine_(space.machine()),
      steps_(machine_.steps()),
      finisher_(machine_.finisher()),
      children_(std::move(children)),
      object_(object),
      counted_(!object && children_.size() > kMostCompared) {
  Way first;
  first.at.object = object;
  first.at.live = live;
  if (object) first.at.names = steps_.NamesOf({&live, 1});
  backs_.emplace_back();
  if (Closable(first.at)) ways_.push_back(first);
  if (object && !ways_.empty()) ReadNames();
}

// The members' names; which come twice, and which could be spellings of names that the schema
// speaks of.
void ContainerRepair::ReadNames() {
  std::set<std::string> later;
  names_.resize(children_.size());
  for (size_t i = children_.size(); i-- > 0;) {
    names_[i].own = space_.tree().Name(children_[i]);
    names_[i].twin = !later.insert(names_[i].own).second;
  }
  WordList missing;
  std::set<std::string, std::less<>> listed;
  for (uint32_t id : steps_.names(ways_[0].at.names).listed) {
    const std::string& name = machine_.languages().strings()[id];
    listed.insert(name);
    if (!later.contains(name)) missing.Add(name);
  }
  if (!space_.Spend(listed.size())) return;
  std::vector<size_t> unknown;
  for (size_t i = 0; i < names_.size(); ++i) {
    if (!names_[i].twin && !listed.contains(names_[i].own)) unknown.push_back(i);
  }
  FindRenames(unknown, missing);
  std::erase_if(unknown, [&](size_t i) { return !names_[i].other.empty(); });
  FindRenamesByWord(unknown, missing);
}

// Names one of which has the words of the other: user_name and name.
void ContainerRepair::FindRenamesByWord(std::vector<size_t> unknown, const WordList& missing) {
  if (unknown.size() > kMostByWord || missing.size() > kMostByWord) return;
  if (!space_.Spend(20 * (1 + unknown.size() * missing.size()))) return;
  std::vector<size_t> open;  // of `missing`: no member has it yet
  for (size_t k = 0; k < missing.size(); ++k) {
    const bool taken = std::any_of(names_.begin(), names_.end(),
                                   [&](const Name& name) { return name.other == missing[k]; });
    if (!taken) open.push_back(k);
  }
  std::vector<std::vector<size_t>> fits(unknown.size());  // indices in `missing`
  std::map<size_t, size_t> uses;
  for (size_t i = 0; i < unknown.size(); ++i) {
    for (size_t k : open) {
      const std::string& own = names_[unknown[i]].own;
      if (!HasWords(own, missing[k]) && !HasWords(missing[k], own)) continue;
      fits[i].push_back(k);
      ++uses[k];
    }
  }
  for (size_t i = 0; i < unknown.size(); ++i) {
    if (fits[i].size() != 1 || uses[fits[i][0]] != 1) continue;
    names_[unknown[i]].other = missing[fits[i][0]];
    names_[unknown[i]].cost = kWordOfNameCost;
    std::erase(open, fits[i][0]);
  }
  std::erase_if(unknown, [&](size_t i) { return !names_[i].other.empty(); });
  std::erase_if(open, [&](size_t k) { return !IsRequired(missing[k]); });
  if (unknown.size() != 1 || open.size() != 1) return;
  names_[unknown[0]].other = missing[open[0]];
  names_[unknown[0]].cost = kOnlyNameCost;
}

bool ContainerRepair::IsRequired(const std::string& name) const {
  ValueLanguages& languages = machine_.languages();
  const FormulaPool& formulas = languages.formulas();
  for (FormulaId part : formulas.Conjuncts(ways_[0].at.live)) {
    if (formulas.op(part) != FormulaOp::kAtom) continue;
    const Atom& atom = languages.atoms()[formulas.atom(part)];
    if (atom.kind == AtomKind::kRequired && languages.strings()[atom.a] == name) return true;
  }
  return false;
}

// Each name that is missing goes to the member that comes closest to it, if there is one such.
void ContainerRepair::FindRenames(const std::vector<size_t>& unknown, const WordList& missing) {
  struct Claim {
    size_t member;
    uint32_t cost;
    bool unique;
  };
  std::map<size_t, Claim> claims;  // by missing name
  for (size_t i : unknown) {
    if (!space_.Spend(missing.compares() ? 20 + 20 * missing.size() : 20)) return;
    const auto match = missing.Find(names_[i].own);
    if (!match) continue;
    const uint32_t cost = match->cost;
    const auto [it, added] = claims.try_emplace(match->index, Claim{i, cost, true});
    Claim& claim = it->second;
    if (added) continue;
    if (cost < claim.cost) {
      claim = {i, cost, true};
    } else if (cost == claim.cost) {
      claim.unique = false;
    }
  }
  for (const auto& [index, claim] : claims) {
    if (!claim.unique) continue;
    names_[claim.member].other = missing[index];
    names_[claim.member].cost = claim.cost;
  }
}

bool ContainerRepair::Run() {
  while (next_ < children_.size() && !ways_.empty()) {
    Layer layer;
    if (!Step(next_, layer)) return false;
    KeepBest(layer);
    ++next_;
  }
  return FindEnd();
}

bool ContainerRepair::Step(size_t index, Layer& next) {
  bool known = true;
  for (const Way& way : ways_) {
    if (!space_.Spend(kWaySteps)) return false;
    if (!object_ || !names_[index].twin) {
      known = Go(way, index, false, next) && known;
      if (object_ && !names_[index].other.empty()) known = Go(way, index, true, next) && known;
    }
    Drop(way, index, next);
  }
  return known;
}

void ContainerRepair::KeepBest(Layer& layer) {
  ways_.clear();
  for (auto& [at, way] : layer) ways_.push_back(std::move(way));
  std::sort(ways_.begin(), ways_.end(), [](const Way& a, const Way& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.at < b.at;
  });
  if (ways_.size() > kMostWays) ways_.resize(kMostWays);
  // Ways on which more is given up serve only where those before come to nothing.
  size_t likely = 0;
  while (likely < ways_.size() && ways_[likely].cost < ways_[0].cost + kGiveUpCost) ++likely;
  if (ways_.size() > likely + kMostUnlikely) ways_.resize(likely + kMostUnlikely);
  for (Way& way : ways_) Keep(way);
}

void ContainerRepair::Keep(Way& way) {
  Back back = way.back;
  const Back& before = backs_[back.before];
  const Back& far = backs_[before.jump];
  back.depth = before.depth + 1;
  back.jump =
      before.depth - far.depth == far.depth - backs_[far.jump].depth ? far.jump : back.before;
  way.self = static_cast<uint32_t>(backs_.size());
  if (back.value) uses_[*back.value].push_back(way.self);
  backs_.push_back(back);
}

void ContainerRepair::Offer(Layer& layer, OpenContainer at, uint64_t cost, const Back& back) {
  const auto [it, added] = layer.try_emplace(at);
  Way& way = it->second;
  if (!added && way.cost <= cost) return;
  way.at = at;
  way.cost = cost;
  way.back = back;
}

// With the child in it, as it is or changed. False: answers are wanted.
bool ContainerRepair::Go(const Way& way, size_t index, bool renamed, Layer& next) {
  const NodeId node = children_[index];
  OpenContainer after = way.at;
  after.first = false;
  uint64_t cost = way.cost;
  FormulaId begun = FormulaPool::kFalse;
  if (object_) {
    const std::string& name = renamed ? names_[index].other : names_[index].own;
    const NameClassId name_class = steps_.ClassOf(way.at.names, name);
    begun = steps_.Member(way.at.live, name_class);
    after.seen = machine_.plan().Seen(way.at, name, name_class);
    if (renamed) cost += names_[index].cost;
  } else {
    begun = steps_.Item(way.at.live);
  }
  if (begun == FormulaPool::kFalse) return true;
  const bool kept = GoAsItIs(way, node, begun, after, cost, renamed, next);
  const std::vector<Demand>& demands = finisher_.Demands(begun);
  if (kept && demands.size() <= 1) return true;
  bool known = true;
  for (const Demand& demand : demands) {
    if (!space_.Spend(kWaySteps)) return false;
    if (!object_) known = DropTwinOf(way, node, demand, next) && known;
    if (finisher_.Value(demand.value).cost == Finish::kNever) continue;
    const PlanId plan = space_.Ask(node, demand.value);
    known = known && plan != kPending;
    if (plan == kPending || plan == kNoPlan) continue;
    Back back{way.self, PlanStep::Op::kChange, renamed, plan, {}};
    after.live = demand.settled;
    if (steps_.NeedsValue(demand.settled)) {
      const std::string text = PlanText(space_, plan);
      const Result<Json> value = Json::Parse(text);
      if (!value || !space_.Spend(text.size())) continue;
      Outcome outcome;
      outcome.value = back.value = machine_.languages().values().Intern(*value);
      after.live = SettleItem(way, demand.settled, outcome);
    }
    if (Closable(after)) Offer(next, after, cost + space_.plan(plan).cost, back);
  }
  return known;
}

// Nothing is approximated: what is asked of the child is known, true or not.
bool ContainerRepair::GoAsItIs(const Way& way, NodeId node, FormulaId begun, OpenContainer after,
                               uint64_t cost, bool renamed, Layer& next) {
  if (!space_.IsPlain(node)) return false;
  const std::vector<FormulaId> asked = steps_.Asked(begun);
  std::vector<uint8_t> truth;
  for (FormulaId formula : asked) truth.push_back(space_.Satisfies(node, formula) ? 1 : 0);
  Outcome outcome;
  outcome.asked = asked;
  outcome.truth = truth;
  Back back{way.self, PlanStep::Op::kKeep, renamed, kNoPlan, {}};
  if (steps_.NeedsValue(begun)) {
    const std::string_view text = space_.tree().Text(node);
    const Result<Json> value = Json::Parse(text);
    // A list of all items before is compared with itself and one more.
    const uint64_t compared = counted_ ? 0 : next_ * next_ / kComparedInAStep;
    if (!value || !space_.Spend(text.size() + compared)) return false;
    outcome.value = machine_.languages().values().Intern(*value);
    back.value = outcome.value;
  }
  after.live = SettleItem(way, begun, outcome);
  if (Closable(after)) {
    Offer(next, after, cost, back);
    return true;
  }
  return false;
}

// An item that would be fine if it were not there already goes. False: answers are wanted.
bool ContainerRepair::DropTwinOf(const Way& way, NodeId node, const Demand& demand, Layer& next) {
  const FormulaPool& formulas = machine_.languages().formulas();
  FormulaList rest = formulas.Conjuncts(demand.value);
  const size_t count = rest.size();
  std::erase_if(rest, [&](FormulaId part) { return IsOtherThan(part); });
  if (counted_ ? !steps_.NeedsValue(demand.settled) : rest.size() == count) return true;
  const FormulaId alone = machine_.languages().formulas().And(std::move(rest));
  const PlanId plan = space_.Ask(node, alone);
  if (plan == kPending) return false;
  if (plan == kNoPlan || space_.plan(plan).cost >= kGiveUpCost) return true;
  const std::string text = PlanText(space_, plan);
  const Result<Json> json = Json::Parse(text);
  if (!json || !space_.Spend(text.size())) return true;
  if (!IsTwinItem(way, machine_.languages().values().Intern(*json))) return true;
  Offer(next, way.at, way.cost + kDropTwinItemCost + space_.plan(plan).cost,
        {way.self, PlanStep::Op::kDropTwin, false, kNoPlan, {}});
  return true;
}

// "None of these values", as uniqueItems says of the items before.
bool ContainerRepair::IsOtherThan(FormulaId formula) const {
  const FormulaPool& formulas = machine_.languages().formulas();
  if (formulas.op(formula) != FormulaOp::kNot) return false;
  const FormulaId inner = formulas.children(formula)[0];
  return formulas.op(inner) == FormulaOp::kAtom &&
         machine_.languages().atoms()[formulas.atom(inner)].kind == AtomKind::kAmong;
}

// An equal item was there before.
bool ContainerRepair::IsTwinItem(const Way& way, ValueId value) const {
  const auto found = uses_.find(value);
  if (found == uses_.end()) return false;
  const std::vector<uint32_t>& uses = found->second;
  for (size_t i = uses.size(); i-- > 0;) {
    const uint32_t depth = backs_[uses[i]].depth;
    uint32_t at = way.self;
    if (!space_.Spend(1)) return false;
    while (backs_[at].depth > depth) {
      at = backs_[backs_[at].jump].depth >= depth ? backs_[at].jump : backs_[at].before;
    }
    if (at == uses[i]) return true;
  }
  return false;
}

// Settle for an item whose value is known where it matters.
FormulaId ContainerRepair::SettleItem(const Way& way, FormulaId formula, const Outcome& outcome) {
  if (!counted_ || !outcome.value) return steps_.Settle(formula, outcome);
  Outcome counted = outcome;
  counted.value.reset();
  counted.repeated = IsTwinItem(way, *outcome.value);
  return steps_.Settle(formula, counted);
}

bool ContainerRepair::MayCome(const OpenContainer& at, size_t index) {
  MemberPlan& plan = machine_.plan();
  if (!object_) return !plan.Item(at).empty();
  const std::string& name = names_[index].own;
  const NameClassId name_class = steps_.ClassOf(at.names, name);
  return !plan.Member(at, name_class, plan.Seen(at, name, name_class)).empty();
}

// Without the child. What the schema could take in its place is not dropped: if it cannot be
// repaired, that is an error.
void ContainerRepair::Drop(const Way& way, size_t index, Layer& next) {
  const JsonNode& node = space_.tree()[children_[index]];
  const auto drop = [&](uint64_t cost, PlanStep::Op op) {
    Offer(next, way.at, way.cost + cost, {way.self, op, false, kNoPlan, {}});
  };
  if (object_ && names_[index].twin) return drop(kDropTwinCost, PlanStep::Op::kDropTwin);
  if (node.kind == Json::Kind::kNull) {
    const bool may_be_null = [&] {
      Layer kept;
      FormulaId begun = FormulaPool::kFalse;
      OpenContainer after = way.at;
      after.first = false;
      if (object_) {
        const NameClassId name_class = steps_.ClassOf(way.at.names, names_[index].own);
        begun = steps_.Member(way.at.live, name_class);
        after.seen = machine_.plan().Seen(way.at, names_[index].own, name_class);
      } else {
        begun = steps_.Item(way.at.live);
      }
      return begun != FormulaPool::kFalse &&
             GoAsItIs(way, children_[index], begun, after, 0, false, kept);
    }();
    if (!may_be_null) drop(object_ ? kDropNullCost : kDropItemCost, PlanStep::Op::kDropNull);
  }
  const uint64_t cost = DropCost(node, object_);
  if (!MayCome(way.at, index)) return drop(cost, PlanStep::Op::kDrop);
  DropNarrowed(way, index, cost, next);
}

// Where a choice is open, the child may be what decides it: drop it and leave only what does not
// take it.
void ContainerRepair::DropNarrowed(const Way& way, size_t index, uint64_t cost, Layer& next) {
  FormulaPool& formulas = machine_.languages().formulas();
  const FormulaList parts = formulas.Conjuncts(way.at.live);
  for (size_t i = 0; i < parts.size(); ++i) {
    const FormulaOp op = formulas.op(parts[i]);
    if (op != FormulaOp::kOr && op != FormulaOp::kOne) continue;
    const FormulaList branches(formulas.children(parts[i]).begin(),
                               formulas.children(parts[i]).end());
    for (size_t j = 0; j < branches.size() && j < kMostBranches; ++j) {
      if (!space_.Spend(kWaySteps)) return;
      FormulaList narrowed = parts;
      if (op == FormulaOp::kOr) {
        narrowed[i] = branches[j];
      } else {
        narrowed.push_back(branches[j]);
      }
      OpenContainer at = way.at;
      at.live = formulas.And(std::move(narrowed));
      if (!Closable(at) || MayCome(at, index)) continue;
      Offer(next, at, way.cost + cost, {way.self, PlanStep::Op::kDrop, false, kNoPlan, {}});
    }
  }
}

std::vector<PlanStep> ContainerRepair::StepsTo(const Way& way) const {
  std::vector<PlanStep> steps;
  size_t index = children_.size();
  for (uint32_t at = way.self; at != 0; at = backs_[at].before) {
    const Back& back = backs_[at];
    --index;
    PlanStep step;
    step.op = back.op;
    step.node = children_[index];
    step.plan = back.plan;
    step.renamed = back.renamed;
    if (back.renamed) step.name = names_[index].other;
    steps.push_back(std::move(step));
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

}  // namespace bantam::grammar
