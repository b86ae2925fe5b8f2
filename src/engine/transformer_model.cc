// Forwards to transformer and cache, and keeps recycled blocks clean.
#include "engine/transformer_model.h"

#include <cstring>
#include <utility>

namespace bantam {

TransformerModel::TransformerModel(std::shared_ptr<const LoadedModel> model,
                                   std::unique_ptr<KvCache> cache)
    : model_(std::move(model)),
      transformer_(*model_->transformer()),
      cache_(std::move(cache)),
      used_(static_cast<size_t>(cache_->n_blocks()), false) {}

TransformerModel::~TransformerModel() {
  model_->ReleaseClaim();
}

// A sequence begins to fill a block. Attention multiplies the values behind its end by zero, which
// hides whatever an earlier sequence left there except NaN: a broken model file may have such
// tokens, and they must not reach other requests.
void TransformerModel::Enter(int block) {
  if (used_[static_cast<size_t>(block)]) {
    std::memset(cache_->Keys(block, 0, 0), 0, cache_->shape().BlockBytes());
  }
  used_[static_cast<size_t>(block)] = true;
}

void TransformerModel::Forward(std::span<const SequenceChunk> batch, float* hidden) {
  for (const SequenceChunk& chunk : batch) {
    const int end = chunk.position + static_cast<int>(chunk.tokens.size());
    const int first = (chunk.position + kKvBlockTokens - 1) / kKvBlockTokens;
    for (int i = first; i * kKvBlockTokens < end; ++i) {
      Enter(chunk.blocks[static_cast<size_t>(i)]);
    }
  }
  transformer_.Forward(batch, *cache_, hidden);
}

void TransformerModel::Logits(const float* hidden, int n, float* logits) {
  transformer_.Logits(hidden, n, logits);
}

void TransformerModel::CopyPrefix(int from_block, int to_block, int n_tokens) {
  Enter(to_block);
  cache_->CopyPrefix(from_block, to_block, n_tokens);
}

}  // namespace bantam
