// Sorts the texts, and makes a node of each range of them that shares a beginning, level by level.
#include "grammar/mask/flat_trie.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/check.h"
#include "grammar/mask/token_shape.h"

namespace bantam::grammar {
namespace {

// The first eight bytes as a number of the same order: most comparisons need no more.
struct SortKey {
  uint64_t head;
  const TrieToken* token;
};

uint64_t Head(std::string_view text) {
  uint64_t head = 0;
  const size_t n = std::min<size_t>(text.size(), 8);
  for (size_t i = 0; i < n; ++i) head = head << 8 | static_cast<uint8_t>(text[i]);
  return head << 8 * (8 - n);  // no text is empty
}

bool Before(const SortKey& a, const SortKey& b) {
  if (a.head != b.head) return a.head < b.head;
  // Texts that end within their heads may still differ, in zero bytes.
  const int order = a.token->text.compare(b.token->text);
  return order != 0 ? order < 0 : a.token->id < b.token->id;
}

// By the first two bytes at once, then each of these lists by comparing.
std::vector<SortKey> Sorted(const std::vector<TrieToken>& tokens) {
  std::vector<uint32_t> start((1 << 16) + 1, 0);
  for (const TrieToken& token : tokens) ++start[(Head(token.text) >> 48) + 1];
  for (size_t i = 1; i < start.size(); ++i) start[i] += start[i - 1];
  std::vector<SortKey> keys(tokens.size());
  std::vector<uint32_t> next(start.begin(), start.end() - 1);
  for (const TrieToken& token : tokens) {
    const uint64_t head = Head(token.text);
    keys[next[head >> 48]++] = {head, &token};
  }
  for (size_t i = 0; i + 1 < start.size(); ++i) {
    if (start[i + 1] - start[i] > 1) {
      std::sort(keys.begin() + start[i], keys.begin() + start[i + 1], Before);
    }
  }
  return keys;
}

uint8_t Shared(std::string_view a, std::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  size_t n = 0;
  while (n < most && a[n] == b[n]) ++n;
  return static_cast<uint8_t>(n);
}

}  // namespace

struct FlatTrie::Builder {
  FlatTrie& trie;
  std::vector<std::string_view> texts;     // sorted
  std::vector<TextClasses> token_classes;  // [texts]
  std::vector<uint8_t> shared;             // [texts] leading bytes as in the text before
  std::vector<uint32_t> ends;              // [nodes] the tokens of a node's subtree end here

  // Appends a node for each range of texts [first, end) that has one byte at `depth`; all of them
  // are longer and alike before it. Returns how many.
  uint32_t AddChildren(uint32_t first, uint32_t end, size_t depth) {
    uint32_t children = 0;
    for (uint32_t from = first; from < end; ++children) {
      uint32_t to = from + 1;
      while (to < end && shared[to] > depth) ++to;
      TrieNode node{};
      node.first_token = from;
      node.byte = static_cast<uint8_t>(texts[from][depth]);
      trie.nodes_.push_back(node);
      ends.push_back(to);
      from = to;
    }
    return children;
  }

  void Finish(size_t i, size_t depth) {
    TrieNode node = trie.nodes_[i];
    const std::string_view text = texts[node.first_token].substr(0, depth + 1);
    uint32_t below = node.first_token;
    while (below < ends[i] && texts[below].size() == depth + 1) ++below;
    const auto& plain_from = trie.plain_from_;
    TextClasses classes = 0;
    TextClasses rests = 0;
    uint8_t characters = 0;
    uint8_t least = std::numeric_limits<uint8_t>::max();
    for (uint32_t t = node.first_token; t < ends[i]; ++t) {
      node.plain_from = std::max(node.plain_from, plain_from[t]);
      classes |= token_classes[t];
      rests |= trie.rest_[t];
      characters = std::max(characters, trie.characters_[t]);
      if (t >= below) least = std::min(least, plain_from[t]);
    }
    node.has_plain =
        below < ends[i] && least <= depth + 1 && (node.byte < 0x80 || !EndsInsideCharacter(text));
    node.first_child = static_cast<uint32_t>(trie.nodes_.size());
    node.children = static_cast<uint16_t>(AddChildren(below, ends[i], depth + 1)) & 0x7FFF;
    trie.nodes_[i] = node;
    trie.node_classes_.push_back(classes);
    trie.node_rests_.push_back(rests);
    trie.node_characters_.push_back(characters);
  }
};

FlatTrie::FlatTrie(const std::vector<TrieToken>& tokens) {
  Builder builder{*this, {}, {}, {}, {}};
  for (auto* bytes : {&plain_from_, &characters_, &tail_size_, &builder.shared}) {
    bytes->reserve(tokens.size());
  }
  ids_.reserve(tokens.size());
  prefix_.reserve(tokens.size());
  rest_.reserve(tokens.size());
  builder.texts.reserve(tokens.size());
  builder.token_classes.reserve(tokens.size());
  std::string_view before;
  for (const SortKey& key : Sorted(tokens)) {
    const TrieToken& token = *key.token;
    CHECK(!token.text.empty() && token.text.size() <= kMaxTextBytes);
    builder.texts.push_back(token.text);
    builder.token_classes.push_back(token.classes);
    builder.shared.push_back(Shared(before, token.text));
    ids_.push_back(token.id);
    plain_from_.push_back(token.plain_from);
    characters_.push_back(token.characters);
    tail_size_.push_back(token.tail_size);
    prefix_.push_back(token.prefix);
    rest_.push_back(token.rest);
    before = token.text;
  }
  nodes_.reserve(tokens.size() * 5 / 2);
  node_classes_.reserve(tokens.size() * 5 / 2);
  node_rests_.reserve(tokens.size() * 5 / 2);
  node_characters_.reserve(tokens.size() * 5 / 2);
  roots_ = builder.AddChildren(0, static_cast<uint32_t>(tokens.size()), 0);
  size_t level_end = nodes_.size();
  for (size_t i = 0, depth = 0; i < nodes_.size(); ++i) {
    if (i == level_end) {
      ++depth;
      level_end = nodes_.size();
    }
    builder.Finish(i, depth);
  }
  nodes_.shrink_to_fit();
  node_classes_.shrink_to_fit();
  node_rests_.shrink_to_fit();
  node_characters_.shrink_to_fit();
}

}  // namespace bantam::grammar
