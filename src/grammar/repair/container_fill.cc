// What is missing at a container's end.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "grammar/repair/container_repair.h"
#include "grammar/repair/edit_costs.h"
#include "grammar/repair/plan_writer.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostAdded = 10'000;

}  // namespace

bool ContainerRepair::FindEnd() {
  std::optional<End> best;
  const Way* best_way = nullptr;
  bool known = true;
  for (const Way& way : ways_) {
    if (best && way.cost >= best->cost) break;  // ascending
    End end{way.cost, {}};
    OpenContainer at = way.at;
    if (!ListItems(way, at)) return false;
    const Filled filled = Fill(at, end);
    known = known && filled != Filled::kLater;
    if (filled != Filled::kYes || (best && end.cost >= best->cost)) continue;
    best = std::move(end);
    best_way = &way;
  }
  if (!known || space_.exhausted()) return false;
  if (!best) return true;
  outcome_.emplace();
  outcome_->cost = best->cost;
  outcome_->steps = StepsTo(*best_way);
  for (PlanStep& step : best->added) outcome_->steps.push_back(std::move(step));
  return true;
}

// What is made up must differ from the items that are there. False: they are too many to tell.
bool ContainerRepair::ListItems(const Way& way, OpenContainer& at) {
  if (!counted_ || steps_.Closes(at.live)) return true;
  if (!steps_.NeedsValue(steps_.Item(at.live))) return true;  // nothing compares them
  ListId items = ListTable::kEmpty;
  size_t count = 0;
  for (uint32_t at_back = way.self; at_back != 0; at_back = backs_[at_back].before) {
    const Back& back = backs_[at_back];
    if (!back.value) continue;
    items = machine_.languages().lists().Add(items, *back.value);
    ++count;
  }
  if (count <= kMostListed) {
    at.live = steps_.WithItems(at.live, items);
    return true;
  }
  space_.Spend(RepairSpace::kMostSteps);
  return false;
}

// Member by member, as long as a shortest end has some.
ContainerRepair::Filled ContainerRepair::Fill(OpenContainer at, End& end) {
  while (!steps_.Closes(at.live)) {
    const Finish& close = finisher_.Close(at);
    if (close.cost == Finish::kNever || end.added.size() >= kMostAdded) return Filled::kNo;
    if (!space_.Spend(close.text.size() + 100)) return Filled::kLater;
    std::string_view text = close.text;
    if (text.starts_with(',')) text.remove_prefix(1);
    const Result<Json> rest = Json::Parse((object_ ? "{" : "[") + std::string(text));
    if (!rest) return Filled::kNo;  // nested too deep
    std::string name;
    if (object_) {
      if (rest->members().empty()) return Filled::kNo;
      name = rest->members().front().first;
    }
    const Filled filled = FillOne(at, name, end);
    if (filled != Filled::kYes) return filled;
  }
  return Filled::kYes;
}

ContainerRepair::Filled ContainerRepair::FillOne(OpenContainer& at, const std::string& name,
                                                 End& end) {
  OpenContainer after = at;
  after.first = false;
  FormulaId begun = FormulaPool::kFalse;
  if (object_) {
    const NameClassId name_class = steps_.ClassOf(at.names, name);
    begun = steps_.Member(at.live, name_class);
    after.seen = finisher_.Add(at.seen, name);
  } else {
    begun = steps_.Item(at.live);
  }
  // The demand that the shortest end has.
  uint64_t least = Finish::kNever;
  const Demand* chosen = nullptr;
  for (const Demand& demand : finisher_.Demands(begun)) {
    const Finish& value = finisher_.Value(demand.value);
    if (value.cost == Finish::kNever) continue;
    OpenContainer then = after;
    then.live = steps_.SettleValue(demand.settled, value.text).value_or(demand.settled);
    if (then.live == FormulaPool::kFalse) continue;
    const uint64_t cost = uint64_t{value.cost} + finisher_.Close(then).cost;
    if (finisher_.Close(then).cost == Finish::kNever || cost >= least) continue;
    least = cost;
    chosen = &demand;
  }
  if (chosen == nullptr) return Filled::kNo;
  PlanStep step;
  step.op = PlanStep::Op::kAdd;
  step.name = name;
  const Filled filled = FillText(*chosen, step);
  if (filled != Filled::kYes) return filled;
  after.live = steps_.SettleValue(chosen->settled, step.text).value_or(chosen->settled);
  if (!Closable(after)) {  // only the shortest value leads to an end
    step.op = PlanStep::Op::kAdd;
    step.text = finisher_.Value(chosen->value).text;
    after.live = steps_.SettleValue(chosen->settled, step.text).value_or(chosen->settled);
    if (!Closable(after)) return Filled::kNo;
  }
  const uint64_t bytes = std::min<uint64_t>(step.text.size(), kFillMostBytes);
  if (!space_.fill()) {
    step.op = PlanStep::Op::kLack;
    end.cost += kGiveUpCost;
  } else if (!object_) {
    end.cost += kFillItemCost + kFillByteCost * (bytes / 8);
  } else {
    const bool is_default = step.op == PlanStep::Op::kAddDefault;
    end.cost += (is_default ? kDefaultCost : kFillCost) + kFillByteCost * (bytes / 8);
  }
  end.added.push_back(std::move(step));
  at = after;
  return Filled::kYes;
}

// The schema's default if it is valid itself, else the shortest value; an object by filling an
// empty one, so that the defaults within it count.
ContainerRepair::Filled ContainerRepair::FillText(const Demand& demand, PlanStep& step) {
  for (const Json* value : space_.hints().Of(demand.value).defaults) {
    std::string text = value->Dump();
    if (!space_.Accepts(demand.value, text)) continue;
    step.op = PlanStep::Op::kAddDefault;
    step.text = std::move(text);
    return Filled::kYes;
  }
  if (space_.exhausted()) return Filled::kLater;
  step.text = finisher_.Value(demand.value).text;
  if (!step.text.starts_with('{') || step.text == "{}") return Filled::kYes;
  const NodeId empty = space_.Made("{}");
  if (empty == kNoNode) return Filled::kYes;
  const PlanId plan = space_.Ask(empty, demand.value);
  if (plan == kPending) return Filled::kLater;
  if (plan == kNoPlan || space_.plan(plan).cost >= kGiveUpCost) return Filled::kYes;
  step.text = PlanText(space_, plan);
  return Filled::kYes;
}

}  // namespace bantam::grammar
