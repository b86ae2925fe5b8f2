// Kernels: the table of inner loops, one per instruction set. All that have fused multiply-add give
// the same bytes.
//
// The numbers every entry must produce are written down in docs/numbers.md. Pointers must be
// 64-byte aligned where a comment says so; no entry allocates, fails or keeps state, and all are
// safe to call from many threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "kernels/packed_matrix.h"
#include "kernels/wide_matrix.h"

namespace bantam {

inline constexpr int kTileTokens = 16;

// Activations of n tokens as signed bytes, one scale per 32 columns. Tokens lie in tiles of 16
// (the last tile may be narrower) so that a kernel walks a tile with constant strides:
// codes [tile][group][token in tile][32], the rest [tile][group][token in tile].
struct Activations {
  int columns = 0;
  int tokens = 0;
  int8_t* codes = nullptr;             // 64-byte aligned
  float* scales = nullptr;             // amax / 127
  float* scaled_sums = nullptr;        // scale * sum of the group's codes
  int32_t* minus_sums = nullptr;       // minus the sum of a group's codes
  int32_t* minus_half_sums = nullptr;  // [2 per group]: of columns 0–15 and 16–31

  int groups() const { return columns / kGroupColumns; }
  int TileWidth(int tile) const {
    const int left = tokens - tile * kTileTokens;
    return left < kTileTokens ? left : kTileTokens;
  }
};

// Work bytes for Activations of that size, and an Activations laid out over such memory.
size_t ActivationBytes(int columns, int tokens);
Activations LayOutActivations(uint8_t* memory, int columns, int tokens);

// Below this largest magnitude a group of activations counts as zero, so that no product is
// subnormal.
inline constexpr float kSmallestGroupMax = 1e-25F;

// Quantises tokens [token_begin, token_end) into their slots of `out`, the groups of columns
// [group_begin, group_end) of each.
struct QuantizeJob {
  const float* x =
      nullptr;  // [tokens][x_stride], from token_begin's first column of group_begin on
  int64_t x_stride = 0;
  Activations out;
  int token_begin = 0;
  int token_end = 0;
  int group_begin = 0;
  int group_end = 0;
};

// Whole rows [begin, end) of x, [tokens][out.columns].
inline QuantizeJob RowsToQuantize(const float* x, const Activations& out, int begin, int end) {
  return {.x = x + int64_t{begin} * out.columns,
          .x_stride = out.columns,
          .out = out,
          .token_begin = begin,
          .token_end = end,
          .group_end = out.groups()};
}

// out[t][panel rows] = weights · activations, for panels [panel_begin, panel_end).
struct MatmulJob {
  PackedMatrix weights;
  Activations x;
  int panel_begin = 0;
  int panel_end = 0;
  const float* bias = nullptr;  // [rows], added after the dot product; or none
  bool accumulate = false;      // out += instead of out =
  // Q8_0 only: a sketch from the high nibbles of the codes, the low ones taken as 7.5.
  bool high_plane_only = false;
  // [tokens][out_stride], column 0 being the first row of panel_begin; padding is not written.
  float* out = nullptr;
  int64_t out_stride = 0;
  uint8_t* scratch = nullptr;  // MatmulScratchBytes(columns), 64-byte aligned, one per worker
};
size_t MatmulScratchBytes(int columns);

// out[t][r] = rows[r] · x[t] in float32, for n_rows rows.
struct FloatMatmulJob {
  DType type = DType::kF32;       // of the rows: kF32, kF16 or kBF16
  const uint8_t* rows = nullptr;  // [n_rows][columns], aligned to nothing; or packed panels
  bool panels = false;            // they are (PackFloatPanel)
  int n_rows = 0;
  const float* x = nullptr;  // [tokens][x_stride]
  int64_t x_stride = 0;
  int tokens = 0;
  int columns = 0;  // a multiple of 16
  const float* bias = nullptr;
  bool accumulate = false;
  float* out = nullptr;  // [tokens][out_stride]
  int64_t out_stride = 0;
};

// How keys and values are stored.
enum class KvType : uint8_t {
  kF32,  // as they are
  kI16,  // as 16-bit codes with one float32 scale a token and head
  kI8,   // as bytes, which attention expands to such codes before it reads them
};

// Codes are at most `largest` in magnitude, and `norm` in Euclidean norm.
struct CodeLimits {
  float largest;
  float norm;
};
// Of queries and keys: the product of two norms, roundings included, stays below 2^31 (dimensions
// up to 6,400), and a code is 256 * high + low with both in a signed byte.
inline constexpr CodeLimits kKeyLimits = {127 * 257, 46300};
// Of rows of matrices and what they are multiplied with, the same up to 460,000 columns.
inline constexpr CodeLimits kWideLimits = {127 * 257, 46000};
// Of values: as exact as half precision, and room in 31 bits for the sum of a span's weights.
inline constexpr CodeLimits kValueLimits = {8191, __builtin_inff()};
// Of keys that bytes will hold: multipliers of groups are bytes, too (127 * 255), and what rounding
// to them adds must leave the norm within kKeyLimits'. A group of 16 with the largest code a has a
// multiplier m <= a / 127 + 1 and errors of at most m / 2, so all errors together are at most
// 2 (norm / 127 + sqrt(groups)) long: 757 at 45,500 and 6,400 dimensions.
inline constexpr CodeLimits kByteKeyLimits = {127 * 255, 45500};
inline constexpr CodeLimits kByteValueLimits = {127, __builtin_inff()};
// Below this scale all codes are zero, so that no product of scales is subnormal.
inline constexpr float kSmallestScale = 1e-17F;

// Keys and values of a block of 64 tokens and one head, as attention reads them. In float32, keys
// are [head_dim][64] and values [64][padded head_dim]. Codes are the same by pairs: keys
// [pairs of dimensions][64][2], values [pairs of tokens][padded head_dim][2]; the tokens' scales,
// [64], follow them.
constexpr int HeadDimPairs(int head_dim) {
  return (head_dim + 1) / 2;
}
// Values are stored with their rows padded to whole vectors.
constexpr int PaddedHeadDim(int head_dim) {
  return (head_dim + 15) / 16 * 16;
}

inline constexpr int kSpanKeys = 512;  // attention partial results cover this many keys
inline constexpr int kBlockKeys = 64;  // keys per KV block

[[gnu::always_inline]] inline const float* KeyScales(const uint8_t* keys, int head_dim) {
  return reinterpret_cast<const float*>(keys + HeadDimPairs(head_dim) * 2 * kBlockKeys * 2);
}
[[gnu::always_inline]] inline const float* ValueScales(const uint8_t* values, int head_dim) {
  return reinterpret_cast<const float*>(values + PaddedHeadDim(head_dim) * kBlockKeys * 2);
}

// Keys in bytes. A row holds a pair of dimensions, eight rows are a group, and which pair a row
// holds is free: what is of one size should stand together. A token's 16-bit code of a dimension is
// its byte times its group's multiplier, or in a wide group exactly 256 * byte + low byte.
// Keys: [rows][64][2] bytes, then the low bytes of each wide group [8][64][2], the multipliers
// [groups][64], the scales [64]. Values: [pairs of tokens][padded head_dim][2] bytes, scales [64].
struct KeyGroups {
  const int16_t* pairs = nullptr;  // [rows]: the pair of dimensions each holds
  const uint8_t* wide = nullptr;   // [groups]: not zero: wide
};
inline constexpr int kKeyGroupRows = 8;
constexpr int KeyGroupCount(int head_dim) {
  return (HeadDimPairs(head_dim) + kKeyGroupRows - 1) / kKeyGroupRows;
}
// Where the parts of a block's keys begin, in bytes.
struct ByteKeyParts {
  size_t low, multipliers, scales, end;
};
[[gnu::always_inline]] constexpr ByteKeyParts PartsOfByteKeys(int head_dim, int n_wide) {
  const size_t row = kBlockKeys * 2;
  ByteKeyParts parts = {static_cast<size_t>(HeadDimPairs(head_dim)) * row, 0, 0, 0};
  parts.multipliers = parts.low + static_cast<size_t>(n_wide * kKeyGroupRows) * row;
  parts.scales = parts.multipliers + static_cast<size_t>(KeyGroupCount(head_dim)) * kBlockKeys;
  parts.end = parts.scales + kBlockKeys * sizeof(float);
  return parts;
}

// Attention of some query rows over one sequence's keys and values of one key-value head.
struct AttentionJob {
  const float* queries = nullptr;  // row r at queries + r * head_dim, already scaled
  int n_rows = 0;
  const int* visible = nullptr;        // [n_rows]: keys 0 … visible - 1 are attended to
  const int* first_visible = nullptr;  // [n_rows] start of the sliding window; or none (0)
  int head_dim = 0;
  KvType type = KvType::kF32;
  KeyGroups key_groups;                    // of kI8
  const uint8_t* const* keys = nullptr;    // [blocks], 64-byte aligned
  const uint8_t* const* values = nullptr;  // [blocks], 64-byte aligned
  float* out = nullptr;                    // row r at out + r * head_dim
  uint8_t* scratch = nullptr;              // AttentionScratchBytes(n_rows, head_dim), aligned
};
size_t AttentionScratchBytes(int n_rows, int head_dim);

// Part of it: a span's keys and values in the order of a matrix unit.
constexpr size_t AttentionTileBytes(int head_dim) {
  return size_t{2} * kSpanKeys * static_cast<size_t>(PaddedHeadDim(head_dim)) * 2;
}
// And its keys and values in 16 bits, where they are stored in bytes.
constexpr size_t ExpandedSpanBytes(int head_dim) {
  const auto codes = static_cast<size_t>(HeadDimPairs(head_dim) * 2 + PaddedHeadDim(head_dim)) * 2;
  return kSpanKeys * (codes + 2 * sizeof(float));
}
inline constexpr int kMostAttentionRows = 16;  // that a kernel works on together
// Their scores lie this far apart, so that rows do not share the sets of a cache.
inline constexpr int kScoreStride = kSpanKeys + 16;

struct Kernels {
  std::string_view name;

