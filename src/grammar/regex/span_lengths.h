// SpanLengths: how short a span of the source can be that an expression matches.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "grammar/regex/regex_pool.h"

namespace bantam::grammar {

// Answers along pairs of a state of the source's automaton and an expression, each worked out once:
// the automaton has no cycles, so one walk in depth settles all that a pair leads to. Remembers
// them. Not thread-safe.
class SpanLengths {
 public:
  // One question meets so many new pairs at most, and so many edges while it counts characters:
  // some tenths of a second, some 40 MB.
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
  std::optional<std::vector<uint64_t>> After(RegexPool::Impl& pool, uint32_t state, RegexId texts,
                                             uint64_t characters);
  uint32_t FindOrAdd(const RegexPool::Impl& pool, uint32_t state, RegexId texts);
  void Forget();

  std::vector<Pair> pairs_;
  std::vector<uint32_t> buckets_;  // open addressing: index + 1
  std::vector<Visit> open_;        // the walk
  size_t most_ = 0;                // pairs that there may be in the present question
};

}  // namespace bantam::grammar
