// Admission, batches and preemption.
#include "engine/scheduler.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/clock.h"

namespace bantam {

Scheduler::Scheduler(ForwardModel& model, PrefixCache& cache, const SchedulerLimits& limits)
    : model_(model), cache_(cache), limits_(limits) {
  running_.reserve(static_cast<size_t>(limits.max_sequences));
  plan_.reserve(static_cast<size_t>(limits.max_sequences));
}

void Scheduler::Add(std::unique_ptr<Sequence> sequence) {
  waiting_.push_back(std::move(sequence));
}

// Blocks for all known tokens and the next, beyond what those that run will still take for theirs.
// And one block for each to go on with, or the newcomer would soon be sent away again.
bool Scheduler::Fits(const Sequence& sequence) const {
  if (running_.empty()) return true;
  const auto blocks_for = [](const Sequence& s) {
    const int length = static_cast<int>(s.tokens.size());
    const int soon = PrefixCache::BlocksFor(std::min(length + 1, s.max_length));
    const int most = PrefixCache::BlocksFor(s.max_length);
    return std::min(soon + 1, most);
  };
  int promised = 0;
  for (const auto& other : running_) {
    promised += std::max(0, blocks_for(*other) - static_cast<int>(other->table.blocks.size()));
  }
  const int needed =
      blocks_for(sequence) - cache_.SharedBlocks(sequence.tokens, sequence.table.variant);
  return needed + promised <= cache_.pool().available();
}

void Scheduler::Admit() {
  while (!waiting_.empty() && std::ssize(running_) < limits_.max_sequences &&
         Fits(*waiting_.front())) {
    Sequence& sequence = *waiting_.front();
    if (sequence.started_s == 0) sequence.started_s = MonotonicSeconds();
    running_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

void Scheduler::PreemptYoungest() {
  CHECK(!running_.empty());
  Sequence* victim = running_.back().get();
  victim->DropDraft();
  cache_.Release(victim->table);
  if (!victim->answering()) victim->cached_tokens = 0;  // will be counted anew
  std::erase_if(plan_, [&](const Work& work) { return work.sequence == victim; });
  waiting_.push_front(std::move(running_.back()));
  running_.pop_back();
}

void Scheduler::MakeRoom(int n) {
  while (cache_.pool().available() < n && !running_.empty()) PreemptYoungest();
}

bool Scheduler::Reuse(Sequence& sequence) {
  BlockTable& table = sequence.table;
  if (table.computed < std::ssize(table.blocks) * kKvBlockTokens) return true;
  const int before = table.computed;
  const PrefixCache::Match match = cache_.Extend(table, sequence.tokens);
  if (match.outcome == PrefixCache::Outcome::kCopy) {
    model_.CopyPrefix(match.from_block, match.to_block, match.n_tokens);
  }
  if (!sequence.answering()) sequence.cached_tokens += table.computed - before;
  return match.outcome != PrefixCache::Outcome::kWait;
}

bool Scheduler::Cover(Sequence& sequence, int n_tokens) {
  const int end = sequence.table.computed + n_tokens;
  while (!cache_.Cover(sequence.table, sequence.tokens, end)) {
    Sequence* victim = running_.back().get();
    PreemptYoungest();
    if (victim == &sequence) return false;
  }
  return true;
}

bool Scheduler::Decodes(const Sequence& sequence) {
  if (sequence.n_pending() == 1) return true;
  return sequence.table.computed >= sequence.n_prompt() &&
         sequence.n_pending() <= kSpeculativeTokens;
}

// Shares what a batch has room for among the replies that are planned.
int Scheduler::AddDrafts() {
  const int n = static_cast<int>(plan_.size());
  const int share = std::min(kSpeculativeTokens, limits_.max_batch_tokens) / n;
  int added = 0;
  for (Work& work : plan_) {
    if (share <= work.n_tokens) continue;
    AddDraft(*work.sequence, share - work.n_tokens);
    work.n_tokens += work.sequence->n_draft;
    added += work.sequence->n_draft;
  }
  return added;
}

// Guesses are not worth anybody else's blocks.
void Scheduler::AddDraft(Sequence& sequence, int most) {
  const int left = sequence.max_length - static_cast<int>(sequence.tokens.size()) - 1;
  std::span<const TokenId> guesses = sequence.lookup.Propose(sequence.tokens, std::min(most, left));
  // What the shape rules out cannot be right.
  if (sequence.shape) guesses = guesses.first(sequence.shape->CountAllowed(guesses));
  sequence.AddDraft(guesses);
  const int end = static_cast<int>(sequence.tokens.size());
  if (!cache_.Cover(sequence.table, sequence.tokens, end)) sequence.DropDraft();
}

std::span<const Scheduler::Work> Scheduler::Plan() {
  plan_.clear();
  Admit();
  int n_batch = 0;
  // By index: preemption shortens the list from its end, where nothing has been planned yet or is
  // taken out again.
  for (size_t i = 0; i < running_.size(); ++i) {
    Sequence& sequence = *running_[i];
    const int n = sequence.n_pending();
    if (!Decodes(sequence) || n_batch + n > limits_.max_batch_tokens) continue;
    if (!Cover(sequence, n)) break;
    plan_.push_back({&sequence, n, true});
    n_batch += n;
  }
  if (limits_.speculation && n_batch > 0) n_batch += AddDrafts();
  const int chunk =
      plan_.empty() ? limits_.prompt_chunk : std::min(limits_.prompt_chunk, chunk_beside_replies_);
  int budget = std::min(chunk, limits_.max_batch_tokens - n_batch);
  n_prompt_tokens_ = 0;
  for (size_t i = 0; i < running_.size() && budget > 0; ++i) {
    Sequence& sequence = *running_[i];
    if (Decodes(sequence)) continue;
    if (!Reuse(sequence)) continue;
    const int n = std::min(budget, sequence.n_pending());
    if (!Cover(sequence, n)) break;
    plan_.push_back({&sequence, n, n == sequence.n_pending()});
    budget -= n;
    n_prompt_tokens_ += n;
  }
  return plan_;
}

Sequence* Scheduler::Find(uint64_t id) const {
  for (const auto& sequence : running_) {
    if (sequence->id == id) return sequence.get();
  }
  for (const auto& sequence : waiting_) {
    if (sequence->id == id) return sequence.get();
  }
  return nullptr;
}

std::unique_ptr<Sequence> Scheduler::Remove(uint64_t id) {
  const auto has_id = [&](const auto& sequence) { return sequence->id == id; };
  std::unique_ptr<Sequence> removed;
  if (const auto it = std::find_if(running_.begin(), running_.end(), has_id);
      it != running_.end()) {
    removed = std::move(*it);
    running_.erase(it);
    cache_.Release(removed->table);
  } else if (const auto queued = std::find_if(waiting_.begin(), waiting_.end(), has_id);
             queued != waiting_.end()) {
    removed = std::move(*queued);
    waiting_.erase(queued);
  }
  return removed;
}

}  // namespace bantam
