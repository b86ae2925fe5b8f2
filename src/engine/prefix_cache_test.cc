// Tests of the prefix cache: sharing, copying, waiting and forgetting by hand, then random
// sequences against a model of what every slot of every block holds.
#include "engine/prefix_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace bantam {
namespace {

using Tokens = std::vector<TokenId>;
using Outcome = PrefixCache::Outcome;

// n tokens that depend on `kind`.
Tokens Text(int n, TokenId kind = 0) {
  Tokens tokens;
  for (int i = 0; i < n; ++i) tokens.push_back(kind * 1000 + i);
  return tokens;
}

Tokens Join(Tokens a, const Tokens& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Computes all tokens of a sequence in one go.
void Compute(PrefixCache& cache, BlockTable& table, const Tokens& tokens) {
  const int n = static_cast<int>(tokens.size());
  ASSERT_TRUE(cache.Cover(table, tokens, n));
  cache.Commit(table, n - table.computed);
}

TEST(PrefixCache, SharesWholeBlocksAndCopiesTheRest) {
  PrefixCache cache(10, true);
  const Tokens first = Text(150);
  BlockTable a;
  EXPECT_EQ(cache.Extend(a, first).outcome, Outcome::kNothing);
  Compute(cache, a, first);
  ASSERT_EQ(a.blocks.size(), 3U);

  const Tokens second = Join(Text(140), Text(50, 7));
  BlockTable b;
  const PrefixCache::Match match = cache.Extend(b, second);
  EXPECT_EQ(match.outcome, Outcome::kCopy);
  EXPECT_EQ(match.from_block, a.blocks[2]);
  EXPECT_EQ(match.n_tokens, 12);
  EXPECT_EQ(b.computed, 140);
  EXPECT_EQ(b.blocks[0], a.blocks[0]);
  EXPECT_EQ(b.blocks[1], a.blocks[1]);
  EXPECT_EQ(b.blocks[2], match.to_block);
  EXPECT_NE(b.blocks[2], a.blocks[2]);
  const auto copied = cache.TokensOf(match.to_block);
  EXPECT_EQ(Tokens(copied.begin(), copied.end()), Tokens(first.begin() + 128, first.begin() + 140));
  cache.Release(a);
  cache.Release(b);
  EXPECT_EQ(cache.pool().available(), 10);
}

TEST(PrefixCache, TheLastTokenIsNeverTakenFromTheCache) {
  for (const int n : {1, 2, 63, 64, 65, 128, 129}) {
    PrefixCache cache(10, true);
    BlockTable a;
    Compute(cache, a, Text(n));
    cache.Release(a);
    BlockTable b;
    cache.Extend(b, Text(n));
    EXPECT_EQ(b.computed, n - 1);
    cache.Release(b);
  }
}

TEST(PrefixCache, NextTurnContinuesAndReplacesTheOldEnd) {
  PrefixCache cache(10, true);
  BlockTable a;
  Compute(cache, a, Text(100));
  const int old_end = a.blocks[1];
  cache.Release(a);
  EXPECT_EQ(cache.pool().idle(), 2);

  BlockTable b;
  EXPECT_EQ(cache.Extend(b, Text(200)).n_tokens, 36);
  EXPECT_EQ(b.computed, 100);
  Compute(cache, b, Text(200));
  EXPECT_FALSE(cache.pool().IsIdle(old_end)) << "the full block holds all it held";
  EXPECT_EQ(cache.pool().idle(), 0);
  cache.Release(b);
}

TEST(PrefixCache, OthersWaitForWhatIsBeingComputed) {
  PrefixCache cache(20, true);
  BlockTable a;
  BlockTable b;
  const Tokens tokens = Text(300);
  ASSERT_EQ(cache.Extend(a, tokens).outcome, Outcome::kNothing);
  ASSERT_TRUE(cache.Cover(a, tokens, 100));  // plans two blocks, the second only in part
  EXPECT_EQ(cache.Extend(b, tokens).outcome, Outcome::kWait);
  EXPECT_TRUE(b.blocks.empty());
  cache.Commit(a, 100);
  EXPECT_EQ(cache.Extend(b, tokens).outcome, Outcome::kWait) << "28 more are coming";
  EXPECT_EQ(b.computed, 64);
  ASSERT_TRUE(cache.Cover(a, tokens, 300));
  cache.Commit(a, 200);
  EXPECT_EQ(cache.Extend(b, tokens).outcome, Outcome::kCopy);
  EXPECT_EQ(b.computed, 299);
  cache.Release(a);
  cache.Release(b);
}

TEST(PrefixCache, NobodyWaitsForTheCancelled) {
  PrefixCache cache(20, true);
  BlockTable a;
  BlockTable b;
  const Tokens tokens = Text(300);
  ASSERT_TRUE(cache.Cover(a, tokens, 100));
  cache.Commit(a, 10);
  EXPECT_EQ(cache.Extend(b, tokens).outcome, Outcome::kWait);
  cache.Release(a);
  const auto match = cache.Extend(b, tokens);
  EXPECT_EQ(match.outcome, Outcome::kCopy);
  EXPECT_EQ(match.n_tokens, 10);
  cache.Release(b);
}

TEST(PrefixCache, NobodyWaitsForAFewTokens) {
  PrefixCache cache(20, true);
  BlockTable a;
  BlockTable b;
  ASSERT_TRUE(cache.Cover(a, Text(40), 40));
  EXPECT_EQ(cache.Extend(b, Join(Text(10), Text(30, 5))).outcome, Outcome::kNothing);
  cache.Release(a);
}

TEST(PrefixCache, SequencesThatSayTheSameShareTheirBlocks) {
  PrefixCache cache(10, true);
  BlockTable a;
  BlockTable b;
  const Tokens tokens = Text(64);
  for (BlockTable* table : {&a, &b}) {
    ASSERT_TRUE(cache.Cover(*table, tokens, 64));
  }
  EXPECT_NE(a.blocks[0], b.blocks[0]);
  cache.Commit(a, 64);
  cache.Commit(b, 64);
  EXPECT_EQ(a.blocks[0], b.blocks[0]);
  EXPECT_EQ(cache.pool().available(), 9);
  EXPECT_EQ(cache.SharedBlocks(Text(65), 0), 1);
  cache.Release(a);
  cache.Release(b);
  EXPECT_EQ(cache.SharedBlocks(Text(65), 0), 0) << "idle blocks are shared with nobody";
}

TEST(PrefixCache, BlocksThatOthersBuildOnStay) {
  PrefixCache cache(10, true);
  BlockTable a;
  BlockTable b;
  const Tokens tokens = Text(128);
  for (BlockTable* table : {&a, &b}) {
    ASSERT_TRUE(cache.Cover(*table, tokens, 128));
  }
  cache.Commit(a, 128);
  cache.Commit(b, 128);
  EXPECT_NE(a.blocks[0], b.blocks[0]);
  cache.Release(b);
  cache.Release(a);
  cache.Clear();
  EXPECT_EQ(cache.pool().available(), 10);
}

TEST(PrefixCache, DropsTheLeastRecentlyUsedFromTheEnd) {
  PrefixCache cache(4, true);
  BlockTable a;
  BlockTable b;
  Compute(cache, a, Text(128, 1));
  cache.Release(a);
  Compute(cache, b, Text(128, 2));
  cache.Release(b);
  BlockTable c;
  Compute(cache, c, Text(64, 3));
  cache.Release(c);
  BlockTable found;
  cache.Extend(found, Text(200, 1));
  EXPECT_EQ(found.computed, 64) << "only the end of the oldest had to go";
  cache.Release(found);
  cache.Extend(found, Text(200, 2));
  EXPECT_EQ(found.computed, 128);
  cache.Release(found);
}

TEST(PrefixCache, TooFewBlocksIsNoDisaster) {
  PrefixCache cache(2, true);
  BlockTable a;
  EXPECT_FALSE(cache.Cover(a, Text(200), 200));
  EXPECT_EQ(a.blocks.size(), 2U);
  EXPECT_EQ(a.computed, 0);
  cache.Release(a);
  EXPECT_EQ(cache.pool().available(), 2);
  EXPECT_EQ(cache.pool().idle(), 0) << "nothing was computed, nothing is kept";
}

// The source of a copy must not be recycled as its destination.
TEST(PrefixCache, WithoutRoomForACopyTheTokensAreComputedAgain) {
  PrefixCache cache(1, true);
  BlockTable a;
  Compute(cache, a, Text(40));
  cache.Release(a);
  BlockTable b;
  EXPECT_EQ(cache.Extend(b, Text(60)).outcome, Outcome::kNothing);
  EXPECT_EQ(b.computed, 0);
  EXPECT_TRUE(cache.Cover(b, Text(60), 60));
  cache.Release(b);
}

TEST(PrefixCache, WithoutReuseNothingIsFoundAgain) {
  PrefixCache cache(10, false);
  BlockTable a;
  BlockTable b;
  Compute(cache, a, Text(130));
  EXPECT_EQ(cache.Extend(b, Text(130)).outcome, Outcome::kNothing);
  EXPECT_EQ(b.computed, 0);
  cache.Release(a);
  EXPECT_EQ(cache.pool().idle(), 0);
  EXPECT_EQ(cache.pool().available(), 10);
}

// --- Random sequences; a slot's content is a hash of all tokens up to it. ---

class Simulation {
 public:
  Simulation(unsigned seed, int n_blocks, bool reuse)
      : random_(seed), cache_(n_blocks, reuse), reuse_(reuse), n_blocks_(n_blocks) {}

  void Run(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      const unsigned dice = static_cast<unsigned>(random_() % 40);
      if (dice < 2 && sequences_.size() < 6) Start();
      if (dice == 2 && !sequences_.empty()) Stop(random_() % sequences_.size());
      if (dice == 3 && random_() % 20 == 0) cache_.Clear();
      // Some interleave between planning and committing, as in one batch.
      std::vector<std::pair<size_t, int>> planned;
      for (size_t i = 0; i < sequences_.size(); ++i) {
        if (random_() % 2 == 0) continue;
        const int n = Plan(sequences_[i]);
        if (n > 0) planned.emplace_back(i, n);
        if (n < 0) {  // no memory: all of this sequence's goes
          cache_.Release(sequences_[i].table);
        }
      }
      for (const auto& [i, n] : planned) Write(sequences_[i], n);
      for (const auto& [i, n] : planned) {
        cache_.Commit(sequences_[i].table, n);
        if (sequences_[i].table.computed == std::ssize(sequences_[i].tokens)) {
          sequences_[i].tokens.push_back(static_cast<TokenId>(random_() % 2));
        }
      }
      Check();
      if (testing::Test::HasFailure()) FAIL() << "round " << round;
    }
    while (!sequences_.empty()) Stop(0);
    EXPECT_EQ(cache_.pool().available(), n_blocks_);
    if (!reuse_) EXPECT_EQ(cache_.pool().idle(), 0);
    cache_.Clear();
    EXPECT_EQ(cache_.pool().idle(), 0);
    EXPECT_EQ(cache_.pool().available(), n_blocks_);
  }

  int copies = 0;
  int waits = 0;
  int shared = 0;

 private:
  struct Sequence {
    Tokens tokens;
    BlockTable table;
  };

  // Starts from a prefix of something said before, most of the time.
  void Start() {
    Sequence sequence;
    if (!said_.empty() && random_() % 4 != 0) {
      const Tokens& old = said_[random_() % said_.size()];
      sequence.tokens.assign(old.begin(),
                             old.begin() + static_cast<ptrdiff_t>(random_() % (old.size() + 1)));
    }
    const size_t more = 1 + random_() % 150;
    for (size_t i = 0; i < more; ++i) {
      sequence.tokens.push_back(static_cast<TokenId>(random_() % 2));
    }
    if (sequence.tokens.size() > static_cast<size_t>(n_blocks_) * 40) {
      sequence.tokens.resize(static_cast<size_t>(n_blocks_) * 40);
    }
    said_.push_back(sequence.tokens);
    sequences_.push_back(std::move(sequence));
  }

  void Stop(size_t i) {
    cache_.Release(sequences_[i].table);
    said_.push_back(sequences_[i].tokens);
    sequences_.erase(sequences_.begin() + static_cast<ptrdiff_t>(i));
  }

  static uint64_t HashOf(const Tokens& tokens, int end) {
    uint64_t hash = 1469598103934665603U;
    for (int i = 0; i < end; ++i) {
      hash = (hash ^ static_cast<uint64_t>(tokens[static_cast<size_t>(i)] + 1)) * 1099511628211U;
    }
    return hash;
  }

  // Tokens to compute next; 0: wait; -1: no memory.
  int Plan(Sequence& sequence) {
    BlockTable& table = sequence.table;
    const int before = table.computed;
    if (table.computed == std::ssize(table.blocks) * kKvBlockTokens) {
      const PrefixCache::Match match = cache_.Extend(table, sequence.tokens);
      shared += (table.computed - before) / kKvBlockTokens;
      EXPECT_LT(table.computed, std::ssize(sequence.tokens));
      if (match.outcome == Outcome::kWait) {
        ++waits;
        return 0;
      }
      if (match.outcome == Outcome::kCopy) {
        ++copies;
        EXPECT_NE(match.from_block, match.to_block);
        slots_[match.to_block] = slots_[match.from_block];
        for (size_t i = static_cast<size_t>(match.n_tokens); i < kKvBlockTokens; ++i) {
          slots_[match.to_block][i] = 0;
        }
      }
    }
    const int left = static_cast<int>(sequence.tokens.size()) - table.computed;
    const int n = 1 + static_cast<int>(random_() % static_cast<unsigned>(std::min(left, 130)));
    const size_t had = table.blocks.size();
    if (!cache_.Cover(table, sequence.tokens, table.computed + n)) return -1;
    for (size_t i = had; i < table.blocks.size(); ++i) slots_[table.blocks[i]].fill(0);
    return n;
  }

  void Write(Sequence& sequence, int n) {
    BlockTable& table = sequence.table;
    for (int i = table.computed; i < table.computed + n; ++i) {
      const int block = table.blocks[static_cast<size_t>(i / kKvBlockTokens)];
      slots_[block][static_cast<size_t>(i % kKvBlockTokens)] = HashOf(sequence.tokens, i + 1);
    }
  }

  void Check() {
    std::map<int, int> references;
    for (const Sequence& sequence : sequences_) {
      for (int block : sequence.table.blocks) ++references[block];
      uint64_t hash = 1469598103934665603U;
      for (int i = 0; i < sequence.table.computed; ++i) {
        hash = (hash ^ static_cast<uint64_t>(sequence.tokens[static_cast<size_t>(i)] + 1)) *
               1099511628211U;
        const int block = sequence.table.blocks[static_cast<size_t>(i / kKvBlockTokens)];
        ASSERT_EQ(slots_[block][static_cast<size_t>(i % kKvBlockTokens)], hash) << "token " << i;
      }
    }
    for (const auto& [block, n] : references) ASSERT_EQ(cache_.pool().references(block), n);
    ASSERT_EQ(cache_.pool().available(), n_blocks_ - static_cast<int>(references.size()));
  }

  std::mt19937 random_;
  PrefixCache cache_;
  bool reuse_;
  int n_blocks_;
  std::vector<Sequence> sequences_;
  std::vector<Tokens> said_;
  std::map<int, std::array<uint64_t, kKvBlockTokens>> slots_;
};

TEST(PrefixCacheProperty, BlocksAlwaysHoldTheirSequence) {
  int copies = 0;
  int waits = 0;
  int shared = 0;
  for (unsigned seed = 0; seed < 24; ++seed) {
    Simulation simulation(seed, seed % 3 == 0 ? 8 : seed % 3 == 1 ? 24 : 100, seed % 8 != 7);
    simulation.Run(1500);
    copies += simulation.copies;
    waits += simulation.waits;
    shared += simulation.shared;
  }
  EXPECT_GT(copies, 100);  // the walk must reach what it is to test
  EXPECT_GT(waits, 20);
  EXPECT_GT(shared, 100);
}

}  // namespace
}  // namespace bantam
