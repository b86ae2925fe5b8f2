// Whether an expression matches any text, and the length of the shortest: from its parts where that
// is exact, else by looking at the states it leads to.
#include <queue>

#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {

bool RegexPool::Impl::Alive(RegexId id) {
  const RegexLife life = nodes[id].life;
  if (life == RegexLife::kExact || life == RegexLife::kAlive) return true;
  if (life == RegexLife::kUnknown) Resolve(id);
  return nodes[id].life == RegexLife::kExact;
}

uint64_t RegexPool::Impl::ShortestLength(RegexId id) {
  Resolve(id);
  return nodes[id].life == RegexLife::kExact ? nodes[id].least : kUnbounded;
}

// Depth first through sequences, alternations and repeats to the intersections and complements.
void RegexPool::Impl::Resolve(RegexId id) {
  if (IsResolved(id)) return;
  std::vector<std::pair<RegexId, bool>> todo = {{id, false}};  // true: its parts are resolved
  while (!todo.empty()) {
    const auto [top, ready] = todo.back();
    if (IsResolved(top)) {
      todo.pop_back();
      continue;
    }
    const RegexNode& node = nodes[top];
    if (node.kind == RegexKind::kBoth || node.kind == RegexKind::kNot) {
      todo.pop_back();
      if (!ResolveBySpans(top) && !ResolveByLengths(top)) Explore(top);
      continue;
    }
    if (ready) {
      todo.pop_back();
      ResolveParts(top);
      continue;
    }
    todo.back().second = true;
    if (node.kind == RegexKind::kEither) {
      for (const RegexId option : List(top)) todo.emplace_back(option, false);
    } else {
      todo.emplace_back(node.a, false);
      if (node.kind == RegexKind::kConcat) todo.emplace_back(node.b, false);
    }
  }
}

void RegexPool::Impl::ResolveParts(RegexId id) {
  RegexNode& node = nodes[id];
  const auto known = [&](RegexId part) {  // kUnbounded: dead
    return nodes[part].life == RegexLife::kDead ? kUnbounded : nodes[part].least;
  };
  uint64_t least = kUnbounded;
  if (node.kind == RegexKind::kEither) {
    for (const RegexId option : List(id)) least = std::min(least, known(option));
  } else if (node.kind == RegexKind::kConcat) {
    least = SaturatingAdd(known(node.a), known(node.b));
  } else {
    least = SaturatingMul(known(node.a), node.min);
  }
  node.least = least;
  node.life = least == kUnbounded ? RegexLife::kDead : RegexLife::kExact;
}

// An intersection with Length(min, max), or with S{min,max} for a class S, which is S* of that
// length. False: it is none, or has too many states.
bool RegexPool::Impl::ResolveByLengths(RegexId id) {
  if (!IsKind(id, RegexKind::kBoth)) return false;
  std::vector<RegexId> rest;
  std::optional<Counted> length;
  const auto parts = List(id);
  for (const RegexId part : std::vector<RegexId>(parts.begin(), parts.end())) {
    const Counted counted = AsCounted(part);
    if (!length && IsKind(counted.base, RegexKind::kClass)) {
      length = counted;
      rest.push_back(Repeat(counted.base, 0, kUnbounded));
    } else {
      rest.push_back(part);
    }
  }
  if (!length) return false;
  uint32_t state = 0;
  const RegexLengths* lengths = LengthsOf(Both(rest), state);
  if (lengths == nullptr) return false;
  const auto least = lengths->Least(state, length->min, length->max);
  nodes[id].least = least.value_or(kUnbounded);
  nodes[id].life = least ? RegexLife::kExact : RegexLife::kDead;
  return true;
}

// An intersection with the spans that go on from a state of the source, by the same split. False:
// it is none.
bool RegexPool::Impl::ResolveBySpans(RegexId id) {
  if (!IsKind(id, RegexKind::kBoth) || !nodes[id].spans) return false;
  std::vector<RegexId> rest;
  std::optional<uint32_t> state;
  Counted length = {kAnyOne, 0, kUnbounded};
  const auto parts = List(id);
  for (const RegexId part : std::vector<RegexId>(parts.begin(), parts.end())) {
    const Counted counted = AsCounted(part);
    if (!state && IsKind(part, RegexKind::kSpan)) {
      state = nodes[part].a;
    } else if (IsKind(counted.base, RegexKind::kClass)) {  // of which there is one
      length = counted;
      rest.push_back(Repeat(counted.base, 0, kUnbounded));
    } else {
      rest.push_back(part);
    }
  }
  if (!state) return false;
  const auto found = span_lengths.Least(*this, *state, Both(rest), length.min, length.max);
  room.exhausted |= !found.complete;
  nodes[id].least = found.least.value_or(kUnbounded);
  nodes[id].life = found.least ? RegexLife::kExact : RegexLife::kDead;
  return true;
}

