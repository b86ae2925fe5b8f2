// Subset construction (Rabin and Scott 1959) over ranges of characters and calls of rules.
#include "grammar/gbnf/rule_automata.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/quote.h"
#include "grammar/gbnf/rule_nfa.h"

namespace bantam::grammar {
namespace {

constexpr uint32_t kNone = RuleNfa::kNone;
// Members of subsets and edges looked at in all; about a second.
constexpr uint64_t kMaxSteps = 200'000'000;

struct SubsetHash {
  size_t operator()(const std::vector<uint32_t>& subset) const {
    uint64_t hash = subset.size();
    for (const uint32_t member : subset) {
      hash = (hash ^ member) * 0x9E3779B97F4A7C15ULL;
      hash ^= hash >> 29;
    }
    return hash;
  }
};

class Builder {
 public:
  Builder(const GrammarPlan& plan, const AutomataLimits& limits) : plan_(plan), limits_(limits) {}

  Result<RuleAutomata> Build();

 private:
  using Subset = std::vector<uint32_t>;  // NFA states that have edges or accept, ascending
  using Kind = RuleNfa::Edge::Kind;

  uint32_t RuleOf(uint32_t name);
  bool TooMuch() const;
  bool Expand(uint32_t rule, bool deterministic);
  void Close(std::span<const uint32_t> seeds, Subset* closed);
  void CollectEdges(const Subset& subset);
  void AddCharEdges();
  void AddCallEdges();
  void AddTargets(char32_t first, char32_t last);
  uint32_t StateOf(std::span<const uint32_t> seeds);
  std::span<const uint32_t> StatesOfSeeds();

  const GrammarPlan& plan_;
  const AutomataLimits& limits_;
  RuleAutomata automata_;
  std::vector<uint32_t> rule_of_name_;
  uint64_t members_ = 0;  // of subsets so far

