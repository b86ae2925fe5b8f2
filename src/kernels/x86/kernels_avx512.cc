// Kernels for AVX-512 with VNNI (compiled with the flags in kernels/room.cmake).
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels/kernels.h"

namespace bantam {
namespace {
namespace avx512 {

#include "kernels/x86/simd_avx512.inl"
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
#include "kernels/x86/quantized_slots_avx512.inl"
//
#include "kernels/generic/quantize.inl"
//
#include "kernels/generic/attention.inl"
#include "kernels/generic/float_matmul.inl"
#include "kernels/generic/wide_matmul.inl"
//
#include "kernels/generic/table.inl"

constexpr Kernels kTable = MakeTable("avx512vnni");

}  // namespace avx512
}  // namespace

const Kernels* Avx512Kernels() {
  return &avx512::kTable;
}

}  // namespace bantam

#endif  // __x86_64__
