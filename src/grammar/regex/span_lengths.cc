// A walk over pairs, with a table of those that were met.
#include "grammar/regex/span_lengths.h"

#include <algorithm>

#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostRemembered = 2 * SpanLengths::kMostPairs;

uint64_t KeyOf(uint32_t state, RegexId texts) {
  return uint64_t{state} << 32 | texts;
}

}  // namespace

void SpanLengths::Forget() {
  pairs_.clear();
  buckets_.assign(1024, 0);
  open_.clear();
}

// The index of the pair, kOpen where it is new and leads on.
uint32_t SpanLengths::FindOrAdd(const RegexPool::Impl& pool, uint32_t state, RegexId texts) {
  const auto hash = [](uint32_t s, RegexId t) { return (KeyOf(s, t) * 0x9E3779B97F4A7C15u) >> 24; };
  if (buckets_.size() < 2 * pairs_.size() + 2) {
    buckets_.assign(std::max<size_t>(1024, 2 * buckets_.size()), 0);
    for (uint32_t i = 0; i < pairs_.size(); ++i) {
      uint64_t at = hash(pairs_[i].state, pairs_[i].texts);
      while (buckets_[at & (buckets_.size() - 1)] != 0) ++at;
      buckets_[at & (buckets_.size() - 1)] = i + 1;
    }
  }
  uint64_t at = hash(state, texts);
  for (;; ++at) {
    const uint32_t bucket = buckets_[at & (buckets_.size() - 1)];
    if (bucket == 0) break;
    if (pairs_[bucket - 1].state == state && pairs_[bucket - 1].texts == texts) return bucket - 1;
  }
  pairs_.push_back({state, texts, pool.nodes[texts].nullable ? 0 : kOpen});
  buckets_[at & (buckets_.size() - 1)] = static_cast<uint32_t>(pairs_.size());
  return static_cast<uint32_t>(pairs_.size() - 1);
}

// The length of the shortest, kDead if there is none; nothing: that took too long.
std::optional<uint32_t> SpanLengths::Shortest(RegexPool::Impl& pool, uint32_t state,
                                              RegexId texts) {
  const uint32_t first = FindOrAdd(pool, state, texts);
  if (pairs_[first].least != kOpen) return pairs_[first].least;
  open_ = {{first, 0, kDead}};
  while (!open_.empty()) {
    const Visit visit = open_.back();
    const Pair pair = pairs_[visit.pair];
    const auto edges = pool.source->Edges(pair.state);
    if (visit.edge == edges.size()) {
      open_.pop_back();
      pairs_[visit.pair].least = visit.least;
      if (!open_.empty() && visit.least != kDead) {
        open_.back().least = std::min(open_.back().least, visit.least + 1);
      }
      continue;
    }
    ++open_.back().edge;
    const SpanAutomaton::Edge& edge = edges[visit.edge];
    const RegexId rest = pool.Derive(pair.texts, edge.code_point);
    if (rest == RegexPool::kNothing) continue;
    const uint32_t next = FindOrAdd(pool, edge.target, rest);
    if (pairs_[next].least == kOpen) {
      open_.push_back({next, 0, kDead});
    } else if (pairs_[next].least != kDead) {
      open_.back().least = std::min(open_.back().least, pairs_[next].least + 1);
    }
    if (pairs_.size() > most_ || pool.exhausted) {
      Forget();
      return std::nullopt;
    }
  }
  return pairs_[first].least;
}

// The pairs that so many characters lead to, as keys; nothing: that took too long.
std::optional<std::vector<uint64_t>> SpanLengths::After(RegexPool::Impl& pool, uint32_t state,
                                                        RegexId texts, uint64_t characters) {
  std::vector<uint64_t> now = {KeyOf(state, texts)};
  std::vector<uint64_t> next;
  size_t steps = 0;
  for (uint64_t left = characters; left > 0 && !now.empty(); --left) {
    next.clear();
    for (const uint64_t key : now) {
      const auto from = static_cast<uint32_t>(key >> 32);
      for (const SpanAutomaton::Edge& edge : pool.source->Edges(from)) {
        if (++steps > kMostCounted) return std::nullopt;
        if (pool.source->longest(edge.target) + uint64_t{1} < left) continue;
        const RegexId rest = pool.Derive(static_cast<RegexId>(key), edge.code_point);
        if (rest != RegexPool::kNothing) next.push_back(KeyOf(edge.target, rest));
      }
    }
    std::ranges::sort(next);
    next.erase(std::unique(next.begin(), next.end()), next.end());
    now.swap(next);
  }
  return now;
}

SpanLengths::Answer SpanLengths::Least(RegexPool::Impl& pool, uint32_t state, RegexId texts,
                                       uint64_t min, uint64_t max) {
  Answer answer;
  if (texts == RegexPool::kNothing || min > pool.source->longest(state)) return answer;
  if (texts == RegexPool::kAnything) {
    answer.least = min;
    return answer;
  }
  if (pairs_.size() > kMostRemembered || buckets_.empty()) Forget();
  most_ = pairs_.size() + kMostPairs;
  const auto shortest = Shortest(pool, state, texts);
  if (!shortest) return {.complete = false, .least = {}};
  if (*shortest == kDead || *shortest > max) return answer;
  if (*shortest >= min) {
    answer.least = *shortest;
    return answer;
  }
  // What is shorter does not count.
  const auto begun = After(pool, state, texts, min);
  if (!begun) return {.complete = false, .least = {}};
  uint32_t best = kDead;
  for (const uint64_t key : *begun) {
    const auto found = Shortest(pool, static_cast<uint32_t>(key >> 32), static_cast<RegexId>(key));
    if (!found) return {.complete = false, .least = {}};
    best = std::min(best, *found);
  }
  if (best != kDead && min + best <= max) answer.least = min + best;
  return answer;
}

}  // namespace bantam::grammar
