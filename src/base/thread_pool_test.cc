// Tests of the thread pool: every worker runs every job, barriers separate phases.
#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace bantam {
namespace {

TEST(ThreadPool, EveryWorkerRunsEveryJob) {
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    std::vector<std::atomic<int>> runs(static_cast<size_t>(threads));
    for (int job = 0; job < 2000; ++job) pool.Run([&](int worker) { ++runs[worker]; });
    for (const auto& count : runs) EXPECT_EQ(count, 2000);
  }
}

TEST(ThreadPool, BarrierSeparatesPhases) {
  ThreadPool pool(4);
  std::vector<int> cells(4, 0);
  std::atomic<int> wrong{0};
  pool.Run([&](int worker) {
    for (int phase = 1; phase <= 500; ++phase) {
      cells[worker] = phase;
      pool.Barrier();
      for (int cell : cells) wrong += cell != phase;
      pool.Barrier();
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadPool, WorkersWakeFromSleep) {
  ThreadPool pool(3);
  std::atomic<int> sum{0};
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.Run([&](int worker) { sum += worker; });
  }
  EXPECT_EQ(sum, 9);
}

TEST(ShareOf, CoversTheRangeOnceInWholeGrains) {
  for (int n : {0, 1, 15, 16, 17, 100, 4864}) {
    for (int workers : {1, 2, 3, 7}) {
      int next = 0;
      for (int w = 0; w < workers; ++w) {
        const Share share = ShareOf(n, w, workers, 16);
        EXPECT_EQ(share.begin, next < n ? next : n);
        EXPECT_TRUE(share.end == n || share.end % 16 == 0);
        next = share.end;
      }
      EXPECT_EQ(next, n);
    }
  }
}

}  // namespace
}  // namespace bantam
