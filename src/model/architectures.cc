// One row an architecture.
#include "model/architectures.h"

#include <array>

namespace bantam {
namespace {

constexpr std::array<Architecture, 8> kArchitectures = {{
    {.name = "qwen2", .names = {}},
    // GGUF stores llama's query and key rows permuted, so that rotation pairs are neighbours; also
    // those of its descendants granite and smollm3.
    {.name = "llama", .rope_style = RopeStyle::kInterleaved, .names = {}},
    {.name = "phi3", .gate_in_up = true, .names = {}},
    // Every StarCoder2 was trained with this window, and converters leave it out.
    {.name = "starcoder2",
     .norm = NormKind::kLayer,
     .activation = Activation::kGelu,
     .gated = false,
     .default_window = 4096,
     .names = {}},
    {.name = "qwen3", .head_norms = true, .names = {}},
    // GGUF stores Gemma's norms with their 1 added. 62 layers are the 27B.
    {.name = "gemma3",
     .activation = Activation::kGelu,
     .head_norms = true,
     .post_norms = true,
     .scaled_embedding = true,
     .has_local_rope = true,
     .full_attention_period = 6,
     .mean_head_scale_layers = 62,
     .names = {}},
    {.name = "smollm3", .rope_style = RopeStyle::kInterleaved, .no_rope_period = 4, .names = {}},
    {.name = "granite",
     .rope_style = RopeStyle::kInterleaved,
     .has_multipliers = true,
     .names = {}},
}};

// Whether a period ends with layer i.
bool Ends(int period, int i) {
  return period > 0 && (i + 1) % period == 0;
}

}  // namespace

std::span<const Architecture> Architectures() {
  return kArchitectures;
}

const Architecture* FindArchitecture(std::string_view name) {
  for (const Architecture& row : kArchitectures) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::vector<LayerConfig> PlanLayers(const Architecture& row, int n_layers, int window,
                                    int full_attention_period) {
  std::vector<LayerConfig> layers(static_cast<size_t>(n_layers));
  for (int i = 0; i < n_layers; ++i) {
    LayerConfig& layer = layers[static_cast<size_t>(i)];
    layer.sliding_window = Ends(full_attention_period, i) ? 0 : window;
    if (Ends(row.no_rope_period, i)) {
      layer.rope = LayerRope::kNone;
    } else if (row.has_local_rope && layer.sliding_window > 0) {
      layer.rope = LayerRope::kLocal;
    }
  }
  return layers;
}

}  // namespace bantam
