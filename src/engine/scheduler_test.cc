// Tests of the scheduler: order, budgets, admission and preemption. That answers stay the same is
// tested with the engine.
#include "engine/scheduler.h"

#include <gtest/gtest.h>

#include "engine/fake_model.h"

namespace bantam {
namespace {

class SchedulerTest : public testing::Test {
 protected:
  void Start(int n_blocks, const SchedulerLimits& limits) {
    model_ = std::make_unique<FakeModel>(n_blocks);
    cache_ = std::make_unique<PrefixCache>(n_blocks, true);
    scheduler_ = std::make_unique<Scheduler>(*model_, *cache_, limits);
  }

  // n tokens that no other sequence shares.
  Sequence* Add(int n) {
    return Add(std::vector<TokenId>(static_cast<size_t>(n), static_cast<TokenId>(next_id_)));
  }
  Sequence* Add(std::vector<TokenId> prompt) {
    GenerationRequest request;
    request.prompt = std::move(prompt);
    auto sequence = std::make_unique<Sequence>(next_id_++, request, vocabulary_, 1000);
    Sequence* pointer = sequence.get();
    scheduler_->Add(std::move(sequence));
    return pointer;
  }

  // Plans, commits all of it, and gives each sequence that reached its end one more token.
  std::vector<std::pair<uint64_t, int>> Step() {
    std::vector<std::pair<uint64_t, int>> done;
    for (const Scheduler::Work& work : scheduler_->Plan()) {
      done.emplace_back(work.sequence->id, work.n_tokens);
      cache_->Commit(work.sequence->table, work.n_tokens);
      if (work.reaches_end) work.sequence->tokens.push_back(1);
    }
    return done;
  }

