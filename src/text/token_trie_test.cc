// Tests of the trie of tokens.
#include "text/token_trie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace bantam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::pair<size_t, TokenId>> PrefixesOf(const TokenTrie& trie, std::string_view text) {
  std::vector<std::pair<size_t, TokenId>> found;
  trie.ForPrefixes(text, [&found](size_t length, TokenId id) { found.emplace_back(length, id); });
  return found;
}

TEST(TokenTrie, FindsAllTokensThatATextBeginsWith) {
  const TokenTrie trie({"abc", "a", "", "b", "\xE2\x96\x81", "ab", "a", "abx"});
  EXPECT_THAT(PrefixesOf(trie, "abcd"), ElementsAre(Pair(1, 6), Pair(2, 5), Pair(3, 0)));
  EXPECT_THAT(PrefixesOf(trie, "ab"), ElementsAre(Pair(1, 6), Pair(2, 5)));
  EXPECT_THAT(PrefixesOf(trie, "\xE2\x96\x81z"), ElementsAre(Pair(3, 4)));
  EXPECT_THAT(PrefixesOf(trie, "\xE2\x96"), IsEmpty());
  EXPECT_THAT(PrefixesOf(trie, ""), IsEmpty());
  EXPECT_EQ(trie.Find("abx"), 7);
  EXPECT_EQ(trie.Find("a"), 6);  // of equal ones the last
  EXPECT_EQ(trie.Find(""), -1);
  EXPECT_EQ(trie.Find("abcd"), -1);
  EXPECT_EQ(TokenTrie({}).Find("a"), -1);
}

}  // namespace
}  // namespace bantam
