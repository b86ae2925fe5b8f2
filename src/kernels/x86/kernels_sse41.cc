// Kernels for SSE4.1, for processors without AVX2 and fused multiply-add (compiled with the flags
// in kernels/room.cmake).
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels/kernels.h"

namespace bantam {
namespace {
namespace sse41 {

#include "kernels/x86/simd_sse41.inl"
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

constexpr Kernels kTable = [] {
  Kernels table = MakeTable("sse41");
  table.fused = false;
  return table;
}();

}  // namespace sse41
}  // namespace

const Kernels* Sse41Kernels() {
  return &sse41::kTable;
}

}  // namespace bantam

#endif  // __x86_64__
