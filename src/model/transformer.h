// Transformer: the forward pass of every architecture, any number of sequences at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/thread_pool.h"
#include "base/vocabulary.h"
#include "bantam/model.h"
#include "bantam/result.h"
#include "format/model_file.h"
#include "model/config.h"
#include "model/kv_cache.h"

namespace bantam {

// Consecutive tokens of one sequence: a prompt chunk or a single decode step.
struct SequenceChunk {
  std::span<const TokenId> tokens;
  int position = 0;             // of tokens[0] in its sequence
  std::span<const int> blocks;  // block table; covers position + tokens.size() tokens
  int n_outputs = 0;            // hidden states wanted for the last n tokens (0: none)
};

class Weights;
struct Scratch;

// Not thread-safe: one thread calls, and works through the pool. The same tokens give the same
// bytes whatever else is in the batch, however prompts are cut, and with any number of threads
// (docs/numbers.md).
class Transformer {
 public:
  // Checks shapes and prepares (packs) the weights. `file` must outlive the transformer.
  static Result<std::unique_ptr<Transformer>> Load(
      const ModelFile& file, const ModelConfig& config, Precision precision, ThreadPool& pool,
      const std::function<void(double)>& on_progress);
  ~Transformer();

  const ModelConfig& config() const;
  KvShape kv_shape() const;

  // Runs all layers. Writes keys and values of every token into the chunks' blocks, and the
  // normalised final hidden states of the wanted tokens, in batch order, to `hidden`
  // [sum of n_outputs][n_embd]. Token ids and block tables must be valid (CHECKed). At most
  // kMaxBatchTokens tokens in all.
  void Forward(std::span<const SequenceChunk> batch, KvCache& cache, float* hidden);

  // The vocabulary's scores for `n` hidden states: logits [n][vocab_size].
  void Logits(const float* hidden, int n, float* logits);

  static constexpr int kMaxBatchTokens = 1024;

  // Bytes of weights in memory of its own (packed), and of work space.
  uint64_t weight_bytes() const;
  uint64_t scratch_bytes() const;

 private:
  Transformer();
  std::unique_ptr<Weights> weights_;
  std::unique_ptr<Scratch> scratch_;
  ThreadPool* pool_ = nullptr;
};

}  // namespace bantam
