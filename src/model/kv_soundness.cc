// KvCache::IsSound: keys and values that come from a file, which may be hostile.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/bytes.h"
#include "model/kv_cache.h"

namespace bantam {
namespace {

using Norms = std::array<double, kKvBlockTokens>;

bool AllFinite(const uint8_t* bytes, size_t n_bytes) {
  for (size_t at = 0; at < n_bytes; at += sizeof(float)) {
    if (!std::isfinite(LoadLe<float>(bytes + at))) return false;
  }
  return true;
}

// Rounding the codes lets a norm exceed kKeyLimits' a little. With this one as well a product with
// a query's stays below 2^31.
bool WithinNorm(const Norms& squares) {
  constexpr double kMost = 46340.0 * 46340.0;
  return std::ranges::all_of(squares, [](double square) { return square <= kMost; });
}

// Keys in 16 bits: [pairs][64][2].
bool KeyCodesAreSound(const uint8_t* keys, int n_pairs) {
  Norms squares{};
  for (int row = 0; row < n_pairs; ++row) {
    for (size_t i = 0; i < size_t{2} * kKvBlockTokens; ++i) {
      const size_t at = static_cast<size_t>(row) * 2 * kKvBlockTokens + i;
      const double code = LoadLe<int16_t>(keys + at * 2);
      if (std::fabs(code) > static_cast<double>(kKeyLimits.largest)) return false;
      squares[i / 2] += code * code;
    }
  }
  return WithinNorm(squares);
}

bool ValueCodesAreSound(const uint8_t* values, size_t n_bytes) {
  for (size_t at = 0; at < n_bytes; at += 2) {
    const float code = LoadLe<int16_t>(values + at);
    if (std::fabs(code) > kValueLimits.largest) return false;
  }
  return true;
}

// Keys in bytes: their 16-bit codes are made of bytes, low bytes and multipliers.
bool KeyBytesAreSound(const KvShape& shape, int layer, int kv_head, const uint8_t* keys) {
  const ByteKeyParts parts = PartsOfByteKeys(shape.head_dim, shape.WideGroups(layer, kv_head));
  const uint8_t* low = keys + parts.low;
  Norms squares{};
  for (int g = 0; g < shape.groups(); ++g) {
    const bool wide = shape.IsWide(layer, kv_head, g);
    const int first = g * kKeyGroupRows;
    const int last = std::min(first + kKeyGroupRows, HeadDimPairs(shape.head_dim));
    for (int row = first; row < last; ++row) {
      for (size_t i = 0; i < size_t{2} * kKvBlockTokens; ++i) {
        const size_t row_bytes = size_t{2} * kKvBlockTokens;
        const int high = static_cast<int8_t>(keys[static_cast<size_t>(row) * row_bytes + i]);
        const uint8_t multiplier =
            keys[parts.multipliers + static_cast<size_t>(g) * kKvBlockTokens + i / 2];
        const int code =
            wide ? high * 256 +
                       static_cast<int8_t>(low[static_cast<size_t>(row - first) * row_bytes + i])
                 : high * multiplier;
        if (std::abs(code) > static_cast<int>(kKeyLimits.largest)) return false;
        squares[i / 2] += static_cast<double>(code) * code;
      }
    }
    if (wide) low += kKeyGroupRows * kKvBlockTokens * 2;
  }
  return WithinNorm(squares);
}

}  // namespace

bool KvCache::IsSoundHead(int block, int layer, int kv_head) const {
  const uint8_t* keys = Keys(block, layer, kv_head);
  const uint8_t* values = Values(block, layer, kv_head);
  const size_t key_bytes = shape_.KeyBytes(layer, kv_head);
  const size_t value_bytes = shape_.ValueBytes();
  if (shape_.type == KvType::kF32)
    return AllFinite(keys, key_bytes) && AllFinite(values, value_bytes);
  if (!AllFinite(keys + key_bytes - kKvScaleBytes, kKvScaleBytes) ||
      !AllFinite(values + value_bytes - kKvScaleBytes, kKvScaleBytes)) {
    return false;
  }
  if (shape_.type == KvType::kI8) return KeyBytesAreSound(shape_, layer, kv_head, keys);
  return KeyCodesAreSound(keys, HeadDimPairs(shape_.head_dim)) &&
         ValueCodesAreSound(values, value_bytes - kKvScaleBytes);
}

bool KvCache::IsSound(int block) const {
  for (int layer = 0; layer < shape_.layers; ++layer) {
    for (int head = 0; head < shape_.kv_heads; ++head) {
      if (!IsSoundHead(block, layer, head)) return false;
    }
  }
  return true;
}

}  // namespace bantam
