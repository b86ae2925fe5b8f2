// Tests of the order in which models are loaded.
#include "server/host/load_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bantam::server {
namespace {

using testing::ElementsAre;

WaitingRequest Waiting(const std::string& path, const std::string& name, double since_s = 0) {
  WaitingRequest waiting;
  waiting.request.path = path;
  waiting.request.name = name;
  waiting.request.room_s = 10;
  waiting.since_s = since_s;
  return waiting;
}

std::vector<std::string> NamesOf(const std::vector<WaitingRequest>& waiting) {
  std::vector<std::string> names;
  for (const WaitingRequest& each : waiting) names.push_back(each.request.name);
  return names;
}

TEST(LoadQueueTest, WhoWantsTheSameModelComesAlong) {
  LoadQueue queue;
  queue.Push(Waiting("a", "1"));
  queue.Push(Waiting("b", "2"));
  queue.Push(Waiting("a", "3"));
  WaitingRequest replaced = Waiting("a", "4");
  replaced.request.identity = "other files";
  queue.Push(replaced);
  EXPECT_THAT(NamesOf(queue.TakeFirst()), ElementsAre("1", "3"));
  EXPECT_THAT(NamesOf(queue.TakeFirst()), ElementsAre("2"));
  EXPECT_THAT(NamesOf(queue.TakeFirst()), ElementsAre("4"));
  EXPECT_TRUE(queue.empty());
}

TEST(LoadQueueTest, LeavesOutWhoIsGone) {
  LoadQueue queue;
  const auto state = std::make_shared<RequestState>();
  WaitingRequest left = Waiting("a", "1");
  left.request.state = state;
  queue.Push(left);
  queue.Push(Waiting("a", "2"));
  EXPECT_TRUE(queue.TakeCancelled().empty());
  state->cancelled = true;
  EXPECT_THAT(NamesOf(queue.TakeCancelled()), ElementsAre("1"));
  EXPECT_EQ(queue.size(), 1);
}

TEST(LoadQueueTest, EachHasATimeOfItsOwn) {
  LoadQueue queue;
  queue.Push(Waiting("a", "1", 100));
  queue.Push(Waiting("a", "2", 105));
  EXPECT_TRUE(queue.TakeLate(109).empty());
  EXPECT_THAT(NamesOf(queue.TakeLate(110)), ElementsAre("1"));
  EXPECT_THAT(NamesOf(queue.TakeLate(115)), ElementsAre("2"));
  WaitingRequest at_once = Waiting("a", "3", 200);
  at_once.request.room_s = 0;
  queue.Push(at_once);
  EXPECT_THAT(NamesOf(queue.TakeLate(200)), ElementsAre("3"));
}

}  // namespace
}  // namespace bantam::server
