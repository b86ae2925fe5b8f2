// Tests of the thread pool: every unit of a stage is done once, and stages follow each other.
#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace bantam {
namespace {

TEST(ThreadPool, EveryUnitIsDoneOnce) {
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (int n : {1, 2, 31, 1000}) {
      for (int grain : {1, 16}) {
        std::vector<std::atomic<int>> runs(static_cast<size_t>(n));
        std::atomic<int> odd{0};
        constexpr int kJobs = 200;
        for (int job = 0; job < kJobs; ++job) {
          pool.Run([&](ThreadPool::Worker& worker) {
            odd += worker.index() < 0 || worker.index() >= threads;
            worker.Share(n, grain, [&](int begin, int end) {
              odd += begin % grain != 0 || begin >= end || end > n;
              for (int i = begin; i < end; ++i) ++runs[static_cast<size_t>(i)];
            });
          });
        }
        EXPECT_EQ(odd, 0);
        for (const auto& count : runs) ASSERT_EQ(count, kJobs);
      }
    }
  }
}

// Every stage reads what the stage before wrote, in cells that change their workers.
TEST(ThreadPool, StagesFollowEachOther) {
  constexpr int kCells = 37;
  ThreadPool pool(4);
  std::vector<int> cells(kCells, 0);
  std::vector<int> copy(kCells, 0);
  std::atomic<int> wrong{0};
  std::atomic<int> serial{0};
  for (int job = 0; job < 50; ++job) {
    pool.Run([&](ThreadPool::Worker& worker) {
      for (int stage = 0; stage < 20; ++stage) {
        const int now = job * 20 + stage;
        worker.Share(kCells, 1, [&](int begin, int end) {
          for (int i = begin; i < end; ++i) wrong += copy[(i * 5) % kCells] != now;
          for (int i = begin; i < end; ++i) cells[i] = now + 1;
        });
        worker.ShareThen(
            kCells, 1,
            [&](int begin, int end) {
              for (int i = begin; i < end; ++i) copy[i] = cells[(i * 7) % kCells];
            },
            [&] {
              for (int value : copy) wrong += value != now + 1;
              ++serial;
            });
        wrong += serial <= now;
      }
    });
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(serial, 1000);
}

// Jobs of all sizes in turns: no more workers than were asked for, and every unit done.
TEST(ThreadPool, JobsCanHaveFewerWorkers) {
  ThreadPool pool(4);
  std::atomic<int> outside{0};
  std::atomic<int> done{0};
  int wanted = 0;
  for (int job = 0; job < 2000; ++job) {
    const int workers = job % 4 + 1;
    pool.Run(workers, [&](ThreadPool::Worker& worker) {
      outside += worker.index() >= workers;
      worker.Share(64, 1, [&](int begin, int end) { done += end - begin; });
    });
    wanted += 64;
    ASSERT_EQ(done, wanted);
  }
  EXPECT_EQ(outside, 0);
}

// All workers wait in their first piece for each other: none has taken another's yet.
TEST(ThreadPool, WorkersBeginWithTheirOwnShare) {
  constexpr int kWorkers = 3;
  ThreadPool pool(kWorkers);
  for (const int n : {3, 7, 100}) {
    std::atomic<int> begun{0};
    std::atomic<int> wrong{0};
    pool.Run([&](ThreadPool::Worker& worker) {
      bool first = true;
      const int expected = worker.FirstUnit(n);
      worker.Expect({reinterpret_cast<const uint8_t*>(&begun), sizeof(begun)});
      worker.Share(n, 1, [&](int begin, int) {
        if (!first) return;
        first = false;
        wrong += begin != expected;
        ++begun;
        const auto start = std::chrono::steady_clock::now();
        while (begun < kWorkers) {
          if (std::chrono::steady_clock::now() - start > std::chrono::minutes(1)) break;
          std::this_thread::yield();
        }
      });
    });
    EXPECT_EQ(begun, kWorkers);
    EXPECT_EQ(wrong, 0);
  }
}

TEST(ThreadPool, MillionsOfUnits) {
  constexpr size_t kUnits = (size_t{3} << 20) + 5;
  ThreadPool pool(2);
  std::vector<uint8_t> runs(kUnits, 0);
  pool.Run([&](ThreadPool::Worker& worker) {
    worker.Share(static_cast<int>(kUnits), 1, [&](int begin, int end) {
      for (int i = begin; i < end; ++i) ++runs[static_cast<size_t>(i)];
    });
  });
  EXPECT_EQ(std::ranges::count(runs, 1), static_cast<ptrdiff_t>(kUnits));
}

// One worker hangs in its range; the others do everything else without it.
TEST(ThreadPool, ALateWorkerDelaysOnlyItsOwnUnits) {
  constexpr int kUnits = 100;
  ThreadPool pool(2);
  std::atomic<int> done{0};
  pool.Run([&](ThreadPool::Worker& worker) {
    worker.Share(kUnits, 1, [&](int begin, int end) {
      if (worker.index() == 1) {
        const auto start = std::chrono::steady_clock::now();
        while (done < kUnits - (end - begin)) {
          if (std::chrono::steady_clock::now() - start > std::chrono::minutes(1)) return;
          std::this_thread::yield();
        }
      }
      done += end - begin;
    });
  });
  EXPECT_EQ(done, kUnits) << "units of a worker that waited in vain are missing";
}

TEST(ThreadPool, WorkersWakeFromSleep) {
  ThreadPool pool(3);
  std::atomic<int> sum{0};
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.Run([&](ThreadPool::Worker& worker) {
      worker.Share(10, 1, [&](int begin, int end) { sum += end - begin; });
    });
  }
  EXPECT_EQ(sum, 30);
}

}  // namespace
}  // namespace bantam
