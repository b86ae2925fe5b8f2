// TensorKind: the tensors that do the same in every layer, taken together.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/model.h"

namespace bantam::cli {

struct TensorKind {
  std::string name;  // "attn_q", "attn_q.bias", "token_embd"
  int count = 0;
  uint64_t parameters = 0;
  uint64_t bytes = 0;
  std::vector<std::pair<std::string, int>> types;  // "Q4_K" and how many tensors
};

// "blk.12.attn_q.weight" → "attn_q"; a name of another form stays as it is.
std::string KindOf(std::string_view tensor_name);

// In order of first appearance.
std::vector<TensorKind> GroupTensors(std::span<const TensorInfo> tensors);

}  // namespace bantam::cli
