// The tries hold what they say they hold.
#include "grammar/mask/token_trie.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "grammar/mask/mask_oracle.h"
#include "grammar/mask/token_shape.h"

namespace bantam::grammar {
namespace {

using Texts = std::map<std::string, std::vector<TokenId>>;

// The tokens below and at a node whose text is `path`, as flat_trie.h describes them.
void ReadNode(const FlatTrie& trie, size_t i, uint32_t end, std::string path, Texts& texts) {
  const TrieNode& node = trie.nodes()[i];
  path += static_cast<char>(node.byte);
  const uint32_t below = node.children > 0 ? trie.nodes()[node.first_child].first_token : end;
  uint8_t plain_from = 0;
  bool has_plain = false;
  TextClasses rests = 0;
  for (uint32_t t = node.first_token; t < end; ++t) {
    plain_from = std::max(plain_from, trie.plain_from()[t]);
    rests |= trie.rest()[t];
    if (t < below)
      texts[path].push_back(trie.ids()[t]);
    else
      has_plain |= trie.plain_from()[t] <= path.size();
  }
  EXPECT_EQ(node.plain_from, plain_from);
  EXPECT_EQ(node.has_plain, has_plain && !EndsInsideCharacter(path));
  EXPECT_EQ(trie.node_rests()[i], rests);
  for (uint32_t c = 0; c < node.children; ++c) {
    const size_t child = node.first_child + c;
    const bool last = c + 1 == node.children;
    ReadNode(trie, child, last ? end : trie.nodes()[child + 1].first_token, path, texts);
  }
}

// Text → ids.
Texts Read(const FlatTrie& trie) {
  Texts texts;
  for (uint32_t i = 0; i < trie.roots(); ++i) {
    const auto end = static_cast<uint32_t>(trie.ids().size());
    ReadNode(trie, i, i + 1 < trie.roots() ? trie.nodes()[i + 1].first_token : end, "", texts);
  }
  return texts;
}

TEST(TokenTrie, HoldsEveryTextOnce) {
  std::mt19937 random(1);
  const Vocabulary vocabulary = RandomVocabulary(random, 500);
  const TokenTrie trie(vocabulary);
  Texts all, rest, exits, tails;
  for (TokenId id = 2; id < vocabulary.size(); ++id) {
    const std::string& bytes = vocabulary.bytes[static_cast<size_t>(id)];
    const TokenKind kind = vocabulary.kinds[static_cast<size_t>(id)];
    const bool text = !bytes.empty() && (kind == TokenKind::kNormal || kind == TokenKind::kAdded ||
                                         kind == TokenKind::kByte);
    EXPECT_EQ(trie.IsText(id), text);
    const TokenShape shape = ShapeOf(bytes);
    EXPECT_EQ(trie.plain().Allows(id), text && shape.plain());
    EXPECT_EQ(trie.plain(3).Allows(id), text && shape.plain() && shape.characters <= 3);
    EXPECT_EQ(trie.whole().Allows(id), text && shape.plain() && shape.tail == bytes.size());
    if (!text) continue;
    all[bytes].push_back(id);
    if (!shape.plain()) {
      rest[bytes].push_back(id);
      exits[bytes.substr(shape.plain_prefix)].push_back(id);
    } else if (shape.tail < bytes.size()) {
      tails[bytes.substr(shape.tail)].push_back(id);
    }
  }
  EXPECT_FALSE(trie.IsText(0));
  EXPECT_FALSE(trie.IsText(1));  // ends a reply, whatever its kind
  EXPECT_EQ(Read(trie.all()), all);
  EXPECT_EQ(Read(trie.rest()), rest);
  EXPECT_EQ(Read(trie.exits()), exits);
  EXPECT_EQ(Read(trie.tails()), tails);
  EXPECT_TRUE(trie.missing_bytes().none());
  size_t longer = 0;
  for (const TokenTrie::LongToken& token : trie.long_plain()) {
    EXPECT_GE(token.characters, TokenTrie::kCountedCharacters + 1);
    EXPECT_GE(token.characters, longer);
    EXPECT_TRUE(trie.plain().Allows(token.id));
    longer = token.characters;
  }
  EXPECT_EQ(trie.long_plain().size() + Ids(trie.plain(TokenTrie::kCountedCharacters)).size(),
            Ids(trie.plain()).size());
}

TEST(TokenTrie, TextsThatDifferInZeroBytesOnly) {
  Vocabulary vocabulary;
  const std::vector<std::string> texts = {std::string("a\0\0", 3), "a", std::string("a\0", 2),
                                          std::string("a\0b", 3)};
  for (const std::string& text : texts) AddToken(vocabulary, text, TokenKind::kNormal);
  const auto read = Read(TokenTrie(vocabulary).all());
  EXPECT_EQ(read.size(), 4);
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(read.at(texts[i]), std::vector<TokenId>{static_cast<TokenId>(i)});
  }
}

TEST(TokenTrie, TokensTooLongForATrieAreNeverLegal) {
  Vocabulary vocabulary;
  AddToken(vocabulary, std::string(255, 'a'), TokenKind::kNormal);
  AddToken(vocabulary, std::string(256, 'a'), TokenKind::kNormal);
  const TokenTrie trie(vocabulary);
  EXPECT_TRUE(trie.IsText(0));
  EXPECT_FALSE(trie.IsText(1));
  EXPECT_EQ(trie.all().nodes().size(), 255);
  EXPECT_EQ(trie.missing_bytes().count(), 256);
}

TEST(TokenTrie, EmptyVocabulary) {
  const Vocabulary vocabulary;
  const TokenTrie trie(vocabulary);
  EXPECT_EQ(trie.all().nodes().size(), 0);
  EXPECT_EQ(trie.plain().size(), 0);
}

}  // namespace
}  // namespace bantam::grammar
