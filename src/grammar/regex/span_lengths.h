// SpanLengths: how short a span of the source can be that an expression matches.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "grammar/regex/regex_pool.h"

namespace bantam::grammar {

// Answers along pairs of a state of the source's automaton and an expression. Each pair is worked
// out once and remembered: the automaton has no cycles, so a walk in depth settles all that a pair
// leads to. Where these are too many (counters in a pattern), and where characters are to be
// counted, pairs are followed character by character up to the first that ends. Not thread-safe.
class SpanLengths {
 public:
  // One question meets so many new pairs on the walk, and so many edges while it counts: some
  // tenths of a second, some 40 MB.
  static constexpr size_t kMostPairs = 1'000'000;
  static constexpr size_t kMostCounted = 8'000'000;

  struct Answer {
    bool complete = true;           // else: that took too long; nothing was found
    std::optional<uint64_t> least;  // code points, at least `min` and at most `max`
  };
  // Of the spans that go on from `state` and match `texts`.
  Answer Least(RegexPool::Impl& pool, uint32_t state, RegexId texts, uint64_t min, uint64_t max);

 private:
  static constexpr uint32_t kDead = ~uint32_t{0};
  static constexpr uint32_t kOpen = kDead - 1;

  struct Pair {
    uint32_t state;
    RegexId texts;
    uint32_t least;  // kDead: none
  };
  struct Visit {
    uint32_t pair;
    uint32_t edge;  // the next one to look at
    uint32_t least;
  };

  std::optional<uint32_t> Shortest(RegexPool::Impl& pool, uint32_t state, RegexId texts);
  std::optional<uint32_t> ShortestOf(RegexPool::Impl& pool, const std::vector<uint64_t>& pairs);
  bool Advance(RegexPool::Impl& pool, uint64_t least, std::vector<uint64_t>& pairs);
  uint32_t FindOrAdd(const RegexPool::Impl& pool, uint32_t state, RegexId texts);
  void Forget();

  std::vector<Pair> pairs_;
  std::vector<uint32_t> buckets_;         // open addressing: index + 1
  std::vector<Visit> open_;               // the walk
  size_t most_ = 0;                       // pairs that there may be in the present question
  size_t fuel_ = 0;                       // edges that may still be counted along
  std::vector<uint64_t> next_;            // of Advance
  std::unordered_set<RegexId> hopeless_;  // expressions of pairs that led to too many
};

}  // namespace bantam::grammar
