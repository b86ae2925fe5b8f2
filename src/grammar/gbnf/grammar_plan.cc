// Nullable and productive nodes by counting what is still missing; rules in order of their calls by
// depth-first search; sizes, inlining and doubling from the leaves up.
#include "grammar/gbnf/grammar_plan.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/quote.h"

namespace bantam::grammar {
namespace {

using Kind = GbnfNode::Kind;

constexpr uint32_t kNone = ~uint32_t{0};
// In large grammars only rules of a tenth of the size replace their calls, or none.
constexpr uint64_t kInlineDivisors[] = {1, 10, 1'000'000'000};
constexpr uint64_t kHuge = uint64_t{1} << 40;

class Planner {
 public:
  Planner(GbnfGrammar grammar, const PlanLimits& limits) : limits_(limits) {
    plan_.grammar = std::move(grammar);
  }

  Result<GrammarPlan> Plan();

 private:
  bool HasEmpty(const GbnfNode& node, const std::vector<bool>& has) const;
  std::vector<bool> Closure(bool empty_text);
  Error NothingToSay() const;
  std::vector<uint32_t> CalledRules(uint32_t rule) const;
  void OrderRules();
  uint64_t SizeOf(uint32_t node) const;
  void SizeRule(uint32_t rule, uint64_t inline_size);
  void SizeNodes(uint32_t first, uint32_t last);
  bool IsTooLong(uint32_t id) const;

  uint32_t AddNode(GbnfNode node);
  uint32_t AddParts(Kind kind, const std::vector<uint32_t>& parts);
  uint32_t AddCall(uint32_t rule, bool non_empty);
  uint32_t AddRule(uint32_t first_node, uint32_t node, bool may_inline);
  void Double(uint32_t id);

  GrammarPlan plan_;
  PlanLimits limits_;
  std::vector<uint64_t> sizes_;   // per node, saturating
  std::vector<bool> may_inline_;  // per rule
  std::vector<uint32_t> order_;   // rules, what they call first
};

// Whether a node has the empty text, given those of its children that have it.
bool Planner::HasEmpty(const GbnfNode& node, const std::vector<bool>& has) const {
  const GbnfGrammar& grammar = plan_.grammar;
  const bool is_parent = node.kind == Kind::kSequence || node.kind == Kind::kChoice;
  uint32_t with = 0;  // children that have
  for (uint32_t i = 0; is_parent && i < node.count; ++i) {
    if (has[grammar.children[node.begin + i]]) ++with;
  }
  switch (node.kind) {
    case Kind::kText: return node.count == 0;
    case Kind::kClass: return false;
    case Kind::kCall: return !node.non_empty && has[grammar.rules[node.begin].node];
    case Kind::kRepeat: return node.min == 0 || has[node.begin];
    case Kind::kSequence: return with == node.count;
    case Kind::kChoice: return with > 0;
  }
  return false;
}

// The nodes that have the empty text, or some text: each node is looked at again only when one of
// its children joins, and sequences count, so this is linear.
std::vector<bool> Planner::Closure(bool empty_text) {
  const GbnfGrammar& grammar = plan_.grammar;
  const size_t size = grammar.nodes.size();
  std::vector<uint32_t> parents(size, kNone);
  std::vector<uint32_t> missing(size, 1);
  std::vector<std::vector<uint32_t>> callers(grammar.rules.size());
  std::vector<bool> has(size);
  std::vector<uint32_t> todo;
  for (uint32_t id = 0; id < size; ++id) {
    const GbnfNode& node = grammar.nodes[id];
    bool at_once = false;
    switch (node.kind) {
      case Kind::kText: at_once = !empty_text || node.count == 0; break;
      case Kind::kClass: at_once = !empty_text && node.count > 0; break;
      case Kind::kCall: callers[node.begin].push_back(id); break;
      case Kind::kRepeat:
        parents[node.begin] = id;
        at_once = node.min == 0;
        break;
      case Kind::kSequence: missing[id] = node.count; [[fallthrough]];
      case Kind::kChoice:
        for (uint32_t i = 0; i < node.count; ++i) parents[grammar.children[node.begin + i]] = id;
    }
    if (at_once) {
      has[id] = true;
      todo.push_back(id);
    }
  }
  std::vector<uint32_t> rule_of(size, kNone);
  for (uint32_t rule = 0; rule < grammar.rules.size(); ++rule) {
    rule_of[grammar.rules[rule].node] = rule;
  }
  const auto join = [&](uint32_t id) {
    if (has[id] || --missing[id] > 0) return;
    has[id] = true;
    todo.push_back(id);
  };
  while (!todo.empty()) {
    const uint32_t id = todo.back();
    todo.pop_back();
    if (parents[id] != kNone) join(parents[id]);
    if (rule_of[id] == kNone) continue;
    for (const uint32_t caller : callers[rule_of[id]]) join(caller);
  }
  return has;
}

// Why the root has no text: follows what is missing until a rule comes up again.
Error Planner::NothingToSay() const {
  const GbnfGrammar& grammar = plan_.grammar;
  std::vector<bool> seen(grammar.rules.size());
  uint32_t rule = grammar.root;
  std::string reason;
  for (;;) {
    seen[rule] = true;
    uint32_t id = grammar.rules[rule].node;
    while (grammar.nodes[id].kind != Kind::kCall && grammar.nodes[id].kind != Kind::kClass) {
      const GbnfNode& node = grammar.nodes[id];
      if (node.kind == Kind::kRepeat) {
        id = node.begin;
        continue;
      }
      uint32_t i = 0;
      while (plan_.productive[grammar.children[node.begin + i]]) ++i;
      id = grammar.children[node.begin + i];
    }
    if (grammar.nodes[id].kind == Kind::kClass) {
      reason = "a class in it has no characters";
      break;
    }
    rule = grammar.nodes[id].begin;
    if (seen[rule]) {
      reason = "it needs itself without an end";
      break;
    }
  }
  const GbnfRule& guilty = grammar.rules[rule];
  std::string message = "grammar: the rule \"root\" matches no text at all";
  message += ": rule " + Quote(guilty.name) + " (line " + std::to_string(guilty.line) +
             ", column " + std::to_string(guilty.column) + ") cannot be finished, " + reason;
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

std::vector<uint32_t> Planner::CalledRules(uint32_t rule) const {
  const GbnfGrammar& grammar = plan_.grammar;
  std::vector<uint32_t> result;
  for (uint32_t id = grammar.rules[rule].first_node; id <= grammar.rules[rule].node; ++id) {
    if (grammar.nodes[id].kind == Kind::kCall && plan_.productive[id]) {
      result.push_back(grammar.nodes[id].begin);
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

// Depth first from the root, with a stack of its own: fills order_. A rule that is called while it
// is open itself must stay a rule; without those no cycle is left.
void Planner::OrderRules() {
  struct Visit {
    uint32_t rule;
    std::vector<uint32_t> calls;
    size_t next = 0;
  };
  const size_t count = plan_.grammar.rules.size();
  std::vector<bool> open(count);
  std::vector<Visit> visits;
  may_inline_.assign(count, true);
  plan_.used.assign(count, false);
  const auto enter = [&](uint32_t rule) {
    open[rule] = true;
    plan_.used[rule] = true;
    visits.push_back({rule, CalledRules(rule)});
  };
  enter(plan_.grammar.root);
  while (!visits.empty()) {
    Visit& visit = visits.back();
    if (visit.next < visit.calls.size()) {
      const uint32_t called = visit.calls[visit.next++];
      if (open[called]) may_inline_[called] = false;
      if (!plan_.used[called]) enter(called);
      continue;
    }
    open[visit.rule] = false;
    order_.push_back(visit.rule);
    visits.pop_back();
  }
}

// States that a node takes when written out, given those of its children.
uint64_t Planner::SizeOf(uint32_t id) const {
  const GbnfNode& node = plan_.grammar.nodes[id];
  uint64_t size = 2;
  switch (node.kind) {
    case Kind::kText: size = node.count + uint64_t{1}; break;
    case Kind::kClass: break;
    case Kind::kCall:
      if (plan_.inlined[node.begin] && !node.non_empty) {
        size += sizes_[plan_.grammar.rules[node.begin].node];
      }
      break;
    case Kind::kRepeat: {
      const uint64_t copies = node.max == GbnfNode::kNoLimit ? std::max(node.min, 1U) : node.max;
      size += copies * sizes_[node.begin];
      break;
    }
    case Kind::kSequence:
    case Kind::kChoice:
      for (uint32_t i = 0; i < node.count; ++i) {
        size += sizes_[plan_.grammar.children[node.begin + i]];
      }
  }
  return std::min(size, kHuge);
}

bool Planner::IsTooLong(uint32_t id) const {
  const GbnfNode& node = plan_.grammar.nodes[id];
  if (node.kind != Kind::kRepeat || !plan_.productive[node.begin]) return false;
  const uint32_t copies = node.max == GbnfNode::kNoLimit ? node.min : node.max;
  return copies > 1 && SizeOf(id) > limits_.repeated_states;
}

void Planner::SizeNodes(uint32_t first, uint32_t last) {
  for (uint32_t id = first; id <= last; ++id) {
    if (IsTooLong(id)) Double(id);
    sizes_[id] = SizeOf(id);
  }
}

void Planner::SizeRule(uint32_t rule, uint64_t inline_size) {
  const GbnfRule& r = plan_.grammar.rules[rule];
  const uint32_t first = r.first_node;
  const uint32_t last = r.node;
  SizeNodes(first, last);
  plan_.inlined[rule] = may_inline_[rule] && sizes_[last] <= inline_size;
}

uint32_t Planner::AddNode(GbnfNode node) {
  GbnfGrammar& grammar = plan_.grammar;
  const auto id = static_cast<uint32_t>(grammar.nodes.size());
  grammar.nodes.push_back(node);
  plan_.nullable.push_back(HasEmpty(node, plan_.nullable));
  plan_.productive.push_back(true);  // only productive nodes are doubled
  sizes_.push_back(0);
  sizes_[id] = SizeOf(id);
  return id;
}

uint32_t Planner::AddParts(Kind kind, const std::vector<uint32_t>& parts) {
  std::vector<uint32_t>& children = plan_.grammar.children;
  const auto begin = static_cast<uint32_t>(children.size());
  children.insert(children.end(), parts.begin(), parts.end());
  return AddNode({.kind = kind, .begin = begin, .count = static_cast<uint32_t>(parts.size())});
}

uint32_t Planner::AddCall(uint32_t rule, bool non_empty) {
  return AddNode({.kind = Kind::kCall, .non_empty = non_empty, .begin = rule});
}

// A rule of the compiler's own, in order_ before the one that is being sized.
uint32_t Planner::AddRule(uint32_t first_node, uint32_t node, bool may_inline) {
  const auto rule = static_cast<uint32_t>(plan_.grammar.rules.size());
  plan_.grammar.rules.push_back({.name = "", .node = node, .first_node = first_node});
  plan_.used.push_back(true);
  may_inline_.push_back(may_inline);
  plan_.inlined.push_back(may_inline && sizes_[node] <= limits_.inlined_states);
  order_.push_back(rule);
  return rule;
}

// x{min,max} of many states. With P0 = x, Pj+1 = Pj Pj (that is x{2^j}) and U0 = "",
// Uj+1 = Pj? Uj (that is x{0,2^(j+1) - 1}): x{min} is a sequence of some P, and x{0,m} with 2^j the
// largest power of two that is at most m is Uj | Pj x{0,m - 2^j}. No text has two readings that x
// does not give it: where x has the empty text, the calls of it leave that out.
void Planner::Double(uint32_t id) {
  const GbnfNode repeat = plan_.grammar.nodes[id];
  const bool empty = plan_.nullable[repeat.begin];
  const uint32_t min = empty ? 0 : repeat.min;
  const bool endless = repeat.max == GbnfNode::kNoLimit;
  const uint32_t rest = endless ? 0 : repeat.max - min;
  const auto first = static_cast<uint32_t>(plan_.grammar.nodes.size());
  // Its nodes have been sized with those around them: the range of the rule is its top alone.
  const uint32_t unit = AddRule(repeat.begin, repeat.begin, !empty);
  std::vector<uint32_t> power = {unit};
  std::vector<uint32_t> up_to = {
      AddRule(first, AddNode({.kind = Kind::kText, .begin = 0, .count = 0}), true)};
  const auto call_power = [&](size_t j) { return AddCall(power[j], j == 0 && empty); };
  for (size_t j = 0; (std::max(min, rest) >> j) > 1; ++j) {
    const uint32_t a = call_power(j);
    const uint32_t b = call_power(j);
    power.push_back(AddRule(a, AddParts(Kind::kSequence, {a, b}), true));
  }
  for (size_t j = 0; (rest >> j) > 0; ++j) {
    const uint32_t once = call_power(j);
    const uint32_t maybe = AddNode({.kind = Kind::kRepeat, .begin = once, .min = 0, .max = 1});
    const uint32_t fewer = AddCall(up_to[j], false);
    up_to.push_back(AddRule(once, AddParts(Kind::kSequence, {maybe, fewer}), true));
  }
  const auto top = static_cast<uint32_t>(plan_.grammar.nodes.size());
  std::vector<uint32_t> parts;
  for (size_t j = 0; j < 32; ++j) {
    if ((min >> j & 1) != 0) parts.push_back(call_power(j));
  }
  if (endless) {
    const uint32_t once = call_power(0);
    parts.push_back(
        AddNode({.kind = Kind::kRepeat, .begin = once, .min = 0, .max = GbnfNode::kNoLimit}));
  } else {
    // From the smallest power up, so that what a part is made of is there already.
    uint32_t some = AddCall(up_to[0], false);
    for (size_t j = 0; j < 32; ++j) {
      if ((rest >> j & 1) == 0) continue;
      const uint32_t fewer = AddCall(up_to[j], false);
      const uint32_t once = call_power(j);
      const uint32_t more = AddParts(Kind::kSequence, {once, some});
      some = AddParts(Kind::kChoice, {fewer, more});
    }
    parts.push_back(some);
  }
  const uint32_t whole = AddRule(top, AddParts(Kind::kSequence, parts), true);
  plan_.grammar.nodes[id] = {.kind = Kind::kCall, .begin = whole};
}

Result<GrammarPlan> Planner::Plan() {
  plan_.productive = Closure(false);
  if (!plan_.productive[plan_.grammar.rules[plan_.grammar.root].node]) {
    return std::unexpected(NothingToSay());
  }
  plan_.nullable = Closure(true);
  OrderRules();
  sizes_.assign(plan_.grammar.nodes.size(), 0);
  plan_.inlined.assign(plan_.grammar.rules.size(), false);
  for (const uint64_t divisor : kInlineDivisors) {
    const std::vector<uint32_t> order = std::move(order_);
    order_.clear();
    uint64_t total = 0;
    for (const uint32_t rule : order) {
      SizeRule(rule, limits_.inlined_states / divisor);
      order_.push_back(rule);
    }
    for (const uint32_t rule : order_) {
      if (!plan_.inlined[rule]) total += sizes_[plan_.grammar.rules[rule].node];
    }
    if (total > limits_.states) continue;
    plan_.document = AddCall(plan_.grammar.root, false);
    return std::move(plan_);
  }
  return Fail(ErrorCode::kResourceExhausted,
              "grammar: its rules take more than " + std::to_string(limits_.states) + " states");
}

}  // namespace

Result<GrammarPlan> PlanGrammar(GbnfGrammar grammar, const PlanLimits& limits) {
  return Planner(std::move(grammar), limits).Plan();
}

}  // namespace bantam::grammar
