// Matrix products by panels: quantised, packed before or on the way, or float32.
#include "model/linear.h"

#include <algorithm>
#include <atomic>

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

// Some rows of a matrix, in the file's layout or as float panels.
struct Rows {
  DType type;
  const uint8_t* first;
  int rows;
  int columns;
  const float* bias;  // or none
  bool panels = false;
};

// The biases from a row on, or none.
const float* BiasFrom(const Linear& linear, int row) {
  return linear.bias.empty() ? nullptr : linear.bias.data() + row;
}

Rows RowsOfPanel(const Linear& linear, int panel) {
  const DType type = linear.tensor.type;
  const int row = panel * kPanelRows;
  return {type, linear.tensor.data + row * RowBytes(type, linear.columns),
          std::min(kPanelRows, linear.rows - row), linear.columns, BiasFrom(linear, row)};
}

// Rows in float32; where columns are stored in another order, in that of the activations.
void DequantizeRows(const Rows& rows, const int32_t* order, float* stored, float* floats) {
  for (int r = 0; r < rows.rows; ++r) {
    float* row = floats + int64_t{r} * rows.columns;
    DequantizeRow(rows.type, rows.first + r * RowBytes(rows.type, rows.columns), rows.columns,
                  order == nullptr ? row : stored);
    for (int i = 0; order != nullptr && i < rows.columns; ++i) row[order[i]] = stored[i];
  }
}

