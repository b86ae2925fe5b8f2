// Tests of loading, keeping and unloading, and of the engine's thread.
#include "server/host/model_host.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "server/fake_world.h"

namespace bantam::server {
namespace {

// One whose jobs have been at something for so long.
std::shared_ptr<RequestState> RequestWith(SharedTime RequestState::* time, double seconds) {
  auto state = std::make_shared<RequestState>();
  ((*state).*time).Begin(0);
  ((*state).*time).End(seconds);
  return state;
}

class ModelHostTest : public testing::Test {
 protected:
  using Got = Result<std::shared_ptr<Lease>>;

  void Make(HostOptions options = {}, uint64_t memory = 0) {
    Backend backend = FakeBackend(model_, script_, {.context = 1000, .max_sequences = 2}, memory);
    backend.load = [this, load = backend.load](const std::string& path, const LoadRoom& room) {
      if (on_load_) on_load_();
      auto loaded = load(path, room);
      if (loaded || loaded.error().code != ErrorCode::kResourceExhausted) ++loads_;
      return loaded;
    };
    host_ = std::make_unique<ModelHost>(std::move(backend), options, EngineEvents{});
  }

  Got Acquire(const std::string& path, std::optional<double> keep_alive = std::nullopt) {
    std::promise<Got> got;
    host_->Acquire(RequestFor(path, keep_alive),
                   [&got](Got lease) { got.set_value(std::move(lease)); });
    return got.get_future().get();
  }

  ModelRequest RequestFor(const std::string& path, std::optional<double> keep_alive = {}) {
    ModelRequest request;
    request.path = request.name = path;
    request.identity = identity_;
    request.keep_alive_s = keep_alive;
    return request;
  }

  // Somebody who can wait for so long.
  struct Waiter {
    std::shared_ptr<RequestState> state = std::make_shared<RequestState>();
    std::promise<Got> got;
    std::future<Got> lease = got.get_future();
    bool waits() {
      return lease.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready;
    }
  };
  std::unique_ptr<Waiter> Wait(const std::string& path, double room_s = 3600) {
    auto waiter = std::make_unique<Waiter>();
    ModelRequest request = RequestFor(path);
    request.room_s = room_s;
    request.state = waiter->state;
    host_->Acquire(request, [w = waiter.get()](Got lease) { w->got.set_value(std::move(lease)); });
    return waiter;
  }

  // Runs one job; `change` may alter it.
  Result<JobResult> Run(const Lease& lease, const std::function<void(Job&)>& change = nullptr) {
    std::promise<Result<JobResult>> done;
    Job job;
    job.request.prompt = {'a'};
    job.on_done = [&done](Result<JobResult> result) { done.set_value(std::move(result)); };
    if (change) change(job);
    std::vector<Job> jobs;
    jobs.push_back(std::move(job));
    const auto submitted = host_->Submit(lease, std::move(jobs));
    if (!submitted) return std::unexpected(submitted.error());
    return done.get_future().get();
  }

  // One of the jobs of a request.
  Result<JobResult> RunOf(const std::shared_ptr<RequestState>& state, const Lease& lease,
                          const Deadlines& deadlines, bool continues) {
    return Run(lease, [&](Job& job) {
      job.state = state;
      job.continues = continues;
      job.deadlines = deadlines;
    });
  }

  void WaitUntilUnloaded(const std::string& path) {
    while (host_->IsLoaded(path)) std::this_thread::yield();
  }

