// Containers by the steps of their formula; scalars by a matcher.
#include "grammar/repair/node_truth.h"

#include <algorithm>
#include <optional>

#include "grammar/repair/squeezed.h"
#include "grammar/schema/json_matcher.h"

namespace bantam::grammar {
namespace {

constexpr uint64_t kMatcherSteps = 20;  // to begin with a matcher, a child

void Spend(uint64_t steps, uint64_t& left) {
  left -= std::min(left, steps);
}

}  // namespace

bool IsAccepted(SchemaMachine& machine, FormulaId value, std::string_view text, uint64_t& left) {
  if (value == FormulaPool::kFalse) return false;
  JsonChecker matcher(machine, value);
  const size_t taken = Feed(matcher, text);
  const auto brackets = std::count_if(text.begin(), text.begin() + static_cast<ptrdiff_t>(taken),
                                      [](char c) { return c == '[' || c == '{'; });
  Spend(taken + kMatcherSteps * static_cast<uint64_t>(1 + brackets), left);
  return left > 0 && taken == text.size() && matcher.Accepting();
}

// Of the node alone.
uint8_t NodeTruth::FaultsOf(NodeId id) const {
  const JsonNode& node = tree_[id];
  if (node.kind == Json::Kind::kNumber) {
    uint64_t left = ~uint64_t{0};
    return IsAccepted(machine_, FormulaPool::kTrue, tree_.Text(id), left) ? 0 : kOdd;
  }
  if (node.kind == Json::Kind::kString && machine_.languages().leaves_undecided()) {
    return machine_.languages().IsUndecided(tree_.String(id)) ? kDoubtful : 0;
  }
  if (node.kind != Json::Kind::kObject) return 0;
  std::vector<std::string> names;
  for (NodeId at = node.first; at != kNoNode; at = tree_[at].next) names.push_back(tree_.Name(at));
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end() ? 0 : kOdd;
}

// Children come after what they are in.
void NodeTruth::FindFaults() {
  const size_t known = faults_.size();
  faults_.resize(tree_.size(), 0);
  for (size_t i = faults_.size(); i-- > known;) {
    const auto id = static_cast<NodeId>(i);
    faults_[i] |= FaultsOf(id);
    if (tree_[id].parent != kNoNode) faults_[tree_[id].parent] |= faults_[i];
  }
}

bool NodeTruth::IsPlain(NodeId node) {
  if (faults_.size() < tree_.size()) FindFaults();
  return faults_[node] == 0;
}

bool NodeTruth::IsDoubtful(NodeId node) {
  return !IsPlain(node) && (faults_[node] & kDoubtful) != 0;
}

bool NodeTruth::Satisfies(NodeId node, FormulaId value, uint64_t& left) {
  if (!IsPlain(node)) return false;
  std::optional<bool> truth = Ask(node, value, left);
  while (!open_.empty() && left > 0) Advance(left);
  if (left == 0) {
    open_.clear();
    return false;
  }
  if (!truth) truth = known_[Key(node, value)];
  return *truth;
}

// Nothing: it is a container that is begun now.
std::optional<bool> NodeTruth::Ask(NodeId node, FormulaId value, uint64_t& left) {
  if (value <= FormulaPool::kTrue) return value == FormulaPool::kTrue;
  if (const auto it = known_.find(Key(node, value)); it != known_.end()) return it->second;
  Spend(kMatcherSteps, left);
  const Json::Kind kind = tree_[node].kind;
  const bool object = kind == Json::Kind::kObject;
  if (!object && kind != Json::Kind::kArray) {
    const bool truth = IsAccepted(machine_, value, tree_.Text(node), left);
    if (left > 0) known_[Key(node, value)] = truth;
    return truth;
  }
  ValueLanguages& languages = machine_.languages();
  const FormulaId live = object ? languages.Members(value) : languages.Items(value);
  const NamesId names = object ? machine_.steps().NamesOf({&live, 1}) : 0;
  open_.push_back({node, value, live, names, object, tree_[node].first, FormulaPool::kFalse, {}});
  return std::nullopt;
}

// One step of the innermost container that is open.
void NodeTruth::Advance(uint64_t& left) {
  ContainerSteps& steps = machine_.steps();
  Open& open = open_.back();
  if (open.live == FormulaPool::kFalse) return Close(false);
  if (open.child == kNoNode) return Close(steps.Closes(open.live));
  if (open.begun == FormulaPool::kFalse) {
    Spend(kMatcherSteps, left);
    open.begun = open.object
                     ? steps.Member(open.live, steps.ClassOf(open.names, tree_.Name(open.child)))
                     : steps.Item(open.live);
    open.truth.clear();
    if (open.begun == FormulaPool::kFalse) return Close(false);
  }
  const std::vector<FormulaId>& asked = steps.Asked(open.begun);
  while (open.truth.size() < asked.size()) {
    const std::optional<bool> truth = Ask(open.child, asked[open.truth.size()], left);
    if (!truth) return;  // `open` may have moved
    open.truth.push_back(*truth ? 1 : 0);
  }
  Outcome outcome{asked, open.truth};
  if (steps.NeedsValue(open.begun)) {
    const std::string_view text = tree_.Text(open.child);
    Spend(text.size(), left);
    const Result<Json> value = Json::Parse(text);
    if (!value) return Close(false);  // nested deeper than Json goes
    outcome.repeated = !open.items.insert(CanonicalText(*value)).second;
  }
  open.live = steps.Settle(open.begun, outcome);
  open.begun = FormulaPool::kFalse;
  open.child = tree_[open.child].next;
}

void NodeTruth::Close(bool truth) {
  known_[Key(open_.back().node, open_.back().value)] = truth;
  open_.pop_back();
}

}  // namespace bantam::grammar
