// EncoderPass: all layers of an encoder over one batch of texts, run by every worker of a team
// together.
#pragma once

#include <span>
#include <vector>

#include "bantam/encoder.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "model/encoder_weights.h"
#include "model/kv_cache.h"
#include "model/workspace.h"

namespace bantam {

// The tokens of one text.
using EncoderText = std::span<const TokenId>;

// Buffers of a batch of n tokens.
struct EncoderSpace {
  float* x = nullptr;         // [n][n_embd] the residual stream
  float* qkv = nullptr;       // [n][3 n_embd]
  float* queries = nullptr;   // [n_heads][n][head_dim] scaled
  float* attended = nullptr;  // [n][n_embd]
  float* hidden = nullptr;    // [n][n_ff] of the feed-forward
  WideActivations x_codes, attended_codes, hidden_codes;
  std::vector<WorkerSpace> workers;

  // Lays everything out from `memory` (null: only measures). Returns the bytes used.
  size_t LayOut(const ModelConfig& config, int n, int n_workers, uint8_t* memory);
};

// One per batch. Run() is called by every worker at once. Texts lie one after the other, without
// padding.
class EncoderPass {
 public:
  // Writes one vector a text, not normalised, to `out` [texts][n_embd]. `cache` has one layer, and
  // room for every text's blocks.
  EncoderPass(const EncoderWeights& weights, std::span<const EncoderText> texts, Pooling pooling,
              KvCache& cache, EncoderSpace& space, float* out);

  void Run(ThreadPool::Worker& worker);

 private:
  struct Token {
    int id;
    int text;
    int position;
  };
  // Some tokens of a text against one head.
  struct AttentionItem {
    int text;
    int first_token;  // in the batch
    int n_tokens;
    int head;
  };
  struct TextPlace {
    int first_token;
    int n_tokens;
    int first_block;
  };

  const WorkerSpace& SpaceOf(const ThreadPool::Worker& worker) const {
    return space_.workers[static_cast<size_t>(worker.index())];
  }
  int n_tokens() const { return static_cast<int>(tokens_.size()); }
  bool coded() const { return weights_.precision() == Precision::kFast; }
  WideInput Input(const float* x, const WideActivations& codes) const {
    return {x, codes, n_tokens()};
  }

  void RunLayer(const EncoderLayer& layer, ThreadPool::Worker& worker);
  // Work on tokens [begin, end).
  void Embed(int begin, int end, const WorkerSpace& space);
  void Normalize(const Norm& norm, int begin, int end);
  void StoreHeads(int begin, int end);
  void Quantize(const float* x, const WideActivations& codes, int begin, int end) const;
  void Activate(int begin, int end);
  // Work on panels, attention items, or texts.
  void ProjectQkv(const EncoderLayer& layer, int begin, int end, const WorkerSpace& space);
  void AttendItem(const AttentionItem& item, const WorkerSpace& space);
  void Pool(int begin, int end);

  const EncoderWeights& weights_;
  const ModelConfig& config_;
  const Kernels& kernels_;
  Pooling pooling_;
  KvCache& cache_;
  EncoderSpace& space_;
  float* out_;
  std::vector<Token> tokens_;
  std::vector<TextPlace> texts_;
  std::vector<AttentionItem> items_;
};

}  // namespace bantam
