// DequantizeRow: weights of every stored type as float32, the definition of what they mean.
#pragma once

#include <cstdint>

#include "base/dtype.h"

namespace bantam {

// Writes the n elements of a row to `out`. n must be a multiple of the type's block size; `row`
// needs no alignment. Bit-equal (NaNs aside) to `dequantize` of the reference `gguf` Python
// package: each operation rounds to float32, a group's scale before it meets the codes.
// Any bytes are valid input: there are no codes without a meaning.
void DequantizeRow(DType type, const uint8_t* row, int64_t n, float* out);

}  // namespace bantam
