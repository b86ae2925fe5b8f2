// Forwards to transformer and cache.
#include "engine/transformer_model.h"

#include <utility>

namespace bantam {

TransformerModel::TransformerModel(std::shared_ptr<const LoadedModel> model,
                                   std::unique_ptr<KvCache> cache)
    : model_(std::move(model)), transformer_(*model_->transformer()), cache_(std::move(cache)) {}

TransformerModel::~TransformerModel() {
  model_->ReleaseClaim();
}

void TransformerModel::Forward(std::span<const SequenceChunk> batch, float* hidden) {
  transformer_.Forward(batch, *cache_, hidden);
}

void TransformerModel::Logits(const float* hidden, int n, int top, float* logits) {
  transformer_.Logits(hidden, n, top, logits);
}

bool TransformerModel::MaskedLogits(const float* hidden, const TokenMask& mask, float* logits) {
  return transformer_.MaskedLogits(hidden, mask, logits);
}

void TransformerModel::CopyPrefix(int from_block, int to_block, int n_tokens) {
  cache_->CopyPrefix(from_block, to_block, n_tokens);
}

}  // namespace bantam
