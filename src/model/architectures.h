// The table of architectures: one row says how a decoder differs from its neighbours.
#pragma once

#include <span>
#include <string_view>

#include "model/config.h"

namespace bantam {

// How tensors are named in GGUF files; %d is the layer. Unused names are empty. Biases are the
// same names with "bias" for "weight" and are taken when present.
struct TensorNames {
  std::string_view token_embedding = "token_embd.weight";
  std::string_view output_norm = "output_norm.weight";
  std::string_view output = "output.weight";  // absent: tied to the token embedding
  std::string_view rope_factors = "rope_freqs.weight";
  std::string_view attention_norm = "blk.%d.attn_norm.weight";
  std::string_view query = "blk.%d.attn_q.weight";
  std::string_view key = "blk.%d.attn_k.weight";
  std::string_view value = "blk.%d.attn_v.weight";
  std::string_view attention_output = "blk.%d.attn_output.weight";
  std::string_view feed_forward_norm = "blk.%d.ffn_norm.weight";
  std::string_view gate = "blk.%d.ffn_gate.weight";
  std::string_view up = "blk.%d.ffn_up.weight";
  std::string_view down = "blk.%d.ffn_down.weight";
};

struct Architecture {
  std::string_view name;  // general.architecture
  NormKind norm = NormKind::kRms;
  Activation activation = Activation::kSilu;
  bool gated = true;
  RopeStyle rope_style = RopeStyle::kNeoX;
  TensorNames names;
};

// Adding an architecture that fits the options is adding a row here, and its parity test.
std::span<const Architecture> Architectures();

// The row of that name, or nullptr.
const Architecture* FindArchitecture(std::string_view name);

}  // namespace bantam
