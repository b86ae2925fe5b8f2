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

// Packs the rows, then multiplies as with packed weights: the same numbers.
void ApplyMapped(const FileRows& rows, const LinearInput& in, bool accumulate, float* out,
                 int64_t out_stride, const WorkerSpace& space) {
  ActiveKernels().pack(rows.type, rows.first, rows.rows, rows.columns, space.panel);
  const PackedMatrix panel = {rows.type, rows.rows, rows.columns, space.panel,
                              PanelBytes(rows.type, rows.columns)};
  ApplyPacked(panel, in, 0, 1, rows.bias, accumulate, out, out_stride, space);
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

}  // namespace

void ApplyLinear(const Linear& linear, const LinearInput& in, int panel_begin, int panel_end,
                 bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  if (panel_begin >= panel_end) return;
  if (linear.is_packed()) {
    const float* bias = linear.bias.empty() ? nullptr : linear.bias.data();
    ApplyPacked(linear.packed, in, panel_begin, panel_end, bias, accumulate, out, out_stride,
                space);
    return;
  }
  const auto apply = linear.quantised ? ApplyMapped : ApplyFloat;
  for (int panel = panel_begin; panel < panel_end; ++panel, out += kPanelRows) {
    apply(RowsOfPanel(linear, panel), in, accumulate, out, out_stride, space);
  }
}

}  // namespace bantam
