// Grouping of tensors by name.
#include "cli/tensor_kinds.h"

#include <algorithm>
#include <unordered_map>

namespace bantam::cli {

std::string KindOf(std::string_view tensor_name) {
  constexpr std::string_view kBlock = "blk.";
  constexpr std::string_view kWeight = ".weight";
  std::string_view kind = tensor_name;
  if (kind.starts_with(kBlock)) {
    const size_t digits = kind.find_first_not_of("0123456789", kBlock.size());
    if (digits != std::string_view::npos && digits > kBlock.size() && kind[digits] == '.') {
      kind.remove_prefix(digits + 1);
    }
  }
  if (kind.ends_with(kWeight) && kind.size() > kWeight.size()) kind.remove_suffix(kWeight.size());
  return std::string(kind);
}

std::vector<TensorKind> GroupTensors(std::span<const TensorInfo> tensors) {
  std::vector<TensorKind> kinds;
  std::unordered_map<std::string, size_t> index;
  for (const TensorInfo& tensor : tensors) {
    const auto [found, added] = index.try_emplace(KindOf(tensor.name), kinds.size());
    if (added) kinds.push_back({.name = found->first, .types = {}});
    TensorKind& kind = kinds[found->second];
    ++kind.count;
    kind.bytes += tensor.bytes;
    uint64_t elements = 1;
    for (const int64_t size : tensor.shape) elements *= static_cast<uint64_t>(size);
    kind.parameters += elements;
    const auto type =
        std::ranges::find(kind.types, tensor.type, &std::pair<std::string, int>::first);
    if (type == kind.types.end()) {
      kind.types.emplace_back(tensor.type, 1);
    } else {
      ++type->second;
    }
  }
  return kinds;
}

}  // namespace bantam::cli
