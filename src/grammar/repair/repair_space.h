// RepairSpace: what the search for a repair towards a schema has found so far, and its limits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "grammar/repair/json_tree.h"
#include "grammar/repair/node_truth.h"
#include "grammar/repair/repair_plan.h"
#include "grammar/repair/schema_hints.h"
#include "grammar/schema/schema_machine.h"

namespace bantam::grammar {

// Questions are of the form: what is the cheapest way to make this node satisfy that formula?
// Answers are remembered. Not thread-safe.
class RepairSpace {
 public:
  // A step is about a byte that a matcher reads (20 to 50 ns); a bracket that opens and a way that
  // is looked at count as 20. So many for every document, so many for each of its bytes, and no
  // more.
  static constexpr uint64_t kSteps = 10'000'000;
  static constexpr uint64_t kStepsOfAByte = 500;
  static constexpr uint64_t kMostSteps = 200'000'000;
  struct Question {
    NodeId node;
    FormulaId value;
  };

  // For a document of so many bytes.
  RepairSpace(SchemaMachine& machine, bool fill, size_t bytes)
      : machine_(machine),
        hints_(machine),
        truth_(machine, tree_),
        fill_(fill),
        most_(std::min(kSteps + kStepsOfAByte * bytes, kMostSteps)),
        left_(most_) {}

  SchemaMachine& machine() { return machine_; }
  SchemaHints& hints() { return hints_; }
  JsonTree& tree() { return tree_; }
  const JsonTree& tree() const { return tree_; }
  bool fill() const { return fill_; }

  // False once the steps are used up: nothing found from then on counts.
  bool Spend(uint64_t steps);
  bool exhausted() const { return left_ == 0; }
  // Enough is left for guesses.
  bool rich() const { return left_ > most_ / 2; }

  // Decided by JsonMatcher, and by what it is made of. The node's is remembered.
  bool Accepts(FormulaId value, std::string_view text);
  bool Satisfies(NodeId node, FormulaId value);
  // As NodeTruth says.
  bool IsPlain(NodeId node) { return truth_.IsPlain(node); }
  bool IsDoubtful(NodeId node) { return truth_.IsDoubtful(node); }

  // The plan; kNoPlan: there is none, or the question is being answered; kPending: not known yet,
  // joins wanted().
  PlanId Ask(NodeId node, FormulaId value);
  std::vector<Question>& wanted() { return wanted_; }
  void Begin(const Question& question);
  bool Answered(const Question& question) const {
    return answers_.contains(Key(question.node, question.value));
  }
  void Answer(const Question& question, RepairPlan plan);
  const RepairPlan& plan(PlanId id) const { return plans_[id]; }

  // The root of the JSON text in a string node, kNoNode if there is none.
  NodeId Parsed(NodeId node);
  // A node for a text that is nowhere in the document, made of that at `origin`; kNoNode beyond the
  // limits.
  NodeId Made(const std::string& text, NodeId origin = kNoNode);
  bool IsMade(NodeId node) const { return made_sources_.contains(tree_[node].source); }

 private:
  static uint64_t Key(NodeId node, FormulaId value) { return uint64_t{node} << 32 | value; }

  SchemaMachine& machine_;
  SchemaHints hints_;
  JsonTree tree_;
  NodeTruth truth_;
  bool fill_;
  const uint64_t most_;
  uint64_t left_;
  std::deque<RepairPlan> plans_;
  std::unordered_map<uint64_t, PlanId> answers_;
  std::unordered_set<uint64_t> begun_;
  std::vector<Question> wanted_;
  std::unordered_map<NodeId, NodeId> parsed_;
  std::map<std::pair<std::string, NodeId>, NodeId> made_;
  std::unordered_set<uint32_t> made_sources_;
};

}  // namespace bantam::grammar
