// One row an architecture, and the translation of names.
#include "format/hf_architectures.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"

namespace bantam {
namespace {

// What most decoders share.
constexpr std::array kCommon = {
    HfModule{"model.embed_tokens", "token_embd"},
    HfModule{"model.norm", "output_norm"},
    HfModule{"lm_head", "output"},
    HfModule{"model.layers.%d.input_layernorm", "blk.%d.attn_norm"},
    HfModule{"model.layers.%d.self_attn.q_proj", "blk.%d.attn_q"},
    HfModule{"model.layers.%d.self_attn.k_proj", "blk.%d.attn_k"},
    HfModule{"model.layers.%d.self_attn.v_proj", "blk.%d.attn_v"},
    HfModule{"model.layers.%d.self_attn.o_proj", "blk.%d.attn_output"},
    HfModule{"model.layers.%d.post_attention_layernorm", "blk.%d.ffn_norm"},
    HfModule{"model.layers.%d.mlp.gate_proj", "blk.%d.ffn_gate"},
    HfModule{"model.layers.%d.mlp.up_proj", "blk.%d.ffn_up"},
    HfModule{"model.layers.%d.mlp.down_proj", "blk.%d.ffn_down"},
};

constexpr std::array kHeadNorms = {
    HfModule{"model.layers.%d.self_attn.q_norm", "blk.%d.attn_q_norm"},
    HfModule{"model.layers.%d.self_attn.k_norm", "blk.%d.attn_k_norm"},
};
constexpr std::array kPhi3 = {
    HfModule{"model.layers.%d.self_attn.qkv_proj", "blk.%d.attn_qkv"},
    HfModule{"model.layers.%d.mlp.gate_up_proj", "blk.%d.ffn_up"},
};
constexpr std::array kStarCoder2 = {
    HfModule{"model.layers.%d.mlp.c_fc", "blk.%d.ffn_up"},
    HfModule{"model.layers.%d.mlp.c_proj", "blk.%d.ffn_down"},
};
constexpr std::array kGemma3 = {
    HfModule{"model.layers.%d.self_attn.q_norm", "blk.%d.attn_q_norm"},
    HfModule{"model.layers.%d.self_attn.k_norm", "blk.%d.attn_k_norm"},
    HfModule{"model.layers.%d.post_attention_layernorm", "blk.%d.post_attention_norm"},
    HfModule{"model.layers.%d.pre_feedforward_layernorm", "blk.%d.ffn_norm"},
    HfModule{"model.layers.%d.post_feedforward_layernorm", "blk.%d.post_ffw_norm"},
};

constexpr std::array kBert = {
    HfModule{"embeddings.word_embeddings", "token_embd"},
    HfModule{"embeddings.position_embeddings", "position_embd"},
    HfModule{"embeddings.token_type_embeddings", "token_types"},
    HfModule{"embeddings.LayerNorm", "token_embd_norm"},
    HfModule{"encoder.layer.%d.attention.self.query", "blk.%d.attn_q"},
    HfModule{"encoder.layer.%d.attention.self.key", "blk.%d.attn_k"},
    HfModule{"encoder.layer.%d.attention.self.value", "blk.%d.attn_v"},
    HfModule{"encoder.layer.%d.attention.output.dense", "blk.%d.attn_output"},
    HfModule{"encoder.layer.%d.attention.output.LayerNorm", "blk.%d.attn_output_norm"},
    HfModule{"encoder.layer.%d.intermediate.dense", "blk.%d.ffn_up"},
    HfModule{"encoder.layer.%d.output.dense", "blk.%d.ffn_down"},
    HfModule{"encoder.layer.%d.output.LayerNorm", "blk.%d.layer_output_norm"},
};

constexpr std::array kQwen2Biases = {
    HfBias{"self_attn.q_proj.", ""},
    HfBias{"self_attn.k_proj.", ""},
    HfBias{"self_attn.v_proj.", ""},
};
constexpr std::array kAttentionBias = {HfBias{"self_attn.", "attention_bias"}};
constexpr std::array kBothBiases = {
    HfBias{"self_attn.", "attention_bias"},
    HfBias{"mlp.", "mlp_bias"},
};
constexpr std::array kStarCoder2Biases = {
    HfBias{"self_attn.", "use_bias", true},
    HfBias{"mlp.", "use_bias", true},
};

using Windows = HfArchitecture::Windows;
constexpr std::string_view kTanhGelu = "gelu_pytorch_tanh";

// BERT and what is like it but for names and positions (RoBERTa: Liu et al. 2019, arXiv
// 1907.11692).
constexpr HfArchitecture Bert(std::string_view model_type, std::string_view class_prefix,
                              std::string_view tensor_prefix, bool positions_after_pad) {
  return {.model_type = model_type,
          .architecture = "bert",
          .activation = "gelu",
          .epsilon_key = "layer_norm_eps",
          .epsilon_name = "attention.layer_norm_epsilon",
          .default_epsilon = 1e-12,
          .default_context = 512,
          .encoder = true,
          .class_prefix = class_prefix,
          .tensor_prefix = tensor_prefix,
          .positions_after_pad = positions_after_pad,
          .biases = {},
          .modules = kBert};
}

constexpr std::array kRows = {
    HfArchitecture{.model_type = "qwen2",
                   .architecture = "qwen2",
                   .default_context = 32768,
                   .default_kv_heads = 32,
                   .biases = kQwen2Biases,
                   .modules = {}},
    HfArchitecture{.model_type = "llama",
                   .architecture = "llama",
                   .default_context = 2048,
                   .biases = kBothBiases,
                   .modules = {}},
    HfArchitecture{.model_type = "mistral",
                   .architecture = "llama",
                   .windows = Windows::kAll,
                   .default_context = 131072,
                   .default_kv_heads = 8,
                   .default_window = 4096,
                   .biases = {},
                   .modules = {}},
    HfArchitecture{.model_type = "qwen3",
                   .architecture = "qwen3",
                   .default_context = 32768,
                   .default_kv_heads = 32,
                   .default_head_dim = 128,
                   .biases = kAttentionBias,
                   .modules = kHeadNorms},
    HfArchitecture{.model_type = "phi3",
                   .architecture = "phi3",
                   .windows = Windows::kAll,
                   .default_epsilon = 1e-5,
                   .default_context = 4096,
                   .default_original_context = 4096,
                   .partial_rotary = true,
                   .biases = {},
                   .modules = kPhi3},
    HfArchitecture{.model_type = "starcoder2",
                   .architecture = "starcoder2",
                   .activation = kTanhGelu,
                   .epsilon_key = "norm_epsilon",
                   .epsilon_name = "attention.layer_norm_epsilon",
                   .windows = Windows::kAll,
                   .default_epsilon = 1e-5,
                   .default_context = 4096,
                   .default_kv_heads = 2,
                   .tied = true,
                   .biases = kStarCoder2Biases,
                   .modules = kStarCoder2},
    HfArchitecture{.model_type = "gemma3_text",
                   .architecture = "gemma3",
                   .activation = kTanhGelu,
                   .activation_key = "hidden_activation",
                   .rope_base = 1e6,
                   .windows = Windows::kSome,
                   .default_context = 131072,
                   .default_kv_heads = 4,
                   .default_window = 4096,
                   .default_head_dim = 256,
                   .tied = true,
                   .norm_plus_one = true,
                   .has_gemma_keys = true,
                   .biases = kAttentionBias,
                   .modules = kGemma3},
    HfArchitecture{.model_type = "smollm3",
                   .architecture = "smollm3",
                   .rope_base = 2e6,
                   .default_context = 32768,
                   .default_kv_heads = 4,
                   .tied = true,
                   .period_without_rope = true,
                   .biases = kBothBiases,
                   .modules = {}},
    HfArchitecture{.model_type = "granite",
                   .architecture = "granite",
                   .default_context = 2048,
                   .has_multipliers = true,
                   .biases = kBothBiases,
                   .modules = {}},
    Bert("bert", "Bert", "bert.", false),
    Bert("roberta", "Roberta", "roberta.", true),
    Bert("xlm-roberta", "XLMRoberta", "roberta.", true),
    Bert("camembert", "Camembert", "roberta.", true),
};

constexpr std::string_view kLayer = "%d";

// Whether `name` is `pattern` with a number for %d; `layer` becomes its digits.
bool Matches(std::string_view pattern, std::string_view name, std::string_view* layer) {
  const size_t at = pattern.find(kLayer);
  if (at == std::string_view::npos) return pattern == name;
  if (name.substr(0, at) != pattern.substr(0, at)) return false;
  size_t end = at;
  while (end < name.size() && IsAsciiDigit(name[end])) ++end;
  if (end == at || name.substr(end) != pattern.substr(at + kLayer.size())) return false;
  *layer = name.substr(at, end - at);
  return true;
}

std::string WithLayer(std::string_view pattern, std::string_view layer) {
  std::string name(pattern);
  const size_t at = name.find(kLayer);
  if (at != std::string::npos) name.replace(at, kLayer.size(), layer);
  return name;
}

// An encoder's own name of what a model with a head for training has too.
std::string_view WithoutPrefix(const HfArchitecture& row, std::string_view name) {
  if (name.starts_with(row.tensor_prefix)) name.remove_prefix(row.tensor_prefix.size());
  return name;
}

// Translates the module of a name by the first entry whose `from` fits, and keeps the rest.
std::string Translate(const HfArchitecture& row, std::string_view name,
                      std::string_view HfModule::* from, std::string_view HfModule::* to) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  for (const std::span<const HfModule> modules :
       {row.modules, std::span<const HfModule>(kCommon)}) {
    for (const HfModule& module : modules) {
      std::string_view layer;
      if (!Matches(module.*from, name.substr(0, dot), &layer)) continue;
      return WithLayer(module.*to, layer) + std::string(name.substr(dot));
    }
  }
  return {};
}

}  // namespace

