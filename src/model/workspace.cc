// Layout of the batch buffers.
#include "model/workspace.h"

#include <algorithm>

#include "model/layouter.h"

namespace bantam {
size_t Workspace::LayOut(const ModelConfig& config, int n, int n_workers, uint8_t* memory,
                         int adapter_rank) {
  Layouter layouter(memory);
  const int64_t tokens = n;
  const int query = config.query_columns();
  x = layouter.Floats(tokens * config.n_embd);
  normed = layouter.Floats(tokens * config.n_embd);
  normed_codes = layouter.Codes(config.n_embd, n);
  qkv = layouter.Floats(tokens * (query + 2 * config.kv_columns()));
  queries = layouter.Floats(tokens * query);
  attended = layouter.Floats(tokens * query);
  attended_codes = layouter.Codes(query, n);
  hidden = float_hidden ? layouter.Floats(tokens * config.n_ff) : nullptr;
  hidden_codes = layouter.Codes(config.n_ff, n);
  branch = config.has_branch() ? layouter.Floats(tokens * config.n_embd) : nullptr;
  const int64_t angles = tokens * (config.rope_dim / 2);
  const bool local = config.has_local_rope();
  cos = layouter.Floats(angles);
  sin = layouter.Floats(angles);
  local_cos = local ? layouter.Floats(angles) : nullptr;
  local_sin = local ? layouter.Floats(angles) : nullptr;
  for (float*& part : low_rank) {
    part = adapter_rank > 0 ? layouter.Floats(tokens * adapter_rank) : nullptr;
  }
  const int widest = std::max({config.n_embd, query, config.n_ff});
  const int rows = kAttentionTokens * (config.n_heads / config.n_kv_heads);
  workers.resize(static_cast<size_t>(n_workers));
  for (WorkerSpace& worker : workers) {
    worker.matmul = layouter.Bytes(MatmulScratchBytes(widest));
    worker.panel =
        layouter.Bytes(size_t{kPanelRows + 1} * static_cast<size_t>(widest) * sizeof(float));
    worker.gate = layouter.Floats(tokens * kGroupColumns);
    worker.up = layouter.Floats(tokens * kGroupColumns);
    worker.attention = layouter.Bytes(AttentionScratchBytes(rows, config.head_dim));
    for (OrderedCodes& ordered : worker.ordered) {
      if (config.column_orders) ordered.memory = layouter.Bytes(ActivationBytes(widest, n));
    }
    worker.attended = layouter.Floats(int64_t{rows} * config.head_dim);
  }
  return layouter.used();
}

}  // namespace bantam
