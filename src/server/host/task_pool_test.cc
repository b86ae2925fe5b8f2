// Tests of pools: clients take turns, what waits is bounded, sizes have threads of their own.
#include "server/host/task_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "server/host/work_pools.h"

namespace bantam::server {
namespace {

TEST(TaskPoolTest, ClientsTakeTurns) {
  std::string order;
  std::promise<void> held;
  std::promise<void> done;
  TaskPool pool(1, 100);
  pool.Post([wait = held.get_future().share()] { wait.wait(); });
  const auto post = [&](const std::string& client, char name) {
    EXPECT_TRUE(pool.Post([&order, name] { order += name; }, client));
  };
  for (const char name : {'1', '2', '3', '4'}) post("a", name);
  post("b", 'x');
  post("c", 'u');
  post("b", 'y');
  post("a", '5');
  EXPECT_TRUE(pool.Post([&done] { done.set_value(); }, "a"));
  held.set_value();
  done.get_future().wait();
  EXPECT_EQ(order, "1xu2y345");
}

TEST(TaskPoolTest, RefusesWhatIsMoreThanMayWait) {
  std::promise<void> held;
  std::promise<void> begun;
  TaskPool pool(1, 3);
  pool.Post([&begun, wait = held.get_future().share()] {
    begun.set_value();
    wait.wait();
  });
  begun.get_future().wait();
  EXPECT_TRUE(pool.Post([] {}, "a"));
  EXPECT_TRUE(pool.Post([] {}, "a"));
  EXPECT_TRUE(pool.Post([] {}, "b"));
  EXPECT_FALSE(pool.Post([] {}, "c"));
  held.set_value();
  pool.Stop();
  EXPECT_FALSE(pool.Post([] {}, "c")) << "it has been stopped";
}

TEST(WorkPoolsTest, EverySizeHasThreadsOfItsOwn) {
  WorkPools pools;
  TaskPool& small = pools.For(0);
  EXPECT_EQ(&pools.For(WorkPools::kLargeBytes), &small);
  TaskPool& large = pools.For(WorkPools::kLargeBytes + 1);
  EXPECT_NE(&large, &small);
  EXPECT_EQ(&pools.For(WorkPools::kHugeBytes), &large);
  TaskPool& huge = pools.For(WorkPools::kHugeBytes + 1);
  EXPECT_NE(&huge, &large);
  EXPECT_NE(&huge, &small);
}

}  // namespace
}  // namespace bantam::server
