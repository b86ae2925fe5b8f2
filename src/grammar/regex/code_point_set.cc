// Set operations on sorted ranges; every result is canonical, so equal sets compare equal.
#include "grammar/regex/code_point_set.h"

#include <algorithm>

namespace bantam::grammar {
namespace {

constexpr char32_t kFirstSurrogate = 0xD800;
constexpr char32_t kLastSurrogate = 0xDFFF;

// Appends a range that begins behind every range of `ranges`, or touches the last.
void Append(char32_t first, char32_t last, std::vector<CodePointSet::Range>& ranges) {
  if (!ranges.empty() && first <= ranges.back().last + 1) {
    ranges.back().last = std::max(ranges.back().last, last);
  } else {
    ranges.push_back({first, last});
  }
}

}  // namespace

CodePointSet CodePointSet::All() {
  return Of(0, kLast);
}

CodePointSet CodePointSet::Of(char32_t first, char32_t last) {
  CodePointSet set;
  set.Add(first, last);
  return set;
}

void CodePointSet::Add(char32_t first, char32_t last) {
  last = std::min(last, kLast);
  if (first > last) return;
  if (first <= kLastSurrogate && last >= kFirstSurrogate) {
    if (first < kFirstSurrogate) Add(first, kFirstSurrogate - 1);
    if (last > kLastSurrogate) Add(kLastSurrogate + 1, last);
    return;
  }
  if (ranges_.empty() || ranges_.back().last < first) {  // in order, as most sets are made
    Append(first, last, ranges_);
    return;
  }
  // [begin, end): the ranges that overlap or touch the new one.
  const auto begin = std::partition_point(
      ranges_.begin(), ranges_.end(), [&](const Range& range) { return range.last + 1 < first; });
  const auto end = std::partition_point(
      begin, ranges_.end(), [&](const Range& range) { return range.first <= last + 1; });
  if (begin == end) {
    ranges_.insert(begin, {first, last});
    return;
  }
  begin->first = std::min(begin->first, first);
  begin->last = std::max(std::prev(end)->last, last);
  ranges_.erase(std::next(begin), end);
}

void CodePointSet::Add(const CodePointSet& other) {
  std::vector<Range> both;
  both.reserve(ranges_.size() + other.ranges_.size());
  std::ranges::merge(ranges_, other.ranges_, std::back_inserter(both), {}, &Range::first,
                     &Range::first);
  ranges_.clear();
  for (const Range& range : both) Append(range.first, range.last, ranges_);
}

CodePointSet CodePointSet::Complement() const {
  CodePointSet set;
  char32_t next = 0;
  for (const Range& range : ranges_) {
    if (range.first > next) set.Add(next, range.first - 1);
    next = range.last + 1;
  }
  if (next <= kLast) set.Add(next, kLast);
  return set;
}

CodePointSet CodePointSet::Intersect(const CodePointSet& other) const {
  CodePointSet set;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() && b != other.ranges_.end()) {
    const char32_t first = std::max(a->first, b->first);
    const char32_t last = std::min(a->last, b->last);
    if (first <= last) set.Add(first, last);
    (a->last < b->last ? a : b)++;
  }
  return set;
}

bool CodePointSet::HasAnyOf(char32_t first, char32_t last) const {
  const auto it = std::partition_point(ranges_.begin(), ranges_.end(),
                                       [&](const Range& range) { return range.last < first; });
  return it != ranges_.end() && it->first <= last;
}

}  // namespace bantam::grammar
