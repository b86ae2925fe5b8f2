// ForwardPass: all layers of a decoder over one batch, run by every worker of a team together.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "model/adapter.h"
#include "model/kv_cache.h"
#include "model/linear.h"
#include "model/transformer.h"
#include "model/weights.h"
#include "model/workspace.h"

namespace bantam {

// One per batch. Run() is called by every worker at once; workers share the tokens, rows or heads
// of every stage below.
class ForwardPass {
 public:
  ForwardPass(const Weights& weights, const AdapterSet& adapters,
              std::span<const SequenceChunk> batch, KvCache& cache, Workspace& space,
              float* hidden);

  void Run(ThreadPool::Worker& worker);

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

  // What turns the queries and keys of a layer.
  struct Rotation {
    const Rope* rope;  // null: nothing does
    const float* cos;  // [n][rope_dim / 2]
    const float* sin;
  };
  Rotation RotationOf(int layer) const;
  // A query's or key's norm, if it has one, and its rotation.
  void TurnHead(const Norm& norm, const Rotation& rotation, int token, float* head) const;

  // The space of one worker's own buffers.
  const WorkerSpace& SpaceOf(const ThreadPool::Worker& worker) const {
    return space_.workers[static_cast<size_t>(worker.index())];
  }

  // A stage of n units, then what has to be done with every token before the next. A few tokens are
  // done by whoever finishes the stage, which is quicker than to meet once more; many are shared.
  template <typename Work, typename TokenWork>
  void Stage(ThreadPool::Worker& worker, int n, const Work& work, const TokenWork& token_work);

  // Tell a worker what it will read after the coming stage, where there are few tokens: the first
  // of its panels of a matrix, or of several that a stage goes through.
  void ExpectPanels(ThreadPool::Worker& worker, const Linear& linear) const;
  void ExpectGateAndUp(ThreadPool::Worker& worker, const Layer& layer) const;
  void ExpectQkv(ThreadPool::Worker& worker, int i) const;

  // Work on tokens [begin, end).
  void Embed(int begin, int end);
  void ApplyNorm(const Norm& norm, const float* x, float* out) const;
  void Normalize(const Norm& norm, std::span<const Linear* const> readers, int begin, int end);
  void NormalizeForAttention(int layer, int begin, int end);
  void AddBranch(const Norm& post_norm, int begin, int end);
  void QuantizeAttended(int layer, int begin, int end);
  void WriteOutputs(int begin, int end);

  // Low-rank changes: A x of some parts of a layer, which read the same x [tokens][columns] …
  void ReduceForAdapters(int layer, std::initializer_list<LayerPart> parts, const float* x,
                         int begin, int end) const;
  // … and B of that, added to what ApplyLinear wrote for the same panels of a part.
  void AddAdapters(int layer, LayerPart part, int panel_begin, int panel_end, float* out,
                   int64_t out_stride) const;
  // ApplyLinear with what adapters add.
  void Apply(int layer, LayerPart part, const LinearInput& in, int panel_begin, int panel_end,
             bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) const;

  // Work on rows (in panels, or groups of the feed-forward's columns), or attention items.
  void ProjectQkv(int layer, int begin, int end, const WorkerSpace& space);
  // Of a token and key-value head: turns key and queries, and stores key and value.
  void RotateAndStore(int layer, int token, int kv_head);
  void AttendItem(const AttentionItem& item, int layer, const WorkerSpace& space);
  void Project(int layer, LayerPart part, const LinearInput& in, int begin, int end,
               const WorkerSpace& space);
  void GateAndUp(int layer, int begin, int end, const WorkerSpace& space);

  int n_tokens() const { return static_cast<int>(tokens_.size()); }

  const Layer& LayerAt(int layer) const { return weights_.layers()[static_cast<size_t>(layer)]; }

  const Weights& weights_;
  const AdapterSet& adapters_;
  const ModelConfig& config_;
  const Kernels& kernels_;
  const float attention_scale_;
  std::span<const SequenceChunk> batch_;
  KvCache& cache_;
  Workspace& space_;
  float* hidden_;
  std::vector<Token> tokens_;
  std::vector<AttentionItem> items_;
  bool adapted_ = false;  // some sequence of the batch has an adapter
  // Each chunk is one token: an attention item needs no keys of the batch but its own.
  bool single_tokens_ = true;
};

}  // namespace bantam
