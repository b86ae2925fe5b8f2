// The table of architectures as Hugging Face folders name them: one row says what config.json calls
// one, and how its modules are named there and in GGUF files.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bantam {

// Modules are tensors without ".weight" or ".bias"; %d is the layer.
struct HfModule {
  std::string_view folder;  // "model.layers.%d.self_attn.q_proj"
  std::string_view gguf;    // "blk.%d.attn_q"
};

struct HfArchitecture {
  std::string_view model_type;    // of config.json
  std::string_view architecture;  // general.architecture
  std::string_view activation = "silu";
  // Where config.json keeps the norms' epsilon, and where GGUF does.
  std::string_view epsilon_key = "rms_norm_eps";
  std::string_view epsilon_name = "attention.layer_norm_rms_epsilon";
  // Looked at before the common ones, which they may replace.
  std::span<const HfModule> modules;
};

std::span<const HfArchitecture> HfArchitectures();

// The row of that model_type, or nullptr.
const HfArchitecture* FindHfArchitecture(std::string_view model_type);

// The name a GGUF file gives a tensor of a folder; empty if the table has none. ("x.weight" and
// "x.bias" follow from the module x.)
std::string GgufName(const HfArchitecture& row, std::string_view folder_name);

// The other way round; the name itself if the table has none.
std::string FolderName(const HfArchitecture& row, std::string_view gguf_name);

}  // namespace bantam
