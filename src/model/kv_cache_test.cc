// Tests of the key-value memory: what is stored where, prefix copies, bad numbers.
#include "model/kv_cache.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace bantam {
namespace {

// One number of a token's stored key or value.
float KeyOf(const KvCache& cache, int block, int layer, int head, int token, int d) {
  const uint8_t* keys = cache.Keys(block, layer, head);
  const int dim = cache.shape().head_dim;
  if (cache.shape().type == KvType::kF32) {
    return reinterpret_cast<const float*>(keys)[d * 64 + token];
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
  return static_cast<float>(reinterpret_cast<const int16_t*>(values)[at]) *
         ValueScales(values, dim)[token];
}

TEST(KvCache, KeysAreColumnsAndValuesAreRows) {
  for (KvType type : {KvType::kF32, KvType::kI16}) {
    const KvShape shape{2, 3, 24, type};
    const auto cache = KvCache::Create(shape, 4);
    ASSERT_TRUE(cache);
    std::vector<float> key(24), value(24);
    for (int d = 0; d < 24; ++d) {
      key[d] = static_cast<float>(d) + 0.5F;
      value[d] = static_cast<float>(-d);
    }
    (*cache)->Store(3, 1, 2, 17, key.data(), value.data());
    for (int d = 0; d < 24; ++d) {
      const float tolerance = type == KvType::kF32 ? 0 : 23.5F / 8191;
      EXPECT_NEAR(KeyOf(**cache, 3, 1, 2, 17, d), key[d], tolerance);
      EXPECT_NEAR(ValueOf(**cache, 3, 1, 2, 17, d), value[d], tolerance);
    }
  }
}

TEST(KvCache, CopyPrefixTakesTheFirstTokensOfEveryHead) {
  const auto cache = KvCache::Create({2, 2, 16, KvType::kI16}, 2);
  ASSERT_TRUE(cache);
  for (int token = 0; token < 64; ++token) {
    const std::vector<float> v(16, static_cast<float>(token + 1));
    for (int i = 0; i < 4; ++i) (*cache)->Store(0, i / 2, i % 2, token, v.data(), v.data());
  }
  (*cache)->CopyPrefix(0, 1, 20);
  for (int i = 0; i < 4; ++i) {
    for (int token : {0, 19, 20, 63}) {
      const float expected = token < 20 ? static_cast<float>(token + 1) : 0;
      EXPECT_NEAR(KeyOf(**cache, 1, i / 2, i % 2, token, 5), expected, 1e-2);
      EXPECT_NEAR(ValueOf(**cache, 1, i / 2, i % 2, token, 5), expected, 1e-2);
    }
  }
}

TEST(KvCache, AKeyThatIsNotANumberShowsInItsValue) {
  const auto cache = KvCache::Create({1, 1, 16, KvType::kI16}, 1);
  ASSERT_TRUE(cache);
  std::vector<float> key(16, 1), value(16, 2);
  key[3] = std::nanf("");
  (*cache)->Store(0, 0, 0, 1, value.data(), value.data());
  (*cache)->Store(0, 0, 0, 2, key.data(), value.data());
  EXPECT_NEAR(ValueOf(**cache, 0, 0, 0, 1, 5), 2, 1e-3);
  EXPECT_TRUE(std::isnan(ValueOf(**cache, 0, 0, 0, 2, 5)));
}

TEST(KvCache, DiscardGivesZeroes) {
  const auto cache = KvCache::Create({4, 2, 64, KvType::kI16}, 3);
  ASSERT_TRUE(cache);
  const std::vector<float> ones(64, 1);
  (*cache)->Store(1, 3, 0, 5, ones.data(), ones.data());
  (*cache)->Discard(1);
  EXPECT_EQ(ValueOf(**cache, 1, 3, 0, 5, 0), 0);
}

}  // namespace
}  // namespace bantam
