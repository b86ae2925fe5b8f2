// One heap of states and rules whose cost is about to be known; an edge is tried when its target
// and, for calls, its rule are both known.
#include "grammar/gbnf/shortest_texts.h"

#include <algorithm>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

namespace bantam::grammar {
namespace {

constexpr uint32_t kEndless = RuleAutomata::kEndless;

uint32_t Utf8Bytes(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

// Friendlier characters are smaller.
uint32_t Unfriendliness(char32_t c) {
  if (c >= 'a' && c <= 'z') return 0;
  if (c >= 'A' && c <= 'Z') return 1;
  if (c >= '0' && c <= '9') return 2;
  if (c == ' ') return 3;
  if (c == '"' || c == '\\') return 5;
  if (c < 0x20 || c == 0x7F) return 6;
  return 4;
}

class Solver {
 public:
  explicit Solver(RuleAutomata* automata) : a_(*automata) {}

  void Solve();
  void ChooseBest();
  void DropDeadEdges();

 private:
  struct Reverse {
    uint32_t source;
    uint32_t edge;  // index in chars or calls
  };
  // What a state or a rule costs at most; smallest first.
  struct Candidate {
    uint32_t cost;
    bool is_rule;
    uint32_t id;
    bool operator<(const Candidate& other) const {
      return std::tie(cost, is_rule, id) > std::tie(other.cost, other.is_rule, other.id);
    }
  };

  void Index();
  void TryEdge(uint32_t source, uint64_t cost);
  void SettleState(uint32_t state);
  void SettleRule(uint32_t rule);
  uint64_t CostOf(const CharEdge& edge) const;
  uint64_t CostOf(const CallEdge& edge) const;

  RuleAutomata& a_;
  std::vector<uint32_t> chars_into_begin_;
  std::vector<Reverse> chars_into_;
  std::vector<uint32_t> calls_into_begin_;
  std::vector<Reverse> calls_into_;
  std::vector<uint32_t> calls_of_begin_;
  std::vector<Reverse> calls_of_;
  std::vector<bool> state_known_;
  std::vector<bool> rule_known_;
  std::vector<uint32_t> rule_order_;  // in which they became known
  uint32_t rules_known_ = 0;
  std::priority_queue<Candidate> heap_;
};

// Lists of edges by `key`: counting sort.
template <typename Key, typename Visit>
void Group(size_t keys, const Visit& visit_all, const Key& key, std::vector<uint32_t>* begins,
           auto* lists) {
  begins->assign(keys + 1, 0);
  visit_all([&](uint32_t, uint32_t edge) { ++(*begins)[key(edge) + 1]; });
  for (size_t i = 1; i <= keys; ++i) (*begins)[i] += (*begins)[i - 1];
  lists->resize(begins->back());
  std::vector<uint32_t> next(begins->begin(), begins->end() - 1);
  visit_all([&](uint32_t source, uint32_t edge) { (*lists)[next[key(edge)]++] = {source, edge}; });
}

void Solver::Index() {
  const auto all_chars = [&](const auto& visit) {
    for (uint32_t s = 0; s < a_.states.size(); ++s) {
      for (uint32_t e = a_.states[s].chars_begin; e < a_.states[s].chars_end; ++e) visit(s, e);
    }
  };
  const auto all_calls = [&](const auto& visit) {
    for (uint32_t s = 0; s < a_.states.size(); ++s) {
      for (uint32_t e = a_.states[s].calls_begin; e < a_.states[s].calls_end; ++e) visit(s, e);
    }
  };
  Group(
      a_.states.size(), all_chars, [&](uint32_t edge) { return a_.chars[edge].target; },
      &chars_into_begin_, &chars_into_);
  Group(
      a_.states.size(), all_calls, [&](uint32_t edge) { return a_.calls[edge].target; },
      &calls_into_begin_, &calls_into_);
  Group(
      a_.rules.size(), all_calls, [&](uint32_t edge) { return a_.calls[edge].rule; },
      &calls_of_begin_, &calls_of_);
}

uint64_t Solver::CostOf(const CharEdge& edge) const {
  const uint32_t rest = a_.states[edge.target].suffix;
  return rest == kEndless ? kEndless : uint64_t{rest} + Utf8Bytes(edge.first);
}

uint64_t Solver::CostOf(const CallEdge& edge) const {
  const uint32_t rest = a_.states[edge.target].suffix;
  const uint32_t text = a_.rules[edge.rule].shortest;
  return rest == kEndless || text == kEndless ? kEndless : uint64_t{rest} + text;
}

void Solver::TryEdge(uint32_t source, uint64_t cost) {
  if (cost > kMaxFinishBytes) return;
  const auto c = static_cast<uint32_t>(cost);
  RuleState& state = a_.states[source];
  if (c < state.suffix) {
    state.suffix = c;
    heap_.push({c, false, source});
  }
  AutomatonRule& rule = a_.rules[state.rule];
  if (rule.start == source && c < rule.shortest) {
    rule.shortest = c;
    heap_.push({c, true, state.rule});
  }
}

void Solver::SettleState(uint32_t state) {
  state_known_[state] = true;
  for (uint32_t i = chars_into_begin_[state]; i < chars_into_begin_[state + 1]; ++i) {
    TryEdge(chars_into_[i].source, CostOf(a_.chars[chars_into_[i].edge]));
  }
  for (uint32_t i = calls_into_begin_[state]; i < calls_into_begin_[state + 1]; ++i) {
    const CallEdge& edge = a_.calls[calls_into_[i].edge];
    if (rule_known_[edge.rule]) TryEdge(calls_into_[i].source, CostOf(edge));
  }
}

void Solver::SettleRule(uint32_t rule) {
  rule_known_[rule] = true;
  rule_order_[rule] = rules_known_++;
  for (uint32_t i = calls_of_begin_[rule]; i < calls_of_begin_[rule + 1]; ++i) {
    const CallEdge& edge = a_.calls[calls_of_[i].edge];
    if (state_known_[edge.target]) TryEdge(calls_of_[i].source, CostOf(edge));
  }
}

void Solver::Solve() {
  Index();
  state_known_.assign(a_.states.size(), false);
  rule_known_.assign(a_.rules.size(), false);
  rule_order_.assign(a_.rules.size(), kEndless);
  for (AutomatonRule& rule : a_.rules) rule.shortest = kEndless;
  for (uint32_t s = 0; s < a_.states.size(); ++s) {
    a_.states[s].suffix = a_.states[s].accepting ? 0 : kEndless;
    if (a_.states[s].accepting) heap_.push({0, false, s});
  }
  while (!heap_.empty()) {
    const Candidate candidate = heap_.top();
    heap_.pop();
    if (candidate.is_rule) {
      if (!rule_known_[candidate.id]) SettleRule(candidate.id);
    } else if (!state_known_[candidate.id]) {
      SettleState(candidate.id);
    }
  }
}

void Solver::DropDeadEdges() {
  uint32_t next_char = 0;
  uint32_t next_call = 0;
  std::vector<CharEdge> chars;
  std::vector<CallEdge> calls;
  for (RuleState& state : a_.states) {
    for (const CharEdge& edge : a_.Chars(state)) {
      if (CostOf(edge) <= kMaxFinishBytes) chars.push_back(edge);
    }
    for (const CallEdge& edge : a_.Calls(state)) {
      if (CostOf(edge) <= kMaxFinishBytes) calls.push_back(edge);
    }
    state.chars_begin = std::exchange(next_char, static_cast<uint32_t>(chars.size()));
    state.chars_end = next_char;
    state.calls_begin = std::exchange(next_call, static_cast<uint32_t>(calls.size()));
    state.calls_end = next_call;
  }
  a_.chars = std::move(chars);
  a_.calls = std::move(calls);
}

// Among the edges of least cost: a character before a call, then the friendliest. A rule must not
// begin with a call of one that became known later: of two rules that are each other (a ::= b,
// b ::= a | "x") both calls cost the same, and taking both would never end.
void Solver::ChooseBest() {
  for (uint32_t id = 0; id < a_.states.size(); ++id) {
    RuleState& state = a_.states[id];
    const bool is_start = a_.rules[state.rule].start == id;
    auto best = std::tuple{uint64_t{kEndless}, uint32_t{100}};
    for (uint32_t e = state.chars_begin; e < state.chars_end; ++e) {
      const char32_t c = BestCharacter(a_.chars[e].first, a_.chars[e].last);
      const auto rank = std::tuple{CostOf(a_.chars[e]), Unfriendliness(c)};
      if (rank >= best) continue;
      best = rank;
      state.best_is_call = false;
      state.best = e;
      state.best_char = c;
    }
    for (uint32_t e = state.calls_begin; e < state.calls_end; ++e) {
      if (is_start && rule_order_[a_.calls[e].rule] >= rule_order_[state.rule]) continue;
      const auto rank = std::tuple{CostOf(a_.calls[e]), uint32_t{10}};
      if (rank >= best) continue;
      best = rank;
      state.best_is_call = true;
      state.best = e;
    }
  }
}

}  // namespace

char32_t BestCharacter(char32_t first, char32_t last) {
  constexpr CodePointRange kPreferred[] = {{'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {' ', ' '},
                                           {'!', '!'}, {'#', '['}, {']', '~'}};
  for (const CodePointRange& range : kPreferred) {
    const char32_t c = std::max(first, range.first);
    if (c <= std::min(last, range.last)) return c;
  }
  return first;
}

void FindShortestTexts(RuleAutomata* automata) {
  Solver solver(automata);
  solver.Solve();
  solver.DropDeadEdges();
  solver.ChooseBest();
}

char32_t FirstCharacter(const RuleAutomata& automata, uint32_t state) {
  const RuleState* s = &automata.states[state];
  while (s->best_is_call) {
    s = &automata.states[automata.rules[automata.calls[s->best].rule].start];
  }
  return s->best_char;
}

}  // namespace bantam::grammar