std::span<const HfArchitecture> HfArchitectures() {
  return kRows;
}

const HfArchitecture* FindHfArchitecture(std::string_view model_type) {
  for (const HfArchitecture& row : kRows) {
    if (row.model_type == model_type) return &row;
  }
  return nullptr;
}

bool IsUnread(const HfArchitecture& row, std::string_view folder_name) {
  if (!row.encoder) return false;
  folder_name = WithoutPrefix(row, folder_name);
  constexpr std::array<std::string_view, 5> kUnread = {
      "embeddings.position_ids", "embeddings.token_type_ids", "pooler.dense.", "cls.", "lm_head."};
  return std::ranges::any_of(
      kUnread, [&](std::string_view unread) { return folder_name.starts_with(unread); });
}

std::string GgufName(const HfArchitecture& row, std::string_view folder_name) {
  if (row.encoder) {
    folder_name = WithoutPrefix(row, folder_name);
    // As norms were first called.
    for (const auto& [old, name] :
         {std::pair<std::string_view, const char*>{".gamma", ".weight"}, {".beta", ".bias"}}) {
      if (!folder_name.ends_with(old)) continue;
      const std::string module(folder_name.substr(0, folder_name.size() - old.size()));
      return Translate(row, module + name, &HfModule::folder, &HfModule::gguf);
    }
  }
  return Translate(row, folder_name, &HfModule::folder, &HfModule::gguf);
}

std::string FolderName(const HfArchitecture& row, std::string_view gguf_name) {
  const std::string name = Translate(row, gguf_name, &HfModule::gguf, &HfModule::folder);
  return name.empty() ? std::string(gguf_name) : name;
}

}  // namespace bantam
