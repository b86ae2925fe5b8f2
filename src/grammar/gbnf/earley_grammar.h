// EarleyGrammar: automata of rules with what the matchers of one grammar share.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "grammar/gbnf/rule_automata.h"

namespace bantam::grammar {

// A rule that may begin where a state is, directly or as the beginning of another such rule.
struct Prediction {
  static constexpr uint32_t kFromState = ~uint32_t{0};
  uint32_t rule;
  uint32_t cost;    // bytes of the shortest way from its end to the end of the state's rule
  uint32_t caller;  // an earlier prediction of the same list that calls it, or kFromState
  uint32_t target;  // where the caller goes on after it
};

// Not thread-safe: what a state predicts is worked out when it is first asked for.
class EarleyGrammar {
 public:
  EarleyGrammar(RuleAutomata automata, uint32_t steps_per_character);

  const RuleAutomata& automata() const { return automata_; }
  uint32_t steps_per_character() const { return steps_per_character_; }

  // All rules that may begin at `state`, each once with its least cost, callers before callees.
  // Valid until the next call.
  std::span<const Prediction> Predictions(uint32_t state);

 private:
  // Predictions kept; what does not fit is worked out again each time.
  static constexpr size_t kMaxKept = 4'000'000;

  struct Candidate {
    uint64_t cost;
    uint32_t rule;
    uint32_t caller;
    uint32_t target;
  };
  void MarkPlain();
  void Push(uint32_t state, uint64_t cost, uint32_t caller);
  void Predict(uint32_t state);

  RuleAutomata automata_;
  uint32_t steps_per_character_;
  std::vector<std::pair<uint32_t, uint32_t>> kept_ranges_;  // per state; first > second: unknown
  std::vector<Prediction> kept_;
  std::vector<Prediction> found_;
  std::vector<Candidate> heap_;
  std::vector<uint32_t> stamps_;  // per rule
  uint32_t stamp_ = 0;
};

}  // namespace bantam::grammar
