// The stages of a grammar in their order.
#include "grammar/gbnf/gbnf.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "grammar/gbnf/earley_matcher.h"
#include "grammar/gbnf/gbnf_parser.h"
#include "grammar/gbnf/grammar_plan.h"
#include "grammar/gbnf/rule_automata.h"
#include "grammar/gbnf/shortest_texts.h"

namespace bantam::grammar {
namespace {

class Compiled : public CompiledGbnf {
 public:
  Compiled(RuleAutomata automata, uint32_t steps)
      : grammar_(std::make_shared<EarleyGrammar>(std::move(automata), steps)) {}
  std::unique_ptr<Matcher> NewMatcher() const override { return NewEarleyMatcher(grammar_); }

 private:
  std::shared_ptr<EarleyGrammar> grammar_;
};

Result<void> CheckShortest(const GbnfGrammar& grammar, const RuleAutomata& automata,
                           uint32_t most) {
  const uint32_t bytes = automata.states[automata.rules[0].start].suffix;
  if (bytes <= most) return {};
  const std::string count =
      bytes == RuleAutomata::kEndless ? "more than 4194304" : std::to_string(bytes);
  const GbnfRule& root = grammar.rules[grammar.root];
  return Fail(ErrorCode::kResourceExhausted,
              "grammar, line " + std::to_string(root.line) + ", column " +
                  std::to_string(root.column) + ": the shortest text of \"root\" has " + count +
                  " bytes, at most " + std::to_string(most) + " are supported");
}

}  // namespace

Result<std::shared_ptr<const CompiledGbnf>> CompileGbnf(std::string_view text,
                                                        const GbnfLimits& limits) {
  GbnfGrammar grammar = TRY(ParseGbnf(text, limits.nodes));
  const GrammarPlan plan = TRY(PlanGrammar(
      std::move(grammar), {limits.states, limits.inlined_states, limits.repeated_states}));
  RuleAutomata automata =
      TRY(BuildAutomata(plan, {limits.states, limits.edges, limits.subset_members}));
  FindShortestTexts(&automata);
  TRY(CheckShortest(plan.grammar, automata, limits.shortest_bytes));
  return std::make_shared<const Compiled>(std::move(automata), limits.steps_per_character);
}

}  // namespace bantam::grammar
