// Which keys are read, which leave the answer alone, and which would change it.
#include "model/unknown_options.h"

#include <algorithm>
#include <array>
#include <string>
#include <variant>
#include <vector>

namespace bantam {
namespace {

// Groups of which every key must be known.
constexpr std::array<std::string_view, 2> kStrictGroups = {"attention.", "rope."};

// Keys of those groups that ReadConfig reads or that change nothing.
constexpr std::array<std::string_view, 23> kKnown = {
    "attention.causal",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.value_length",
    "attention.layer_norm_epsilon",
    "attention.layer_norm_rms_epsilon",
    "attention.scale",
    "attention.sliding_window",
    "attention.sliding_window_pattern",
    "rope.dimension_count",
    "rope.freq_base",
    "rope.freq_base_swa",
    "rope.global.freq_base",
    "rope.local.freq_base",
    "rope.scale_linear",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scaling.attn_factor",
    "rope.scaling.original_context_length",
    "rope.scaling.finetuned",  // whether the model was trained with the scaling
    "rope.scaling.yarn_beta_fast",
    "rope.scaling.yarn_beta_slow",
};

// Beginnings of keys outside those groups that change what a model says.
constexpr std::array<std::string_view, 27> kMatter = {
    "attn_logit_softcapping",
    "router_logit_softcapping",
    "use_parallel_residual",
    "swin_norm",
    "hidden_activation",
    "expert_",
    "leading_dense_block_count",
    "interleave_moe_layer_step",
    "moe_",
    "nextn_predict_layers",
    "n_deepstack_layers",
    "deepstack_mapping",
    "full_attention_interval",
    "num_loops",
    "activation_sparsity_scale",
    "altup.",
    "embedding_length_per_layer_input",
    "swiglu_clamp",
    "norm_before_",
    "hyper_connection.",
    "ssm.",
    "wkv.",
    "shortconv.",
    "token_shift_count",
    "rescale_every_n_layers",
    "adapters.",
    "decoder_block_count",
};
// The same, and read for rows that have multipliers.
constexpr std::array<std::string_view, 3> kMultipliers = {"embedding_scale", "residual_scale",
                                                          "logit_scale"};

// What stands for "off": false, nothing, or zero.
struct IsOff {
  bool operator()(bool value) const { return !value; }
  bool operator()(uint64_t value) const { return value == 0; }
  bool operator()(int64_t value) const { return value == 0; }
  bool operator()(double value) const { return value == 0; }
  bool operator()(const std::string& value) const { return value.empty(); }
  template <typename T>
  bool operator()(const std::vector<T>& values) const {
    return std::ranges::all_of(values, [](const T& value) { return value == T{}; });
  }
};

bool StartsWithAny(std::string_view name, std::span<const std::string_view> beginnings) {
  return std::ranges::any_of(
      beginnings, [&](std::string_view beginning) { return name.starts_with(beginning); });
}

// Factors of one, and what is switched off, change nothing.
bool ChangesNothing(std::string_view name, const MetadataValue& value) {
  if (std::visit(IsOff(), value)) return true;
  const auto* number = std::get_if<double>(&value);
  return number != nullptr && *number == 1 &&
         (name.ends_with("scale") || name.ends_with("_factor"));
}

bool IsUnknown(std::string_view name, const Architecture& row) {
  if (StartsWithAny(name, kStrictGroups)) return std::ranges::find(kKnown, name) == kKnown.end();
  if (!row.has_multipliers && StartsWithAny(name, kMultipliers)) return true;
  return StartsWithAny(name, kMatter);
}

}  // namespace

Result<void> RefuseUnknownOptions(const Metadata& metadata, const Architecture& row) {
  const std::string prefix = std::string(row.name) + ".";
  for (const auto& [key, value] : metadata.entries()) {
    if (!key.starts_with(prefix)) continue;
    const std::string_view name = std::string_view(key).substr(prefix.size());
    if (!IsUnknown(name, row) || ChangesNothing(name, value)) continue;
    return Fail(ErrorCode::kUnsupported, "key " + std::string(metadata.NameInFile(key)) +
                                             " is an option of the model that this build does not "
                                             "know; without it the answers would be others");
  }
  return {};
}

}  // namespace bantam
