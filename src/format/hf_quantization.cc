// The keys of AutoAWQ, AutoGPTQ, GPTQModel and auto-round.
#include "format/hf_quantization.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/ascii.h"
#include "base/check.h"
#include "base/quote.h"

namespace bantam {
namespace {

// How the weights were found or should be run, not what they mean.
constexpr std::array<std::string_view, 55> kHarmless = {"act_group_aware",
                                                        "amp",
                                                        "autoround_version",
                                                        "backend",
                                                        "batch_size",
                                                        "block_name_to_quantize",
                                                        "cache_block_outputs",
                                                        "checkpoint_format",
                                                        "damp_auto_increment",
                                                        "damp_percent",
                                                        "dataset",
                                                        "desc_act",
                                                        "disable_exllama",
                                                        "do_fuse",
                                                        "enable_minmax_tuning",
                                                        "enable_norm_bias_tuning",
                                                        "enable_quanted_input",
                                                        "exllama_config",
                                                        "format",
                                                        "fuse_max_seq_len",
                                                        "gradient_accumulate_steps",
                                                        "is_marlin_format",
                                                        "iters",
                                                        "lm_head",
                                                        "low_gpu_mem_usage",
                                                        "lr",
                                                        "max_input_length",
                                                        "meta",
                                                        "minmax_lr",
                                                        "model_file_base_name",
                                                        "model_name_or_path",
                                                        "model_seqlen",
                                                        "module_name_preceding_first_block",
                                                        "modules_in_block_to_quantize",
                                                        "modules_to_fuse",
                                                        "modules_to_not_convert",
                                                        "mse",
                                                        "nsamples",
                                                        "offload_to_disk",
                                                        "pad_token_id",
                                                        "provider",
                                                        "quantizer",
                                                        "scale_dtype",
                                                        "seqlen",
                                                        "static_groups",
                                                        "sym",
                                                        "task",
                                                        "tokenizer",
                                                        "true_sequential",
                                                        "use_cuda_fp16",
                                                        "use_exllama",
                                                        "use_exllama_v2",
                                                        "v2",
                                                        "version",
                                                        "zero_point"};

std::unexpected<Error> Refuse(std::string_view key, const Json& value) {
  return Fail(ErrorCode::kUnsupported, "quantization_config." + std::string(key) + " is " +
                                           Quote(value.Dump()) +
                                           ", which this build does not read");
}

// A value that is given: not null.
const Json* Given(const Json& config, std::string_view key) {
  const Json* value = config.Find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

// The string under a key must be one of these, in any letter case.
Result<std::string> OneOf(const Json& config, std::string_view key,
                          std::initializer_list<std::string_view> known,
                          std::string_view fallback) {
  const Json* value = Given(config, key);
  if (value == nullptr) return std::string(fallback);
  if (!value->is_string()) return Refuse(key, *value);
  const std::string text = LowerCase(value->AsString());
  if (std::find(known.begin(), known.end(), text) == known.end()) return Refuse(key, *value);
  return text;
}

Result<bool> Flag(const Json& config, std::string_view key, bool fallback) {
  const Json* value = Given(config, key);
  if (value == nullptr) return fallback;
  if (!value->is_bool()) return Refuse(key, *value);
  return value->AsBool();
}

// The number under the first of two names that is given.
Result<int64_t> Number(const Json& config, std::string_view key, std::string_view other) {
  for (const std::string_view name : {key, other}) {
    const Json* value = Given(config, name);
    if (value == nullptr) continue;
    const Result<int64_t> number = value->AsInt();
    if (!number) return Refuse(name, *value);
    return *number;
  }
  return Fail(ErrorCode::kUnsupported, "quantization_config." + std::string(key) + " is missing");
}

// Keys that stand for more than this build knows, unless they are switched off.
Result<void> CheckKeys(const Json& config) {
  for (const auto& [key, value] : config.members()) {
    constexpr std::array<std::string_view, 8> kRead = {"quant_method", "method",     "bits",
                                                       "w_bit",        "group_size", "q_group_size",
                                                       "pack_dtype",   "data_type"};
    if (std::ranges::find(kRead, key) != kRead.end()) continue;
    if (std::ranges::find(kHarmless, key) != kHarmless.end()) continue;
    if (value.is_null() || (value.is_bool() && !value.AsBool())) continue;
    if ((value.is_object() && value.members().empty()) ||
        (value.is_array() && value.items().empty())) {
      continue;
    }
    return Refuse(key, value);
  }
  return {};
}

Result<void> ReadSizes(const Json& config, HfQuantization& out) {
  const int64_t bits = TRY(Number(config, "bits", "w_bit"));
  const bool eight = out.method == HfQuantization::Method::kGptq && bits == 8;
  if (bits != 4 && !eight) {
    return Fail(ErrorCode::kUnsupported, "quantization_config.bits is " + std::to_string(bits) +
                                             "; this build reads 4 bits, of GPTQ also 8");
  }
  out.bits = static_cast<int>(bits);
  const int64_t group = TRY(Number(config, "group_size", "q_group_size"));
  if (group != -1 && (group < 32 || group > 1 << 20 || group % 32 != 0)) {
    return Fail(ErrorCode::kUnsupported,
                "quantization_config.group_size is " + std::to_string(group) +
                    "; this build reads -1 (whole rows) and multiples of 32");
  }
  out.group_size = group == -1 ? 0 : static_cast<int>(group);
  return {};
}

}  // namespace

std::string HfQuantization::Name() const {
  if (method == Method::kNone) return {};
  return std::string(method == Method::kAwq ? "AWQ " : "GPTQ ") + std::to_string(bits) + "-bit" +
         (group_size > 0 ? " g" + std::to_string(group_size) : std::string());
}

Result<HfQuantization> ReadHfQuantization(const Json& config) {
  HfQuantization out;
  if (!config.is_object()) {
    return Fail(ErrorCode::kCorrupt, "quantization_config: expected an object");
  }
  const std::string method = TRY(OneOf(config, "quant_method", {"awq", "gptq"}, ""));
  if (method.empty()) {
    return Fail(ErrorCode::kUnsupported, "quantization_config.quant_method is missing");
  }
  TRY(OneOf(config, "method", {method}, method));
  TRY(OneOf(config, "data_type", {"int"}, "int"));
  out.method = method == "awq" ? HfQuantization::Method::kAwq : HfQuantization::Method::kGptq;
  TRY(CheckKeys(config));
  TRY(ReadSizes(config, out));
  TRY(OneOf(config, "pack_dtype", {"int32"}, "int32"));
  if (out.method == HfQuantization::Method::kAwq) {
    TRY(OneOf(config, "version", {"gemm"}, "gemm"));
    if (!TRY(Flag(config, "zero_point", true))) {
      return Refuse("zero_point", *config.Find("zero_point"));
    }
    return out;
  }
  if (TRY(Flag(config, "is_marlin_format", false))) {
    return Refuse("is_marlin_format", *config.Find("is_marlin_format"));
  }
  out.act_order = TRY(Flag(config, "desc_act", false));
  const std::string either = TRY(OneOf(config, "format", {"gptq", "gptq_v2"}, "gptq"));
  const std::string format = TRY(OneOf(config, "checkpoint_format", {"gptq", "gptq_v2"}, either));
  out.zero_offset = format == "gptq" ? 1 : 0;
  return out;
}

}  // namespace bantam
