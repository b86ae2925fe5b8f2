// Memory layout of quantised activations, and the scratch sizes of the kernels.
#include "kernels/kernels.h"

namespace bantam {
namespace {

constexpr size_t kAlignment = 64;

// A matrix unit reads whole tiles of codes, up to three groups ahead: beyond the last token of all.
constexpr size_t kTileOverread = 4 * kTileTokens * kGroupColumns;

constexpr size_t Aligned(size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

size_t ActivationBytes(int columns, int tokens) {
  const size_t groups = static_cast<size_t>(columns) / kGroupColumns * static_cast<size_t>(tokens);
  return Aligned(groups * 32) + 3 * Aligned(groups * 4) + Aligned(groups * 8) + kTileOverread;
}

Activations LayOutActivations(uint8_t* memory, int columns, int tokens) {
  const size_t groups = static_cast<size_t>(columns) / kGroupColumns * static_cast<size_t>(tokens);
  Activations out;
  out.columns = columns;
  out.tokens = tokens;
  const auto take = [&memory](size_t bytes) {
    uint8_t* p = memory;
    memory += Aligned(bytes);
    return p;
  };
  out.codes = reinterpret_cast<int8_t*>(take(groups * 32));
  out.scales = reinterpret_cast<float*>(take(groups * 4));
  out.scaled_sums = reinterpret_cast<float*>(take(groups * 4));
  out.minus_sums = reinterpret_cast<int32_t*>(take(groups * 4));
  out.minus_half_sums = reinterpret_cast<int32_t*>(take(groups * 8));
  return out;
}

size_t WideActivationBytes(int columns, int tokens) {
  const auto n = static_cast<size_t>((tokens + kTileTokens - 1) / kTileTokens * kTileTokens);
  WideActivations shape;
  shape.columns = columns;
  return n * (static_cast<size_t>(shape.stride()) * sizeof(int16_t) + sizeof(float));
}

WideActivations LayOutWideActivations(uint8_t* memory, int columns, int tokens) {
  const int n = (tokens + kTileTokens - 1) / kTileTokens * kTileTokens;
  WideActivations out;
  out.columns = columns;
  out.tokens = tokens;
  out.codes = reinterpret_cast<int16_t*>(memory);
  out.scales = reinterpret_cast<float*>(out.row(n));
  return out;
}

size_t MatmulScratchBytes(int columns) {
  constexpr size_t kLargestRecord = 512 + 64 + 128 + 192;  // codes and every scale plane
  return static_cast<size_t>(columns) / kGroupColumns * kLargestRecord + kAlignment;
}

size_t AttentionScratchBytes(int n_rows, int head_dim) {
  const auto padded = static_cast<size_t>(PaddedHeadDim(head_dim));
  const size_t together =
      (kSpanKeys + kMostAttentionRows * (kScoreStride + padded + 2)) * sizeof(float);
  const size_t row = padded * (sizeof(float) + sizeof(int16_t)) + 4 * sizeof(float);
  const size_t rows = static_cast<size_t>(n_rows) + kMostAttentionRows;
  return AttentionTileBytes(head_dim) + ExpandedSpanBytes(head_dim) +
         Aligned(together + rows * row) + kAlignment;
}

}  // namespace bantam
