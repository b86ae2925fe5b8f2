// A merge of the intervals with the ranges of each set.
#include "grammar/regex/code_point_classes.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace bantam::grammar {

bool CodePointClasses::Learn(std::span<const CodePointSet> sets) {
  const size_t before = representatives_.size();
  for (; known_ < sets.size() && !gave_up_; ++known_) {
    work_ += intervals_.size() + sets[known_].ranges().size();
    gave_up_ = work_ > kMostWork || !Refine(sets[known_]);
  }
  if (representatives_.size() == before) return false;
  for (const Interval& interval : intervals_) representatives_[interval.of] = interval.first;
  return true;
}

// False: the classes are too many.
bool CodePointClasses::Refine(const CodePointSet& set) {
  constexpr Id kNone = std::numeric_limits<Id>::max();
  size_t classes = representatives_.size();
  std::vector<std::array<Id, 2>> parts(classes, {kNone, kNone});  // outside, inside
  std::vector<Interval> refined;
  refined.reserve(intervals_.size() + 2 * set.ranges().size());
  const auto add = [&](char32_t first, Id of, bool inside) {
    Id& part = parts[of][inside ? 1 : 0];
    if (part == kNone) {
      part = parts[of][inside ? 0 : 1] == kNone ? of : static_cast<Id>(classes++);
    }
    if (refined.empty() || refined.back().of != part) refined.push_back({first, part});
  };
  auto range = set.ranges().begin();
  const auto end = set.ranges().end();
  for (size_t i = 0; i < intervals_.size(); ++i) {
    const char32_t next = EndOf(i);
    for (char32_t at = intervals_[i].first; at < next;) {
      while (range != end && range->last < at) ++range;
      const bool inside = range != end && range->first <= at;
      add(at, intervals_[i].of, inside);
      const char32_t stop = range == end ? next : inside ? range->last + 1 : range->first;
      at = std::min(next, stop);
    }
    if (classes > kMost) return false;
  }
  intervals_ = std::move(refined);
  representatives_.resize(classes);
  return true;
}

}  // namespace bantam::grammar