  std::shared_ptr<FakeModel> model_ = std::make_shared<FakeModel>();
  std::shared_ptr<FakeScript> script_ = std::make_shared<FakeScript>();
  std::string identity_ = "first";
  std::function<void()> on_load_;  // on the loader's thread, before each try
  std::atomic<int> loads_ = 0;
  std::unique_ptr<ModelHost> host_;
};

TEST_F(ModelHostTest, LoadsOnceForAll) {
  Make();
  std::vector<std::promise<Got>> got(5);
  for (auto& promise : got) {
    host_->Acquire(RequestFor("a"), [&promise](Got lease) { promise.set_value(lease); });
  }
  for (auto& promise : got) {
    const Got lease = promise.get_future().get();
    ASSERT_TRUE(lease);
    EXPECT_EQ((*lease)->context(), 1000);
  }
  EXPECT_EQ(loads_, 1);
  EXPECT_EQ(host_->Loaded().size(), 1);
}

TEST_F(ModelHostTest, ErrorsOfLoadingReachEverybody) {
  Make();
  for (int i = 0; i < 2; ++i) {
    const Got lease = Acquire("missing");
    ASSERT_FALSE(lease);
    EXPECT_EQ(lease.error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(loads_, 2);
  EXPECT_TRUE(host_->Loaded().empty());
}

TEST_F(ModelHostTest, RunsJobs) {
  Make();
  script_->replies = {"hello"};
  const Got lease = Acquire("a");
  std::string streamed;
  const auto result = Run(**lease, [&](Job& job) {
    job.request.on_delta = [&](const Delta& delta) {
      streamed += delta.text;
      return true;
    };
  });
  ASSERT_TRUE(result);
  EXPECT_EQ(result->generation.text, "hello");
  EXPECT_EQ(streamed, "hello");
}

TEST_F(ModelHostTest, ScoresPromptsFirst) {
  Make();
  const Got lease = Acquire("a");
  PromptScores scores;
  const auto result = Run(**lease, [&](Job& job) {
    job.request.prompt.assign(600, 'x');
    job.score_top = 1;
    job.on_scored = [&](PromptScores all) { scores = std::move(all); };
    job.request.on_delta = [&](const Delta&) { return scores.logprobs.size() == 600; };
  });
  ASSERT_TRUE(result);
  ASSERT_EQ(scores.logprobs.size(), 600);
  EXPECT_EQ(scores.logprobs[0], std::nullopt);
  for (size_t i = 1; i < 600; ++i) {
    EXPECT_EQ(scores.logprobs[i], -1) << i;
    EXPECT_EQ(scores.tops[i].size(), 1) << i;
  }
  EXPECT_EQ(result->generation.text, "ok");
}

TEST_F(ModelHostTest, CancelsWhatRunsAndWhatWaits) {
  Make();
  script_->endless = true;
  const Got lease = Acquire("a");
  std::vector<std::shared_ptr<RequestState>> flags(4);
  std::vector<std::promise<Result<JobResult>>> done(4);
  for (size_t i = 0; i < 4; ++i) {  // two run, two wait
    Job job;
    job.request.prompt = {'a'};
    flags[i] = job.state;
    job.on_done = [&done, i](Result<JobResult> result) { done[i].set_value(std::move(result)); };
    std::vector<Job> jobs;
    jobs.push_back(std::move(job));
    ASSERT_TRUE(host_->Submit(**lease, std::move(jobs)));
  }
  for (size_t i = 4; i-- > 0;) {
    flags[i]->cancelled = true;
    const auto result = done[i].get_future().get();
    if (result) {
      EXPECT_EQ(result->generation.finish, FinishReason::kCancelled);
    } else {
      EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
    }
  }
  EXPECT_EQ(host_->figures().queued, 0);
}

TEST_F(ModelHostTest, DeadlinesEndJobs) {
  Make();
  script_->endless = true;
  const Got lease = Acquire("a");
  const auto total = Run(**lease, [](Job& job) { job.deadlines.total_s = 1e-9; });
  ASSERT_TRUE(total);
  EXPECT_TRUE(total->timed_out);
  script_->silent = true;
  const auto first = Run(**lease, [](Job& job) { job.deadlines.first_token_s = 1e-9; });
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, ErrorCode::kResourceExhausted);
  const auto queue = Run(**lease, [](Job& job) { job.deadlines.queue_s = 1e-9; });
  ASSERT_FALSE(queue);
  EXPECT_NE(queue.error().message.find("queue"), std::string::npos);
}

TEST_F(ModelHostTest, JobsOfARequestHaveOneDeadline) {
  Make();
  const Got lease = Acquire("a");
  const auto state = std::make_shared<RequestState>();
  const auto late = [&](bool continues) {
    return RunOf(state, **lease, {.total_s = 1e-9}, continues);
  };
  script_->endless = true;
  const auto first = late(false);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->timed_out);
  EXPECT_GT(state->started_s, 0);
  ASSERT_EQ(script_->requests.size(), 1);
  const auto more = late(true);
  ASSERT_TRUE(more);
  EXPECT_TRUE(more->timed_out);
  EXPECT_TRUE(more->generation.tokens.empty());
  const auto choice = late(false);
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(script_->requests.size(), 1) << "what comes too late does not run";
}

// Each would be in time if its own wait alone counted.
TEST_F(ModelHostTest, JobsOfARequestWaitForATokenTogether) {
  Make();
  const Got lease = Acquire("a");
  const Deadlines deadlines = {.queue_s = 0, .first_token_s = 500, .total_s = 5};
  const auto in_time = RequestWith(&RequestState::silent, 100);
  ASSERT_TRUE(RunOf(in_time, **lease, deadlines, false));
  const double silent_s = in_time->silent.Sum(1e9);
  EXPECT_GE(silent_s, 100);
  EXPECT_LT(silent_s, 500) << "with its first token a job is silent no more";
  script_->silent = true;
  const auto late = RequestWith(&RequestState::silent, 501);
  const auto choice = RunOf(late, **lease, deadlines, false);
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().message, "there was no token within 500 s");
  const auto more = RunOf(late, **lease, deadlines, true);
  ASSERT_TRUE(more) << "of what goes on there is what was said";
  EXPECT_TRUE(more->timed_out);
  EXPECT_TRUE(more->generation.tokens.empty());
  EXPECT_LT(late->silent.Sum(1e9), 1000) << "nor is it when it has ended";
}

TEST_F(ModelHostTest, JobsOfARequestWaitInTheQueueTogether) {
  Make();
  const Got lease = Acquire("a");
  const Deadlines deadlines = {.queue_s = 500};
  const auto in_time = RequestWith(&RequestState::waiting, 100);
  ASSERT_TRUE(RunOf(in_time, **lease, deadlines, false));
  EXPECT_LT(in_time->waiting.Sum(1e9), 500) << "what runs does not wait";
  ASSERT_EQ(script_->requests.size(), 1);
  const auto late = RequestWith(&RequestState::waiting, 501);
  const auto choice = RunOf(late, **lease, deadlines, false);
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().message, "the request has waited in the queue for more than 500 s");
  const auto more = RunOf(late, **lease, deadlines, true);
  ASSERT_TRUE(more) << "of what goes on there is what was said";
  EXPECT_TRUE(more->timed_out);
  EXPECT_EQ(script_->requests.size(), 1) << "what comes too late does not run";
  EXPECT_LT(late->waiting.Sum(1e9), 1000) << "nor what was dropped";
}