const RegexLengths* RegexPool::Impl::LengthsOf(RegexId id, uint32_t& state) {
  const auto it = length_index.find(id);
  if (it != length_index.end()) {
    state = it->second.second;
    return it->second.first == 0 ? nullptr : length_profiles[it->second.first - 1].get();
  }
  auto profile = RegexLengths::Make(*this, id);
  const auto& states = profile->states();
  const bool complete = profile->complete();
  const auto number = static_cast<uint32_t>(complete ? length_profiles.size() + 1 : 0);
  for (uint32_t i = 0; i < states.size(); ++i) {
    const std::pair<uint32_t, uint32_t> entry = {number, i};
    if (complete) {
      length_index[states[i]] = entry;
    } else {
      length_index.emplace(states[i], entry);  // others may be known already
    }
  }
  if (!complete) return nullptr;
  length_profiles.push_back(std::move(profile));
  state = 0;
  return length_profiles.back().get();
}

namespace {

// The unresolved states that one leads to, breadth first.
struct Exploration {
  // The length of the shortest text from the first state, by way of `exit`; an upper bound until
  // all nearer states have been looked at.
  uint64_t best = RegexPool::kUnbounded;
  uint32_t exit = 0;
  bool complete = false;
  std::vector<RegexId> states;
  std::vector<uint32_t> parents;
  std::vector<uint64_t> depths;
  std::vector<std::pair<uint32_t, uint32_t>> edges;  // to, from
};

// Lengths for all states of a complete exploration: Dijkstra's algorithm along the edges backwards.
std::vector<uint64_t> Distances(const Exploration& found, const std::vector<RegexNode>& nodes) {
  std::vector<uint64_t> distances(found.states.size(), RegexPool::kUnbounded);
  std::vector<std::pair<uint32_t, uint32_t>> edges = found.edges;
  std::ranges::sort(edges);
  using Item = std::pair<uint64_t, uint32_t>;
  std::priority_queue<Item, std::vector<Item>, std::greater<>> queue;
  for (uint32_t i = 0; i < found.states.size(); ++i) {
    const RegexNode& node = nodes[found.states[i]];
    if (node.life == RegexLife::kExact) queue.emplace(node.least, i);
  }
  while (!queue.empty()) {
    const auto [distance, state] = queue.top();
    queue.pop();
    if (distances[state] != RegexPool::kUnbounded) continue;
    distances[state] = distance;
    auto edge = std::ranges::lower_bound(edges, std::pair(state, uint32_t{0}));
    for (; edge != edges.end() && edge->first == state; ++edge) {
      if (distances[edge->second] == RegexPool::kUnbounded) {
        queue.emplace(SaturatingAdd(distance, 1), edge->second);
      }
    }
  }
  return distances;
}

}  // namespace

void RegexPool::Impl::Explore(RegexId id) {
  // Once the answer is there, more states only serve later ones: so many, or so much work.
  constexpr size_t kEnough = 16;
  constexpr uint64_t kEnoughWork = 50'000;
  constexpr uint64_t kDear = 20'000;  // less work than that does not count towards the limit
  Exploration found;
  const auto visit = [&](RegexId state, uint32_t parent, uint64_t depth) {
    if (nodes[state].mark == 0) {
      found.states.push_back(state);
      found.parents.push_back(parent);
      found.depths.push_back(depth);
      nodes[state].mark = static_cast<uint32_t>(found.states.size());
      const RegexNode& node = nodes[state];
      if (node.life == RegexLife::kExact && SaturatingAdd(depth, node.least) < found.best) {
        found.best = depth + node.least;
        found.exit = nodes[state].mark - 1;
      }
    }
    if (depth > 0) found.edges.emplace_back(nodes[state].mark - 1, parent);
  };
  visit(id, 0, 0);
  std::vector<RegexId> targets;
  const uint64_t before = work;
  uint32_t at = 0;
  for (; at < found.states.size() && !exhausted(); ++at) {
    const bool answered = found.best <= found.depths[at];
    if (answered && (at >= kEnough || work - before > kEnoughWork)) break;
    if (found.states.size() > limits.states || dear_work + (work - before) > limits.work) break;
    if (IsResolved(found.states[at])) continue;
    Targets(found.states[at], targets);
    for (const RegexId target : targets) visit(target, at, found.depths[at] + 1);
  }
  if (work - before > kDear) dear_work += work - before;
  found.complete = at == found.states.size() && !exhausted();
  for (const RegexId state : found.states) nodes[state].mark = 0;

  if (found.complete) {
    const std::vector<uint64_t> distances = Distances(found, nodes);
    for (uint32_t i = 0; i < found.states.size(); ++i) {
      RegexNode& node = nodes[found.states[i]];
      if (IsResolved(found.states[i])) continue;
      node.least = distances[i];
      node.life = distances[i] == kUnbounded ? RegexLife::kDead : RegexLife::kExact;
    }
  } else if (found.best != kUnbounded) {  // the states on the way
    // Where the search ended before all nearer states were seen, there may be a shorter way.
    room.exhausted |= at < found.states.size() && found.best > found.depths[at];
    for (uint32_t i = found.exit;; i = found.parents[i]) {
      RegexNode& node = nodes[found.states[i]];
      if (!IsResolved(found.states[i])) {
        node.least = found.best - found.depths[i];
        node.life = RegexLife::kExact;
      }
      if (i == 0) break;
    }
  } else {
    room.exhausted = true;
    nodes[id].life = RegexLife::kDead;
  }
}

}  // namespace bantam::grammar
