// Sorted texts that begin alike.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace bantam::grammar {

// Of ascending texts [first, last), which are all alike in their first `depth` bytes, those that go
// on with `piece`. `text_of` gives an element's text.
template <typename Iterator, typename TextOf>
std::pair<Iterator, Iterator> GoingOn(Iterator first, Iterator last, size_t depth,
                                      std::string_view piece, const TextOf& text_of) {
  const auto part = [&](const auto& element) {
    const std::string_view text = text_of(element);
    return text.substr(std::min(depth, text.size()), piece.size());
  };
  const auto low =
      std::partition_point(first, last, [&](const auto& e) { return part(e) < piece; });
  return {low, std::partition_point(low, last, [&](const auto& e) { return part(e) == piece; })};
}

}  // namespace bantam::grammar
