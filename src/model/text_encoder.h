// TextEncoder: the forward pass of encoders, any number of texts at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "bantam/encoder.h"
#include "bantam/result.h"
#include "base/page_memory.h"
#include "base/thread_pool.h"
#include "format/model_file.h"
#include "model/encoder_config.h"
#include "model/encoder_pass.h"
#include "model/encoder_weights.h"
#include "model/kv_cache.h"

namespace bantam {

// Not thread-safe: one thread calls, and works through the pool. The same tokens give the same
// bytes whatever else is in the batch and with any number of threads (docs/numbers.md).
class TextEncoder {
 public:
  static constexpr int kBatchTokens = 512;
  static constexpr int kBatchTexts = 64;

  // `file` and `pool` must outlive it. Fails with kCorrupt or kUnsupported, naming the tensor, or
  // kResourceExhausted.
  static Result<std::unique_ptr<TextEncoder>> Load(const ModelFile& file,
                                                   const EncoderConfig& config, Precision precision,
                                                   ThreadPool& pool);

  const EncoderConfig& config() const { return weights_->config(); }

  // Texts of 1 to context_length tokens; several only if they are at most kBatchTexts with
  // kBatchTokens in all (CHECKed, as are ids). Writes one vector a text, not normalised, to `out`
  // [texts][n_embd].
  void Encode(std::span<const EncoderText> texts, Pooling pooling, float* out);

  // Memory for a batch: work buffers, keys and values.
  static uint64_t WorkBytes(const EncoderConfig& config, Precision precision, int threads);

 private:
  TextEncoder(std::unique_ptr<EncoderWeights> weights, std::unique_ptr<KvCache> cache,
              PageMemory scratch, ThreadPool& pool);

  std::unique_ptr<EncoderWeights> weights_;
  std::unique_ptr<KvCache> cache_;  // of one layer after the other
  PageMemory scratch_;              // laid out anew for every batch
  ThreadPool& pool_;
};

}  // namespace bantam
