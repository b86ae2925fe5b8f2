// Matrix products by panels: quantised, packed before or on the way, or float32.
#include "model/linear.h"

#include <algorithm>

#include "kernels/scalar/dequantize.h"

namespace bantam {
namespace {

void ApplyPacked(const PackedMatrix& weights, const LinearInput& in, int panel_begin, int panel_end,
                 const float* bias, bool accumulate, float* out, int64_t out_stride,
                 const WorkerSpace& space) {
  MatmulJob job;
  job.weights = weights;
  job.x = *in.codes;
  job.panel_begin = panel_begin;
  job.panel_end = panel_end;
  job.bias = bias;
  job.accumulate = accumulate;
  job.out = out;
  job.out_stride = out_stride;
  job.scratch = space.matmul;
  ActiveKernels().matmul(job);
}

// Some rows of a matrix in the file.
struct FileRows {
  DType type;
  const uint8_t* first;
  int rows;  // at most a panel
  int columns;
  const float* bias;  // or none
};

FileRows RowsOfPanel(const Linear& linear, int panel) {
  const DType type = linear.tensor.type;
  const int row = panel * kPanelRows;
  return {type, linear.tensor.data + row * RowBytes(type, linear.columns),
          std::min(kPanelRows, linear.rows - row), linear.columns,
          linear.bias.empty() ? nullptr : linear.bias.data() + row};
}

// Packs the rows into `panel`, then multiplies as with packed weights: the same numbers.
void ApplyMapped(const FileRows& rows, uint8_t* panel, const LinearInput& in, bool accumulate,
                 float* out, int64_t out_stride, const WorkerSpace& space) {
  ActiveKernels().pack(rows.type, rows.first, rows.rows, rows.columns, panel);
  const PackedMatrix packed = {rows.type, rows.rows, rows.columns, panel,
                               PanelBytes(rows.type, rows.columns)};
  ApplyPacked(packed, in, 0, 1, rows.bias, accumulate, out, out_stride, space);
}

void ApplyFloat(const FileRows& rows, const LinearInput& in, bool accumulate, float* out,
                int64_t out_stride, const WorkerSpace& space) {
  auto* floats = reinterpret_cast<float*>(space.panel);
  for (int r = 0; r < rows.rows; ++r) {
    DequantizeRow(rows.type, rows.first + r * RowBytes(rows.type, rows.columns), rows.columns,
                  floats + int64_t{r} * rows.columns);
  }
  FloatMatmulJob job;
  job.rows = floats;
  job.row_stride = rows.columns;
  job.n_rows = rows.rows;
  job.x = in.x;
  job.x_stride = rows.columns;
  job.tokens = in.tokens;
  job.columns = rows.columns;
  job.bias = rows.bias;
  job.accumulate = accumulate;
  job.out = out;
  job.out_stride = out_stride;
  ActiveKernels().float_matmul(job);
}

// Pages of the file go soon after their rows are packed, that no pass has all of both.
constexpr size_t kReleaseBytes = size_t{1} << 20;

// From the file's rows: panels that the pass packs to stay go to their place, others to scratch.
void ApplyFromFile(const Linear& linear, const LinearInput& in, int panel_begin, int panel_end,
                   bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  const Packing& packing = linear.packing;
  const size_t panel_bytes = linear.packed.panel_bytes;
  int released = panel_begin;
  for (int panel = panel_begin; panel < panel_end; ++panel, out += kPanelRows) {
    const bool stays = panel < packing.end;
    uint8_t* place =
        stays ? packing.memory + static_cast<size_t>(panel) * panel_bytes : space.panel;
    ApplyMapped(RowsOfPanel(linear, panel), place, in, accumulate, out, out_stride, space);
    if (!stays) continue;
    const int next = panel + 1;
    if (next < std::min(panel_end, packing.end) &&
        static_cast<size_t>(next - released) * panel_bytes < kReleaseBytes) {
      continue;
    }
    ReleasePanels(*packing.file, linear, released, next);
    released = next;
  }
}

}  // namespace

void ApplyLinear(const Linear& linear, const LinearInput& in, int panel_begin, int panel_end,
                 bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  if (!linear.quantised) {
    for (int panel = panel_begin; panel < panel_end; ++panel, out += kPanelRows) {
      ApplyFloat(RowsOfPanel(linear, panel), in, accumulate, out, out_stride, space);
    }
    return;
  }
  const int ready = std::clamp(linear.packed_panels, panel_begin, panel_end);
  if (panel_begin < ready) {
    const float* bias = linear.bias.empty() ? nullptr : linear.bias.data();
    ApplyPacked(linear.packed, in, panel_begin, ready, bias, accumulate, out, out_stride, space);
  }
  ApplyFromFile(linear, in, ready, panel_end, accumulate, out + (ready - panel_begin) * kPanelRows,
                out_stride, space);
}

}  // namespace bantam
