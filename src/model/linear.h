// ApplyLinear: some output rows of a weight matrix times a batch of activations.
#pragma once

#include "kernels/kernels.h"
#include "model/weights.h"
#include "model/workspace.h"

namespace bantam {

// A batch of activations in both forms; quantised matrices read the codes, others the floats.
struct LinearInput {
  const float* x = nullptr;  // [tokens][columns]
  const Activations* codes = nullptr;
  int tokens = 0;
};

// out[t][i] (=, or += if `accumulate`) row panel_begin * 16 + i of the product with the bias, for
// the rows of panels [panel_begin, panel_end). Safe to call from many workers with disjoint panels
// and their own space.
void ApplyLinear(const Linear& linear, const LinearInput& in, int panel_begin, int panel_end,
                 bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space);

}  // namespace bantam
