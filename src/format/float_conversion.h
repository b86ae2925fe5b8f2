// ConvertFloats: weights of one float type as another, on loading.
#pragma once

#include <cstdint>
#include <span>

#include "bantam/result.h"
#include "base/dtype.h"

namespace bantam {

// n numbers of a float type as float32, exactly.
void WidenFloats(DType type, const uint8_t* data, int64_t n, float* out);

struct FloatConversion {
  DType from = DType::kF32;  // both kF32, kF16 or kBF16
  DType to = DType::kF32;
  const uint8_t* data = nullptr;
  int64_t elements = 0;
};

// Rounds to nearest, ties to even. Fails with kUnsupported if a finite number becomes infinite,
// naming it and its place: such weights need another type.
Result<void> ConvertFloats(const FloatConversion& conversion, std::span<uint8_t> out);

}  // namespace bantam
