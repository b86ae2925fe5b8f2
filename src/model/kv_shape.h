// KvShape: how a model's keys and values are stored, and the bytes they take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bantam/model.h"
#include "kernels/kernels.h"

namespace bantam {

struct ModelConfig;
class Weights;

// Size of one block in tokens: what attention reads as a unit.
inline constexpr int kKvBlockTokens = kBlockKeys;

// The tokens' scales, last in the keys and in the values of a layer and head that are codes.
inline constexpr size_t kKvScaleBytes = kKvBlockTokens * sizeof(float);

struct KvShape {
  int layers = 0;
  int kv_heads = 0;
  int head_dim = 0;
  KvType type = KvType::kI16;

  // Of bytes (kernels/kernels.h). Dimensions d and d + half_turn rotate together and share a group;
  // 0: neighbours do.
  int half_turn = 0;
  // [layers][kv_heads][groups]: not zero: that group of keys is wide. Empty: none is.
  std::vector<uint8_t> wide = {};
  // Of kF32: numbers are rounded as bytes would round them, so that this error shows alone.
  bool rounded_to_bytes = false;

  int groups() const { return KeyGroupCount(head_dim); }
  bool IsWide(int layer, int kv_head, int group) const;
  int WideGroups(int layer, int kv_head) const;  // how many
  // Of one layer and head in a block, scales included.
  size_t KeyBytes(int layer, int kv_head) const;
  size_t ValueBytes() const;
  // Bytes of one block: keys and values of 64 tokens, all layers and heads.
  size_t BlockBytes() const;
  // Which pair of dimensions each row of a group holds: [pairs].
  std::vector<int16_t> RowPairs() const;
};

// Groups whose keys carry a bias beyond this are wide. The bias of some models' (Qwen2.5's: up to
// 211 where other keys are about 2) lies in few, slowly turning dimensions, the same for all
// tokens, and an error of a 254th of it would be many times what tells the tokens apart. Scores are
// absolute, so the limit is: 16 / 254 times a query of about 10 over sqrt(64) is an error of a
// tenth.
inline constexpr float kWideKeyBias = 16;

// The cache of a model at its precision. Deterministic: wide groups follow from the biases alone.
KvShape KvShapeOf(const Weights& weights, KvPrecision kv);
// Of k16.
KvShape KvShapeOf(const ModelConfig& config, Precision precision);

}  // namespace bantam
