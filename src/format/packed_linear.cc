// Formats: AutoAWQ's awq/modules/linear/gemm and AutoGPTQ's qlinear (documented by their
// dequantising code); the first checkpoint version of GPTQ stores zero points less one.
#include "format/packed_linear.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/half.h"

namespace bantam {
namespace {

// Which of a word's eight codes, from the lowest, row i of AWQ's eight is.
constexpr int kAwqPlace[8] = {0, 4, 1, 5, 2, 6, 3, 7};

std::string ShapeText(const SafeTensor& tensor) {
  std::string text;
  for (const int64_t extent : tensor.shape) {
    text += (text.empty() ? "" : " × ") + std::to_string(extent);
  }
  return std::string(NameOf(tensor.type)) + " " + text;
}

Result<void> Hold(const char* name, const SafeTensor& tensor, SafeType type, int64_t first,
                  int64_t second) {
  if (tensor.type == type && tensor.shape == std::vector{first, second}) return {};
  return Fail(ErrorCode::kCorrupt, std::string(name) + " is " + ShapeText(tensor) + ", expected " +
                                       std::string(NameOf(type)) + " " + std::to_string(first) +
                                       " × " + std::to_string(second));
}

}  // namespace

Result<PackedLinear> PackedLinear::Create(const HfQuantization& how, const PackedTensors& tensors) {
  PackedLinear linear;
  linear.how_ = how;
  TRY(linear.CheckShapes(tensors));
  TRY(linear.ReadGroups(tensors.g_idx));
  TRY(linear.ChooseType());
  return linear;
}

Result<void> PackedLinear::CheckShapes(const PackedTensors& tensors) {
  const bool awq = how_.method == HfQuantization::Method::kAwq;
  for (const auto& [name, tensor] :
       {std::pair("qweight", tensors.qweight), std::pair("qzeros", tensors.qzeros),
        std::pair("scales", tensors.scales)}) {
    if (tensor == nullptr) return Fail(ErrorCode::kCorrupt, std::string(name) + " is missing");
    if (tensor->shape.size() != 2 || tensor->shape[0] < 1 || tensor->shape[1] < 1) {
      return Fail(ErrorCode::kCorrupt,
                  std::string(name) + " is " + ShapeText(*tensor) + ", expected a matrix");
    }
  }
  qweight_ = *tensors.qweight;
  qzeros_ = *tensors.qzeros;
  scales_ = *tensors.scales;
  const int64_t per_word = 32 / how_.bits;
  columns_ = awq ? qweight_.shape[0] : qweight_.shape[0] * per_word;
  rows_ = awq ? qweight_.shape[1] * per_word : qweight_.shape[1];
  // The word of eight rows: sizes fit, as the tensors' bytes lie in a file.
  if (columns_ % kBlock != 0 || rows_ % kRowsAtOnce != 0 || columns_ > INT32_MAX) {
    return Fail(ErrorCode::kUnsupported,
                "qweight is " + ShapeText(qweight_) + ": columns no multiple of 32, or rows of 8");
  }
  const int64_t group_size = how_.group_size == 0 ? columns_ : how_.group_size;
  groups_ = (columns_ + group_size - 1) / group_size;
  TRY(Hold("qweight", qweight_, SafeType::kI32, awq ? columns_ : columns_ / per_word,
           awq ? rows_ / per_word : rows_));
  TRY(Hold("qzeros", qzeros_, SafeType::kI32, groups_, rows_ / per_word));
  const SafeType type = scales_.type;
  const bool floats = type == SafeType::kBF16 || type == SafeType::kF32;
  return Hold("scales", scales_, floats ? type : SafeType::kF16, groups_, rows_);
}

Result<void> PackedLinear::ReadGroups(const SafeTensor* g_idx) {
  const int64_t group_size = how_.group_size == 0 ? columns_ : how_.group_size;
  std::vector<int32_t> group_of(static_cast<size_t>(columns_));
  for (int64_t i = 0; i < columns_; ++i) {
    group_of[static_cast<size_t>(i)] = static_cast<int32_t>(i / group_size);
  }
  if (g_idx != nullptr) {
    if (g_idx->type != SafeType::kI32 || g_idx->shape != std::vector{columns_}) {
      return Fail(ErrorCode::kCorrupt,
                  "g_idx is " + ShapeText(*g_idx) + ", expected I32 " + std::to_string(columns_));
    }
    for (int64_t i = 0; i < columns_; ++i) {
      const auto group = LoadLe<int32_t>(g_idx->data + i * 4);
      if (group < 0 || group >= groups_) {
        return Fail(ErrorCode::kCorrupt, "g_idx is " + std::to_string(group) + " at " +
                                             std::to_string(i) + ", expected 0 to " +
                                             std::to_string(groups_ - 1));
      }
      group_of[static_cast<size_t>(i)] = group;
    }
  }
  std::vector<int32_t> order(group_of.size());
  std::iota(order.begin(), order.end(), 0);
  const auto group = [&](int32_t column) { return group_of[static_cast<size_t>(column)]; };
  if (!std::ranges::is_sorted(group_of)) {
    std::ranges::sort(order, {}, [&](int32_t column) { return std::pair(group(column), column); });
    order_ = order;
  }
  for (size_t at = 0; at < order.size(); at += kBlock) {
    const auto last = at + kBlock - 1;
    if (group(order[at]) != group(order[last])) {
      return Fail(ErrorCode::kUnsupported,
                  "g_idx has group " + std::to_string(group(order[at])) +
                      " for a number of columns that is no multiple of 32");
    }
    group_of_block_.push_back(group(order[at]));
  }
  return {};
}

uint32_t PackedLinear::Word(const SafeTensor& tensor, int64_t index) const {
  return LoadLe<uint32_t>(tensor.data + index * 4);
}

int PackedLinear::Zero(int64_t group, int64_t row) const {
  const int64_t per_word = 32 / how_.bits;
  const bool awq = how_.method == HfQuantization::Method::kAwq;
  const auto place = static_cast<int>(row % per_word);
  const uint32_t word = Word(qzeros_, group * (rows_ / per_word) + row / per_word);
  const uint32_t shifted = word >> (how_.bits * (awq ? kAwqPlace[place] : place));
  return static_cast<int>(shifted & ((1U << how_.bits) - 1)) + how_.zero_offset;
}

Result<void> PackedLinear::ChooseType() {
  const int middle = 1 << (how_.bits - 1);
  bool symmetric = true;
  for (int64_t group = 0; symmetric && group < groups_; ++group) {
    for (int64_t row = 0; symmetric && row < rows_; ++row) symmetric = Zero(group, row) == middle;
  }
  if (how_.bits == 4) {
    type_ = symmetric ? DType::kQ4_0 : DType::kQ4_Z;
  } else {
    type_ = symmetric ? DType::kQ8_0 : DType::kQ8_Z;
  }
  return {};
}

Result<uint16_t> PackedLinear::Scale(int64_t group, int64_t row) const {
  const int64_t at = group * rows_ + row;
  float value = 0;
  if (scales_.type == SafeType::kF16) {
    value = F16ToF32(LoadLe<uint16_t>(scales_.data + at * 2));
  } else if (scales_.type == SafeType::kBF16) {
    value = Bf16ToF32(LoadLe<uint16_t>(scales_.data + at * 2));
  } else {
    value = LoadLe<float>(scales_.data + at * 4);
  }
  if (!__builtin_isfinite(value)) {
    return Fail(ErrorCode::kCorrupt, "scales holds " + std::to_string(value) + " at group " +
                                         std::to_string(group) + ", row " + std::to_string(row));
  }
  const uint16_t half = F32ToF16(value);
  if (F16ToF32(half) != value) {
    return Fail(ErrorCode::kUnsupported,
                "scales holds " + std::to_string(value) + " at group " + std::to_string(group) +
                    ", row " + std::to_string(row) + ", which is no number in half precision");
  }
  return half;
}

void PackedLinear::LoadCodes(const int32_t* columns, int64_t first_row, Codes& codes) const {
  if (how_.method == HfQuantization::Method::kAwq) {
    for (int i = 0; i < kBlock; ++i) {
      const uint32_t word = Word(qweight_, columns[i] * (rows_ / 8) + first_row / 8);
      for (int r = 0; r < 8; ++r) {
        codes[i][r] = static_cast<uint8_t>(word >> (4 * kAwqPlace[r]) & 15);
      }
    }
    return;
  }
  const int per_word = 32 / how_.bits;
  const uint32_t mask = (1U << how_.bits) - 1;
  for (int i = 0; i < kBlock; ++i) {
    const uint8_t* words = qweight_.data + (columns[i] / per_word * rows_ + first_row) * 4;
    const int shift = columns[i] % per_word * how_.bits;
    for (int r = 0; r < kRowsAtOnce; ++r) {
      codes[i][r] = static_cast<uint8_t>(LoadLe<uint32_t>(words + r * 4) >> shift & mask);
    }
  }
}

// `codes` are kRowsAtOnce bytes apart.
Result<void> PackedLinear::WriteBlock(int64_t group, int64_t row, const uint8_t* codes,
                                      uint8_t* block) const {
  const auto store = [&block](uint16_t half) {
    block[0] = static_cast<uint8_t>(half);
    block[1] = static_cast<uint8_t>(half >> 8);
    block += 2;
  };
  store(TRY(Scale(group, row)));
  const int middle = 1 << (how_.bits - 1);
  // 8-bit codes become signed, and their zero points with them.
  const int offset = how_.bits == 8 ? middle : 0;
  if (type_ == DType::kQ4_Z || type_ == DType::kQ8_Z) {
    store(F32ToF16(static_cast<float>(offset - Zero(group, row))));
  }
  if (how_.bits == 4) {
    for (int i = 0; i < 16; ++i) {
      block[i] = static_cast<uint8_t>(codes[i * kRowsAtOnce] | codes[(i + 16) * kRowsAtOnce] << 4);
    }
    return {};
  }
  for (int i = 0; i < kBlock; ++i) {
    block[i] = static_cast<uint8_t>(codes[i * kRowsAtOnce] - offset);
  }
  return {};
}

Result<void> PackedLinear::WriteRows(std::span<uint8_t> out) const {
  const int64_t row_bytes = RowBytes(type_, columns_);
  const int block_bytes = InfoOf(type_).block_bytes;
  CHECK(out.size() == static_cast<size_t>(row_bytes * rows_));
  std::vector<int32_t> columns(order_);
  if (columns.empty()) {
    columns.resize(static_cast<size_t>(columns_));
    std::iota(columns.begin(), columns.end(), 0);
  }
  for (int64_t row = 0; row < rows_; row += kRowsAtOnce) {
    for (size_t b = 0; b < group_of_block_.size(); ++b) {
      Codes codes;
      LoadCodes(columns.data() + b * kBlock, row, codes);
      uint8_t* block = out.data() + row * row_bytes + static_cast<int64_t>(b) * block_bytes;
      for (int r = 0; r < kRowsAtOnce; ++r, block += row_bytes) {
        TRY(WriteBlock(group_of_block_[b], row + r, &codes[0][r], block));
      }
    }
  }
  return {};
}

}  // namespace bantam
