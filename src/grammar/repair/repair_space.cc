// Remembering answers, and asking the matcher.
#include "grammar/repair/repair_space.h"

#include <algorithm>
#include <utility>

#include "bantam/json_repair.h"

namespace bantam::grammar {
namespace {

constexpr int kMostQuoted = 4;  // JSON texts in JSON texts

}  // namespace

bool RepairSpace::Spend(uint64_t steps) {
  left_ -= std::min(left_, steps);
  return left_ > 0;
}

bool RepairSpace::Accepts(FormulaId value, std::string_view text) {
  return IsAccepted(machine_, value, text, left_);
}

bool RepairSpace::Satisfies(NodeId node, FormulaId value) {
  return truth_.Satisfies(node, value, left_);
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
  size_t first = text.find_first_not_of(" \t\r\n");
  for (int i = 0; i < kMostQuoted && first != std::string::npos && text[first] == '"'; ++i) {
    const Result<Json> inside = Json::Parse(text);
    if (!inside || !inside->is_string() || !Spend(text.size())) return kNoNode;
    text = inside->AsString();
    first = text.find_first_not_of(" \t\r\n");
  }
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
