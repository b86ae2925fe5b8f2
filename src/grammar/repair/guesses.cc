// What a value may be a part of, or what part of it may be meant: objects around it that are
// missing or too much, lists written as texts or objects.
#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "grammar/repair/edit_costs.h"
#include "grammar/repair/spellings.h"
#include "grammar/repair/value_repair.h"

namespace bantam::grammar {
namespace {

using Kind = RepairPlan::Kind;

constexpr size_t kMostWrapped = 4;       // members that are tried as the whole
constexpr size_t kMostNames = 8;         // that are tried around the value
constexpr uint32_t kMostValues = 5'000;  // in a value that is tried under several names
constexpr size_t kMostParts = 1'000;
constexpr uint32_t kMostCompared = 100;  // members
constexpr uint32_t kMostMerged = 100;

// Of what stands beside the value meant: "status": "ok".
uint64_t BesideCost(const JsonNode& node, bool member) {
  return std::min(uint64_t{kBesideCost} * node.values, DropCost(node, member));
}

bool IsContainer(Json::Kind kind) {
  return kind == Json::Kind::kArray || kind == Json::Kind::kObject;
}

}  // namespace

// Only where what has been found so far loses or invents much, and only once. True: there are some.
bool ValueRepair::AddGuesses() {
  guessed_ = true;
  if (!space_.rich() || space_.IsMade(question_.node)) return false;
  const size_t before = inners_.size();
  const bool none = best_.cost >= kGiveUpCost;
  const uint32_t within = space_.tree()[question_.node].values - 1;
  const bool poor = none || 2 * best_.kept <= within;
  const bool invents = std::any_of(best_.steps.begin(), best_.steps.end(),
                                   [](const PlanStep& step) { return step.node == kNoNode; });
  if (poor || invents) AddWrapped();
  if (poor) AddNamed();
  if (poor) AddLists();
  return inners_.size() > before;
}

// One of several members or items, the largest ones.
void ValueRepair::AddWrapped() {
  const JsonTree& tree = space_.tree();
  const JsonNode& node = tree[question_.node];
  if (!IsContainer(node.kind) || node.children < 2 || !space_.Spend(node.children)) return;
  const bool object = node.kind == Json::Kind::kObject;
  std::vector<NodeId> chosen;
  uint64_t all = 0;    // to leave each of them
  uint64_t known = 0;  // … where the schema has its name, more
  for (NodeId at : tree.Children(question_.node)) {
    all += BesideCost(tree[at], object);
    if (!MayUnwrap(at)) known += kDropCost;
    const std::string_view text = tree.Text(at);
    const bool container = IsContainer(tree[at].kind) && tree[at].values > 1;
    if (container || text.starts_with("\"{") || text.starts_with("\"[")) chosen.push_back(at);
  }
  if (!object && chosen.size() != 1) return;  // one of several alike is no better than another
  std::sort(chosen.begin(), chosen.end(), [&](NodeId a, NodeId b) {
    const size_t left = tree.Text(a).size();
    const size_t right = tree.Text(b).size();
    return left != right ? left > right : a < b;
  });
  if (chosen.size() > kMostWrapped) chosen.resize(kMostWrapped);
  for (NodeId at : chosen) {
    if (!MayUnwrap(at)) continue;
    const uint64_t cost =
        (object ? kUnwrapMemberCost : kUnwrapCost) + all - BesideCost(tree[at], object);
    // What would have to be invented is in there.
    const bool has_missing =
        HasMissing(tree[at].kind == Json::Kind::kString ? space_.Parsed(at) : at);
    AddInner(Kind::kUnwrap, at, has_missing ? cost / 2 : cost + known);
  }
}

// A member of a name that the best way so far has to add.
bool ValueRepair::HasMissing(NodeId object) const {
  const JsonTree& tree = space_.tree();
  if (object == kNoNode || tree[object].kind != Json::Kind::kObject ||
      tree[object].children > kMostCompared) {
    return false;
  }
  for (const NodeId member : tree.Children(object)) {
    const std::string name = tree.Name(member);
    for (const PlanStep& step : best_.steps) {
      if (step.node == kNoNode && step.name == name) return true;
    }
  }
  return false;
}

// The value under the names that the schema has.
void ValueRepair::AddNamed() {
  const JsonNode node = space_.tree()[question_.node];  // a copy: nodes are added
  if (space_.machine().languages().Members(question_.value) == FormulaPool::kFalse) return;
  if (node.kind == Json::Kind::kArray) {
    AddInner(Kind::kNameItems, NameItems(), kNameItemsCost);
    AddInner(Kind::kMerge, Merged(), kMergeCost);
  }
  const std::vector<std::string>& names = space_.hints().Of(question_.value).names;
  if (node.kind == Json::Kind::kObject) {  // one that has nothing of its own here
    const std::vector<NodeId> members = space_.tree().Children(question_.node);
    if (!std::ranges::all_of(members, [&](NodeId at) { return MayUnwrap(at); })) return;
  }
  const bool several = IsContainer(node.kind) && node.values <= kMostValues;
  if (names.size() != 1 && (!several || names.size() > kMostNames)) return;
  for (const std::string& name : names) AddInner(Kind::kName, NameValue(name), kNameCost);
}

void ValueRepair::AddLists() {
  if (space_.machine().languages().Items(question_.value) == FormulaPool::kFalse) return;
  const Json::Kind kind = space_.tree()[question_.node].kind;
  if (kind == Json::Kind::kObject) AddInner(Kind::kValues, Values(), ValuesCost());
  if (kind == Json::Kind::kString) AddInner(Kind::kSplit, SplitText(), kSplitCost);
}

// That of taking the values of an object as items: names that count, or values that are all alike
// containers, tell that it is a list.
uint32_t ValueRepair::ValuesCost() {
  const JsonTree& tree = space_.tree();
  const JsonNode& node = tree[question_.node];
  if (node.children < 2) return kValuesCost;
  bool indexed = true, alike = true;
  const std::string first = tree.Name(node.first);
  size_t index = first == "1" ? 1 : 0;
  for (NodeId at = node.first; at != kNoNode; at = tree[at].next) {
    indexed = indexed && tree.Name(at) == std::to_string(index++);
    alike = alike && IsContainer(tree[at].kind) && tree[at].kind == tree[node.first].kind;
  }
  const uint32_t cost = indexed ? kIndexedCost : alike ? kAlikeValuesCost : kValuesCost;
  return cost + (AllowsOwnKind() ? kEscapeCost : 0u);
}

// The member of an object not if the schema has its name.
bool ValueRepair::MayUnwrap(NodeId member) const {
  const JsonNode& node = space_.tree()[member];
  if (node.name_end == 0) return true;
  const std::string name = Squashed(space_.tree().Name(member));
  const std::vector<std::string>& names = space_.hints().Of(question_.value).names;
  return std::none_of(names.begin(), names.end(),
                      [&](const std::string& other) { return Squashed(other) == name; });
}

// Guesses about an object that is missing have to fit well, others have to keep something.
bool ValueRepair::IsPlausible(Kind kind, const RepairPlan& inner) const {
  const Json::Kind own = space_.tree()[question_.node].kind;
  if (kind == Kind::kParse || (kind == Kind::kUnwrap && own == Json::Kind::kArray)) return true;
  if (inner.cost >= kGiveUpCost || inner.kept == 0) return false;
  if (inner.quotes) return false;
  if (kind == Kind::kUnwrap) {
    return inner.kind != Kind::kName && inner.kind != Kind::kNameItems &&
           inner.kind != Kind::kValues;
  }
  const bool outer = kind == Kind::kName && IsContainer(own);
  if (inner.loses && !(outer && 2 * inner.kept >= space_.tree()[question_.node].values - 1)) {
    return false;
  }
  if (kind != Kind::kName && kind != Kind::kNameItems) return true;
  return std::all_of(inner.steps.begin(), inner.steps.end(), [&](const PlanStep& step) {
    if (step.op == PlanStep::Op::kKeep) return true;
    if (step.node == kNoNode) return outer;
    if (step.op != PlanStep::Op::kChange) return false;
    const Kind how = space_.plan(step.plan).kind;
    return how == Kind::kMembers || how == Kind::kText ||
           (how == Kind::kWrap && kind == Kind::kName);
  });
}

// The answers for all names; asks for them.
bool ValueRepair::KnowsNames() const {
  bool known = true;
  for (const Inner& inner : inners_) {
    if (inner.kind != Kind::kName) continue;
    known = space_.Ask(inner.node, question_.value) != kPending && known;
  }
  return known;
}

// No other name fits as well.
bool ValueRepair::IsOnlyName(const Inner& inner) const {
  const auto cost = [&](const Inner& other) {
    const PlanId id = space_.Ask(other.node, question_.value);
    const bool fits = id != kNoPlan && IsPlausible(Kind::kName, space_.plan(id));
    return fits ? space_.plan(id).cost : kGiveUpCost;
  };
  return std::all_of(inners_.begin(), inners_.end(), [&](const Inner& other) {
    return other.kind != Kind::kName || other.node == inner.node || cost(other) > cost(inner);
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

NodeId ValueRepair::NameValue(const std::string& name) {
  const std::string_view text = space_.tree().Text(question_.node);
  if (text == "null" || !space_.Spend(text.size())) return kNoNode;
  return space_.Made("{" + JsonQuote(name) + ": " + std::string(text) + "}", question_.node);
}

// The members of several objects as those of one, if no name comes twice.
NodeId ValueRepair::Merged() {
  const JsonTree& tree = space_.tree();
  const JsonNode& node = tree[question_.node];
  if (node.children < 2 || node.children > kMostMerged || !space_.Spend(node.end - node.begin)) {
    return kNoNode;
  }
  std::string text = "{";
  std::vector<std::string> names;
  for (NodeId item = node.first; item != kNoNode; item = tree[item].next) {
    if (tree[item].kind != Json::Kind::kObject) return kNoNode;
    for (NodeId member = tree[item].first; member != kNoNode; member = tree[member].next) {
      names.push_back(tree.Name(member));
      text += (text.size() > 1 ? ", " : "") + JsonQuote(names.back()) + ": ";
      text += tree.Text(member);
    }
  }
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) return kNoNode;
  return space_.Made(text + "}", question_.node);
}

NodeId ValueRepair::Values() {
  const JsonTree& tree = space_.tree();
  const JsonNode& node = tree[question_.node];
  if (node.children < 2 || !space_.Spend(node.end - node.begin)) return kNoNode;
  std::string text = "[";
  for (NodeId member = node.first; member != kNoNode; member = tree[member].next) {
    text += text.size() > 1 ? ", " : "";
    text += tree.Text(member);
  }
  return space_.Made(text + "]", question_.node);
}

// At semicolons, line ends or else commas.
NodeId ValueRepair::SplitText() {
  const std::string text = space_.tree().String(question_.node);
  if (!space_.Spend(text.size())) return kNoNode;
  std::string_view by = ",";
  if (text.find(';') != std::string::npos) by = ";";
  if (text.find('\n') != std::string::npos) by = "\n";
  std::string items = "[";
  size_t parts = 0;
  for (size_t at = 0; at <= text.size(); ++parts) {
    const size_t end = std::min(text.find_first_of(by, at), text.size());
    const std::string_view part = Trimmed(std::string_view(text).substr(at, end - at));
    at = end + 1;
    if (part.empty()) continue;
    if (parts >= kMostParts) return kNoNode;
    items += (items.size() > 1 ? ", " : "") + JsonQuote(part);
  }
  return parts < 2 ? kNoNode : space_.Made(items + "]", question_.node);
}

}  // namespace bantam::grammar
