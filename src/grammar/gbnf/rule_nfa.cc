// Each node is built between two states that are given to it; a loop runs on states of its own, so
// that nothing can come back to the two.
#include "grammar/gbnf/rule_nfa.h"

#include <algorithm>

namespace bantam::grammar {

using Kind = GbnfNode::Kind;

uint32_t RuleNfa::NewState() {
  heads_.push_back(kNone);
  return static_cast<uint32_t>(heads_.size() - 1);
}

void RuleNfa::AddEdge(uint32_t from, Edge::Kind kind, uint32_t label, uint32_t to) {
  edges_.push_back({kind, label, to, heads_[from]});
  heads_[from] = static_cast<uint32_t>(edges_.size() - 1);
}

void RuleNfa::BuildRepeat(const GrammarPlan& plan, const Task& task) {
  const GbnfNode& node = plan.grammar.nodes[task.node];
  const bool endless = node.max == GbnfNode::kNoLimit;
  if (node.max == 0 || !plan.productive[node.begin]) {
    AddEdge(task.from, Edge::Kind::kEmpty, 0, task.to);
    return;
  }
  uint32_t at = task.from;
  const auto one_more = [&] {
    const uint32_t next = NewState();
    todo_.push_back({node.begin, at, next});
    at = next;
  };
  const uint32_t single = endless && node.min > 0 ? node.min - 1 : node.min;
  for (uint32_t i = 0; i < single; ++i) one_more();
  if (endless) {
    const uint32_t before = NewState();
    AddEdge(at, Edge::Kind::kEmpty, 0, before);
    if (node.min == 0) {  // one state that loops
      todo_.push_back({node.begin, before, before});
      AddEdge(before, Edge::Kind::kEmpty, 0, task.to);
      return;
    }
    const uint32_t after = NewState();
    todo_.push_back({node.begin, before, after});
    AddEdge(after, Edge::Kind::kEmpty, 0, before);
    AddEdge(after, Edge::Kind::kEmpty, 0, task.to);
    return;
  }
  for (uint32_t i = node.min; i < node.max; ++i) {
    AddEdge(at, Edge::Kind::kEmpty, 0, task.to);
    one_more();
  }
  AddEdge(at, Edge::Kind::kEmpty, 0, task.to);
}

void RuleNfa::BuildNode(const GrammarPlan& plan, const Task& task) {
  const GbnfGrammar& grammar = plan.grammar;
  const GbnfNode& node = grammar.nodes[task.node];
  uint32_t at = task.from;
  switch (node.kind) {
    case Kind::kText:
      for (uint32_t i = 0; i + 1 < node.count; ++i) {
        const uint32_t next = NewState();
        AddEdge(at, Edge::Kind::kChar, grammar.text[node.begin + i], next);
        at = next;
      }
      if (node.count == 0) {
        AddEdge(at, Edge::Kind::kEmpty, 0, task.to);
      } else {
        AddEdge(at, Edge::Kind::kChar, grammar.text[node.begin + node.count - 1], task.to);
      }
      return;
    case Kind::kClass: AddEdge(at, Edge::Kind::kClass, task.node, task.to); return;
    case Kind::kCall:
      if (plan.inlined[node.begin] && !node.non_empty) {
        todo_.push_back({grammar.rules[node.begin].node, at, task.to});
        return;
      }
      AddEdge(at, Edge::Kind::kCall, node.begin, task.to);
      if (plan.nullable[task.node]) AddEdge(at, Edge::Kind::kEmpty, 0, task.to);
      return;
    case Kind::kSequence:
      for (uint32_t i = 0; i < node.count; ++i) {
        const uint32_t next = i + 1 < node.count ? NewState() : task.to;
        todo_.push_back({grammar.children[node.begin + i], at, next});
        at = next;
      }
      return;
    case Kind::kChoice:
      for (uint32_t i = 0; i < node.count; ++i) {
        const uint32_t child = grammar.children[node.begin + i];
        if (plan.productive[child]) todo_.push_back({child, at, task.to});
      }
      return;
    case Kind::kRepeat: BuildRepeat(plan, task); return;
  }
}

void RuleNfa::Build(const GrammarPlan& plan, uint32_t node) {
  heads_.assign(2, kNone);
  edges_.clear();
  todo_ = {{node, kStart, kAccept}};
  while (!todo_.empty()) {
    const Task task = todo_.back();
    todo_.pop_back();
    BuildNode(plan, task);
  }
}

}  // namespace bantam::grammar
