// ForwardPass: all layers of a decoder over one batch, run by every worker of a team together.
#pragma once

#include <atomic>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "model/kv_cache.h"
#include "model/linear.h"
#include "model/transformer.h"
#include "model/weights.h"
#include "model/workspace.h"

namespace bantam {

// One per batch. Run() is called by every worker at once; the stages below are separated by
// barriers, and inside a stage each worker has its own share of tokens, rows or heads.
class ForwardPass {
 public:
  ForwardPass(const Weights& weights, std::span<const SequenceChunk> batch, KvCache& cache,
              ThreadPool& pool, Workspace& space, float* hidden);

  void Run(int worker);

 private:
  // A token of the batch: where it belongs.
  struct Token {
    int id;
    int chunk;
    int position;
    int output;  // row of `hidden` it goes to, or -1
  };
  // Some tokens of one chunk against one key-value head.
  struct AttentionItem {
    int chunk;
    int first_token;  // in the batch
    int n_tokens;
    int kv_head;
  };

  void Embed(int worker);
  void Normalize(const Norm& norm, std::span<const Linear* const> readers, int worker);
  void ProjectQkv(const Layer& layer, int worker);
  void RotateAndStore(int layer, int worker);
  void Attend(int layer, int worker);
  void AttendItem(const AttentionItem& item, int layer, const WorkerSpace& space);
  void QuantizeAttended(const Layer& layer, int worker);
  void Project(const Linear& linear, const LinearInput& in, int worker);
  void GateAndUp(const Layer& layer, int worker);
  void WriteOutputs(int worker);

  Share TokenShare(int worker) const { return ShareOf(n_tokens(), worker, pool_.threads()); }
  int n_tokens() const { return static_cast<int>(tokens_.size()); }

  const Weights& weights_;
  const ModelConfig& config_;
  const Kernels& kernels_;
  std::span<const SequenceChunk> batch_;
  KvCache& cache_;
  ThreadPool& pool_;
  Workspace& space_;
  float* hidden_;
  std::vector<Token> tokens_;
  std::vector<AttentionItem> items_;
  std::atomic<int> next_item_{0};  // of the current layer, counted down
};

}  // namespace bantam