TEST_F(ModelHostTest, ScoringHasTheDeadlineToo) {
  Make();
  const Got lease = Acquire("a");
  const auto result = Run(**lease, [](Job& job) {
    job.request.prompt.assign(600, 'x');
    job.score_top = 1;
    job.deadlines.total_s = 1e-9;
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kResourceExhausted);
}

TEST_F(ModelHostTest, FullQueueRefuses) {
  Make({.max_queue = 1});
  script_->endless = true;
  const Got lease = Acquire("a");
  const auto cancel = std::make_shared<RequestState>();
  std::atomic<int> ended = 0;
  int accepted = 0;
  bool refused = false;
  while (!refused) {
    Job job;
    job.request.prompt = {'a'};
    job.state = cancel;
    job.on_done = [&ended](const Result<JobResult>&) { ++ended; };
    std::vector<Job> jobs;
    jobs.push_back(std::move(job));
    const auto submitted = host_->Submit(**lease, std::move(jobs));
    if (submitted) {
      ++accepted;
    } else {
      EXPECT_EQ(submitted.error().code, ErrorCode::kResourceExhausted);
      refused = true;
    }
  }
  EXPECT_LE(accepted, 3);  // two run, one waits
  EXPECT_GE(host_->figures().refused, 1);
  cancel->cancelled = true;
  while (ended < accepted) std::this_thread::yield();
}

TEST_F(ModelHostTest, UnloadsAtOnceWithoutKeepAlive) {
  Make();
  {
    const Got lease = Acquire("a", 0);
    ASSERT_TRUE(lease);
    EXPECT_TRUE(host_->IsLoaded("a"));
  }
  WaitUntilUnloaded("a");
  EXPECT_TRUE(Acquire("a"));
  EXPECT_EQ(loads_, 2);
}

TEST_F(ModelHostTest, KeepsForEverAndUnloadsOnRequest) {
  Make();
  EXPECT_TRUE(Acquire("a", -1));
  ASSERT_EQ(host_->Loaded().size(), 1);
  EXPECT_LT(host_->Loaded()[0].expires_in_s, 0);
  EXPECT_NE(host_->Borrow("a"), nullptr);
  EXPECT_EQ(host_->Borrow("b"), nullptr);
  EXPECT_TRUE(host_->Unload("a"));
  EXPECT_FALSE(host_->Unload("b"));
  WaitUntilUnloaded("a");
}

TEST_F(ModelHostTest, KeepAliveExpires) {
  Make({.keep_alive_s = 0.001});
  EXPECT_TRUE(Acquire("a"));
  WaitUntilUnloaded("a");
}

TEST_F(ModelHostTest, TheLongestUnusedMakesRoom) {
  Make({.keep_alive_s = -1}, 250);
  EXPECT_TRUE(Acquire("a"));
  const Got b = Acquire("b");
  ASSERT_TRUE(b);
  EXPECT_TRUE(Acquire("c"));
  EXPECT_FALSE(host_->IsLoaded("a"));
  EXPECT_TRUE(host_->IsLoaded("b"));
  const Got c = Acquire("c");
  const Got d = Acquire("d");  // both others are in use
  ASSERT_FALSE(d);
  EXPECT_EQ(d.error().code, ErrorCode::kResourceExhausted);
}

TEST_F(ModelHostTest, AModelThatNeverFitsIsRefused) {
  Make({}, 50);
  const Got lease = Acquire("a");
  ASSERT_FALSE(lease);
  EXPECT_NE(lease.error().message.find("needs"), std::string::npos);
}

TEST_F(ModelHostTest, WaitsUntilModelsInUseLeaveRoom) {
  Make({.keep_alive_s = -1}, 150);
  Got a = Acquire("a");
  ASSERT_TRUE(a);
  const auto b = Wait("b");
  EXPECT_TRUE(b->waits());
  const auto c = Wait("c");
  const auto again = Wait("a");
  const auto also = Wait("b");
  EXPECT_TRUE(again->waits()) << "or a might be in use for ever";
  EXPECT_EQ(host_->figures().queued, 4);
  EXPECT_TRUE(Acquire("a")) << "who cannot wait is not held up";
  a = Fail(ErrorCode::kNotFound, "");
  {
    const Got first = b->lease.get();
    const Got second = also->lease.get();
    ASSERT_TRUE(first);
    ASSERT_TRUE(second);
    EXPECT_EQ((*first)->served(), (*second)->served());
    EXPECT_TRUE(c->waits());
  }
  EXPECT_TRUE(c->lease.get());
  EXPECT_TRUE(again->lease.get());
  EXPECT_EQ(loads_, 4);
  EXPECT_EQ(host_->figures().queued, 0);
}

TEST_F(ModelHostTest, WaitsWhereTheNumberOfModelsIsTheLimit) {
  Make({.keep_alive_s = -1, .max_models = 1});
  Got a = Acquire("a");
  const auto b = Wait("b");
  EXPECT_TRUE(b->waits());
  a = Fail(ErrorCode::kNotFound, "");
  EXPECT_TRUE(b->lease.get());
}

TEST_F(ModelHostTest, NobodyWaitsForRoomLongerThanWanted) {
  Make({}, 150);
  const Got a = Acquire("a");
  const auto first = Wait("b");
  const auto late = Wait("c", 0.001);
  const Got refused = late->lease.get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
  EXPECT_NE(refused.error().message.find("no room"), std::string::npos);
  first->state->cancelled = true;
  const Got cancelled = first->lease.get();
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(Wait("a")->lease.get()) << "nobody waits any more";
}

TEST_F(ModelHostTest, WhatNeverFitsDoesNotWait) {
  Make({}, 150);
  const Got a = Acquire("a");
  const Got refused = Wait("huge")->lease.get();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("needs 1000"), std::string::npos);
}

