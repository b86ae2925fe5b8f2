// GrammarPlan: what has to be known of a grammar before automata are made of its rules.
#pragma once

#include <cstdint>
#include <vector>

#include "bantam/result.h"
#include "grammar/gbnf/gbnf_grammar.h"

namespace bantam::grammar {

// A value. The grammar in it is that of the text but for counted repeats that would take too many
// states one by one: they have become rules that double (x{4} = two x{2} = …), so that a count of
// 10^9 takes some sixty small rules.
struct GrammarPlan {
  GbnfGrammar grammar;
  // Per node: it has the empty text; it has some text (of finite length).
  std::vector<bool> nullable;
  std::vector<bool> productive;
  // Per rule: calls are replaced by its tree (never on a cycle of rules, and only small rules); it
  // is used at all.
  std::vector<bool> inlined;
  std::vector<bool> used;
  // A node that calls the root: the whole document.
  uint32_t document = 0;
};

struct PlanLimits {
  uint32_t states;           // of all rules together
  uint32_t inlined_states;   // rules of more do not replace their calls
  uint32_t repeated_states;  // counted repeats of more are doubled
};

// Fails with kInvalidArgument if the root rule has no text at all, naming the rule that never
// comes to an end; with kResourceExhausted if the rules take more than the
// limit of states. Time
// and memory are linear in the grammar, but for 64 rules per large count.
Result<GrammarPlan> PlanGrammar(GbnfGrammar grammar, const PlanLimits& limits);

}  // namespace bantam::grammar
