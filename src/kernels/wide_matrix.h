// WideMatrix: weights and activations as 16-bit codes with one scale a row, or a token.
//
// What encoders multiply: 8-bit codes lose too much of what a vector of embeddings is made of, and
// float32 takes twice the time. Norms of codes are bounded, so that sums of products stay in 31
// bits (Cauchy and Schwarz) and are exact in any order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/packed_matrix.h"

namespace bantam {

// Rows of codes are filled up with zeros to whole tiles of a matrix unit.
constexpr int WideColumns(int columns) {
  return (columns + 63) / 64 * 64;
}

// Rows in panels of 16: their scales, then their codes in the order that the kernels of this
// machine read (Kernels::pack_wide).
struct WideMatrix {
  int rows = 0;
  int columns = 0;
  const uint8_t* data = nullptr;  // 64-byte aligned
};
constexpr size_t WidePanelBytes(int columns) {
  return kPanelRows * (sizeof(float) + static_cast<size_t>(WideColumns(columns)) * 2);
}
constexpr size_t WideBytes(int rows, int columns) {
  return static_cast<size_t>((rows + kPanelRows - 1) / kPanelRows) * WidePanelBytes(columns);
}

// Activations of n tokens. Codes are in an order of the kernels' own, too.
struct WideActivations {
  int columns = 0;
  int tokens = 0;
  int16_t* codes = nullptr;  // [tokens, whole tiles of 16][stride], 64-byte aligned
  float* scales = nullptr;   // [tokens]

  // 64 bytes beyond the columns keep a tile's rows in different sets of the cache.
  int64_t stride() const { return WideColumns(columns) + 32; }
  int16_t* row(int token) const { return codes + token * stride(); }
};

// Work bytes for WideActivations of that size, and these laid out over such memory.
size_t WideActivationBytes(int columns, int tokens);
WideActivations LayOutWideActivations(uint8_t* memory, int columns, int tokens);

// out[t][panel rows] = weights · activations, for panels [panel_begin, panel_end).
struct WideMatmulJob {
  WideMatrix weights;
  WideActivations x;
  int panel_begin = 0;
  int panel_end = 0;
  const float* bias = nullptr;  // [rows], added after the product; or none
  bool accumulate = false;      // out += instead of out =
  // [tokens][out_stride], column 0 being the first row of panel_begin; padding is not written.
  float* out = nullptr;
  int64_t out_stride = 0;
};

}  // namespace bantam
