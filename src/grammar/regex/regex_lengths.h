// RegexLengths: how many code points the texts of a language may have, for each of its states.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "grammar/regex/regex_pool.h"

namespace bantam::grammar {

// Answers for an expression that meets Length(min, max) without walking min code points: the sets
// of states that accept some text of 0, 1, 2, … code points are the powers of one function on a
// finite set, so they repeat sooner or later (mostly at once). Immutable.
class RegexLengths {
 public:
  // All states that `id` leads to.
  static std::unique_ptr<RegexLengths> Make(RegexPool::Impl& pool, RegexId id);

  // False: there are too many states, or their sets of lengths take too long to repeat; there are
  // no answers for the states that were seen.
  bool complete() const { return complete_; }

  const std::vector<RegexId>& states() const { return states_; }
  // The least length of at least `min` and at most `max` that texts of states()[state] have.
  std::optional<uint64_t> Least(uint32_t state, uint64_t min, uint64_t max) const;

 private:
  bool Accepts(uint64_t length, uint32_t state) const {
    return (sets_[length][state / 64] >> (state % 64) & 1) != 0;
  }

  bool complete_ = false;
  std::vector<RegexId> states_;
  std::vector<std::vector<uint64_t>> sets_;  // [length]: a bit for each state
  uint64_t repeats_from_ = 0;                // what would follow the last set is this one again
};

}  // namespace bantam::grammar
