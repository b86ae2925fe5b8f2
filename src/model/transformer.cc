// Loading, batches and the output head.
#include "model/transformer.h"

#include <utility>

#include "base/check.h"
#include "model/forward_pass.h"

namespace bantam {

Transformer::Transformer(std::unique_ptr<Weights> weights, ThreadPool& pool, PageMemory scratch)
    : weights_(std::move(weights)),
      pool_(pool),
      decode_threads_(pool.threads()),
      prefill_threads_(pool.threads()),
      head_(weights_->head(), weights_->config().logit_softcap),
      scratch_(std::move(scratch)) {}

Result<std::unique_ptr<Transformer>> Transformer::Load(const ModelFile& file,
                                                       const ModelConfig& config,
                                                       Precision precision, WeightLayout layout,
                                                       ThreadPool& pool) {
  auto weights = TRY(Weights::Load(file, config, precision, layout));
  const size_t bytes = Workspace().LayOut(config, kMaxBatchTokens, pool.threads(), nullptr);
  PageMemory scratch = TRY(PageMemory::Allocate(bytes, false, "work buffers"));
  return std::unique_ptr<Transformer>(
      new Transformer(std::move(weights), pool, std::move(scratch)));
}

Result<void> Transformer::AddAdapter(const AdapterFile& file) {
  auto adapter = TRY(Adapter::Bind(file.pairs(), file.is_folder(), *weights_));
  const int rank = adapters_.rank() + adapter->rank();
  const size_t bytes =
      Workspace().LayOut(config(), kMaxBatchTokens, pool_.threads(), nullptr, rank);
  scratch_ = TRY(PageMemory::Allocate(bytes, false, "work buffers"));
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
  CHECK(n <= kMaxBatchTokens);
  if (n == 0) return;
  Workspace space;
  space.LayOut(config(), static_cast<int>(n), pool_.threads(), scratch_.data(), adapters_.rank());
  ForwardPass pass(*weights_, adapters_, batch, cache, space, hidden);
  weights_->BeginPass(Weights::Part::kLayers, static_cast<int>(n));
  pool_.Run(ThreadsFor(static_cast<int>(n)),
            [&pass](ThreadPool::Worker& worker) { pass.Run(worker); });
  weights_->EndPass(Weights::Part::kLayers);
}

void Transformer::Logits(const float* hidden, int n, int top, float* logits) {
  CHECK(n <= kMaxBatchTokens);
  if (n == 0) return;
  Workspace space;
  space.LayOut(config(), n, pool_.threads(), scratch_.data());
  weights_->BeginPass(Weights::Part::kHead, n);
  head_.Logits(hidden, n, top, logits, {pool_, ThreadsFor(n)}, space);
  weights_->EndPass(Weights::Part::kHead);
}

bool Transformer::MaskedLogits(const float* hidden, const TokenMask& mask, float* logits) {
  Workspace space;
  space.LayOut(config(), 1, pool_.threads(), scratch_.data());
  // No pass through the whole head: nothing is packed on the way.
  return head_.MaskedLogits(hidden, mask, logits, {pool_, ThreadsFor(1)}, space);
}

}  // namespace bantam
