// PackedLinear: a linear layer of an AWQ or GPTQ checkpoint, and its rewriting into rows of blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bantam/result.h"
#include "base/dtype.h"
#include "format/hf_quantization.h"
#include "format/safetensors.h"

namespace bantam {

// The tensors of one layer. Shapes as written by AutoAWQ ("gemm") and AutoGPTQ, with 32 / bits
// codes to a word:
//   AWQ   qweight [columns][rows / 8], of each word the codes of eight rows (0 2 4 6 1 3 5 7)
//   GPTQ  qweight [columns · bits / 32][rows], of each word the codes of consecutive columns
//   both  qzeros [groups][rows · bits / 32] (words of rows, as above), scales [groups][rows]
struct PackedTensors {
  const SafeTensor* qweight = nullptr;
  const SafeTensor* qzeros = nullptr;
  const SafeTensor* scales = nullptr;
  const SafeTensor* g_idx = nullptr;  // GPTQ: [columns] the group of a column; or none
};

// Weights are scale · (code − zero): exactly those of the checkpoint, scales in half precision. The
// bytes of the tensors must outlive it.
class PackedLinear {
 public:
  // Checks shapes, types and every group and zero point. kCorrupt and kUnsupported name the tensor
  // by its last part ("qzeros").
  static Result<PackedLinear> Create(const HfQuantization& how, const PackedTensors& tensors);

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  // Q4_0 or Q8_0 if all zero points are in the middle, else Q4_Z or Q8_Z.
  DType type() const { return type_; }
  // As in TensorView::column_order: columns sorted by group; empty if they are.
  const std::vector<int32_t>& column_order() const { return order_; }

  // Writes rows of blocks; `out` has RowBytes(type, columns) · rows bytes. Fails with kUnsupported
  // if a scale is not exactly one in half precision.
  Result<void> WriteRows(std::span<uint8_t> out) const;

 private:
  static constexpr int kRowsAtOnce = 8;  // that share words
  static constexpr int kBlock = 32;
  using Codes = uint8_t[kBlock][kRowsAtOnce];

  Result<void> CheckShapes(const PackedTensors& tensors);
  Result<void> ReadGroups(const SafeTensor* g_idx);
  Result<void> ChooseType();
  uint32_t Word(const SafeTensor& tensor, int64_t index) const;
  int Zero(int64_t group, int64_t row) const;
  Result<uint16_t> Scale(int64_t group, int64_t row) const;
  void LoadCodes(const int32_t* columns, int64_t first_row, Codes& codes) const;
  Result<void> WriteBlock(int64_t group, int64_t row, const uint8_t* codes, uint8_t* block) const;

  HfQuantization how_;
  SafeTensor qweight_, qzeros_, scales_;
  int64_t rows_ = 0;
  int64_t columns_ = 0;
  int64_t groups_ = 0;
  DType type_ = DType::kQ4_0;
  std::vector<int32_t> order_;
  std::vector<int32_t> group_of_block_;  // [columns / 32] in stored order
};

}  // namespace bantam
