// Scheduler: which sequences run, and which of their tokens go into the next batch.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "engine/forward_model.h"
#include "engine/prefix_cache.h"
#include "engine/sequence.h"

namespace bantam {

struct SchedulerLimits {
  int max_sequences = 1;
  int prompt_chunk = 512;       // prompt tokens a batch, over all sequences
  int max_batch_tokens = 1024;  // of a batch
  bool speculation = false;     // guesses behind the single tokens of replies
};

// First come, first served. The oldest sequence always makes progress: if blocks run out, the
// youngest loses its own and starts again later, from its tokens. Not thread-safe.
class Scheduler {
 public:
  // `model` copies blocks; `cache` must have room for the longest sequence. Both outlive it.
  Scheduler(ForwardModel& model, PrefixCache& cache, const SchedulerLimits& limits);

  void Add(std::unique_ptr<Sequence> sequence);

  // A batch with guesses has at most this many tokens of replies: more cost what they gain. As many
  // forced tokens of a reply are run as one of its steps.
  static constexpr int kSpeculativeTokens = 16;

  // The next n pending tokens of one sequence, its draft included.
  struct Work {
    Sequence* sequence;
    int n_tokens;
    bool reaches_end;  // of its known tokens: the next one can be chosen
  };

  // Admits what fits and plans a batch: tokens of replies first, then prompts. All of it
  // is covered by blocks. The span is valid until the next call. Empty only if nothing is left.
  std::span<const Work> Plan();

  // Tokens of prompts a batch that replies wait for, if fewer than SchedulerLimits::prompt_chunk.
  void set_chunk_beside_replies(int tokens) { chunk_beside_replies_ = tokens; }
  int planned_prompt_tokens() const { return n_prompt_tokens_; }  // by the last Plan

  // A queued or running sequence; null if unknown.
  Sequence* Find(uint64_t id) const;

  // Takes a sequence out, queued or running, and gives its blocks back; null if unknown.
  std::unique_ptr<Sequence> Remove(uint64_t id);

  // Takes blocks from running sequences, the youngest first, until `n` are to be had or nothing
  // runs any more.
  void MakeRoom(int n);

  bool idle() const { return waiting_.empty() && running_.empty(); }
  const std::vector<std::unique_ptr<Sequence>>& running() const { return running_; }

 private:
  using List = std::vector<std::unique_ptr<Sequence>>;

  void Admit();
  bool Fits(const Sequence& sequence) const;
  // False if the sequence must wait, or has been preempted.
  bool Reuse(Sequence& sequence);
  bool Cover(Sequence& sequence, int n_tokens);
  // Waits for the few tokens that replies need at each step.
  static bool Decodes(const Sequence& sequence);
  int AddDrafts();
  // Adds a draft if one can be found, at most `most` tokens, and blocks for it.
  void AddDraft(Sequence& sequence, int most);
  void PreemptYoungest();

  ForwardModel& model_;
  PrefixCache& cache_;
  SchedulerLimits limits_;
  std::deque<std::unique_ptr<Sequence>> waiting_;  // by age
  List running_;                                   // by age
  std::vector<Work> plan_;
  int chunk_beside_replies_ = limits_.prompt_chunk;
  int n_prompt_tokens_ = 0;
};

}  // namespace bantam
