// Loading, batches and the output head.
#include "model/transformer.h"

#include <utility>

#include "base/check.h"
#include "model/forward_pass.h"

namespace bantam {

namespace {

// Adapters read the hidden layer as floats.
Workspace EmptySpace(const Weights& weights, int adapter_rank) {
  Workspace space;
  space.float_hidden = weights.uses_float_hidden() || adapter_rank > 0;
  return space;
}

}  // namespace

Transformer::Transformer(std::unique_ptr<Weights> weights, ThreadPool& pool, PageMemory scratch,
                         int max_batch_tokens)
    : weights_(std::move(weights)),
      pool_(pool),
      decode_threads_(pool.threads()),
      prefill_threads_(pool.threads()),
      head_(weights_->head(), weights_->config().logit_softcap),
      scratch_(std::move(scratch)),
      max_batch_tokens_(max_batch_tokens) {}

uint64_t Transformer::ScratchBytes(const Weights& weights, int batch_tokens, int threads,
                                   int adapter_rank) {
  return EmptySpace(weights, adapter_rank)
      .LayOut(weights.config(), batch_tokens, threads, nullptr, adapter_rank);
}

Workspace Transformer::SpaceFor(int n_tokens) const {
  CHECK(n_tokens <= max_batch_tokens_);
  Workspace space = EmptySpace(*weights_, adapters_.rank());
  space.LayOut(config(), n_tokens, pool_.threads(), scratch_.data(), adapters_.rank());
  return space;
}

Result<std::unique_ptr<Transformer>> Transformer::Load(const ModelFile& file,
                                                       const ModelConfig& config,
                                                       Precision precision, WeightLayout layout,
                                                       ThreadPool& pool, int max_batch_tokens) {
  CHECK(max_batch_tokens > 0 && max_batch_tokens <= kMaxBatchTokens);
  auto weights = TRY(Weights::Load(file, config, precision, layout));
  const uint64_t bytes = ScratchBytes(*weights, max_batch_tokens, pool.threads());
  PageMemory scratch = TRY(PageMemory::Allocate(static_cast<size_t>(bytes), true, "work buffers"));
  return std::unique_ptr<Transformer>(
      new Transformer(std::move(weights), pool, std::move(scratch), max_batch_tokens));
}

Result<void> Transformer::AddAdapter(const AdapterFile& file) {
  auto adapter = TRY(Adapter::Bind(file.pairs(), file.is_folder(), *weights_));
  const int rank = adapters_.rank() + adapter->rank();
  const uint64_t bytes = ScratchBytes(*weights_, max_batch_tokens_, pool_.threads(), rank);
  scratch_ = TRY(PageMemory::Allocate(static_cast<size_t>(bytes), true, "work buffers"));
  adapters_.Add(std::move(adapter));
  return {};
}

uint64_t Transformer::adapter_bytes() const {
  uint64_t bytes = 0;
  for (int i = 0; i < adapters_.size(); ++i) bytes += adapters_[i].bytes();
  return bytes;
}

void Transformer::Forward(std::span<const SequenceChunk> batch, KvCache& cache, float* hidden) {
  size_t n = 0;
  for (const SequenceChunk& chunk : batch) n += chunk.tokens.size();
  if (n == 0) return;
  CHECK(n <= kMaxBatchTokens);
  Workspace space = SpaceFor(static_cast<int>(n));
  ForwardPass pass(*weights_, adapters_, batch, cache, space, hidden);
  weights_->BeginPass(Weights::Part::kLayers, static_cast<int>(n));
  pool_.Run(ThreadsFor(static_cast<int>(n)),
            [&pass](ThreadPool::Worker& worker) { pass.Run(worker); });
  weights_->EndPass(Weights::Part::kLayers);
}

void Transformer::Logits(const float* hidden, int n, int top, float* logits) {
  if (n == 0) return;
  const Workspace space = SpaceFor(n);
  weights_->BeginPass(Weights::Part::kHead, n);
  head_.Logits(hidden, n, top, logits, {pool_, ThreadsFor(n)}, space);
  weights_->EndPass(Weights::Part::kHead);
}

bool Transformer::MaskedLogits(const float* hidden, const TokenMask& mask, float* logits) {
  const Workspace space = SpaceFor(1);
  // No pass through the whole head: nothing is packed on the way.
  return head_.MaskedLogits(hidden, mask, logits, {pool_, ThreadsFor(1)}, space);
}

}  // namespace bantam
