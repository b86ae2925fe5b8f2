// The table of architectures: one row says how a decoder differs from its neighbours.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "model/config.h"

namespace bantam {

// How tensors are named in GGUF files; %d is the layer. Unused names are empty. Biases are the
// same names with "bias" for "weight" and are taken when present.
struct TensorNames {
  std::string_view token_embedding = "token_embd.weight";
  std::string_view output_norm = "output_norm.weight";
  std::string_view output = "output.weight";  // absent: tied to the token embedding
  std::string_view rope_factors = "rope_freqs.weight";
  std::string_view rope_factors_long = "rope_factors_long.weight";
  std::string_view rope_factors_short = "rope_factors_short.weight";
  std::string_view attention_norm = "blk.%d.attn_norm.weight";
  std::string_view query = "blk.%d.attn_q.weight";
  std::string_view key = "blk.%d.attn_k.weight";
  std::string_view value = "blk.%d.attn_v.weight";
  std::string_view query_key_value = "blk.%d.attn_qkv.weight";  // when present: all three, stacked
  std::string_view query_norm = "blk.%d.attn_q_norm.weight";
  std::string_view key_norm = "blk.%d.attn_k_norm.weight";
  std::string_view attention_output = "blk.%d.attn_output.weight";
  std::string_view attention_post_norm = "blk.%d.post_attention_norm.weight";
  std::string_view feed_forward_norm = "blk.%d.ffn_norm.weight";
  std::string_view gate = "blk.%d.ffn_gate.weight";
  std::string_view up = "blk.%d.ffn_up.weight";
  std::string_view down = "blk.%d.ffn_down.weight";
  std::string_view feed_forward_post_norm = "blk.%d.post_ffw_norm.weight";
};

struct Architecture {
  std::string_view name;  // general.architecture
  NormKind norm = NormKind::kRms;
  Activation activation = Activation::kSilu;
  bool gated = true;
  bool gate_in_up = false;  // the rows of `up` are those of the gate, then its own
  RopeStyle rope_style = RopeStyle::kNeoX;
  bool head_norms = false;         // of every query and key, before they are rotated
  bool post_norms = false;         // of what attention and feed-forward add to the residual stream
  bool scaled_embedding = false;   // token embeddings times sqrt(n_embd)
  bool has_multipliers = false;    // embedding, residual and logit scales stand in the metadata
  bool has_local_rope = false;     // layers with a window have a rotation base of their own
  int default_window = 0;          // sliding window of files that do not name theirs
  int full_attention_period = 0;   // where there is a window, every so many layers one has none
  int no_rope_period = 0;          // every so many layers one does not rotate
  int mean_head_scale_layers = 0;  // a size, by its layers, that scales scores by n_embd / n_heads
  TensorNames names;
};

// Adding an architecture that fits the options is adding a row here, and its parity test.
std::span<const Architecture> Architectures();

// The row of that name, or nullptr.
const Architecture* FindArchitecture(std::string_view name);

// How the layers attend: all with that window (0: none), but for one in `full_attention_period`
// (0: all).
std::vector<LayerConfig> PlanLayers(const Architecture& row, int n_layers, int window,
                                    int full_attention_period);

}  // namespace bantam
