// Matrix products by panels: packed and quantised, or float32 from the file's rows.
#include "model/linear.h"

#include <algorithm>

#include "kernels/scalar/dequantize.h"

namespace bantam {
namespace {

void ApplyPacked(const Linear& linear, const LinearInput& in, int panel_begin, int panel_end,
                 bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  MatmulJob job;
  job.weights = linear.packed;
  job.x = *in.codes;
  job.panel_begin = panel_begin;
  job.panel_end = panel_end;
  job.bias = linear.bias.empty() ? nullptr : linear.bias.data();
  job.accumulate = accumulate;
  job.out = out;
  job.out_stride = out_stride;
  job.scratch = space.matmul;
  ActiveKernels().matmul(job);
}

}  // namespace

void ApplyLinear(const Linear& linear, const LinearInput& in, int panel_begin, int panel_end,
                 bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  if (panel_begin >= panel_end) return;
  if (linear.is_packed()) {
    ApplyPacked(linear, in, panel_begin, panel_end, accumulate, out, out_stride, space);
    return;
  }
  const int64_t row_bytes = RowBytes(linear.tensor.type, linear.columns);
  for (int panel = panel_begin; panel < panel_end; ++panel) {
    const int row = panel * kPanelRows;
    const int n_rows = std::min(kPanelRows, linear.rows - row);
    for (int r = 0; r < n_rows; ++r) {
      DequantizeRow(linear.tensor.type, linear.tensor.data + (row + r) * row_bytes, linear.columns,
                    space.rows + int64_t{r} * linear.columns);
    }
    FloatMatmulJob job;
    job.rows = space.rows;
    job.row_stride = linear.columns;
    job.n_rows = n_rows;
    job.x = in.x;
    job.x_stride = linear.columns;
    job.tokens = in.tokens;
    job.columns = linear.columns;
    job.bias = linear.bias.empty() ? nullptr : linear.bias.data() + row;
    job.accumulate = accumulate;
    job.out = out + (panel - panel_begin) * kPanelRows;
    job.out_stride = out_stride;
    ActiveKernels().float_matmul(job);
  }
}

}  // namespace bantam
