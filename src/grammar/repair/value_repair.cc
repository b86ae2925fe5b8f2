// As it is; as another scalar; by its members or items; in an array or out of one; as JSON in text.
#include "grammar/repair/value_repair.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "grammar/repair/edit_costs.h"
#include "grammar/repair/value_edits.h"

namespace bantam::grammar {
namespace {

using Kind = RepairPlan::Kind;

constexpr size_t kMostQuotedBytes = 100'000;

}  // namespace

bool ValueRepair::Run() {
  if (!started_ && Start()) return true;
  bool known = true;
  for (const auto& attempt : attempts_) known = Try(*attempt) && known;
  known = TryInners() && known;
  if (known && !guessed_ && AddGuesses()) known = TryInners();
  if (!known || space_.exhausted()) return false;
  // Rather an error than to lose all that is there.
  if (best_.kept == 0 && best_.cost < kGiveUpCost && blamed_.kept > 0) best_ = std::move(blamed_);
  return true;
}

bool ValueRepair::TryInners() {
  bool known = true;
  for (const Inner& inner : inners_) known = TryInner(inner) && known;
  return known;
}

void ValueRepair::AddInner(Kind kind, NodeId node, uint64_t cost) {
  if (node != kNoNode) inners_.push_back({kind, node, cost});
}

void ValueRepair::Offer(RepairPlan plan) {
  if (plan.cost >= best_.cost) return;
  plan.node = question_.node;
  best_ = std::move(plan);
}

// What needs no other answers; true: nothing can be better.
bool ValueRepair::Start() {
  started_ = true;
  best_.node = question_.node;
  best_.kept = space_.tree()[question_.node].values;
  if (space_.Satisfies(question_.node, question_.value)) return true;
  const JsonNode& node = space_.tree()[question_.node];
  best_.kind = Kind::kGiveUp;
  best_.kept = 0;
  best_.cost = kGiveUpCost * node.values + 1;
  best_.text = space_.machine().finisher().Value(question_.value).text;
  best_.what = space_.hints().Expected(question_.value, node.kind);
  const bool may_be_right = MayBeRight();
  if (may_be_right && node.kind == Json::Kind::kString) {
    best_.what = "a text of which it can be decided whether it has a format that the schema denies";
    return true;
  }
  if (!may_be_right) OfferTexts();
  AddAttempts();
  return false;
}

// As it is, were it not for a text that is not decided: what only leads out of the doubt, to
// another text or to an array in quotes, is no repair.
bool ValueRepair::MayBeRight() {
  return space_.IsDoubtful(question_.node) && AllowsOwnKind();
}

// Whether some value of the same kind is valid: an array around it, or quotes, would only evade
// what the schema says of its kind.
bool ValueRepair::AllowsOwnKind() {
  ValueLanguages& languages = space_.machine().languages();
  const FormulaId value = question_.value;
  switch (space_.tree()[question_.node].kind) {
    case Json::Kind::kArray: return languages.Items(value) != FormulaPool::kFalse;
    case Json::Kind::kObject: return languages.Members(value) != FormulaPool::kFalse;
    case Json::Kind::kNumber: return !languages.Numbers(value)->is_none();
    case Json::Kind::kString: return languages.regexes().Alive(languages.Texts(value));
    default: return false;
  }
}

void ValueRepair::OfferTexts() {
  const Json::Kind kind = space_.tree()[question_.node].kind;
  const std::string_view text = space_.tree().Text(question_.node);
  const auto offer = [&](uint64_t cost, const std::string& other) {
    if (cost >= best_.cost || other == text || !space_.Accepts(question_.value, other)) return;
    RepairPlan plan;
    plan.kind = Kind::kText;
    plan.cost = cost;
    plan.text = other;
    plan.kept = kind == Json::Kind::kNull ? 0 : 1;
    plan.quotes = kind == Json::Kind::kArray || kind == Json::Kind::kObject;
    Offer(std::move(plan));
  };
  if (kind == Json::Kind::kArray || kind == Json::Kind::kObject) {
    ValueLanguages& languages = space_.machine().languages();
    if (text.size() > kMostQuotedBytes) return;
    if (!languages.regexes().Alive(languages.Texts(question_.value))) return;
    const uint64_t cost = kQuoteCost + (AllowsOwnKind() ? kEscapeCost : 0u);
    if (space_.Spend(text.size())) offer(cost, JsonQuote(text));
    return;
  }
  if (kind == Json::Kind::kNull) OfferFilled();
  const std::string decoded =
      kind == Json::Kind::kString ? space_.tree().String(question_.node) : std::string();
  if (!space_.Spend(4 * text.size())) return;
  for (const ValueEdit& edit :
       EditsOf(kind, text, decoded, question_.value, space_.hints(), space_.machine())) {
    offer(edit.cost, edit.text);
  }
}

// A member that is null and is required is as good as missing.
void ValueRepair::OfferFilled() {
  if (!space_.fill() || space_.tree()[question_.node].name_end == 0) return;
  RepairPlan plan;
  plan.kind = Kind::kText;
  for (const Json* value : space_.hints().Of(question_.value).defaults) {
    plan.text = value->Dump();
    plan.cost = kDropNullCost + kDefaultCost - 1;
    if (space_.Accepts(question_.value, plan.text)) return Offer(std::move(plan));
  }
  plan.text = space_.machine().finisher().Value(question_.value).text;
  const uint64_t bytes = std::min<uint64_t>(plan.text.size(), kFillMostBytes);
  plan.cost = kDropNullCost + kFillCost - 1 + kFillByteCost * (bytes / 8);
  if (space_.Accepts(question_.value, plan.text)) Offer(std::move(plan));
}

void ValueRepair::AddAttempts() {
  ValueLanguages& languages = space_.machine().languages();
  const FormulaId members = languages.Members(question_.value);
  const FormulaId items = languages.Items(question_.value);
  const auto add = [&](Kind kind, uint64_t cost, std::vector<NodeId> children, FormulaId live,
                       bool object) {
    attempts_.push_back(std::make_unique<Attempt>(
        Attempt{kind, cost, ContainerRepair(space_, std::move(children), live, object), false}));
  };
  const JsonNode node = space_.tree()[question_.node];  // a copy: Parsed adds nodes
  if (node.kind == Json::Kind::kObject && members != FormulaPool::kFalse) {
    add(Kind::kMembers, 0, space_.tree().Children(question_.node), members, true);
  }
  if (node.kind == Json::Kind::kArray && items != FormulaPool::kFalse) {
    add(Kind::kMembers, 0, space_.tree().Children(question_.node), items, false);
  }
  // An array around an array only where nothing but arrays can be in one.
  if (items != FormulaPool::kFalse && (node.kind != Json::Kind::kArray || HoldsOnlyArrays(items))) {
    const bool escape = node.kind != Json::Kind::kArray && AllowsOwnKind();
    const uint64_t cost = kWrapCost + (escape ? kEscapeCost : 0u);
    add(Kind::kWrap, cost, {question_.node}, items, false);
  }
  if (node.children == 1 && MayUnwrap(node.first)) {
    const bool array = node.kind == Json::Kind::kArray;
    AddInner(Kind::kUnwrap, node.first, array ? kUnwrapCost : kUnwrapMemberCost);
  }
  if (node.kind == Json::Kind::kString &&
      (items != FormulaPool::kFalse || members != FormulaPool::kFalse)) {
    AddInner(Kind::kParse, space_.Parsed(question_.node), kParseCost);
  }
}

bool ValueRepair::HoldsOnlyArrays(FormulaId items) const {
  SchemaMachine& machine = space_.machine();
  ValueLanguages& languages = machine.languages();
  for (const Demand& demand : machine.finisher().Demands(machine.steps().Item(items))) {
    const FormulaId value = demand.value;
    const bool scalar = languages.regexes().Alive(languages.Texts(value)) ||
                        !languages.Numbers(value)->is_none() ||
                        languages.Accepts(value, JsonLiteral::kTrue) ||
                        languages.Accepts(value, JsonLiteral::kFalse) ||
                        languages.Accepts(value, JsonLiteral::kNull);
    if (scalar || languages.Members(value) != FormulaPool::kFalse) return false;
  }
  return true;
}

bool ValueRepair::Try(Attempt& attempt) {
  if (attempt.finished || attempt.cost >= best_.cost) return true;
  if (!attempt.repair.Run()) return false;
  attempt.finished = true;
  const auto& outcome = attempt.repair.outcome();
  if (!outcome) return true;
  RepairPlan plan;
  plan.kind = attempt.kind;
  plan.cost = attempt.cost + outcome->cost;
  plan.steps = outcome->steps;
  if (attempt.kind == Kind::kWrap) {
    // Not a value that goes away, nor items made up beside it.
    if (plan.steps.size() != 1) return true;
    const PlanStep::Op op = plan.steps[0].op;
    if (op != PlanStep::Op::kKeep && op != PlanStep::Op::kChange) return true;
  }
  for (const PlanStep& step : plan.steps) {
    const bool changed = step.op == PlanStep::Op::kChange;
    plan.loses =
        plan.loses || step.op == PlanStep::Op::kDrop || (changed && space_.plan(step.plan).loses);
    if (changed) plan.kept += space_.plan(step.plan).kept;
    if (changed && space_.plan(step.plan).kind == Kind::kMembers) ++plan.kept;
    plan.quotes = plan.quotes || (changed && space_.plan(step.plan).quotes);
    if (step.op == PlanStep::Op::kKeep) plan.kept += space_.tree()[step.node].values;
  }
  Offer(std::move(plan));
  return true;
}

bool ValueRepair::TryInner(const Inner& inner) {
  if (inner.cost >= best_.cost) return true;
  if (inner.kind == Kind::kName && !KnowsNames()) return false;
  const PlanId id = space_.Ask(inner.node, question_.value);
  if (id == kPending) return false;
  if (id == kNoPlan) return true;
  const bool plausible = IsPlausible(inner.kind, space_.plan(id));
  if (inner.kind == Kind::kName && plausible && !IsOnlyName(inner)) return true;
  RepairPlan plan;
  plan.kind = inner.kind;
  plan.cost = inner.cost + space_.plan(id).cost;
  plan.inner = id;
  plan.kept = space_.plan(id).kept;
  plan.loses = space_.plan(id).loses;
  plan.quotes = space_.plan(id).quotes;
  if (plausible) {
    Offer(std::move(plan));
  } else if (inner.kind == Kind::kUnwrap && plan.kept > blamed_.kept && !plan.quotes) {
    blamed_ = std::move(plan);
    blamed_.node = question_.node;
  }
  return true;
}

}  // namespace bantam::grammar
