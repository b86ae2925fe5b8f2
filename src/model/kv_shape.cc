// Sizes of the stored keys and values, and which groups of keys are wide.
#include "model/kv_shape.h"

#include <algorithm>
#include <cmath>

#include "model/weights.h"

namespace bantam {
namespace {

// What of bytes says the architecture and the biases.
void DescribeGroups(const Weights& weights, KvShape& shape) {
  const ModelConfig& config = weights.config();
  if (config.rope_style == RopeStyle::kNeoX) shape.half_turn = config.rope_dim / 2;
  const std::vector<int16_t> pairs = shape.RowPairs();
  for (const Layer& layer : weights.layers()) {
    for (int head = 0; head < shape.kv_heads; ++head) {
      for (int g = 0; g < shape.groups(); ++g) {
        const auto first = pairs.begin() + g * kKeyGroupRows;
        const auto last = std::min(first + kKeyGroupRows, pairs.end());
        float largest = 0;
        for (auto pair = first; pair < last && !layer.key.bias.empty(); ++pair) {
          for (int d = *pair * 2; d < std::min(*pair * 2 + 2, shape.head_dim); ++d) {
            const auto at = static_cast<size_t>(head * shape.head_dim + d);
            largest = std::max(largest, std::fabs(layer.key.bias[at]));
          }
        }
        shape.wide.push_back(largest > kWideKeyBias ? 1 : 0);
      }
    }
  }
}

}  // namespace

bool KvShape::IsWide(int layer, int kv_head, int group) const {
  return !wide.empty() &&
         wide[static_cast<size_t>((layer * kv_heads + kv_head) * groups() + group)] != 0;
}

int KvShape::WideGroups(int layer, int kv_head) const {
  int n = 0;
  for (int g = 0; g < groups(); ++g) n += IsWide(layer, kv_head, g) ? 1 : 0;
  return n;
}

size_t KvShape::KeyBytes(int layer, int kv_head) const {
  if (type == KvType::kF32) return static_cast<size_t>(head_dim) * kKvBlockTokens * sizeof(float);
  if (type == KvType::kI16) {
    return static_cast<size_t>(HeadDimPairs(head_dim)) * 2 * kKvBlockTokens * 2 + kKvScaleBytes;
  }
  return PartsOfByteKeys(head_dim, WideGroups(layer, kv_head)).end;
}

size_t KvShape::ValueBytes() const {
  const size_t elements = static_cast<size_t>(PaddedHeadDim(head_dim)) * kKvBlockTokens;
  switch (type) {
    case KvType::kF32: return elements * sizeof(float);
    case KvType::kI16: return elements * 2 + kKvScaleBytes;
    case KvType::kI8: break;
  }
  return elements + kKvScaleBytes;
}

size_t KvShape::BlockBytes() const {
  size_t bytes = 0;
  for (int layer = 0; layer < layers; ++layer) {
    for (int head = 0; head < kv_heads; ++head) bytes += KeyBytes(layer, head) + ValueBytes();
  }
  return bytes;
}

std::vector<int16_t> KvShape::RowPairs() const {
  const int n = HeadDimPairs(head_dim);
  const int partner = half_turn % 2 == 0 ? half_turn / 2 : 0;  // else pairs would be torn apart
  std::vector<int16_t> rows;
  for (int pair = 0; pair < partner; ++pair) {
    rows.push_back(static_cast<int16_t>(pair));
    rows.push_back(static_cast<int16_t>(pair + partner));
  }
  while (static_cast<int>(rows.size()) < n) rows.push_back(static_cast<int16_t>(rows.size()));
  return rows;
}

KvShape KvShapeOf(const ModelConfig& config, Precision precision) {
  const KvType type = precision == Precision::kExact ? KvType::kF32 : KvType::kI16;
  return {config.n_layers, config.n_kv_heads, config.head_dim, type};
}

KvShape KvShapeOf(const Weights& weights, KvPrecision kv) {
  KvShape shape = KvShapeOf(weights.config(), weights.precision());
  if (kv == KvPrecision::k16) return shape;
  shape.rounded_to_bytes = shape.type == KvType::kF32;
  if (!shape.rounded_to_bytes) shape.type = KvType::kI8;
  DescribeGroups(weights, shape);
  return shape;
}

}  // namespace bantam