  void (*quantize)(const QuantizeJob& job);
  // codes = round(x / scale) of n values, zeros up to a multiple of 16; returns the smallest scale
  // that keeps the limits. Not a number if some x is not, or their squares overflow.
  float (*quantize16)(const float* x, int n, CodeLimits limits, int16_t* codes);
  void (*matmul)(const MatmulJob& job);
  // One token's row of activations (kWideLimits). The scale, and so all products, are not a number
  // if some x is not.
  void (*quantize_wide)(const float* x, const WideActivations& out, int token);
  // A panel of WidePanelBytes from up to 16 rows of floats [n_rows][columns]; `codes` is room for
  // sixteen rows of WideColumns. False if some are not numbers, or their squares overflow.
  bool (*pack_wide)(const float* rows, int n_rows, int columns, int16_t* codes, uint8_t* panel);
  void (*wide_matmul)(const WideMatmulJob& job);
  void (*float_matmul)(const FloatMatmulJob& job);
  // PackPanel, four to nine times as fast: bound by memory.
  void (*pack)(DType type, const uint8_t* first_row, int n_rows, int columns, WritablePanel panel);
  void (*attention)(const AttentionJob& job);

  // out = x / rms(x) * weight; n a multiple of 16; out may be x.
  void (*rms_norm)(const float* x, const float* weight, int n, float eps, float* out);
  // out = (x - mean) / sqrt(variance + eps) * weight + bias; bias may be none, out may
  // be x.
  void (*layer_norm)(const float* x, const float* weight, const float* bias, int n, float eps,
                     float* out);
  // gate = silu(gate) * up; n a multiple of 16.
  void (*silu_gate)(float* gate, const float* up, int n);
  // gate = gelu(gate) * up, tanh form; up may be none (ungated).
  void (*gelu_gate)(float* gate, const float* up, int n);
  // x = x * (1 + erf(x / sqrt(2))) / 2; n a multiple of 16.
  void (*gelu_erf)(float* x, int n);
  // x = cap * tanh(x / cap), any n.
  void (*soft_cap)(float* x, int n, float cap);

  // Whether Fma rounds once. Where it rounds twice, results differ from those of other tables
  // (within a few units in the last place of each sum) and are still the same among themselves.
  bool fused = true;
};

// The table this machine uses: the best it can run, or the one BANTAM_ISA names (empty: none).
const Kernels& ActiveKernels();

// Every table this machine can run, the scalar one first.
std::vector<const Kernels*> RunnableKernels();

// One per instruction set, defined in its folder; null when this build or machine lacks it.
const Kernels* ScalarKernels();
const Kernels* Sse41Kernels();
const Kernels* Avx2Kernels();
const Kernels* Avx512Kernels();
const Kernels* AmxKernels();
const Kernels* NeonKernels();
const Kernels* NeonDotprodKernels();

}  // namespace bantam
