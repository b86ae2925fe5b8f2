// Predictions by Dijkstra's algorithm over the calls that begin rules.
#include "grammar/gbnf/earley_grammar.h"

#include <algorithm>
#include <iterator>

namespace bantam::grammar {
namespace {

// Characters that PlainText speaks of.
constexpr CodePointRange kPlain[] = {
    {0x20, 0x21}, {0x23, 0x5B}, {0x5D, 0xD7FF}, {0xE000, 0x10FFFF}};
constexpr uint32_t kSaturated = ~uint32_t{0};

bool IsLater(const auto& a, const auto& b) {
  return a.cost != b.cost ? a.cost > b.cost : a.rule > b.rule;
}

}  // namespace

EarleyGrammar::EarleyGrammar(RuleAutomata automata, uint32_t steps_per_character)
    : automata_(std::move(automata)), steps_per_character_(steps_per_character) {
  MarkPlain();
  kept_ranges_.assign(automata_.states.size(), {1, 0});
  stamps_.assign(automata_.rules.size(), 0);
}

void EarleyGrammar::MarkPlain() {
  for (uint32_t id = 0; id < automata_.states.size(); ++id) {
    RuleState& state = automata_.states[id];
    uint64_t looped = 0;
    bool leaves = state.calls_begin != state.calls_end;
    uint64_t all = 0;
    for (const CodePointRange& plain : kPlain) {
      all += plain.last - plain.first + 1;
      for (const CharEdge& edge : automata_.Chars(state)) {
        const char32_t first = std::max(edge.first, plain.first);
        const char32_t last = std::min(edge.last, plain.last);
        if (first > last) continue;
        if (edge.target == id) {
          looped += last - first + 1;
        } else {
          leaves = true;
        }
      }
    }
    state.loops_on_plain = looped == all;  // edges of one target are disjoint
    state.only_loops_on_plain = state.loops_on_plain && !leaves;
  }
}

void EarleyGrammar::Push(uint32_t state, uint64_t cost, uint32_t caller) {
  for (const CallEdge& call : automata_.Calls(automata_.states[state])) {
    if (stamps_[call.rule] == stamp_) continue;
    heap_.push_back({cost + automata_.states[call.target].suffix, call.rule, caller, call.target});
    std::push_heap(heap_.begin(), heap_.end(), IsLater<Candidate, Candidate>);
  }
}

void EarleyGrammar::Predict(uint32_t state) {
  found_.clear();
  heap_.clear();
  ++stamp_;
  Push(state, 0, Prediction::kFromState);
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), IsLater<Candidate, Candidate>);
    const Candidate next = heap_.back();
    heap_.pop_back();
    if (stamps_[next.rule] == stamp_) continue;
    stamps_[next.rule] = stamp_;
    found_.push_back({next.rule, static_cast<uint32_t>(std::min<uint64_t>(next.cost, kSaturated)),
                      next.caller, next.target});
    Push(automata_.rules[next.rule].start, next.cost, static_cast<uint32_t>(found_.size() - 1));
  }
}

std::span<const Prediction> EarleyGrammar::Predictions(uint32_t state) {
  auto& [begin, end] = kept_ranges_[state];
  if (begin > end) {
    Predict(state);
    if (kept_.size() + found_.size() > kMaxKept) return found_;
    begin = static_cast<uint32_t>(kept_.size());
    kept_.insert(kept_.end(), found_.begin(), found_.end());
    end = static_cast<uint32_t>(kept_.size());
  }
  return std::span(kept_).subspan(begin, end - begin);
}

}  // namespace bantam::grammar
