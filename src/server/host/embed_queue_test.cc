// Tests of turns, slices and ends of texts for an encoder.
#include "server/host/embed_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/clock.h"
#include "server/fake_world.h"

namespace bantam::server {
namespace {

struct Ended {
  std::vector<Result<Embeddings>> results;
  std::vector<int> order;
};

std::unique_ptr<EmbedJob> NewJob(int name, size_t n, Ended& ended) {
  auto job = std::make_unique<EmbedJob>();
  for (size_t i = 0; i < n; ++i) {
    job->texts.emplace_back(1 + i % 7, static_cast<TokenId>('a' + i % 26));
  }
  job->submitted_s = MonotonicSeconds();
  job->on_done = [name, &ended](Result<Embeddings> done) {
    ended.order.push_back(name);
    ended.results.push_back(std::move(done));
  };
  return job;
}

TEST(EmbedQueueTest, RunsSlicesInTurns) {
  FakeEncoder encoder;
  EmbedQueue queue;
  Ended ended;
  queue.Push(NewJob(0, 1000, ended));
  queue.Push(NewJob(1, 1, ended));
  queue.RunSlice(encoder);  // what has not been measured yet is done little by little
  EXPECT_LT(encoder.slices[0], 1000);
  queue.RunSlice(encoder);
  EXPECT_EQ(ended.order, std::vector<int>{1});
  while (!queue.empty()) queue.RunSlice(encoder);
  EXPECT_EQ(ended.order, (std::vector<int>{1, 0}));
  EXPECT_EQ(std::accumulate(encoder.slices.begin(), encoder.slices.end(), size_t{0}), 1001);
  const Embeddings& all = *ended.results[1];
  ASSERT_EQ(all.tokens.size(), 1000);
  for (size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(all.of(i)[0], static_cast<float>('a' + i % 26));
    EXPECT_EQ(all.of(i)[1], static_cast<float>(1 + i % 7));
  }
}

TEST(EmbedQueueTest, ErrorsEndTheirJobAlone) {
  FakeEncoder encoder;
  EmbedQueue queue;
  Ended ended;
  queue.Push(NewJob(0, 1, ended));
  auto bad = NewJob(1, 3, ended);
  bad->texts[1] = {'!'};
  queue.Push(std::move(bad));
  queue.Push(NewJob(2, 2, ended));
  while (!queue.empty()) queue.RunSlice(encoder);
  EXPECT_EQ(ended.order, (std::vector<int>{0, 1, 2}));
  EXPECT_TRUE(ended.results[0]);
  EXPECT_FALSE(ended.results[1]);
  EXPECT_TRUE(ended.results[2]);
}

TEST(EmbedQueueTest, DropsThoseWhoLeftOrWaitedTooLong) {
  EmbedQueue queue;
  Ended ended;
  auto gone = NewJob(0, 1, ended);
  gone->state->cancelled = true;
  queue.Push(std::move(gone));
  auto late = NewJob(1, 1, ended);
  late->deadlines.queue_s = 1;
  late->submitted_s -= 2;
  queue.Push(std::move(late));
  queue.Push(NewJob(2, 1, ended));
  queue.DropGone();
  EXPECT_EQ(ended.order, (std::vector<int>{0, 1}));
  EXPECT_EQ(ended.results[0].error().code, ErrorCode::kCancelled);
  EXPECT_EQ(ended.results[1].error().code, ErrorCode::kResourceExhausted);
  queue.FailAll({ErrorCode::kInternal, "over"});
  EXPECT_EQ(ended.order, (std::vector<int>{0, 1, 2}));
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace bantam::server
