// Masks that are kept are those that would be computed.
#include "grammar/mask/mask_cache.h"

#include <gtest/gtest.h>

#include "grammar/mask/mask_builder.h"
#include "grammar/mask/mask_oracle.h"

namespace bantam::grammar {
namespace {

// Two positions that take turns; counts the bytes that are tried.
class TurnsMatcher final : public Matcher {
 public:
  bool Push(uint8_t byte) override {
    ++pushes;
    if (byte != (size_ % 2 == 0 ? 'a' : 'b')) return false;
    ++size_;
    return true;
  }
  void Pop(size_t n) override { size_ -= n; }
  size_t size() const override { return size_; }
  bool Accepting() const override { return size_ % 2 == 0; }
  uint32_t FinishBytes() const override { return size_ % 2; }
  std::string Completion() const override { return size_ % 2 == 0 ? "" : "b"; }
  bool AppendPosition(std::string& position) const override {
    AppendToPosition(size_ % 2, position);
    return known;
  }

  int pushes = 0;
  bool known = true;

 private:
  size_t size_ = 0;
};

class MaskCacheTest : public ::testing::Test {
 protected:
  // Bytes read to compute a mask, which must be right.
  int Fill(const TokenTrie& trie, int64_t finish_bytes_max) {
    TokenMask expected(trie.vocabulary().size());
    TokenMask mask(trie.vocabulary().size());
    const bool cut = FillMask(trie, matcher_, finish_bytes_max, expected);
    matcher_.pushes = 0;
    EXPECT_EQ(cache_.Fill(trie, matcher_, finish_bytes_max, mask), cut);
    for (TokenId id = 0; id < mask.size(); ++id) EXPECT_EQ(mask.Allows(id), expected.Allows(id));
    return matcher_.pushes;
  }
  TurnsMatcher matcher_;
  MaskCache cache_;
};

constexpr int64_t kFar = 1'000'000;

TEST_F(MaskCacheTest, ComputesEachPositionOnce) {
  std::mt19937 random(1);
  const Vocabulary one = RandomVocabulary(random, 200);
  const Vocabulary two = RandomVocabulary(random, 100);
  const TokenTrie trie(one);
  const TokenTrie other(two);
  EXPECT_GT(Fill(trie, kFar), 0);
  EXPECT_EQ(Fill(trie, kFar), 0);
  EXPECT_GT(Fill(other, kFar), 0);
  ASSERT_TRUE(matcher_.Push('a'));
  EXPECT_GT(Fill(trie, kFar), 0);
  ASSERT_TRUE(matcher_.Push('b'));
  EXPECT_EQ(Fill(trie, kFar), 0);
  EXPECT_EQ(Fill(other, kFar), 0);
}

TEST_F(MaskCacheTest, KeepsNothingThatDependsOnTheBudget) {
  std::mt19937 random(2);
  const Vocabulary vocabulary = RandomVocabulary(random, 200);
  const TokenTrie trie(vocabulary);
  EXPECT_GT(Fill(trie, 0), 0);
  EXPECT_GT(Fill(trie, 0), 0);
  EXPECT_GT(Fill(trie, kFar), 0);
  EXPECT_GT(Fill(trie, 0), 0);
  EXPECT_EQ(Fill(trie, kFar - 1), 0);
}

TEST_F(MaskCacheTest, KeepsNothingOfUnknownPositions) {
  std::mt19937 random(3);
  const Vocabulary vocabulary = RandomVocabulary(random, 200);
  const TokenTrie trie(vocabulary);
  matcher_.known = false;
  EXPECT_GT(Fill(trie, kFar), 0);
  EXPECT_GT(Fill(trie, kFar), 0);
}

}  // namespace
}  // namespace bantam::grammar
