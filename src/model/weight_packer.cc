// The memory of packed matrices and how much of it a pass may fill.
#include "model/weight_packer.h"

#include <algorithm>

#include "base/check.h"
#include "model/weights.h"

namespace bantam {
namespace {

size_t AlignedPackedBytes(const Linear& linear) {
  const size_t bytes = PackedBytes(linear.tensor.type, linear.rows, linear.columns);
  return (bytes + 63) / 64 * 64;
}

}  // namespace

Result<WeightPacker> WeightPacker::Create(const ModelFile& file,
                                          std::span<Linear* const> matrices) {
  size_t total = 0;
  for (const Linear* linear : matrices) total += linear->packable ? AlignedPackedBytes(*linear) : 0;
  PageMemory memory = TRY(PageMemory::Allocate(total, true, "packed weights"));
  uint8_t* place = memory.data();
  for (Linear* linear : matrices) {
    if (!linear->packable) continue;
    linear->packed = PackedMatrixAt(linear->tensor.type, linear->rows, linear->columns, place);
    linear->packing = {&file, place, 0};
    place += AlignedPackedBytes(*linear);
  }
  return WeightPacker(file, std::move(memory));
}

void WeightPacker::Begin(std::span<Linear* const> matrices, size_t budget) const {
  for (Linear* linear : matrices) {
    if (!linear->packable || linear->is_packed()) continue;
    const bool used_before = std::exchange(linear->packing.used, true);
    if (!used_before) continue;
    const size_t fitting = budget / linear->packed.panel_bytes();
    const int panels = static_cast<int>(
        std::min<size_t>(fitting, static_cast<size_t>(linear->panels() - linear->packed_panels)));
    linear->packing.end = linear->packed_panels + panels;
    linear->packing.done = 0;
    budget -= static_cast<size_t>(panels) * linear->packed.panel_bytes();
  }
}

void WeightPacker::End(std::span<Linear* const> matrices) const {
  for (Linear* linear : matrices) {
    if (linear->packing.end <= linear->packed_panels) continue;
    linear->packed_panels = linear->packing.end;
    ReleasePanels(*file_, *linear, 0, linear->packed_panels);
  }
}

void ReleasePanels(const ModelFile& file, const Linear& linear, int panel_begin, int panel_end) {
  const int64_t row_bytes = RowBytes(linear.tensor.type, linear.columns);
  const int first = panel_begin * kPanelRows;
  const int rows = std::min(panel_end * kPanelRows, linear.rows) - first;
  TensorView part = linear.tensor;
  part.data += first * row_bytes;
  part.size_bytes = static_cast<uint64_t>(rows * row_bytes);
  file.Release(part);
}

}  // namespace bantam
