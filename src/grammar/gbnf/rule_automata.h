// RuleAutomata: a grammar as one automaton per rule, whose transitions read a character or a whole
// other rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "grammar/gbnf/grammar_plan.h"

namespace bantam::grammar {

struct CharEdge {
  char32_t first;
  char32_t last;  // included
  uint32_t target;
};

struct CallEdge {
  uint32_t rule;  // some text of it that is not empty: the empty one is in the automaton already
  uint32_t target;
};

struct RuleState {
  uint32_t chars_begin =
      0;  // its edges in RuleAutomata::chars, ascending; equal or disjoint ranges
  uint32_t chars_end = 0;
  uint32_t calls_begin = 0;
  uint32_t calls_end = 0;
  uint32_t rule = 0;
  bool accepting = false;
  // Every plain character (see PlainText) leads back to this state; and to no other, nor is a rule
  // called here.
  bool loops_on_plain = false;
  bool only_loops_on_plain = false;

  // From here on as shortest_texts.h computes it. Bytes of the shortest text that leads to the end
  // of the rule (0 if accepting), kEndless: none.
  uint32_t suffix = 0;
  // The edge it begins with: an index in chars or calls; of a rule's start state the edge of its
  // shortest text that is not empty.
  bool best_is_call = false;
  uint32_t best = 0;
  char32_t best_char = 0;
};

struct AutomatonRule {
  uint32_t start = 0;
  uint32_t name = 0;      // the rule in the grammar
  uint32_t shortest = 0;  // bytes of its shortest text that is not empty; kEndless: none
};

// Immutable once compiled.
struct RuleAutomata {
  static constexpr uint32_t kEndless = ~uint32_t{0};

  std::vector<RuleState> states;
  std::vector<CharEdge> chars;
  std::vector<CallEdge> calls;
  std::vector<AutomatonRule> rules;  // rule 0 is the whole document: a call of the root

  // Nothing goes on from here.
  static bool IsFinal(const RuleState& state) {
    return state.chars_begin == state.chars_end && state.calls_begin == state.calls_end;
  }
  std::span<const CharEdge> Chars(const RuleState& state) const {
    return {chars.data() + state.chars_begin, state.chars_end - size_t{state.chars_begin}};
  }
  std::span<const CallEdge> Calls(const RuleState& state) const {
    return {calls.data() + state.calls_begin, state.calls_end - size_t{state.calls_begin}};
  }
};

struct AutomataLimits {
  uint32_t states;
  uint32_t edges;
  // Members of subsets looked at while rules are made deterministic; rules that take more stay
  // nondeterministic.
  uint64_t subset_members;
};

// Makes the automata of all rules that are called. A rule whose deterministic automaton would have
// more than four times its states (and 1,000) stays nondeterministic: several states at once where
// the other would have one. Fails with kResourceExhausted beyond the limits.
Result<RuleAutomata> BuildAutomata(const GrammarPlan& plan, const AutomataLimits& limits);

}  // namespace bantam::grammar
