// Rounding of 16-bit codes to bytes, by groups.
#include "model/byte_codes.h"

#include <algorithm>
#include <cstdlib>

namespace bantam {
namespace {

// The dimensions of a group's rows, in order; of an odd head_dim's last pair only one is there.
template <class Work>
void ForDimensionsOf(const KvShape& shape, const int16_t* pairs, int group, const Work& work) {
  const int first = group * kKeyGroupRows;
  const int last = std::min(first + kKeyGroupRows, HeadDimPairs(shape.head_dim));
  for (int row = first; row < last; ++row) {
    const int d = pairs[row] * 2;
    work(static_cast<size_t>(d));
    if (d + 1 < shape.head_dim) work(static_cast<size_t>(d) + 1);
  }
}

// The nearest whole number, ties to even; exact for what fits 16 bits.
int Rounded(float x) {
  constexpr float kShift = 12582912;  // 1.5 · 2^23
  return static_cast<int>(x + kShift - kShift);
}

}  // namespace

void QuantizeToBytes(const Kernels& kernels, const KvShape& shape, const int16_t* pairs, int layer,
                     int kv_head, const float* key, const float* value, ByteCodes& out) {
  const auto dim = static_cast<size_t>(shape.head_dim);
  std::array<int16_t, kMaxHeadDim> codes;
  out.key_scale = kernels.quantize16(key, shape.head_dim, kByteKeyLimits, codes.data());
  if (!(out.key_scale >= 0))
    std::fill_n(codes.begin(), dim, 0);  // not a number: codes mean nothing
  for (int g = 0; g < shape.groups(); ++g) {
    const bool is_wide = shape.IsWide(layer, kv_head, g);
    int largest = 0;
    ForDimensionsOf(shape, pairs, g,
                    [&](size_t d) { largest = std::max(largest, std::abs(codes[d])); });
    const int multiplier = std::max((largest + 126) / 127, 1);
    const float inverse = 1.0F / static_cast<float>(multiplier);
    out.multipliers[static_cast<size_t>(g)] = static_cast<uint8_t>(multiplier);
    ForDimensionsOf(shape, pairs, g, [&](size_t d) {
      const int code = codes[d];
      const int high = is_wide ? (code + 128) >> 8 : Rounded(static_cast<float>(code) * inverse);
      out.high[d] = static_cast<int8_t>(high);
      out.low[d] = static_cast<int8_t>(code - high * 256);  // read where the group is wide
    });
  }
  out.value_scale = kernels.quantize16(value, shape.head_dim, kByteValueLimits, codes.data());
  if (!(out.value_scale >= 0)) std::fill_n(codes.begin(), dim, 0);
  std::copy_n(codes.begin(), dim, out.values.begin());
}

void FromBytes(const KvShape& shape, const int16_t* pairs, int layer, int kv_head,
               const ByteCodes& codes, float* key, float* value) {
  for (int g = 0; g < shape.groups(); ++g) {
    const bool is_wide = shape.IsWide(layer, kv_head, g);
    const int multiplier = codes.multipliers[static_cast<size_t>(g)];
    ForDimensionsOf(shape, pairs, g, [&](size_t d) {
      const int code = is_wide ? codes.high[d] * 256 + codes.low[d] : codes.high[d] * multiplier;
      key[d] = static_cast<float>(code) * codes.key_scale;
    });
  }
  for (size_t d = 0; d < static_cast<size_t>(shape.head_dim); ++d) {
    value[d] = static_cast<float>(codes.values[d]) * codes.value_scale;
  }
}

}  // namespace bantam
