// FlatTrie: texts of tokens as a tree of bytes in one array.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/vocabulary.h"
#include "grammar/mask/text_class.h"

namespace bantam::grammar {

// One byte of some texts. Siblings lie side by side, in the order of their bytes: a walk tries them
// one after the other, and most fail.
//
// The tokens of a subtree have consecutive indices from first_token to the next sibling's
// first_token (the last sibling's end with the parent's); those that end with this very byte come
// first, until the first child's first_token.
struct TrieNode {
  uint32_t first_token;
  uint32_t first_child;    // if there are children
  uint16_t children : 15;  // at most 256
  uint16_t has_plain : 1;  // worth asking for plain text after this byte: it does not end inside a
                           // character, and tokens below are plain from there on
  uint8_t byte;
  uint8_t plain_from;  // most of the subtree's tokens' plain_from
};

// A text with what token_shape.h says of it.
struct TrieToken {
  std::string_view text;
  TokenId id;
  uint8_t plain_from;
  uint8_t characters;
  uint8_t tail_size;
  TextClasses classes;
  TextClasses rest;    // of the text without its first byte
  TextClasses prefix;  // of what stood before the text
};

// Immutable; safe to share between threads. 29 bytes a node, 23 a token.
class FlatTrie {
 public:
  static constexpr size_t kMaxTextBytes = 255;  // so that positions fit into a byte

  FlatTrie() = default;
  // Texts have 1 … kMaxTextBytes bytes and need not outlive this; several tokens may share one.
  explicit FlatTrie(const std::vector<TrieToken>& tokens);

  // [nodes] The classes of all tokens of the subtree, and of their rests.
  const std::vector<TextClasses>& node_classes() const { return node_classes_; }
  const std::vector<TextClasses>& node_rests() const { return node_rests_; }
  // [nodes] Most characters of a token of the subtree.
  const std::vector<uint8_t>& node_characters() const { return node_characters_; }
  // The first `roots` nodes begin texts.
  const std::vector<TrieNode>& nodes() const { return nodes_; }
  uint32_t roots() const { return roots_; }
  // By token index: in the order of texts, those of equal texts by id.
  const std::vector<TokenId>& ids() const { return ids_; }
  const std::vector<uint8_t>& plain_from() const { return plain_from_; }
  const std::vector<uint8_t>& characters() const { return characters_; }
  const std::vector<uint8_t>& tail_size() const { return tail_size_; }

  const std::vector<TextClasses>& rest() const { return rest_; }
  const std::vector<TextClasses>& prefix() const { return prefix_; }

  size_t memory_bytes() const {
    return nodes_.size() * (sizeof(TrieNode) + 2 * sizeof(TextClasses) + 1) +
           ids_.size() * (sizeof(TokenId) + 3 + 2 * sizeof(TextClasses));
  }

 private:
  struct Builder;

  std::vector<TrieNode> nodes_;
  std::vector<TextClasses> node_classes_;
  std::vector<TextClasses> node_rests_;
  std::vector<uint8_t> node_characters_;
  uint32_t roots_ = 0;
  std::vector<TokenId> ids_;
  std::vector<uint8_t> plain_from_;
  std::vector<uint8_t> characters_;
  std::vector<uint8_t> tail_size_;
  std::vector<TextClasses> rest_;
  std::vector<TextClasses> prefix_;
};

}  // namespace bantam::grammar