TEST_F(ModelHostTest, NoMoreThanTheQueueHoldsWait) {
  Make({.max_queue = 1}, 150);
  const Got a = Acquire("a");
  const auto b = Wait("b");
  const Got refused = Wait("c")->lease.get();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("queue is full"), std::string::npos);
  EXPECT_EQ(host_->figures().refused, 1);
  b->state->cancelled = true;
  EXPECT_FALSE(b->lease.get());
}

TEST_F(ModelHostTest, WhatIsUnloadedWhileItLoadsGoesAfterItsUse) {
  Make({.keep_alive_s = -1});
  std::promise<void> loading;
  std::promise<void> unloaded;
  on_load_ = [&] {
    loading.set_value();
    unloaded.get_future().wait();
  };
  const auto a = Wait("a");
  loading.get_future().wait();
  on_load_ = nullptr;
  EXPECT_TRUE(host_->Unload("a"));
  unloaded.set_value();
  std::weak_ptr<ServedModel> served;
  {
    const Got lease = a->lease.get();
    ASSERT_TRUE(lease);
    served = (*lease)->served();
    EXPECT_FALSE(host_->IsLoaded("a"));
  }
  while (!served.expired()) std::this_thread::yield();
}

TEST_F(ModelHostTest, ABrokenEngineIsReplaced) {
  Make();
  {
    const Got lease = Acquire("a");
    script_->fail_step = Error{ErrorCode::kInternal, "broken"};
    const auto result = Run(**lease);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "broken");
    script_->fail_step.reset();
  }
  const Got lease = Acquire("a");
  ASSERT_TRUE(lease);
  EXPECT_TRUE(Run(**lease));
  EXPECT_EQ(loads_, 2);
}