  using Plan = std::vector<std::pair<uint64_t, int>>;
  Vocabulary vocabulary_ = FakeVocabulary();
  std::unique_ptr<FakeModel> model_;
  std::unique_ptr<PrefixCache> cache_;
  std::unique_ptr<Scheduler> scheduler_;
  uint64_t next_id_ = 1;
};

TEST_F(SchedulerTest, RepliesFirstThenPromptsUpToTheBudget) {
  Start(100, {.max_sequences = 3, .prompt_chunk = 100, .max_batch_tokens = 1024});
  Add(130);
  Add(50);
  Add(90);
  Add(10);
  EXPECT_EQ(Step(), (Plan{{1, 100}}));
  EXPECT_EQ(Step(), (Plan{{1, 30}, {2, 50}, {3, 20}}));
  EXPECT_EQ(Step(), (Plan{{1, 1}, {2, 1}, {3, 70}})) << "the fourth has no place";
  scheduler_->Remove(1);
  EXPECT_EQ(Step(), (Plan{{2, 1}, {3, 1}, {4, 10}}));
}

TEST_F(SchedulerTest, PromptsAreCutShorterBesideReplies) {
  Start(100, {.max_sequences = 3, .prompt_chunk = 100, .max_batch_tokens = 1024});
  scheduler_->set_chunk_beside_replies(32);
  Add(150);
  EXPECT_EQ(Step(), (Plan{{1, 100}})) << "nobody waits";
  EXPECT_EQ(Step(), (Plan{{1, 50}}));
  EXPECT_EQ(scheduler_->planned_prompt_tokens(), 50);
  Add(70);
  EXPECT_EQ(Step(), (Plan{{1, 1}, {2, 32}}));
  EXPECT_EQ(scheduler_->planned_prompt_tokens(), 32);
  scheduler_->set_chunk_beside_replies(64);
  EXPECT_EQ(Step(), (Plan{{1, 1}, {2, 38}}));
}

TEST_F(SchedulerTest, AdmitsOnlyWhatFitsBesideTheOthers) {
  Start(10, {.max_sequences = 8, .prompt_chunk = 1000, .max_batch_tokens = 1024});
  Add(300);  // 5 blocks
  Add(300);
  Add(10);  // would fit, but may not overtake
  EXPECT_EQ(Step(), (Plan{{1, 300}}));
  scheduler_->Remove(1);
  EXPECT_EQ(Step(), (Plan{{2, 300}, {3, 10}}));
}

TEST_F(SchedulerTest, TheYoungestGivesWay) {
  Start(8, {.max_sequences = 2, .prompt_chunk = 1000, .max_batch_tokens = 1024});
  Sequence* old = Add(190);  // 3 blocks, and one to grow
  Sequence* young = Add(180);
  EXPECT_EQ(Step(), (Plan{{1, 190}, {2, 180}}));
  int steps = 0;
  while (!young->table.blocks.empty() && steps < 200) {
    Step();
    ++steps;
  }
  EXPECT_LT(steps, 200) << "8 blocks hold 512 tokens";
  EXPECT_EQ(scheduler_->running().size(), 1U);
  EXPECT_EQ(scheduler_->running()[0].get(), old);
  EXPECT_GT(old->table.computed, 250);
  scheduler_->Remove(1);
  Step();
  EXPECT_EQ(young->n_pending(), 1) << "has caught up";
}

TEST_F(SchedulerTest, APreemptedSequenceLeavesThePlan) {
  Start(8, {.max_sequences = 2, .prompt_chunk = 1000, .max_batch_tokens = 1024});
  Sequence* old = Add(128);
  Add(150);
  Step();
  old->tokens.resize(500, 3);  // suddenly has much to read
  EXPECT_EQ(Step(), (Plan{{1, 372}})) << "the young one had been planned already";
  EXPECT_EQ(scheduler_->running().size(), 1U);
}

TEST_F(SchedulerTest, MakeRoomTakesFromTheYoungest) {
  Start(12, {.max_sequences = 3, .prompt_chunk = 1000, .max_batch_tokens = 1024});
  Sequence* first = Add(100);
  Add(100);
  Add(100);
  Step();
  scheduler_->MakeRoom(9);
  EXPECT_EQ(scheduler_->running().size(), 1U);
  EXPECT_EQ(scheduler_->running()[0].get(), first);
  scheduler_->MakeRoom(1000);
  EXPECT_TRUE(scheduler_->running().empty());
  EXPECT_FALSE(scheduler_->idle());
  EXPECT_EQ(Step().size(), 3U) << "all start again, in order";
  EXPECT_EQ(scheduler_->running()[0].get(), first);
}

TEST_F(SchedulerTest, CachedTokensAreCountedOnceInSpiteOfPreemption) {
  Start(20, {.max_sequences = 2, .prompt_chunk = 150, .max_batch_tokens = 1024});
  Add(150);
  Step();
  std::vector<TokenId> prompt(128, 1);
  prompt.resize(400, 2);
  Sequence* young = Add(prompt);
  Step();
  EXPECT_EQ(young->cached_tokens, 128);
  EXPECT_EQ(young->table.computed, 278);
  scheduler_->MakeRoom(1000);
  scheduler_->Remove(1);
  Step();
  EXPECT_EQ(young->cached_tokens, 278);
}

TEST_F(SchedulerTest, FindAndRemoveKnowQueuedAndRunning) {
  Start(10, {.max_sequences = 1, .prompt_chunk = 1000, .max_batch_tokens = 1024});
  Sequence* first = Add(10);
  Sequence* second = Add(10);
  Step();
  EXPECT_EQ(scheduler_->Find(1), first);
  EXPECT_EQ(scheduler_->Find(2), second);
  EXPECT_EQ(scheduler_->Find(3), nullptr);
  EXPECT_NE(scheduler_->Remove(2), nullptr);
  EXPECT_NE(scheduler_->Remove(1), nullptr);
  EXPECT_EQ(scheduler_->Remove(1), nullptr);
  EXPECT_TRUE(scheduler_->idle());
  EXPECT_TRUE(scheduler_->Plan().empty());
  EXPECT_EQ(cache_->pool().available(), 10);
}

}  // namespace
}  // namespace bantam
