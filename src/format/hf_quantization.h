// quantization_config of config.json: how AWQ and GPTQ checkpoints store their linear layers.
#pragma once

#include <cstdint>
#include <string>

#include "bantam/result.h"
#include "base/json.h"

namespace bantam {

struct HfQuantization {
  enum class Method : uint8_t { kNone, kAwq, kGptq };
  Method method = Method::kNone;
  int bits = 0;            // 4; GPTQ: also 8
  int group_size = 0;      // columns that share a scale; 0: all of a row
  bool act_order = false;  // GPTQ: g_idx says which group a column belongs to
  int zero_offset = 0;     // GPTQ, first version: stored zero points are one too small

  std::string Name() const;  // "AWQ 4-bit g128"; empty: none
};

// Fails with kUnsupported, naming key and value, for whatever is not understood.
Result<HfQuantization> ReadHfQuantization(const Json& config);

}  // namespace bantam
