// Transformer: the forward pass of every architecture, any number of sequences at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "bantam/model.h"
#include "bantam/result.h"
#include "base/page_memory.h"
#include "base/thread_pool.h"
#include "format/model_file.h"
#include "model/adapter.h"
#include "model/config.h"
#include "model/kv_cache.h"
#include "model/output_head.h"
#include "model/weights.h"
#include "model/workspace.h"

namespace bantam {

// Consecutive tokens of one sequence: a prompt chunk or a single decode step.
struct SequenceChunk {
  std::span<const TokenId> tokens;
  int position = 0;             // of tokens[0] in its sequence
  std::span<const int> blocks;  // block table; covers position + tokens.size() tokens
  int n_outputs = 0;            // hidden states wanted for the last n tokens (0: none)
  std::span<const float> adapter_scales = {};  // of each adapter; empty: 0
};

// Not thread-safe: one thread calls, and works through the pool. The same tokens give the same
// bytes whatever else is in the batch, however prompts are cut, and with any number of threads
// (docs/numbers.md).
class Transformer {
 public:
  static constexpr int kMaxBatchTokens = 1024;
  // Batches of at most this many tokens wait for memory, as decode steps do; larger ones compute.
  static constexpr int kDecodeTokens = 16;

  // Checks shapes and prepares the weights (`layout`: kMapped, or kPacked) and work space for
  // batches of `max_batch_tokens`, at most kMaxBatchTokens. `file` and `pool` must outlive it.
  // Fails with kCorrupt, naming the tensor, or kResourceExhausted.
  static Result<std::unique_ptr<Transformer>> Load(const ModelFile& file, const ModelConfig& config,
                                                   Precision precision, WeightLayout layout,
                                                   ThreadPool& pool,
                                                   int max_batch_tokens = kMaxBatchTokens);

  // Bytes of work space for batches of so many tokens.
  // `adapter_rank`: AdapterSet::rank() of the adapters it will have.
  static uint64_t ScratchBytes(const Weights& weights, int batch_tokens, int threads,
                               int adapter_rank = 0);

  // How many of the pool's threads run batches of up to kDecodeTokens tokens, and larger ones; all
  // of them by default. Where memory is the limit, or cores are of two kinds, fewer can be faster.
  void set_threads(int decode, int prefill) {
    decode_threads_ = decode;
    prefill_threads_ = prefill;
  }

  // Tokens that a sequence may come to. Of a model with two sets of rotation factors it chooses the
  // set, so it is the same for all that keys and values are kept of; the short one by default.
  void set_context(int tokens) { weights_->set_context(tokens); }

  // Whether that is the long one.
  bool has_long_rotation() const { return weights_->has_long_rotation(); }

  const ModelConfig& config() const { return weights_->config(); }

  // Adds what may change the layers' matrices in sequences that ask for it; before any batch is
  // run. Fails as Adapter::Bind, or with kResourceExhausted.
  Result<void> AddAdapter(const AdapterFile& file);
  int n_adapters() const { return adapters_.size(); }
  // Adapter::ContentHash of one of them.
  std::string AdapterHash(int i) const { return adapters_[i].ContentHash(); }
  int max_batch_tokens() const { return max_batch_tokens_; }
  // How a cache for it stores keys and values; of 16 bits unless told otherwise.
  KvShape kv_shape() const { return KvShapeOf(*weights_, kv_); }
  void set_kv_precision(KvPrecision kv) { kv_ = kv; }

  // Runs all layers. Writes keys and values of every token into the chunks' blocks, and the
  // normalised final hidden states of the wanted tokens, in batch order, to `hidden`
  // [sum of n_outputs][n_embd]. Token ids and block tables must be valid (CHECKed). At most
  // max_batch_tokens() tokens in all.
  void Forward(std::span<const SequenceChunk> batch, KvCache& cache, float* hidden);

  // The vocabulary's scores for `n` hidden states: logits [n][vocab_size]. With `top` > 0 only the
  // `top` largest of each are wanted, and others may be -inf (OutputHead).
  void Logits(const float* hidden, int n, int top, float* logits);
  // OutputHead::MaskedLogits: false where Logits is as fast.
  bool MaskedLogits(const float* hidden, const TokenMask& mask, float* logits);

  // Bytes of weights in memory of their own (packed), once all are there.
  uint64_t weight_bytes() const { return weights_->packed_bytes(); }
  // What of the weights is packed and taken from memory only later.
  uint64_t unpacked_bytes() const { return weights_->unpacked_bytes(); }
  // What adapters take of memory.
  uint64_t adapter_bytes() const;
  // Work space of the largest batch.
  uint64_t scratch_bytes() const { return scratch_.size(); }

 private:
  Transformer(std::unique_ptr<Weights> weights, ThreadPool& pool, PageMemory scratch,
              int max_batch_tokens);
  Workspace SpaceFor(int n_tokens) const;
  int ThreadsFor(int n_tokens) const {
    return n_tokens <= kDecodeTokens ? decode_threads_ : prefill_threads_;
  }

  std::unique_ptr<Weights> weights_;
  ThreadPool& pool_;
  int decode_threads_;
  int prefill_threads_;
  KvPrecision kv_ = KvPrecision::k16;
  OutputHead head_;
  AdapterSet adapters_;
  PageMemory scratch_;  // laid out anew for every batch
  int max_batch_tokens_;
};

}  // namespace bantam