  // Of the rule at hand.
  RuleNfa nfa_;
  bool deterministic_ = true;
  size_t first_state_ = 0;
  size_t chars_begin_ = 0;         // of the state at hand
  std::vector<uint32_t> singles_;  // per NFA state
  std::unordered_map<Subset, uint32_t, SubsetHash> ids_;
  std::vector<const Subset*> subsets_;  // by state - first state; map nodes do not move
  std::vector<uint32_t> stamps_;
  uint32_t stamp_ = 0;
  std::vector<uint32_t> stack_;
  std::vector<CharEdge> char_edges_;
  std::vector<CallEdge> call_edges_;
  std::vector<std::pair<char32_t, uint32_t>> active_;  // last, target
  Subset seeds_;
  Subset closed_;
  std::vector<uint32_t> targets_;
};

uint32_t Builder::RuleOf(uint32_t name) {
  if (rule_of_name_[name] == kNone) {
    rule_of_name_[name] = static_cast<uint32_t>(automata_.rules.size());
    automata_.rules.push_back({.start = 0, .name = name});
  }
  return rule_of_name_[name];
}

// States reached from `seeds` by empty transitions, those that matter.
void Builder::Close(std::span<const uint32_t> seeds, Subset* closed) {
  closed->clear();
  ++stamp_;
  for (const uint32_t seed : seeds) {
    if (stamps_[seed] == stamp_) continue;
    stamps_[seed] = stamp_;
    stack_.push_back(seed);
  }
  while (!stack_.empty()) {
    const uint32_t state = stack_.back();
    stack_.pop_back();
    ++members_;
    bool matters = state == RuleNfa::kAccept;
    for (uint32_t id = nfa_.FirstEdge(state); id != kNone; id = nfa_.edge(id).next) {
      const RuleNfa::Edge& edge = nfa_.edge(id);
      if (edge.kind != Kind::kEmpty) {
        matters = true;
      } else if (stamps_[edge.target] != stamp_) {
        stamps_[edge.target] = stamp_;
        stack_.push_back(edge.target);
      }
    }
    if (matters) closed->push_back(state);
  }
  std::sort(closed->begin(), closed->end());
}

uint32_t Builder::StateOf(std::span<const uint32_t> seeds) {
  Close(seeds, &closed_);
  const auto next = static_cast<uint32_t>(automata_.states.size());
  const auto [entry, added] = ids_.try_emplace(closed_, next);
  if (!added) return entry->second;
  subsets_.push_back(&entry->first);
  RuleState& state = automata_.states.emplace_back();
  state.accepting = std::binary_search(closed_.begin(), closed_.end(), RuleNfa::kAccept);
  return next;
}

void Builder::CollectEdges(const Subset& subset) {
  char_edges_.clear();
  call_edges_.clear();
  for (const uint32_t member : subset) {
    for (uint32_t id = nfa_.FirstEdge(member); id != kNone; id = nfa_.edge(id).next) {
      const RuleNfa::Edge& edge = nfa_.edge(id);
      if (edge.kind == Kind::kChar) {
        char_edges_.push_back({edge.label, edge.label, edge.target});
      } else if (edge.kind == Kind::kClass) {
        const GbnfNode& node = plan_.grammar.nodes[edge.label];
        for (uint32_t i = 0; i < node.count; ++i) {
          const CodePointRange& range = plan_.grammar.ranges[node.begin + i];
          char_edges_.push_back({range.first, range.last, edge.target});
        }
      } else if (edge.kind == Kind::kCall) {
        call_edges_.push_back({RuleOf(edge.label), edge.target});
      }
    }
  }
  members_ += char_edges_.size() + call_edges_.size();
  std::sort(char_edges_.begin(), char_edges_.end(), [](const CharEdge& a, const CharEdge& b) {
    return std::tie(a.first, a.last, a.target) < std::tie(b.first, b.last, b.target);
  });
  std::sort(call_edges_.begin(), call_edges_.end(), [](const CallEdge& a, const CallEdge& b) {
    return std::tie(a.rule, a.target) < std::tie(b.rule, b.target);
  });
}

// A state for each of seeds_ alone, for rules that stay nondeterministic.
std::span<const uint32_t> Builder::StatesOfSeeds() {
  targets_.clear();
  for (const uint32_t seed : seeds_) {
    if (singles_[seed] == kNone) singles_[seed] = StateOf({&seed, 1});
    targets_.push_back(singles_[seed]);
  }
  std::sort(targets_.begin(), targets_.end());
  targets_.erase(std::unique(targets_.begin(), targets_.end()), targets_.end());
  return targets_;
}

// The characters [first, last] lead to the targets in active_.
void Builder::AddTargets(char32_t first, char32_t last) {
  seeds_.clear();
  for (const auto& [end, target] : active_) seeds_.push_back(target);
  members_ += seeds_.size();
  std::sort(seeds_.begin(), seeds_.end());
  seeds_.erase(std::unique(seeds_.begin(), seeds_.end()), seeds_.end());
  std::vector<CharEdge>& chars = automata_.chars;
  if (!deterministic_) {
    for (const uint32_t target : StatesOfSeeds()) chars.push_back({first, last, target});
    return;
  }
  const uint32_t target = StateOf(seeds_);
  if (chars.size() > chars_begin_ && chars.back().target == target &&
      chars.back().last + 1 == first) {
    chars.back().last = last;
  } else {
    chars.push_back({first, last, target});
  }
}

// Splits the ranges of char_edges_ where one of them begins or ends.
void Builder::AddCharEdges() {
  chars_begin_ = automata_.chars.size();
  active_.clear();
  size_t next = 0;
  char32_t at = 0;
  while ((next < char_edges_.size() || !active_.empty()) && !TooMuch()) {
    if (active_.empty()) at = char_edges_[next].first;
    for (; next < char_edges_.size() && char_edges_[next].first == at; ++next) {
      active_.emplace_back(char_edges_[next].last, char_edges_[next].target);
    }
    char32_t last = next < char_edges_.size() ? char_edges_[next].first - 1 : char32_t{0x10FFFF};
    for (const auto& [end, target] : active_) last = std::min(last, end);
    AddTargets(at, last);
    std::erase_if(active_, [&](const auto& range) { return range.first == last; });
    at = last + 1;
  }
}

void Builder::AddCallEdges() {
  for (size_t i = 0; i < call_edges_.size() && !TooMuch();) {
    const uint32_t rule = call_edges_[i].rule;
    seeds_.clear();
    for (; i < call_edges_.size() && call_edges_[i].rule == rule; ++i) {
      seeds_.push_back(call_edges_[i].target);
    }
    if (deterministic_) {
      automata_.calls.push_back({rule, StateOf(seeds_)});
      continue;
    }
    for (const uint32_t target : StatesOfSeeds()) automata_.calls.push_back({rule, target});
  }
}

// A limit has been reached, of the deterministic way or of the whole.
bool Builder::TooMuch() const {
  const uint64_t states = automata_.states.size();
  if (deterministic_) {
    if (members_ > limits_.subset_members) return true;
    if (states - first_state_ > 4 * nfa_.size() + 1'000) return true;
  }
  return members_ > kMaxSteps || states > limits_.states ||
         automata_.chars.size() + automata_.calls.size() > limits_.edges;
}

// Makes the states of a rule; false, and nothing has been made, if that takes too much.
bool Builder::Expand(uint32_t rule, bool deterministic) {
  deterministic_ = deterministic;
  RuleAutomata& a = automata_;
  first_state_ = a.states.size();
  const size_t first_char = a.chars.size();
  const size_t first_call = a.calls.size();
  ids_.clear();
  subsets_.clear();
  stamps_.assign(nfa_.size(), 0);
  stamp_ = 0;
  singles_.assign(nfa_.size(), kNone);
  const uint32_t start = RuleNfa::kStart;
  a.rules[rule].start = StateOf({&start, 1});
  for (size_t id = first_state_; id < a.states.size() && !TooMuch(); ++id) {
    CollectEdges(*subsets_[id - first_state_]);
    const auto chars_begin = static_cast<uint32_t>(a.chars.size());
    const auto calls_begin = static_cast<uint32_t>(a.calls.size());
    AddCharEdges();
    AddCallEdges();
    RuleState& state = a.states[id];
    state.rule = rule;
    state.chars_begin = chars_begin;
    state.chars_end = static_cast<uint32_t>(a.chars.size());
    state.calls_begin = calls_begin;
    state.calls_end = static_cast<uint32_t>(a.calls.size());
  }
  if (!TooMuch()) return true;
  a.states.resize(first_state_);
  a.chars.resize(first_char);
  a.calls.resize(first_call);
  return false;
}

Result<RuleAutomata> Builder::Build() {
  const GbnfGrammar& grammar = plan_.grammar;
  rule_of_name_.assign(grammar.rules.size() + 1, kNone);
  // The document is a rule of its own, so that its end is the end of no other.
  automata_.rules.push_back({.start = 0, .name = grammar.root});
  for (uint32_t rule = 0; rule < automata_.rules.size(); ++rule) {
    const uint32_t name = automata_.rules[rule].name;
    nfa_.Build(plan_, rule == 0 ? plan_.document : grammar.rules[name].node);
    if (!Expand(rule, true) && !Expand(rule, false)) {
      const GbnfRule& at_fault = grammar.rules[name];
      std::string where = "grammar";  // rules of the compiler's own have no place
      if (at_fault.line != 0) {
        where += ", line " + std::to_string(at_fault.line) + ", column " +
                 std::to_string(at_fault.column) + ": at rule " + Quote(at_fault.name);
      }
      return Fail(ErrorCode::kResourceExhausted, where + ": the automata take more than " +
                                                     std::to_string(limits_.states) + " states, " +
                                                     std::to_string(limits_.edges) + " edges or " +
                                                     std::to_string(kMaxSteps) + " steps");
    }
  }
  return std::move(automata_);
}

}  // namespace

Result<RuleAutomata> BuildAutomata(const GrammarPlan& plan, const AutomataLimits& limits) {
  return Builder(plan, limits).Build();
}

}  // namespace bantam::grammar
