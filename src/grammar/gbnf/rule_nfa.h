// RuleNfa: the tree of one rule as a nondeterministic automaton with empty transitions.
//
// Thompson, "Regular Expression Search Algorithm" (1968).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "grammar/gbnf/grammar_plan.h"

namespace bantam::grammar {

// Kept and built again for one rule after the other, so that its memory is used again.
class RuleNfa {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};
  static constexpr uint32_t kStart = 0;
  static constexpr uint32_t kAccept = 1;

  struct Edge {
    enum class Kind : uint8_t { kEmpty, kChar, kClass, kCall };
    Kind kind;
    uint32_t label;  // a code point, the node of a class, a rule
    uint32_t target;
    uint32_t next;  // the next edge of the same state, kNone: the last
  };

  // Calls of inlined rules are written out, other calls of rules with an empty text can be passed
  // by. Only nodes that have a text are built, so every state leads to kAccept, given that called
  // rules have a text that is not empty.
  void Build(const GrammarPlan& plan, uint32_t node);

  size_t size() const { return heads_.size(); }
  uint32_t FirstEdge(uint32_t state) const { return heads_[state]; }
  const Edge& edge(uint32_t id) const { return edges_[id]; }

 private:
  struct Task {
    uint32_t node;
    uint32_t from;
    uint32_t to;
  };
  uint32_t NewState();
  void AddEdge(uint32_t from, Edge::Kind kind, uint32_t label, uint32_t to);
  void BuildNode(const GrammarPlan& plan, const Task& task);
  void BuildRepeat(const GrammarPlan& plan, const Task& task);

  std::vector<uint32_t> heads_;
  std::vector<Edge> edges_;
  std::vector<Task> todo_;
};

}  // namespace bantam::grammar
