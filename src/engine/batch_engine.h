// BatchEngine: the engine itself, on any ForwardModel.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "bantam/engine.h"
#include "base/vocabulary.h"
#include "engine/forward_model.h"
#include "engine/prefix_cache.h"
#include "engine/prefix_store.h"
#include "engine/prompt_pace.h"
#include "engine/sampler.h"
#include "engine/scheduler.h"
#include "engine/token_text.h"
#include "grammar/mask/character_mask.h"

namespace bantam {

class BatchEngine : public Engine {
 public:
  // `options` are complete and checked (no zero stands for a default); the model has blocks for
  // kv_tokens. `vocabulary` must outlive the engine and have the model's size; `token_text` is of
  // that vocabulary and needed for requests with a shape.
  BatchEngine(std::unique_ptr<ForwardModel> model, const Vocabulary& vocabulary,
              const EngineOptions& options, TokenText token_text = {});

  // Opens EngineOptions::prefix_dir, if there is one. Fails as PrefixStore::Open.
  Result<void> OpenPrefixStore();

  Result<RequestId> Submit(GenerationRequest request) override;
  Result<bool> Step() override;
  std::optional<GenerationResult> Take(RequestId id) override;
  void Cancel(RequestId id) override;
  Result<GenerationResult> Generate(GenerationRequest request) override;
  Result<void> Score(std::span<const TokenId> tokens, int top, int from,
                     const std::function<bool(const ScoredPosition&)>& on_position) override;

  Result<int> SavePrefix(std::span<const TokenId> tokens, const std::string& path) override;
  Result<int> LoadPrefix(const std::string& path) override;

  int context() const override { return options_.context; }
  const EngineOptions& options() const override { return options_; }
  KvUse kv_use() const override;
  const PrefixCache& cache() const { return cache_; }

 private:
  // Rows of logits computed at once: reads the output head once for all of them, while the
  // memory they take stays small (Qwen's vocabulary: 0.6 MB a row).
  static constexpr int kLogitRows = 16;

  Result<void> Check(const GenerationRequest& request) const;
  Result<void> CheckTokens(std::span<const TokenId> tokens) const;
  Result<void> AddShape(Sequence& sequence);
  void AddLanguage(Sequence& sequence);
  std::vector<float> OwnScales() const;
  // What the scales of a sequence's adapters make of the model.
  struct Variant {
    uint64_t number = 0;  // BlockTable::variant
    std::optional<KvFingerprint> fingerprint;
  };
  Variant& VariantOf(const std::vector<float>& adapter_scales);
  const KvFingerprint& FingerprintOf(const std::vector<float>& adapter_scales);
  void RunBatch(std::span<const Scheduler::Work> plan);
  void ChooseTokens(std::span<const Scheduler::Work> plan);
  // The batch's logits: n rows, of which those of [begin, end) are in logits_.
  struct LogitRows {
    int n = 0;
    int top = 0;
    int begin = 0;
    int end = 0;
  };
  void ChooseTokens(Sequence& sequence, int n_draft, int row, LogitRows& rows);
  std::span<float> LogitsOf(int row, LogitRows& rows);
  std::span<float> AllLogitsOf(int row, LogitRows& rows);
  std::span<float> MaskedLogitsOf(int row, const TokenMask& mask, LogitRows& rows);
  // Each false if it has ended the sequence, which is gone then.
  bool ChooseToken(Sequence& sequence, int row, LogitRows& rows);
  bool Append(Sequence& sequence, TokenId token, const TokenLogprob* logprob);
  bool AppendForced(Sequence& sequence);
  bool SayForced(Sequence& sequence);
  bool Say(Sequence& sequence, TokenId token, const TokenLogprob* logprob);
  // Of a sequence that has a shape, characters, or both; the mask is valid until the next call.
  const TokenMask& MaskOf(Sequence& sequence);
  bool Allows(Sequence& sequence, TokenId token);
  Result<TokenId> Pick(Sequence& sequence, int row, LogitRows& rows);
  Result<TokenId> SampleMasked(const SamplingParams& params, const SampleInput& input);
  Result<TokenId> PickOther(Sequence& sequence, SampleInput input, TokenId refused);
  void Emit(Sequence& sequence);
  int WantedTop(std::span<const Scheduler::Work> plan) const;
  void ReportProgress(Sequence& sequence);
  void Finish(Sequence& sequence, FinishReason reason);

  void EndCallbacks();

  // Kept prefixes: what a new request begins with is fetched, what a finished one was to keep is
  // noted and written once nothing else is to be done.
  Result<void> PutIntoCache(const PrefixFile& file, uint64_t variant);
  Result<std::vector<std::span<const uint8_t>>> BlocksOf(std::span<const TokenId> tokens,
                                                         uint64_t variant, BlockTable& table);
  void FetchPrefix(const Sequence& sequence);
  void NotePrefix(const Sequence& sequence);
  void KeepPrefixes();

  struct Scoring;  // one call of Score
  Result<void> Score(Scoring& scoring);
  Result<bool> ScoreChunk(Scoring& scoring, int n_tokens);
  Result<bool> ScoreRow(Scoring& scoring, int pos, std::span<const float> logits);

  std::unique_ptr<ForwardModel> model_;
  uint64_t block_bytes_ = 0;
  const Vocabulary& vocabulary_;
  TokenText token_text_;
  EngineOptions options_;
  PrefixCache cache_;
  Scheduler scheduler_;
  PromptPace pace_;
  Sampler sampler_;
  uint64_t next_id_ = 1;
  bool busy_ = false;                 // inside Step or Score: callbacks may not start another
  std::vector<RequestId> cancelled_;  // by callbacks of this step
  std::map<RequestId, GenerationResult> results_;

  std::map<std::vector<float>, Variant> variants_;  // by the scales that are used
  uint64_t next_variant_ = 1;

  // By language, and whether ASCII counts too.
  std::map<std::pair<const Language*, bool>, grammar::CharacterMask> character_masks_;
  TokenMask both_;  // work space: of a shape and a language

  std::optional<PrefixStore> prefix_store_;
  struct PrefixToKeep {
    std::vector<TokenId> tokens;
    uint64_t variant;
    KvFingerprint fingerprint;
  };
  std::deque<PrefixToKeep> to_keep_;

  std::vector<SequenceChunk> batch_;
  std::vector<float> hidden_;  // [sequences and guesses][hidden_size]
  std::vector<float> logits_;  // [kLogitRows][vocabulary_size]
  std::vector<Candidate> top_;
};

}  // namespace bantam
