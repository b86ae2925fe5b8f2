// Forwards to transformer and cache.
#include "engine/transformer_model.h"

#include <bit>
#include <string>
#include <utility>

#include "base/sha256.h"

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

// Every instruction set with a fused multiply-add gives the same numbers.
std::string TransformerModel::DescribePlain() const {
  constexpr const char* kContract = "bantam numbers 1";  // to be raised with docs/numbers.md
  const KvShape& shape = cache_->shape();
  std::string text = kContract;
  text += ActiveKernels().name == "sse41" ? " sse41" : " fma";
  text += " type " + std::to_string(static_cast<int>(shape.type));
  text += " rounded " + std::to_string(shape.rounded_to_bytes);
  text += " long " + std::to_string(transformer_.has_long_rotation());
  return text + " weights " + model_->ContentHash();
}

// Adapters count in their order, and as nothing where their scale is 0.
KvFingerprint TransformerModel::Fingerprint(std::span<const float> adapter_scales) {
  if (plain_.empty()) plain_ = DescribePlain();
  adapter_hashes_.resize(adapter_scales.size());
  std::string text = plain_;
  for (size_t i = 0; i < adapter_scales.size(); ++i) {
    if (adapter_scales[i] == 0) continue;
    std::string& hash = adapter_hashes_[i];
    if (hash.empty()) hash = transformer_.AdapterHash(static_cast<int>(i));
    text +=
        " adapter " + hash + " scale " + std::to_string(std::bit_cast<uint32_t>(adapter_scales[i]));
  }
  Sha256 hash;
  hash.Update({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  return hash.Finish();
}

void TransformerModel::CopyPrefix(int from_block, int to_block, int n_tokens) {
  cache_->CopyPrefix(from_block, to_block, n_tokens);
}

}  // namespace bantam
