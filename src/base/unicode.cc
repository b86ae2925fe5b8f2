// Binary searches in the generated tables; the hot lookups are inline in unicode.h.
#include "base/unicode.h"

#include <algorithm>
#include <tuple>

namespace bantam::unicode {
namespace {

// The range that holds `c` among `count` sorted, disjoint ranges, or nullptr.
template <typename T>
const T* FindRange(const T* ranges, size_t count, char32_t c) {
  const T* end = ranges + count;
  const T* it = std::partition_point(ranges, end, [c](const T& range) { return range.last < c; });
  return it != end && it->first <= c ? it : nullptr;
}

}  // namespace

bool IsReferencePunctuation(char32_t c) {
  return FindRange(kReferencePunctuation, kReferencePunctuationCount, c) != nullptr;
}

uint8_t CombiningClass(char32_t c) {
  const ClassRange* range = FindRange(kCombiningClasses, kCombiningClassCount, c);
  return range != nullptr ? range->combining_class : 0;
}

std::u32string_view CanonicalDecomposition(char32_t c) {
  const Decomposition* end = kDecompositions + kDecompositionCount;
  const Decomposition* it = std::partition_point(
      kDecompositions, end, [c](const Decomposition& d) { return d.code_point < c; });
  if (it == end || it->code_point != c) return {};
  return {kDecomposed + it->offset, it->length};
}

char32_t Compose(char32_t first, char32_t second) {
  const auto pair = std::tie(first, second);
  const Composition* end = kCompositions + kCompositionCount;
  const Composition* it = std::partition_point(
      kCompositions, end, [&](const Composition& c) { return std::tie(c.first, c.second) < pair; });
  if (it == end || std::tie(it->first, it->second) != pair) return 0;
  return it->composite;
}

}  // namespace bantam::unicode
