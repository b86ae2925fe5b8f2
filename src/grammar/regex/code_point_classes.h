// CodePointClasses: code points that no set of some tells apart, as numbered classes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "grammar/regex/code_point_set.h"

namespace bantam::grammar {

// A partition of all code points that each further set refines. Classes keep their numbers; what is
// split off from one is a new one. Not thread-safe.
class CodePointClasses {
 public:
  using Id = uint16_t;
  static constexpr size_t kMost = 1024;           // classes
  static constexpr size_t kMostWork = 8'000'000;  // intervals looked at in all: some 10 ms

  static constexpr Id kSurrogates = 1;  // from the beginning; no set splits them

  // From `first` to the next one's.
  struct Interval {
    char32_t first;
    Id of;
  };

  // Tells apart what those of `sets` do that have not been seen yet: it grows from call to call.
  // Returns whether some class was split.
  bool Learn(std::span<const CodePointSet> sets);
  // There are too many classes, or it would take too long: they say nothing any more.
  bool gave_up() const { return gave_up_; }
  // Of the sets that Learn() is given, those that are known.
  size_t known() const { return known_; }

  Id count() const { return static_cast<Id>(representatives_.size()); }
  std::span<const Interval> intervals() const { return intervals_; }  // from 0 on, ascending
  // Of each class its last interval's first code point.
  std::span<const char32_t> representatives() const { return representatives_; }
  // The first code point behind an interval.
  char32_t EndOf(size_t interval) const {
    return interval + 1 < intervals_.size() ? intervals_[interval + 1].first
                                            : CodePointSet::kLast + 1;
  }

 private:
  bool Refine(const CodePointSet& set);

  size_t known_ = 0;
  size_t work_ = 0;
  bool gave_up_ = false;
  std::vector<Interval> intervals_ = {{0, 0}, {0xD800, kSurrogates}, {0xE000, 0}};
  std::vector<char32_t> representatives_ = {0xE000, 0xD800};
};

}  // namespace bantam::grammar
