// Kernels for any machine, without vectors: the oracle the others are compared with.
#include "base/half.h"
#include "kernels/kernels.h"

namespace bantam {
namespace {
namespace scalar {

#include "kernels/scalar/simd_scalar.inl"
//
#include "kernels/generic/f32x16.inl"
//
#include "kernels/generic/no_tile_unit.inl"
//
#include "kernels/generic/bit_planes.inl"
//
#include "kernels/generic/unpacking.inl"
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

constexpr Kernels kTable = MakeTable("scalar");

}  // namespace scalar
}  // namespace

const Kernels* ScalarKernels() {
  return &scalar::kTable;
}

}  // namespace bantam
