// TokenTrie: the tokens that a text begins with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/vocabulary.h"

namespace bantam {

// Nodes in breadth-first order, nine bytes each, so that the children of one stand together.
// Immutable, so safe to share.
class TokenTrie {
 public:
  // Bytes of all texts together.
  static constexpr size_t kMaxBytes = size_t{1} << 30;

  // Of tokens with one text the last is known, of those without text none. At most kMaxBytes.
  explicit TokenTrie(const std::vector<std::string>& texts);

  // Calls on_token(length, id) for every token that `text` begins with, the shortest first.
  // Linear in the longest.
  template <typename OnToken>
  void ForPrefixes(std::string_view text, OnToken on_token) const {
    uint32_t node = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      node = Child(node, static_cast<uint8_t>(text[i]));
      if (node == 0) return;
      if (ids_[node] >= 0) on_token(i + 1, ids_[node]);
    }
  }

  // The id of the token with this text, or -1.
  TokenId Find(std::string_view text) const;

 private:
  // 0, the root, if there is none.
  uint32_t Child(uint32_t node, uint8_t byte) const;

  std::vector<uint32_t> begins_;  // [n_nodes + 1] where a node's children begin
  std::vector<uint8_t> bytes_;    // [n_nodes] what leads to a node; among its like in order
  std::vector<TokenId> ids_;      // [n_nodes] -1: no token ends there
};

}  // namespace bantam
