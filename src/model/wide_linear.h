// WideLinear: matrices of encoders, multiplied in 16-bit codes (docs/numbers.md).
#pragma once

#include <cstddef>
#include <cstdint>

#include "bantam/result.h"
#include "base/thread_pool.h"
#include "format/model_file.h"
#include "kernels/kernels.h"
#include "model/linear.h"
#include "model/weights.h"

namespace bantam {

// A matrix and how its products are computed. Immutable once packed.
struct WideLinear {
  Linear plain;     // the tensor and the bias
  WideMatrix wide;  // no data: float32 products with the rows of `plain`

  int panels() const { return plain.panels(); }
};

// A batch of activations: codes for packed matrices, floats for others.
struct WideInput {
  const float* x = nullptr;  // [tokens][columns]
  WideActivations codes;
  int tokens = 0;
};

// Bytes that packing takes, a multiple of 64.
size_t WideBytes(const Linear& linear);

// Packs the matrix, whatever its type, into `place` (64-byte aligned), by all workers of the pool.
// Fails with kUnsupported, naming the tensor, where weights are not finite or so large that the
// squares of a row overflow.
Result<void> PackWide(const ModelFile& file, ThreadPool& pool, uint8_t* place, WideLinear& linear);

// Like ApplyLinear.
void ApplyWide(const WideLinear& linear, const WideInput& in, int panel_begin, int panel_end,
               bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space);

}  // namespace bantam
