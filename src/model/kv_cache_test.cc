// Tests of the key-value memory: what is stored where, prefix copies, bad numbers.
#include "model/kv_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace bantam {
namespace {

// A cache of bytes has every third group wide.
KvShape ShapeOf(int layers, int kv_heads, int head_dim, KvType type) {
  KvShape shape{layers, kv_heads, head_dim, type};
  if (type != KvType::kI8) return shape;
  shape.half_turn = head_dim / 2;
  shape.wide.resize(static_cast<size_t>(layers * kv_heads * shape.groups()));
  for (size_t g = 0; g < shape.wide.size(); g += 3) shape.wide[g] = 1;
  return shape;
}

float FloatAt(const uint8_t* p, size_t index) {
  float value;
  std::memcpy(&value, p + index * sizeof(value), sizeof(value));
  return value;
}

float KeyOfBytes(const KvCache& cache, const uint8_t* keys, int layer, int head, int token, int d) {
  const KvShape& shape = cache.shape();
  const ByteKeyParts parts = PartsOfByteKeys(shape.head_dim, shape.WideGroups(layer, head));
  const auto pairs = shape.RowPairs();
  const int row = static_cast<int>(std::find(pairs.begin(), pairs.end(), d / 2) - pairs.begin());
  int wide_before = 0;
  for (int g = 0; g < row / 8; ++g) wide_before += shape.IsWide(layer, head, g) ? 1 : 0;
  const int column = token * 2 + d % 2;
  int code = static_cast<int8_t>(keys[row * 128 + column]);
  if (shape.IsWide(layer, head, row / 8)) {
    const auto low = parts.low + static_cast<size_t>((wide_before * 8 + row % 8) * 128 + column);
    code = code * 256 + static_cast<int8_t>(keys[low]);
  } else {
    code *= keys[parts.multipliers + static_cast<size_t>(row / 8 * 64 + token)];
  }
  return static_cast<float>(code) * FloatAt(keys + parts.scales, static_cast<size_t>(token));
}

// One number of a token's stored key or value.
float KeyOf(const KvCache& cache, int block, int layer, int head, int token, int d) {
  const uint8_t* keys = cache.Keys(block, layer, head);
  const int dim = cache.shape().head_dim;
  if (cache.shape().type == KvType::kF32) {
    return reinterpret_cast<const float*>(keys)[d * 64 + token];
  }
  if (cache.shape().type == KvType::kI8) {
    return KeyOfBytes(cache, keys, layer, head, token, d);
  }
  const int code = reinterpret_cast<const int16_t*>(keys)[(d / 2 * 64 + token) * 2 + d % 2];
  return static_cast<float>(code) * KeyScales(keys, dim)[token];
}
float ValueOf(const KvCache& cache, int block, int layer, int head, int token, int d) {
  const uint8_t* values = cache.Values(block, layer, head);
  const int dim = cache.shape().head_dim;
  const int padded = PaddedHeadDim(dim);
  if (cache.shape().type == KvType::kF32) {
    return reinterpret_cast<const float*>(values)[token * padded + d];
  }
  const int at = (token / 2 * padded + d) * 2 + token % 2;
  if (cache.shape().type == KvType::kI8) {
    return static_cast<float>(static_cast<int8_t>(values[at])) *
           FloatAt(values + padded * 64, static_cast<size_t>(token));
  }
  return static_cast<float>(reinterpret_cast<const int16_t*>(values)[at]) *
         ValueScales(values, dim)[token];
}

TEST(KvCache, KeysAreColumnsAndValuesAreRows) {
  for (KvType type : {KvType::kF32, KvType::kI16, KvType::kI8}) {
    const auto cache = KvCache::Create(ShapeOf(2, 3, 24, type), 4);
    ASSERT_TRUE(cache);
    std::vector<float> key(24), value(24);
    for (int d = 0; d < 24; ++d) {
      key[d] = static_cast<float>(d) + 0.5F;
      value[d] = static_cast<float>(-d);
    }
    (*cache)->Store(3, 1, 2, 17, key.data(), value.data());
    for (int d = 0; d < 24; ++d) {
      const float tolerance = type == KvType::kF32   ? 0
                              : type == KvType::kI16 ? 23.5F / 8191
                                                     : 23.5F / 250;
      EXPECT_NEAR(KeyOf(**cache, 3, 1, 2, 17, d), key[d], tolerance);
      EXPECT_NEAR(ValueOf(**cache, 3, 1, 2, 17, d), value[d], tolerance);
    }
  }
}

TEST(KvCache, CopyPrefixTakesTheFirstTokensOfEveryHead) {
  for (KvType type : {KvType::kF32, KvType::kI16, KvType::kI8}) {
    const auto cache = KvCache::Create(ShapeOf(2, 2, 48, type), 2);
    ASSERT_TRUE(cache);
    for (int token = 0; token < 64; ++token) {
      const std::vector<float> v(48, static_cast<float>(token + 1));
      for (int i = 0; i < 4; ++i) (*cache)->Store(0, i / 2, i % 2, token, v.data(), v.data());
    }
    (*cache)->CopyPrefix(0, 1, 21);
    for (int i = 0; i < 4; ++i) {
      for (int token : {0, 20, 21, 63}) {
        for (int d : {0, 5, 47}) {
          const float expected = token < 21 ? static_cast<float>(token + 1) : 0;
          const float tolerance = type == KvType::kI8 ? expected / 254 : 1e-2F;
          EXPECT_NEAR(KeyOf(**cache, 1, i / 2, i % 2, token, d), expected, tolerance);
          EXPECT_NEAR(ValueOf(**cache, 1, i / 2, i % 2, token, d), expected, tolerance);
        }
      }
    }
  }
}

TEST(KvCache, AKeyThatIsNotANumberShowsInItsValue) {
  for (KvType type : {KvType::kI16, KvType::kI8}) {
    const auto cache = KvCache::Create(ShapeOf(1, 1, 16, type), 1);
    ASSERT_TRUE(cache);
    std::vector<float> key(16, 1), value(16, 2);
    key[3] = std::nanf("");
    (*cache)->Store(0, 0, 0, 1, value.data(), value.data());
    (*cache)->Store(0, 0, 0, 2, key.data(), value.data());
    EXPECT_NEAR(ValueOf(**cache, 0, 0, 0, 1, 5), 2, 1e-3);
    EXPECT_TRUE(std::isnan(ValueOf(**cache, 0, 0, 0, 2, 5)));
  }
}

// What `exact` keeps of a cache of bytes are the numbers that the bytes stand for.
TEST(KvCache, FloatsCanBeRoundedAsBytesAre) {
  const KvShape bytes = ShapeOf(1, 2, 48, KvType::kI8);
  KvShape floats = bytes;
  floats.type = KvType::kF32;
  floats.rounded_to_bytes = true;
  const auto a = KvCache::Create(bytes, 1), b = KvCache::Create(floats, 1);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(floats.BlockBytes(), size_t{2 * 2 * 48 * 64 * 4});
  std::vector<float> key(48), value(48);
  for (int d = 0; d < 48; ++d) {
    key[d] = static_cast<float>(d * d % 17) - 5.3F + (d % 24 < 8 ? 90 : 0);
    value[d] = static_cast<float>(d) / 7;
  }
  for (int head : {0, 1}) {
    (*a)->Store(0, 0, head, 3, key.data(), value.data());
    (*b)->Store(0, 0, head, 3, key.data(), value.data());
    for (int d = 0; d < 48; ++d) {
      EXPECT_EQ(KeyOf(**a, 0, 0, head, 3, d), KeyOf(**b, 0, 0, head, 3, d)) << d;
      EXPECT_EQ(ValueOf(**a, 0, 0, head, 3, d), ValueOf(**b, 0, 0, head, 3, d)) << d;
    }
  }
}

// Whatever Store writes is sound, and little else is.
TEST(KvCache, BlocksFromElsewhereAreChecked) {
  for (const KvType type : {KvType::kF32, KvType::kI16, KvType::kI8}) {
    const auto cache = KvCache::Create(ShapeOf(2, 1, 48, type), 1);
    ASSERT_TRUE(cache.has_value());
    std::vector<float> key(48), value(48);
    uint32_t state = 1;
    for (int token = 0; token < 64; ++token) {
      for (int d = 0; d < 48; ++d) {
        state = state * 1664525 + 1013904223;
        key[static_cast<size_t>(d)] =
            static_cast<float>(state >> 8) / 1e6F - (token % 2 == 0 ? 8 : 0);
        value[static_cast<size_t>(d)] = key[static_cast<size_t>(d)] * 3 - 1;
      }
      for (int layer = 0; layer < 2; ++layer) {
        (*cache)->Store(0, layer, 0, token, key.data(), value.data());
      }
    }
    EXPECT_TRUE((*cache)->IsSound(0)) << static_cast<int>(type);
    const KvShape& shape = (*cache)->shape();
    const float no_number = std::nanf("");
    uint8_t* values = (*cache)->Values(0, 1, 0);
    std::memcpy(values + shape.ValueBytes() - sizeof(float), &no_number, sizeof(float));
    EXPECT_FALSE((*cache)->IsSound(0));
    const float zero = 0;
    std::memcpy(values + shape.ValueBytes() - sizeof(float), &zero, sizeof(float));
    EXPECT_TRUE((*cache)->IsSound(0));
    if (type == KvType::kF32) continue;
    std::memset((*cache)->Keys(0, 0, 0), 0x7f, 48 * 64);  // every code as large as it goes
    EXPECT_FALSE((*cache)->IsSound(0)) << static_cast<int>(type);
  }
}

TEST(KvCache, DiscardGivesZeroes) {
  for (KvType type : {KvType::kI16, KvType::kI8}) {
    const auto cache = KvCache::Create(ShapeOf(4, 2, 64, type), 3);
    ASSERT_TRUE(cache);
    const std::vector<float> ones(64, 1);
    (*cache)->Store(1, 3, 0, 5, ones.data(), ones.data());
    EXPECT_NEAR(ValueOf(**cache, 1, 3, 0, 5, 0), 1, 1e-3);
    (*cache)->Discard(1);
    EXPECT_EQ(ValueOf(**cache, 1, 3, 0, 5, 0), 0);
  }
}

}  // namespace
}  // namespace bantam
