// TransformerModel: the real ForwardModel, a loaded model with its key-value memory.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/forward_model.h"
#include "engine/loaded_model.h"
#include "model/kv_cache.h"

namespace bantam {

// Holds the claim on the model, which the caller has made, until it goes.
class TransformerModel final : public ForwardModel {
 public:
  TransformerModel(std::shared_ptr<const LoadedModel> model, std::unique_ptr<KvCache> cache);
  ~TransformerModel() override;
  TransformerModel(const TransformerModel&) = delete;
  TransformerModel& operator=(const TransformerModel&) = delete;

  int vocabulary_size() const override { return transformer_.config().vocab_size; }
  int hidden_size() const override { return transformer_.config().n_embd; }
  int max_batch_tokens() const override { return transformer_.max_batch_tokens(); }
  int n_blocks() const override { return cache_->n_blocks(); }

  void Forward(std::span<const SequenceChunk> batch, float* hidden) override;
  void Logits(const float* hidden, int n, int top, float* logits) override;
  bool MaskedLogits(const float* hidden, const TokenMask& mask, float* logits) override;
  void CopyPrefix(int from_block, int to_block, int n_tokens) override;
  std::span<uint8_t> Block(int block) override { return cache_->Block(block); }
  bool IsSound(int block) const override { return cache_->IsSound(block); }
  KvFingerprint Fingerprint(std::span<const float> adapter_scales) override;
  std::span<const float> adapter_scales() const override { return model_->adapter_scales(); }

 private:
  std::string DescribePlain() const;

  std::shared_ptr<const LoadedModel> model_;
  Transformer& transformer_;
  std::unique_ptr<KvCache> cache_;

  // Of Fingerprint, once it is asked for: what hashing finds.
  std::string plain_;
  std::vector<std::string> adapter_hashes_;
};

}  // namespace bantam
