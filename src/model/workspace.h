// Workspace: the buffers one batch passes through, laid out over memory sized at start.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/kernels.h"
#include "model/config.h"

namespace bantam {

// Attention works on this many tokens of a sequence at once (times the heads of a group).
inline constexpr int kAttentionTokens = 32;

// Activations in the column order of one matrix.
struct OrderedCodes {
  const int32_t* order = nullptr;  // TensorView::column_order; null: unused
  int used = 0;                    // when; larger is later
  uint8_t* memory = nullptr;       // ActivationBytes of the widest; null: the model has no orders
  Activations codes;
};

// Buffers of one worker.
struct WorkerSpace {
  uint8_t* matmul = nullptr;     // MatmulScratchBytes
  uint8_t* panel = nullptr;      // [17][widest columns] floats: rows in float32, or packed
  float* gate = nullptr;         // [tokens][32]
  float* up = nullptr;           // [tokens][32]
  uint8_t* attention = nullptr;  // AttentionScratchBytes
  float* attended = nullptr;     // [16 tokens × group][head_dim]
  // What InOrderOf made in this pass. Two, as gate and up take turns.
  mutable std::array<OrderedCodes, 2> ordered;
  mutable int order_clock = 0;
};

// Buffers of the whole batch; n is its number of tokens.
struct Workspace {
  float* x = nullptr;         // [n][n_embd] the residual stream
  float* normed = nullptr;    // [n][n_embd]
  Activations normed_codes;   // the same, quantised
  float* qkv = nullptr;       // [n][query + key + value columns]
  float* queries = nullptr;   // [n_kv_heads][n][group][head_dim] rotated and scaled
  float* attended = nullptr;  // [n][query columns]
  Activations attended_codes;
  float* hidden = nullptr;  // [n][n_ff] of the feed-forward; only where it is float32
  Activations hidden_codes;
  float* branch = nullptr;  // [n][n_embd] what a stage adds to x, where that is changed before
  float* cos = nullptr;     // [n][rope_dim / 2]
  float* sin = nullptr;
  float* local_cos = nullptr;  // [n][rope_dim / 2] of layers with a rotation of their own
  float* local_sin = nullptr;
  // [part of a layer][n][rank of all adapters] A x of low-rank changes; null without adapters
  std::array<float*, 7> low_rank = {};
  std::vector<WorkerSpace> workers;

  bool float_hidden = true;  // false: nothing will use `hidden`, which is null then
  // Lays everything out from `memory` (null: only measures). Returns the bytes used.
  // `adapter_rank`: AdapterSet::rank().
  size_t LayOut(const ModelConfig& config, int n, int n_workers, uint8_t* memory,
                int adapter_rank = 0);
};

}  // namespace bantam
