// Tests of merging: order, ties, missing bytes, and long pieces against short ones.
#include "text/bpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bantam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Rule {
  TokenId left;
  TokenId right;
  TokenId result;
};

// Bytes are their own ids, but for '-', which the vocabulary lacks.
Bpe MakeBpe(const std::vector<Rule>& rules) {
  std::array<TokenId, 256> byte_ids;
  for (size_t i = 0; i < byte_ids.size(); ++i) byte_ids[i] = static_cast<TokenId>(i);
  byte_ids['-'] = -1;
  MergeTable table(rules.size());
  uint32_t rank = 0;
  for (const Rule& rule : rules) {
    EXPECT_TRUE(table.Insert(rule.left, rule.right, {rank++, rule.result}));
  }
  return Bpe(byte_ids, std::move(table));
}

std::vector<TokenId> Encode(const Bpe& bpe, std::string_view piece) {
  Bpe::Scratch scratch;
  std::vector<TokenId> ids;
  bpe.Encode(piece, ids, scratch);
  return ids;
}

// The definition: merge the pair of lowest rank, leftmost first, until none is left.
std::vector<TokenId> Naive(const std::vector<Rule>& rules, std::string_view piece) {
  std::vector<TokenId> ids;
  for (const char c : piece) {
    if (c != '-') ids.push_back(static_cast<uint8_t>(c));
  }
  while (true) {
    size_t best = rules.size();
    size_t at = 0;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      for (size_t rank = 0; rank < best; ++rank) {
        if (rules[rank].left != ids[i] || rules[rank].right != ids[i + 1]) continue;
        best = rank;
        at = i;
        break;
      }
    }
    if (best == rules.size()) return ids;
    ids[at] = rules[best].result;
    ids.erase(ids.begin() + static_cast<ptrdiff_t>(at) + 1);
  }
}

TEST(Bpe, MergesByRankThenFromTheLeft) {
  const Bpe bpe = MakeBpe({{'b', 'c', 300}, {'a', 'b', 301}, {'a', 'a', 302}, {302, 'a', 303}});
  EXPECT_THAT(Encode(bpe, "abc"), ElementsAre('a', 300));
  EXPECT_THAT(Encode(bpe, "ab"), ElementsAre(301));
  EXPECT_THAT(Encode(bpe, "aaa"), ElementsAre(303));
  EXPECT_THAT(Encode(bpe, "aaaa"), ElementsAre(302, 302));
  EXPECT_THAT(Encode(bpe, ""), IsEmpty());
}

TEST(Bpe, LeavesOutBytesWithoutTokenAndMergesAcrossThem) {
  const Bpe bpe = MakeBpe({{'a', 'b', 300}});
  EXPECT_THAT(Encode(bpe, "a-b-"), ElementsAre(300));
  EXPECT_THAT(Encode(bpe, "---"), IsEmpty());
  EXPECT_THAT(Encode(bpe, std::string(100, '-')), IsEmpty());
}

TEST(Bpe, ALaterMergeOfLowerRankStillGoesFirst) {
  // (300, a) has a lower rank than (a, a), which makes 300: no trained table does that.
  const std::vector<Rule> rules = {{300, 'a', 301}, {'a', 'a', 300}};
  const Bpe bpe = MakeBpe(rules);
  for (const size_t n : {5, 31, 32, 33, 34, 100}) {
    const std::string piece(n, 'a');
    EXPECT_EQ(Encode(bpe, piece), Naive(rules, piece)) << n;
  }
}

TEST(Bpe, AgreesWithTheDefinitionOnRandomTables) {
  uint64_t state = 7;
  const auto random = [&state](uint64_t n) {
    state = MixBits(state + 0x9E3779B97F4A7C15u);
    return state % n;
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<Rule> rules;
    std::vector<TokenId> ids = {'a', 'b', 'c'};
    std::map<std::pair<TokenId, TokenId>, bool> seen;
    for (TokenId result = 300; result < 330; ++result) {
      const Rule rule = {ids[random(ids.size())], ids[random(ids.size())], result};
      if (seen[{rule.left, rule.right}]) continue;
      seen[{rule.left, rule.right}] = true;
      rules.insert(rules.begin() + static_cast<ptrdiff_t>(random(rules.size() + 1)), rule);
      ids.push_back(result);
    }
    const Bpe bpe = MakeBpe(rules);
    for (int i = 0; i < 20; ++i) {
      std::string piece(random(90), ' ');
      for (char& c : piece) c = "abc-"[random(20) == 0 ? 3 : random(3)];
      EXPECT_EQ(Encode(bpe, piece), Naive(rules, piece)) << piece;
    }
  }
}

TEST(Bpe, LongPiecesTakeNoQuadraticTime) {
  const Bpe bpe = MakeBpe({{'a', 'a', 300}, {300, 300, 301}, {301, 301, 302}, {302, 302, 303}});
  const std::vector<TokenId> ids = Encode(bpe, std::string(1 << 20, 'a'));
  EXPECT_EQ(ids, std::vector<TokenId>(1 << 16, 303));
}

}  // namespace
}  // namespace bantam
