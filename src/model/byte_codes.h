// ByteCodes: one token's key and value of a head in bytes.
#pragma once

#include <array>
#include <cstdint>

#include "model/kv_shape.h"

namespace bantam {

inline constexpr int kMaxHeadDim = 4096;

// A key and a value as kernels/kernels.h explains. Each follows from the token's own numbers alone.
struct ByteCodes {
  // Keys by the dimensions' own order: 16-bit codes, which `high` and `low` (of wide groups) or
  // `high` and `multipliers` (of others) give back.
  std::array<int8_t, kMaxHeadDim> high;
  std::array<int8_t, kMaxHeadDim> low;
  std::array<uint8_t, kMaxHeadDim / kKeyGroupRows / 2 + 1> multipliers;
  std::array<int8_t, kMaxHeadDim> values;
  float key_scale;  // not a number if some number of the key is not, or their squares overflow
  float value_scale;
};

// `pairs`: shape.RowPairs().
void QuantizeToBytes(const Kernels& kernels, const KvShape& shape, const int16_t* pairs, int layer,
                     int kv_head, const float* key, const float* value, ByteCodes& out);

// The numbers that the codes stand for, [head_dim] each.
void FromBytes(const KvShape& shape, const int16_t* pairs, int layer, int kv_head,
               const ByteCodes& codes, float* key, float* value);

}  // namespace bantam
