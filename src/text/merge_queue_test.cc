// Tests of the radix heap against the standard one, also where ranks fall.
#include "text/merge_queue.h"

#include <gtest/gtest.h>

#include <functional>
#include <queue>
#include <vector>

#include "text/byte_hash.h"

namespace bantam {
namespace {

class Both {
 public:
  void Push(uint32_t rank, uint32_t position) {
    queue_.Push({rank, position});
    expected_.push((uint64_t{rank} << 32) | position);
  }
  // Takes one from each; false once both are empty. `rank` becomes the one taken.
  bool Pop(uint32_t& rank) {
    MergeQueue::Entry entry{};
    const bool found = queue_.Pop(entry);
    EXPECT_EQ(found, !expected_.empty());
    if (!found || expected_.empty()) return false;
    EXPECT_EQ((uint64_t{entry.rank} << 32) | entry.position, expected_.top());
    expected_.pop();
    rank = entry.rank;
    return true;
  }

 private:
  MergeQueue queue_;
  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> expected_;
};

// Pushes and pops at random; new ranks lie from `back` below the last one taken upwards.
void Compare(uint64_t seed, uint32_t back) {
  uint64_t state = seed;
  const auto random = [&state](uint32_t n) {
    state = MixBits(state + 0x9E3779B97F4A7C15u);
    return static_cast<uint32_t>(state % n);
  };
  Both both;
  uint32_t rank = 0;
  for (int i = 0; i < 3000; ++i) {
    const uint32_t base = rank > back ? rank - back : 0;
    for (uint32_t n = random(3); n > 0; --n) {
      both.Push(random(50) == 0 ? INT32_MAX : base + random(1000), random(200));
    }
    if (random(2) == 0) both.Pop(rank);
    if (rank == INT32_MAX) rank = 0;
  }
  while (both.Pop(rank)) {
  }
}

TEST(MergeQueue, TakesTheSmallestFirst) {
  for (uint64_t seed = 1; seed < 20; ++seed) Compare(seed, 0);
}

TEST(MergeQueue, TakesEntriesBelowTheLastOne) {
  for (uint64_t seed = 1; seed < 20; ++seed) Compare(seed, 500);
}

TEST(MergeQueue, IsEmptyAfterClear) {
  MergeQueue queue;
  MergeQueue::Entry entry{};
  for (uint32_t i = 9; i > 0; --i) queue.Push({i, i});
  EXPECT_TRUE(queue.Pop(entry));
  queue.Push({0, 0});
  queue.Clear();
  EXPECT_FALSE(queue.Pop(entry));
  queue.Push({0, 5});
  EXPECT_TRUE(queue.Pop(entry));
  EXPECT_EQ(entry.position, 5u);
}

}  // namespace
}  // namespace bantam
