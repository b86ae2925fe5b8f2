// Remembering answers, and asking the matcher.
#include "grammar/repair/repair_space.h"

#include <algorithm>
#include <utility>

#include "bantam/json_repair.h"
#include "grammar/repair/squeezed.h"
#include "grammar/schema/json_matcher.h"

namespace bantam::grammar {
namespace {

constexpr uint64_t kMatcherSteps = 20;  // to begin with a matcher, a container in it

}  // namespace

bool RepairSpace::Spend(uint64_t steps) {
  left_ -= std::min(left_, steps);
  return left_ > 0;
}

bool RepairSpace::Accepts(FormulaId value, std::string_view text) {
  if (value == FormulaPool::kFalse) return false;
  JsonMatcher matcher(machine_, value);
  const size_t taken = Feed(matcher, text);
  const auto brackets = std::count_if(text.begin(), text.begin() + static_cast<ptrdiff_t>(taken),
                                      [](char c) { return c == '[' || c == '{'; });
  if (!Spend(taken + kMatcherSteps * static_cast<uint64_t>(1 + brackets))) return false;
  return taken == text.size() && matcher.Accepting();
}

bool RepairSpace::Satisfies(NodeId node, FormulaId value) {
  const auto [it, added] = satisfies_.try_emplace(Key(node, value), false);
  if (added) it->second = Accepts(value, tree_.Text(node));
  return it->second;
}

// Most texts are as a whole.
bool RepairSpace::IsPlain(NodeId node) {
  const auto [it, added] = plain_sources_.try_emplace(tree_[node].source, false);
  if (added) it->second = Accepts(FormulaPool::kTrue, tree_.source(node));
  return it->second || Satisfies(node, FormulaPool::kTrue);
}

PlanId RepairSpace::Ask(NodeId node, FormulaId value) {
  const uint64_t key = Key(node, value);
  if (const auto it = answers_.find(key); it != answers_.end()) return it->second;
  if (begun_.contains(key)) return kNoPlan;
  wanted_.push_back({node, value});
  return kPending;
}

void RepairSpace::Begin(const Question& question) {
  begun_.insert(Key(question.node, question.value));
}

void RepairSpace::Answer(const Question& question, RepairPlan plan) {
  const auto id = static_cast<PlanId>(plans_.size());
  plans_.push_back(std::move(plan));
  answers_[Key(question.node, question.value)] = id;
}

NodeId RepairSpace::Parsed(NodeId node) {
  const auto [it, added] = parsed_.try_emplace(node, kNoNode);
  if (!added) return it->second;
  std::string text = tree_.String(node);
  if (!Spend(2 * text.size())) return kNoNode;
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || (text[first] != '{' && text[first] != '[')) return kNoNode;
  if (!bantam::CheckJson(text).valid) {
    Result<JsonRepair> repair = bantam::RepairJson(text);
    if (!repair) return kNoNode;
    text = std::move(repair->text);
  }
  const Result<NodeId> root = tree_.Add(std::move(text), node);
  if (!root) return kNoNode;
  if (IsMade(node)) made_sources_.insert(tree_[*root].source);
  const Json::Kind kind = tree_[*root].kind;
  if (kind == Json::Kind::kArray || kind == Json::Kind::kObject) it->second = *root;
  return it->second;
}

NodeId RepairSpace::Made(const std::string& text, NodeId origin) {
  const auto [it, added] = made_.try_emplace({text, origin}, kNoNode);
  if (!added) return it->second;
  const Result<NodeId> root = tree_.Add(text, origin);
  if (root) {
    it->second = *root;
    made_sources_.insert(tree_[*root].source);
  }
  return it->second;
}

}  // namespace bantam::grammar
