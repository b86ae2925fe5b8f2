// Kernels for ARMv8.0 Advanced SIMD.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "kernels/kernels.h"

namespace bantam {
namespace {
namespace neon {

#include "kernels/arm/simd_neon.inl"
//
#include "kernels/arm/simd_neon_dot_plain.inl"
//
#include "kernels/generic/f32x16.inl"
//
#include "kernels/generic/no_tile_unit.inl"
//
#include "kernels/generic/bit_planes.inl"
//
#include "kernels/arm/unpacking_neon.inl"
//
#include "kernels/generic/matmul.inl"
#include "kernels/generic/pack.inl"
//
#include "kernels/generic/elementwise.inl"
//
#include "kernels/generic/no_quantized_slots.inl"
//
#include "kernels/generic/quantize.inl"
//
#include "kernels/generic/attention.inl"
#include "kernels/generic/float_matmul.inl"
#include "kernels/generic/wide_matmul.inl"
//
#include "kernels/generic/table.inl"

constexpr Kernels kTable = MakeTable("neon");

}  // namespace neon
}  // namespace

const Kernels* NeonKernels() {
  return &neon::kTable;
}

}  // namespace bantam

#endif  // __aarch64__
