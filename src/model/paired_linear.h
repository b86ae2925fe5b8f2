// PairedLinear: products of 8-bit integers that keep about 15 bits of either side.
//
// A vector of embeddings is the end of a computation whose small errors add up, where the choice of
// a next token is not: weights and activations of 8 bits cost cosines of 0.002. So both are pairs
// of bytes, the second being the rest that the first leaves, and a product is three:
// high · high + high · low + low · high. What is left out, low · low, is 2^-16 of the whole.
#pragma once

#include <cstddef>

#include "bantam/result.h"
#include "base/thread_pool.h"
#include "format/model_file.h"
#include "kernels/kernels.h"
#include "model/linear.h"
#include "model/weights.h"

namespace bantam {

// A matrix and how its products are computed. Immutable once packed.
struct PairedLinear {
  Linear plain;       // the tensor and the bias
  PackedMatrix high;  // no data: float32 products with the rows of `plain`
  PackedMatrix low;   // no data: `high` is all there is (weights that the file quantises)

  int rows() const { return plain.rows; }
  int panels() const { return plain.panels(); }
  bool paired() const { return high.data != nullptr; }
};

// A batch of activations; pairs for paired matrices, floats for others.
struct PairedInput {
  const float* x = nullptr;  // [tokens][columns]
  Activations high, low;
  int tokens = 0;
};

// Bytes that packing takes, a multiple of 64.
size_t PairedBytes(const Linear& linear);

// Packs the matrix into `place` (64-byte aligned), by all workers of the pool. Float weights become
// pairs; quantised ones stay as they are. Fails with kUnsupported, naming the tensor, where a
// weight is not finite or too large for a scale in half precision (8 million).
Result<void> PackPair(const ModelFile& file, ThreadPool& pool, uint8_t* place,
                      PairedLinear& linear);

// Like ApplyLinear.
void ApplyPaired(const PairedLinear& linear, const PairedInput& in, int panel_begin, int panel_end,
                 bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space);

}  // namespace bantam
