// Fuzzes the safetensors reader and the rewriting of packed layers: any bytes give an error or
// tensors that fill the data section, and any codes, groups and zero points rows of blocks.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "format/packed_linear.h"
#include "format/safetensors.h"

namespace bantam {
namespace {

void CheckTensors(const std::vector<SafeTensor>& tensors, std::span<const uint8_t> bytes) {
  const uint8_t* at = tensors.empty() ? nullptr : tensors.front().data;
  for (const SafeTensor& tensor : tensors) {
    CHECK(tensor.data == at && tensor.data >= bytes.data());
    at += tensor.size_bytes;
    CHECK(tensor.size_bytes ==
          static_cast<uint64_t>(tensor.elements()) * static_cast<uint64_t>(BytesOf(tensor.type)));
  }
  CHECK(at == nullptr || at == bytes.data() + bytes.size());
}

// Takes the tensors for the parts of one layer, by the last letter of their names.
void Unpack(const std::vector<SafeTensor>& tensors, const HfQuantization& how) {
  PackedTensors parts;
  for (const SafeTensor& tensor : tensors) {
    switch (tensor.name.empty() ? ' ' : tensor.name.back()) {
      case 'w': parts.qweight = &tensor; break;
      case 'z': parts.qzeros = &tensor; break;
      case 's': parts.scales = &tensor; break;
      case 'g': parts.g_idx = &tensor; break;
      default: break;
    }
  }
  const Result<PackedLinear> linear = PackedLinear::Create(how, parts);
  if (!linear) return;
  const auto row_bytes = static_cast<size_t>(RowBytes(linear->type(), linear->columns()));
  std::vector<uint8_t> rows(row_bytes * static_cast<size_t>(linear->rows()));
  if (!linear->WriteRows(rows)) return;
  std::vector<bool> seen(linear->column_order().size());
  for (const int32_t column : linear->column_order()) {
    CHECK(!seen.at(static_cast<size_t>(column)));
    seen[static_cast<size_t>(column)] = true;
  }
}

}  // namespace
}  // namespace bantam

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using bantam::HfQuantization;
  const std::span<const uint8_t> bytes(data, size);
  const auto tensors = bantam::ParseSafetensors(bytes, "fuzz");
  if (!tensors) {
    CHECK(tensors.error().message.starts_with("fuzz: "));
    return 0;
  }
  bantam::CheckTensors(*tensors, bytes);
  bantam::Unpack(*tensors, {HfQuantization::Method::kAwq, 4, 32, false, 0});
  bantam::Unpack(*tensors, {HfQuantization::Method::kGptq, 4, 32, true, 1});
  bantam::Unpack(*tensors, {HfQuantization::Method::kGptq, 4, 0, false, 0});
  bantam::Unpack(*tensors, {HfQuantization::Method::kGptq, 8, 32, true, 1});
  return 0;
}
