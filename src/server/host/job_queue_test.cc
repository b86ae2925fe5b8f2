// Tests of the turns of clients.
#include "server/host/job_queue.h"

#include <gtest/gtest.h>

namespace bantam::server {
namespace {

Job From(const std::string& client, TokenId mark, bool continues = false) {
  Job job;
  job.client = client;
  job.request.prompt = {mark};
  job.continues = continues;
  return job;
}

std::vector<TokenId> Marks(JobQueue& queue, bool finish = false) {
  std::vector<TokenId> marks;
  while (auto job = queue.Pop()) {
    marks.push_back(job->request.prompt[0]);
    if (finish) queue.Finished(job->client);
  }
  return marks;
}

TokenId Next(JobQueue& queue) {
  const auto job = queue.Pop();
  return job ? job->request.prompt[0] : -1;
}

TEST(JobQueue, OneClientIsServedInOrder) {
  JobQueue queue;
  for (TokenId i = 0; i < 4; ++i) queue.Push(From("a", i));
  EXPECT_EQ(queue.size(), 4);
  EXPECT_EQ(Marks(queue), (std::vector<TokenId>{0, 1, 2, 3}));
  EXPECT_TRUE(queue.empty());
}

TEST(JobQueue, ClientsTakeTurns) {
  for (const bool finish : {false, true}) {
    JobQueue queue;
    for (TokenId i = 0; i < 4; ++i) queue.Push(From("greedy", i));
    queue.Push(From("other", 10));
    queue.Push(From("third", 20));
    EXPECT_EQ(Marks(queue, finish), (std::vector<TokenId>{0, 10, 20, 1, 2, 3})) << finish;
  }
}

TEST(JobQueue, WhoRunsLessComesFirst) {
  JobQueue queue;
  queue.Push(From("a", 1));
  queue.Push(From("a", 2));
  EXPECT_EQ(Next(queue), 1);
  EXPECT_EQ(Next(queue), 2);
  queue.Push(From("a", 3));
  queue.Push(From("b", 4));
  EXPECT_EQ(Next(queue), 4);
  queue.Finished("a");
  queue.Finished("a");
  queue.Push(From("b", 5));
  EXPECT_EQ(Next(queue), 3);
}

TEST(JobQueue, RepliesThatGoOnComeFirst) {
  JobQueue queue;
  queue.Push(From("a", 1));
  queue.Push(From("b", 2, true));
  EXPECT_EQ(Marks(queue), (std::vector<TokenId>{2, 1}));
}

TEST(JobQueue, TakesOutWhatIsGone) {
  JobQueue queue;
  for (TokenId i = 0; i < 6; ++i) queue.Push(From(i % 2 == 0 ? "a" : "b", i, i == 5));
  const auto gone = queue.TakeIf([](const Job& job) { return job.request.prompt[0] >= 3; });
  EXPECT_EQ(gone.size(), 3);
  EXPECT_EQ(queue.size(), 3);
  EXPECT_EQ(Marks(queue), (std::vector<TokenId>{0, 1, 2}));
}

}  // namespace
}  // namespace bantam::server
