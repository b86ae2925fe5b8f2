// ModelConfig: everything that shapes a decoder, read from a file's metadata.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "base/metadata.h"

namespace bantam {

enum class NormKind : uint8_t { kRms, kLayer };
enum class Activation : uint8_t { kSilu, kGelu };
enum class RopeStyle : uint8_t {
  kNeoX,         // rotates (x[i], x[i + d/2]): qwen2, phi3, starcoder2, gemma3
  kInterleaved,  // rotates (x[2i], x[2i + 1]): llama as GGUF stores it
};
enum class RopeScaling : uint8_t {
  kNone,
  kLinear,
  kYarn,
  kLong,  // two sets of factors, for contexts up to the original one and beyond (arXiv 2402.13753)
};
enum class LayerRope : uint8_t { kGlobal, kLocal, kNone };

// How one layer attends.
struct LayerConfig {
  int sliding_window = 0;  // keys a token sees, its own included; 0: all before
  LayerRope rope = LayerRope::kGlobal;
};

// Sizes and options of one decoder. Read-only after ReadConfig.
struct ModelConfig {
  std::string architecture;
  int n_layers = 0;
  int n_embd = 0;
  int n_ff = 0;
  int n_heads = 0;
  int n_kv_heads = 0;
  int head_dim = 0;
  int vocab_size = 0;
  int context_length = 0;
  float norm_eps = 1e-6F;

  NormKind norm = NormKind::kRms;
  Activation activation = Activation::kSilu;
  bool gated = true;        // feed-forward: down(act(gate) * up), else down(act(up))
  bool head_norms = false;  // RMS norms of every query and key, before they are rotated
  bool post_norms = false;  // norms of what attention and feed-forward add

  RopeStyle rope_style = RopeStyle::kNeoX;
  int rope_dim = 0;  // rotated dimensions of a head
  double rope_base = 10000;
  double local_rope_base = 10000;  // of layers with LayerRope::kLocal, which nothing scales
  RopeScaling rope_scaling = RopeScaling::kNone;
  double rope_factor = 1;            // context extension factor
  int rope_original_context = 0;     // YaRN, and two sets of factors
  double rope_attention_factor = 1;  // times cosines and sines; YaRN: times 0.1 ln(factor) + 1 too
  double yarn_beta_fast = 32;
  double yarn_beta_slow = 1;

  std::vector<LayerConfig> layers;  // [n_layers]
  float attention_scale = 0;        // 0: 1 / sqrt(head_dim)
  float logit_softcap = 0;          // logits become cap * tanh(logit / cap); 0: they do not
  float embedding_scale = 1;        // token embeddings times this
  float residual_scale = 1;         // what attention and feed-forward add, times this
  float logit_divisor = 1;          // logits over this
  bool column_orders = false;       // some matrices store columns in another order (GPTQ)

  int query_columns() const { return n_heads * head_dim; }
  int kv_columns() const { return n_kv_heads * head_dim; }
  // Whether what a layer adds is changed before it is added.
  bool has_branch() const { return post_norms || residual_scale != 1; }
  bool has_local_rope() const;
};

// Reads and checks the configuration. kUnsupported names an unknown architecture (and lists the
// known ones), rope scaling or option; kCorrupt names the key that is missing or impossible.
Result<ModelConfig> ReadConfig(const Metadata& metadata);

}  // namespace bantam