TEST_F(ModelHostTest, AReplacedModelIsLoadedAnewAndTheOldOneGoesAfterItsUsers) {
  Make({.keep_alive_s = -1});
  Got old = Acquire("a");
  ASSERT_TRUE(old);
  identity_ = "second";
  const Got now = Acquire("a");
  ASSERT_TRUE(now);
  EXPECT_NE((*now)->served(), (*old)->served());
  EXPECT_EQ((*Acquire("a"))->served(), (*now)->served());
  EXPECT_EQ(loads_, 2);
  EXPECT_TRUE(Run(**old));
  EXPECT_TRUE(Run(**now));
  EXPECT_EQ(host_->Loaded().size(), 1);
  const std::weak_ptr<ServedModel> left = (*old)->served();
  old = Fail(ErrorCode::kNotFound, "");
  while (!left.expired()) std::this_thread::yield();
  EXPECT_TRUE(Run(**now));
}

TEST_F(ModelHostTest, AModelReplacedWhileItLoadsIsNotKept) {
  Make({.keep_alive_s = -1});
  std::promise<Got> first;
  std::promise<Got> second;
  host_->Acquire(RequestFor("a"), [&](Got lease) { first.set_value(lease); });
  identity_ = "second";
  host_->Acquire(RequestFor("a"), [&](Got lease) { second.set_value(lease); });
  Got old = first.get_future().get();
  const Got now = second.get_future().get();
  ASSERT_TRUE(old);
  ASSERT_TRUE(now);
  EXPECT_NE((*now)->served(), (*old)->served());
  const std::weak_ptr<ServedModel> left = (*old)->served();
  old = Fail(ErrorCode::kNotFound, "");
  while (!left.expired()) std::this_thread::yield();
  EXPECT_EQ(loads_, 2);
}

// For the thread sanitizer.
TEST_F(ModelHostTest, EndsWhileModelsLeave) {
  for (int i = 0; i < 50; ++i) {
    Make({.keep_alive_s = -1});
    for (const char* path : {"a", "b", "c"}) EXPECT_TRUE(Acquire(path));
    for (const char* path : {"a", "b", "c"}) EXPECT_TRUE(host_->Unload(path));
    host_.reset();
  }
}

TEST_F(ModelHostTest, EndsWhileJobsRunAndRequestsWait) {
  Make({}, 150);
  script_->endless = true;
  std::promise<Result<JobResult>> done;
  {
    Got lease = Acquire("a");
    Job job;
    job.request.prompt = {'a'};
    job.on_done = [&done, held = *lease](Result<JobResult> r) { done.set_value(std::move(r)); };
    std::vector<Job> jobs;
    jobs.push_back(std::move(job));
    ASSERT_TRUE(host_->Submit(**lease, std::move(jobs)));
  }
  const auto b = Wait("b");
  host_.reset();
  EXPECT_FALSE(done.get_future().get());
  EXPECT_FALSE(b->lease.get());
}

}  // namespace
}  // namespace bantam::server
