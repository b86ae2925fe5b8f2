// Tests of the flat tables behind the tokenizers, also with keys made to collide.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "text/byte_hash.h"
#include "text/merge_table.h"
#include "text/token_index.h"

namespace bantam {
namespace {

// The inverse of x ^ x >> shift.
uint64_t UndoShift(uint64_t x, int shift) {
  uint64_t out = x;
  for (int i = shift; i < 64; i += shift) out = x ^ (out >> shift);
  return out;
}

uint64_t Inverse(uint64_t odd) {
  uint64_t inverse = odd;
  for (int i = 0; i < 6; ++i) inverse *= 2 - odd * inverse;
  return inverse;
}

uint64_t UnmixBits(uint64_t x) {
  x = UndoShift(x, 31) * Inverse(0x94D049BB133111EBu);
  x = UndoShift(x, 27) * Inverse(0xBF58476D1CE4E5B9u);
  return UndoShift(x, 30);
}

// The string of eight bytes with this hash.
std::string StringOfHash(uint64_t hash) {
  const uint64_t word = UnmixBits(hash) ^ (8 * 0x9E3779B97F4A7C15u);
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &word, sizeof(word));
  EXPECT_EQ(HashBytes(bytes), hash);
  return bytes;
}

TEST(HashBytes, DependsOnEveryByteAndTheLength) {
  const std::string text = "abcdefghijklmnopqrstuvwxyz";
  for (size_t length = 0; length <= text.size(); ++length) {
    const std::string part = text.substr(0, length);
    EXPECT_NE(HashBytes(part), HashBytes(part + std::string(1, '\0')));
    for (size_t i = 0; i < length; ++i) {
      std::string changed = part;
      changed[i] = '!';
      EXPECT_NE(HashBytes(part), HashBytes(changed)) << length << " " << i;
    }
  }
}

TEST(TokenIndex, FindsTokensAndDuplicates) {
  Vocabulary vocabulary;
  vocabulary.bytes = {"a", "b", "abcdefghij", "a", ""};
  TokenIndex index(vocabulary.bytes);
  for (TokenId id = 0; id < 3; ++id) EXPECT_EQ(index.Insert(id), TokenIndex::Insertion::kDone);
  EXPECT_EQ(index.Insert(3), TokenIndex::Insertion::kDuplicate);
  EXPECT_EQ(index.Find("b"), 1);
  EXPECT_EQ(index.Find("abcdefghij"), 2);
  EXPECT_EQ(index.Find("abcdefghi"), -1);
  EXPECT_EQ(index.Find(""), -1);
}

TEST(TokenIndex, RefusesCraftedCollisions) {
  Vocabulary vocabulary;
  for (uint64_t i = 0; i < 600; ++i) vocabulary.bytes.push_back(StringOfHash(i << 32));
  TokenIndex index(vocabulary.bytes);
  auto inserted = TokenIndex::Insertion::kDone;
  TokenId id = 0;
  for (; id < 600 && inserted == TokenIndex::Insertion::kDone; ++id) inserted = index.Insert(id);
  EXPECT_EQ(inserted, TokenIndex::Insertion::kCrowded);
  for (TokenId i = 0; i < id - 1; ++i) {
    EXPECT_EQ(index.Find(vocabulary.bytes[static_cast<size_t>(i)]), i);
  }
}

TEST(MergeTable, FindsPairsAndLetsTheLastOneWin) {
  MergeTable table(3);
  EXPECT_TRUE(table.Insert(1, 2, {0, 10}));
  EXPECT_TRUE(table.Insert(2, 1, {1, 11}));
  EXPECT_TRUE(table.Insert(1, 2, {2, 12}));
  EXPECT_EQ(table.Find(1, 2).result, 12);
  EXPECT_EQ(table.Find(1, 2).rank, 2u);
  EXPECT_EQ(table.Find(2, 1).result, 11);
  EXPECT_EQ(table.Find(2, 2).rank, kNoMerge);
  EXPECT_EQ(MergeTable(0).Find(0, 0).rank, kNoMerge);
}

TEST(MergeTable, RefusesCraftedCollisions) {
  MergeTable table(600);
  uint32_t inserted = 0;
  for (; inserted < 600; ++inserted) {
    const uint64_t key = UnmixBits(uint64_t{inserted} << 32);
    const auto left = static_cast<TokenId>(key >> 32);
    if (!table.Insert(left, static_cast<TokenId>(key), {inserted, 1})) break;
  }
  EXPECT_EQ(inserted, 512u);
}

}  // namespace
}  // namespace bantam
