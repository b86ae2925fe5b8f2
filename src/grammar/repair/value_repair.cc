// As it is; as another scalar; by its members or items; in an array or out of one; as JSON in text.
#include "grammar/repair/value_repair.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "grammar/repair/edit_costs.h"
#include "grammar/repair/spellings.h"
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
  return known && !space_.exhausted();
}

bool ValueRepair::TryInners() {
  const JsonNode& node = space_.tree()[question_.node];
  const uint64_t unwrap = node.kind == Json::Kind::kArray ? kUnwrapCost : kUnwrapMemberCost;
  bool known = TryInner(Kind::kUnwrap, only_child_, unwrap);
  known = TryInner(Kind::kParse, parsed_, kParseCost) && known;
  known = TryInner(Kind::kNameItems, named_items_, kNameItemsCost) && known;
  return TryInner(Kind::kName, named_, kNameCost) && known;
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
  if (space_.Satisfies(question_.node, question_.value)) return true;
  const JsonNode& node = space_.tree()[question_.node];
  best_.kind = Kind::kGiveUp;
  best_.cost = kGiveUpCost * node.values + 1;
  best_.text = space_.machine().finisher().Value(question_.value).text;
  best_.what = space_.hints().Expected(question_.value, node.kind);
  OfferTexts();
  AddAttempts();
  return false;
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
    Offer(std::move(plan));
  };
  if (kind == Json::Kind::kArray || kind == Json::Kind::kObject) {
    if (text.size() <= kMostQuotedBytes) offer(kQuoteCost, JsonQuote(text));
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
    add(Kind::kWrap, kWrapCost, {question_.node}, items, false);
  }
  if (node.children == 1 && MayUnwrap(node)) only_child_ = node.first;
  if (members != FormulaPool::kFalse && !space_.IsMade(question_.node)) {
    if (node.kind == Json::Kind::kArray) named_items_ = NameItems();
    named_ = NameValue();
  }
  if (node.kind == Json::Kind::kString &&
      (items != FormulaPool::kFalse || members != FormulaPool::kFalse)) {
    parsed_ = space_.Parsed(question_.node);
  }
}

// The member of an object not if the schema has its name.
bool ValueRepair::MayUnwrap(const JsonNode& node) const {
  if (node.kind == Json::Kind::kArray) return true;
  const std::string name = Squashed(space_.tree().Name(node.first));
  const std::vector<std::string>& names = space_.hints().Of(question_.value).names;
  return std::none_of(names.begin(), names.end(),
                      [&](const std::string& other) { return Squashed(other) == name; });
}

// Guesses about an object that is missing or too much have to fit well.
bool ValueRepair::IsPlausible(RepairPlan::Kind kind, const RepairPlan& inner) const {
  const bool guess =
      kind == Kind::kName || kind == Kind::kNameItems ||
      (kind == Kind::kUnwrap && space_.tree()[question_.node].kind == Json::Kind::kObject);
  if (!guess) return true;
  if (inner.cost >= kGiveUpCost || inner.loses) return false;
  return std::all_of(inner.steps.begin(), inner.steps.end(), [&](const PlanStep& step) {
    if (step.op == PlanStep::Op::kKeep) return true;
    if (step.op != PlanStep::Op::kChange) return false;
    const Json::Kind of = space_.tree()[step.node].kind;
    const bool container = of == Json::Kind::kArray || of == Json::Kind::kObject;
    return !container || space_.plan(step.plan).kind != Kind::kText;  // not as a text
  });
}

// An array as the object whose members come in the order of the schema, if it has as many items.
NodeId ValueRepair::NameItems() {
  const std::vector<std::string>& names = space_.hints().Of(question_.value).names;
  const std::vector<NodeId> items = space_.tree().Children(question_.node);
  const size_t bytes = space_.tree().Text(question_.node).size();
  if (items.size() < 2 || items.size() != names.size() || !space_.Spend(bytes)) return kNoNode;
  std::string text = "{";
  for (size_t i = 0; i < items.size(); ++i) {
    text += (i > 0 ? ", " : "") + JsonQuote(names[i]) + ": ";
    text += space_.tree().Text(items[i]);
  }
  return space_.Made(text + "}", question_.node);
}

// The value as the only property that there is.
NodeId ValueRepair::NameValue() {
  const std::vector<std::string>& names = space_.hints().Of(question_.value).names;
  const std::string_view text = space_.tree().Text(question_.node);
  if (names.size() != 1 || text == "null" || !space_.Spend(text.size())) return kNoNode;
  return space_.Made("{" + JsonQuote(names[0]) + ": " + std::string(text) + "}", question_.node);
}

bool ValueRepair::HoldsOnlyArrays(FormulaId items) const {
  SchemaMachine& machine = space_.machine();
  ValueLanguages& languages = machine.languages();
  for (const Demand& demand : machine.finisher().Demands(machine.steps().Item(items))) {
    const FormulaId value = demand.value;
    const bool scalar = languages.regexes().Alive(languages.Texts(value)) ||
                        !languages.Numbers(value).is_none() ||
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
    plan.loses = plan.loses || step.op == PlanStep::Op::kDrop ||
                 (step.op == PlanStep::Op::kChange && space_.plan(step.plan).loses);
  }
  Offer(std::move(plan));
  return true;
}

bool ValueRepair::TryInner(RepairPlan::Kind kind, NodeId inner, uint64_t cost) {
  if (inner == kNoNode || cost >= best_.cost) return true;
  const PlanId id = space_.Ask(inner, question_.value);
  if (id == kPending) return false;
  if (id == kNoPlan) return true;
  if (!IsPlausible(kind, space_.plan(id))) return true;
  RepairPlan plan;
  plan.kind = kind;
  plan.cost = cost + space_.plan(id).cost;
  plan.inner = id;
  plan.loses = space_.plan(id).loses;
  Offer(std::move(plan));
  return true;
}

}  // namespace bantam::grammar
