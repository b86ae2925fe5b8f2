// A walk over pairs, with a table of those that were met.
#include "grammar/regex/span_lengths.h"

#include <algorithm>

#include "grammar/regex/regex_impl.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostRemembered = SpanLengths::kMostPairs;

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
    if (pairs_.size() > most_ || pool.exhausted()) return std::nullopt;
  }
  return pairs_[first].least;
}

// What one more character leads to from these pairs, each once; spans that cannot become `least`
// code points longer still are left out. False: too many were looked at.
bool SpanLengths::Advance(RegexPool::Impl& pool, uint64_t least, std::vector<uint64_t>& pairs) {
  next_.clear();
  for (const uint64_t key : pairs) {
    for (const SpanAutomaton::Edge& edge : pool.source->Edges(static_cast<uint32_t>(key >> 32))) {
      if (fuel_-- == 0) return false;
      if (pool.source->longest(edge.target) < least) continue;
      const RegexId rest = pool.Derive(static_cast<RegexId>(key), edge.code_point);
      if (rest != RegexPool::kNothing) next_.push_back(KeyOf(edge.target, rest));
    }
  }
  std::ranges::sort(next_);
  next_.erase(std::unique(next_.begin(), next_.end()), next_.end());
  pairs.swap(next_);
  return !pool.exhausted();
}

// The least of their lengths; nothing: that took too long.
std::optional<uint32_t> SpanLengths::ShortestOf(RegexPool::Impl& pool,
                                                const std::vector<uint64_t>& pairs) {
  if (pairs_.size() > kMostRemembered || buckets_.empty()) Forget();
  const size_t before = pairs_.size();
  most_ = before + kMostPairs;
  uint32_t best = kDead;
  for (const uint64_t key : pairs) {
    const auto texts = static_cast<RegexId>(key);
    const auto found = hopeless_.contains(texts)
                           ? std::nullopt
                           : Shortest(pool, static_cast<uint32_t>(key >> 32), texts);
    if (!found) {
      for (size_t i = before; i < pairs_.size(); ++i) hopeless_.insert(pairs_[i].texts);
      Forget();
      return std::nullopt;
    }
    best = std::min(best, *found);
  }
  return best;
}

SpanLengths::Answer SpanLengths::Least(RegexPool::Impl& pool, uint32_t state, RegexId texts,
                                       uint64_t min, uint64_t max) {
  Answer answer;
  if (texts == RegexPool::kNothing || min > pool.source->longest(state)) return answer;
  if (texts == RegexPool::kAnything) {
    answer.least = min;
    return answer;
  }
  std::vector<uint64_t> pairs = {KeyOf(state, texts)};
  const auto shortest = ShortestOf(pool, pairs);
  if (shortest && (*shortest == kDead || *shortest > max)) return answer;
  if (shortest && *shortest >= min) {
    answer.least = *shortest;
    return answer;
  }
  // Character by character: what is shorter than min does not count.
  fuel_ = kMostCounted;
  for (uint64_t length = 0; length <= max && !pairs.empty(); ++length) {
    if (length == min && min > 0) {
      const auto more = ShortestOf(pool, pairs);
      if (more && *more != kDead && min + *more <= max) answer.least = min + *more;
      if (more) return answer;
    }
    const auto ends = [&](uint64_t key) { return pool.nodes[static_cast<RegexId>(key)].nullable; };
    if (length >= min && std::ranges::any_of(pairs, ends)) {
      answer.least = length;
      return answer;
    }
    answer.complete = Advance(pool, min > length ? min - length - 1 : 0, pairs);
    if (!answer.complete) return answer;
  }
  return answer;
}

}  // namespace bantam::grammar
