// The table of architectures as Hugging Face folders name them: one row says what config.json calls
// one, and how its modules are named there and in GGUF files.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bantam {

// Modules are tensors without ".weight" or ".bias"; %d is the layer.
struct HfModule {
  std::string_view folder;  // "model.layers.%d.self_attn.q_proj"
  std::string_view gguf;    // "blk.%d.attn_q"
};

// Linear layers that have a bias.
struct HfBias {
  std::string_view part;  // of a tensor's name: "self_attn."
  std::string_view key;   // of config.json, which says whether; empty: always
  bool usual = false;     // where config.json lacks the key
};

struct HfArchitecture {
  std::string_view model_type;    // of config.json
  std::string_view architecture;  // general.architecture
  std::string_view activation = "silu";
  std::string_view activation_key = "hidden_act";
  // Where config.json keeps the norms' epsilon, and where GGUF does.
  std::string_view epsilon_key = "rms_norm_eps";
  std::string_view epsilon_name = "attention.layer_norm_rms_epsilon";
  double rope_base = 10000;  // where config.json has none
  // Which layers attend to a window: none (or it is refused), all if sliding_window is given, or
  // those that layer_types or a period says.
  enum class Windows : uint8_t { kNone, kAll, kSome };
  Windows windows = Windows::kNone;
  // Where config.json lacks the key, as transformers' class for the model has it (5.5).
  double default_epsilon = 1e-6;
  uint64_t default_context = 0;           // max_position_embeddings
  uint64_t default_kv_heads = 0;          // 0: num_attention_heads. A null is that everywhere
  uint64_t default_window = 0;            // 0: none. A null is none everywhere
  uint64_t default_head_dim = 0;          // 0: hidden_size / num_attention_heads
  uint64_t default_original_context = 0;  // original_max_position_embeddings; 0: see hf_rope.cc
  bool tied = false;                      // the head is the token embedding
  bool norm_plus_one = false;             // norms are stored less 1; GGUF stores them whole
  // Which keys the class reads; where it does not, they change nothing.
  bool has_multipliers = false;      // Granite's
  bool has_gemma_keys = false;       // query_pre_attn_scalar, caps, rope_local_base_freq
  bool partial_rotary = false;       // partial_rotary_factor
  bool period_without_rope = false;  // SmolLM3's
  bool encoder = false;              // of the BERT family: gives vectors, not text
  // Of encoders: how names of classes begin, and of tensors in models with a head for training.
  std::string_view class_prefix = {};
  std::string_view tensor_prefix = {};
  bool positions_after_pad = false;  // the first is pad_token_id + 1: rows before it are none
  std::span<const HfBias> biases;    // of decoders; others in the files are none of the model's
  // Looked at before the common ones, which they may replace.
  std::span<const HfModule> modules;
};

std::span<const HfArchitecture> HfArchitectures();

// The row of that model_type, or nullptr.
const HfArchitecture* FindHfArchitecture(std::string_view model_type);

// Whether a tensor of an encoder's folder is none of its own: a head for training, or a table that
// can be computed.
bool IsUnread(const HfArchitecture& row, std::string_view folder_name);

// The name a GGUF file gives a tensor of a folder; empty if the table has none. ("x.weight" and
// "x.bias" follow from the module x.)
std::string GgufName(const HfArchitecture& row, std::string_view folder_name);

// The other way round; the name itself if the table has none.
std::string FolderName(const HfArchitecture& row, std::string_view gguf_name);

}  // namespace bantam