void ApplyFloat(const Rows& rows, const int32_t* order, const LinearInput& in, bool accumulate,
                float* out, int64_t out_stride, const WorkerSpace& space) {
  FloatMatmulJob job;
  if (HasCodec(rows.type)) {
    // The last of sixteen rows and one more: a panel has room for both.
    auto* floats = reinterpret_cast<float*>(space.panel);
    DequantizeRows(rows, order, floats + int64_t{kPanelRows} * rows.columns, floats);
    job.rows = space.panel;
  } else {
    job.type = rows.type;
    job.rows = rows.first;
    job.panels = rows.panels;
  }
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

// Packed panels of floats follow each other without a gap. One token reads them in one go; more
// tokens go through a panel while it is in cache.
void ApplyPackedFloat(const Linear& linear, const LinearInput& in, int panel_begin, int panel_end,
                      bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  const int step = in.tokens == 1 ? panel_end - panel_begin : 1;
  for (int panel = panel_begin; panel < panel_end; panel += step) {
    Rows rows = RowsOfPanel(linear, panel);
    rows.first = linear.packed.panel(panel).blocks;
    rows.panels = true;
    rows.rows = std::min((panel + step) * kPanelRows, linear.rows) - panel * kPanelRows;
    ApplyFloat(rows, nullptr, in, accumulate, out + (panel - panel_begin) * kPanelRows, out_stride,
               space);
  }
}

// Packs the rows as a panel of `packed`, which lies in `memory`, then multiplies as with packed
// weights: the same numbers. `bias` is that of all its rows.
void ApplyMapped(const Rows& rows, const PackedMatrix& packed, uint8_t* memory, int panel,
                 const float* bias, const LinearInput& in, bool accumulate, float* out,
                 int64_t out_stride, const WorkerSpace& space) {
  ActiveKernels().pack(rows.type, rows.first, rows.rows, rows.columns,
                       packed.PanelIn(memory, panel));
  ApplyPacked(packed, in, panel, panel + 1, bias, accumulate, out, out_stride, space);
}

// The activations in the order of a matrix's columns, as codes. A worker makes them for the first
// of its panels and keeps them for the others: within a pass a matrix has one input.
LinearInput InOrderOf(const Linear& linear, const LinearInput& in, const WorkerSpace& space) {
  const int32_t* order = linear.tensor.column_order;
  OrderedCodes* oldest = space.ordered.data();
  for (OrderedCodes& one : space.ordered) {
    if (one.order == order) return {in.x, &one.codes, in.tokens};
    if (one.used < oldest->used) oldest = &one;
  }
  oldest->order = order;
  oldest->used = ++space.order_clock;
  const int columns = linear.columns;
  oldest->codes = LayOutActivations(oldest->memory, columns, in.tokens);
  auto* row = reinterpret_cast<float*>(space.panel);
  for (int t = 0; t < in.tokens; ++t) {
    const float* x = in.x + int64_t{t} * columns;
    for (int i = 0; i < columns; ++i) row[i] = x[order[i]];
    ActiveKernels().quantize({.x = row,
                              .x_stride = columns,
                              .out = oldest->codes,
                              .token_begin = t,
                              .token_end = t + 1,
                              .group_end = columns / kGroupColumns});
  }
  return {in.x, &oldest->codes, in.tokens};
}

// Pages of the file go soon after their rows are packed, that no pass has all of both.
constexpr size_t kReleaseBytes = size_t{1} << 20;

// From the file's rows: panels that the pass packs to stay go to their place, others to scratch.
void ApplyFromFile(const Linear& linear, const LinearInput& in, int panel_begin, int panel_end,
                   bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  const Packing& packing = linear.packing;
  const size_t panel_bytes = linear.packed.panel_bytes();
  int released = panel_begin;
  for (int panel = panel_begin; panel < panel_end; ++panel, out += kPanelRows) {
    const bool stays = panel < packing.end;
    Rows rows = RowsOfPanel(linear, panel);
    if (linear.quantised && stays) {
      ApplyMapped(rows, linear.packed, packing.memory, panel, BiasFrom(linear, 0), in, accumulate,
                  out, out_stride, space);
    } else if (linear.quantised) {
      const PackedMatrix one = PackedMatrixAt(rows.type, rows.rows, rows.columns, space.panel);
      ApplyMapped(rows, one, space.panel, 0, rows.bias, in, accumulate, out, out_stride, space);
    } else {
      if (stays) {
        uint8_t* place = linear.packed.PanelIn(packing.memory, panel).blocks;
        PackFloatPanel(rows.type, rows.first, rows.rows, rows.columns, place);
        rows.first = place;
        rows.panels = true;
      }
      ApplyFloat(rows, linear.tensor.column_order, in, accumulate, out, out_stride, space);
    }
    if (!stays) continue;
    const int next = panel + 1;
    if (next < std::min(panel_end, packing.end) &&
        static_cast<size_t>(next - released) * panel_bytes < kReleaseBytes) {
      continue;
    }
    ReleasePanels(*packing.file, linear, released, next);
    released = next;
  }
  const int packed = std::min(panel_end, packing.end) - panel_begin;
  if (packed <= 0) return;
  // Pieces leave the pages at their ends, most of a small matrix; the last worker sees to these.
  const int before = std::atomic_ref(packing.done).fetch_add(packed, std::memory_order_acq_rel);
  if (before + packed == packing.end - linear.packed_panels) {
    ReleasePanels(*packing.file, linear, linear.packed_panels, packing.end);
  }
}

}  // namespace

void ApplyLinear(const Linear& linear, const LinearInput& input, int panel_begin, int panel_end,
                 bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  if (panel_begin == panel_end) return;
  const bool reordered = linear.quantised && linear.tensor.column_order != nullptr;
  const LinearInput in = reordered ? InOrderOf(linear, input, space) : input;
  const int ready = std::clamp(linear.packed_panels, panel_begin, panel_end);
  if (linear.quantised && panel_begin < ready) {
    ApplyPacked(linear.packed, in, panel_begin, ready, BiasFrom(linear, 0), accumulate, out,
                out_stride, space);
  }
  if (!linear.quantised && panel_begin < ready) {
    ApplyPackedFloat(linear, in, panel_begin, ready, accumulate, out, out_stride, space);
  }
  ApplyFromFile(linear, in, ready, panel_end, accumulate, out + (ready - panel_begin) * kPanelRows,
                out_stride, space);
}

}  // namespace bantam
