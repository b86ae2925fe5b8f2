// Packing of matrices to 16-bit codes, and their products.
#include "model/wide_linear.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "kernels/scalar/dequantize.h"

namespace bantam {
namespace {

// False if some weight is not finite.
bool PackPanels(const Linear& linear, int begin, int end, uint8_t* place) {
  const int columns = linear.columns;
  const DType type = linear.tensor.type;
  std::vector<float> floats(static_cast<size_t>(kPanelRows) * static_cast<size_t>(columns));
  std::vector<int16_t> codes(static_cast<size_t>(kPanelRows * WideColumns(columns)));
  for (int panel = begin; panel < end; ++panel) {
    const int first = panel * kPanelRows;
    const int rows = std::min(kPanelRows, linear.rows - first);
    for (int r = 0; r < rows; ++r) {
      DequantizeRow(type, linear.tensor.data + (first + r) * RowBytes(type, columns), columns,
                    floats.data() + int64_t{r} * columns);
    }
    uint8_t* to = place + static_cast<size_t>(panel) * WidePanelBytes(columns);
    if (!ActiveKernels().pack_wide(floats.data(), rows, columns, codes.data(), to)) return false;
  }
  return true;
}

}  // namespace

size_t WideBytes(const Linear& linear) {
  return WideBytes(linear.rows, linear.columns);
}

Result<void> PackWide(const ModelFile& file, ThreadPool& pool, uint8_t* place, WideLinear& linear) {
  const Linear& plain = linear.plain;
  std::atomic<bool> finite = true;
  pool.Run([&](ThreadPool::Worker& worker) {
    worker.Share(plain.panels(), 1, [&](int begin, int end) {
      if (!PackPanels(plain, begin, end, place)) finite = false;
    });
  });
  if (!finite) {
    return Fail(ErrorCode::kUnsupported, file.path() + ": tensor " +
                                             file.NameInFile(plain.tensor.name) +
                                             " holds weights that are not finite or too large");
  }
  linear.wide = {plain.rows, plain.columns, place};
  file.Release(plain.tensor);
  return {};
}

void ApplyWide(const WideLinear& linear, const WideInput& in, int panel_begin, int panel_end,
               bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  if (panel_begin == panel_end) return;
  if (linear.wide.data == nullptr) {
    const LinearInput plain = {in.x, nullptr, in.tokens};
    ApplyLinear(linear.plain, plain, panel_begin, panel_end, accumulate, out, out_stride, space);
    return;
  }
  WideMatmulJob job;
  job.weights = linear.wide;
  job.x = in.codes;
  job.panel_begin = panel_begin;
  job.panel_end = panel_end;
  job.bias = linear.plain.bias.empty() ? nullptr : linear.plain.bias.data();
  job.accumulate = accumulate;
  job.out = out;
  job.out_stride = out_stride;
  ActiveKernels().wide_matmul(job);
}

}  // namespace bantam
