// Tests of the block pool: states, order of recycling, and a random walk against a plain model.
#include "engine/block_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace bantam {
namespace {

// A block that must be there.
BlockPool::Allocation Get(BlockPool& pool) {
  const auto allocation = pool.Allocate();
  EXPECT_TRUE(allocation);
  return allocation.value_or(BlockPool::Allocation{-1, false});
}

TEST(BlockPool, GivesEveryBlockOnceThenNothing) {
  BlockPool pool(5);
  std::set<int> seen;
  for (int i = 0; i < 5; ++i) {
    const auto allocation = Get(pool);
    EXPECT_FALSE(allocation.recycled);
    seen.insert(allocation.block);
  }
  EXPECT_EQ(seen, (std::set<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(pool.available(), 0);
  EXPECT_FALSE(pool.Allocate());
}

TEST(BlockPool, RecyclesTheLongestIdleAndFreeBlocksFirst) {
  BlockPool pool(3);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(pool.Allocate());
  pool.Release(1, /*keep=*/true);
  pool.Release(0, /*keep=*/true);
  pool.Release(2, /*keep=*/false);
  EXPECT_EQ(pool.available(), 3);
  EXPECT_EQ(pool.idle(), 2);
  EXPECT_EQ(Get(pool).block, 2);
  EXPECT_EQ(pool.LongestIdle(), 1);
  pool.Acquire(1);  // wanted again: goes to the back of the queue
  pool.Release(1, /*keep=*/true);
  const auto recycled = Get(pool);
  EXPECT_EQ(recycled.block, 0);
  EXPECT_TRUE(recycled.recycled);
}

TEST(BlockPool, BlocksWithReferencesStay) {
  BlockPool pool(1);
  const int block = Get(pool).block;
  pool.Acquire(block);
  EXPECT_EQ(pool.references(block), 2);
  pool.Release(block, /*keep=*/true);
  EXPECT_FALSE(pool.Allocate());
  pool.Release(block, /*keep=*/true);
  EXPECT_TRUE(pool.IsIdle(block));
  pool.Free(block);
  EXPECT_EQ(pool.idle(), 0);
  EXPECT_FALSE(Get(pool).recycled);
}

TEST(BlockPoolProperty, EqualsAPlainModel) {
  std::mt19937 random(11);
  BlockPool pool(20);
  std::map<int, int> used;  // block → references
  std::vector<int> idle;    // in order of release
  for (int round = 0; round < 20000; ++round) {
    const auto any_used = [&] {
      auto it = used.begin();
      std::advance(it, random() % used.size());
      return it;
    };
    switch (random() % 5) {
      case 0:
      case 1: {
        const auto got = pool.Allocate();
        if (!got) {
          EXPECT_EQ(used.size(), 20U);
          break;
        }
        EXPECT_FALSE(used.contains(got->block));
        EXPECT_EQ(got->recycled, used.size() + idle.size() == 20);
        if (got->recycled) {
          EXPECT_EQ(got->block, idle.front());
          idle.erase(idle.begin());
        }
        used[got->block] = 1;
        break;
      }
      case 2:
        if (random() % 2 == 0 && !used.empty()) {
          const auto it = any_used();
          pool.Acquire(it->first);
          ++it->second;
        } else if (!idle.empty()) {
          const size_t i = random() % idle.size();
          pool.Acquire(idle[i]);
          used[idle[i]] = 1;
          idle.erase(idle.begin() + static_cast<ptrdiff_t>(i));
        }
        break;
      case 3:
        if (!used.empty()) {
          const auto it = any_used();
          const bool keep = random() % 3 != 0;
          pool.Release(it->first, keep);
          if (--it->second == 0) {
            if (keep) idle.push_back(it->first);
            used.erase(it);
          }
        }
        break;
      default:
        if (!idle.empty() && random() % 4 == 0) {
          const size_t i = random() % idle.size();
          pool.Free(idle[i]);
          idle.erase(idle.begin() + static_cast<ptrdiff_t>(i));
        }
    }
    ASSERT_EQ(pool.available(), 20 - static_cast<int>(used.size()));
    ASSERT_EQ(pool.idle(), static_cast<int>(idle.size()));
    for (const auto& [block, references] : used) ASSERT_EQ(pool.references(block), references);
    for (int block : idle) ASSERT_TRUE(pool.IsIdle(block));
  }
}

}  // namespace
}  // namespace bantam
