// Built from the sorted texts: those that share a beginning stand together.
#include "text/token_trie.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace bantam {
namespace {

// The texts that go through a node, as places in their order.
struct Range {
  size_t first;
  size_t last;
  size_t depth;  // bytes that they have in common
};

}  // namespace

TokenTrie::TokenTrie(const std::vector<std::string>& texts) {
  size_t n_bytes = 0;
  std::vector<TokenId> order;
  for (size_t i = 0; i < texts.size(); ++i) {
    n_bytes += texts[i].size();
    if (!texts[i].empty()) order.push_back(static_cast<TokenId>(i));
  }
  CHECK(n_bytes <= kMaxBytes);
  const auto text_of = [&](size_t place) -> const std::string& {
    return texts[static_cast<size_t>(order[place])];
  };
  std::sort(order.begin(), order.end(), [&texts](TokenId a, TokenId b) {
    return std::tie(texts[static_cast<size_t>(a)], a) < std::tie(texts[static_cast<size_t>(b)], b);
  });
  std::vector<Range> nodes = {{0, order.size(), 0}};
  bytes_.push_back(0);
  for (size_t node = 0; node < nodes.size(); ++node) {
    const Range range = nodes[node];
    begins_.push_back(static_cast<uint32_t>(nodes.size()));
    TokenId id = -1;
    size_t place = range.first;
    for (; place < range.last && text_of(place).size() == range.depth; ++place) id = order[place];
    ids_.push_back(id);
    while (place < range.last) {
      const char byte = text_of(place)[range.depth];
      const size_t first = place;
      while (place < range.last && text_of(place)[range.depth] == byte) ++place;
      nodes.push_back({first, place, range.depth + 1});
      bytes_.push_back(static_cast<uint8_t>(byte));
    }
  }
  begins_.push_back(static_cast<uint32_t>(nodes.size()));
}

uint32_t TokenTrie::Child(uint32_t node, uint8_t byte) const {
  const auto begin = bytes_.begin() + begins_[node];
  const auto end = bytes_.begin() + begins_[node + 1];
  const auto child = std::lower_bound(begin, end, byte);
  return child == end || *child != byte ? 0 : static_cast<uint32_t>(child - bytes_.begin());
}

TokenId TokenTrie::Find(std::string_view text) const {
  uint32_t node = 0;
  for (const char c : text) {
    node = Child(node, static_cast<uint8_t>(c));
    if (node == 0) return -1;
  }
  return ids_[node];
}

}  // namespace bantam
