// Tests of the key-value memory: what is stored where, prefix copies, finite halves.
#include "model/kv_cache.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/half.h"

namespace bantam {
namespace {

float ElementOf(const KvCache& cache, const uint8_t* base, int at) {
  if (cache.shape().type == KvType::kF16) {
    return F16ToF32(reinterpret_cast<const uint16_t*>(base)[at]);
  }
  return reinterpret_cast<const float*>(base)[at];
}

TEST(KvCache, KeysAreColumnsAndValuesAreRows) {
  for (KvType type : {KvType::kF32, KvType::kF16}) {
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
      EXPECT_EQ(ElementOf(**cache, (*cache)->Keys(3, 1, 2), d * 64 + 17), key[d]);
      EXPECT_EQ(ElementOf(**cache, (*cache)->Values(3, 1, 2), 17 * 32 + d), value[d]);
    }
  }
}

TEST(KvCache, CopyPrefixTakesTheFirstTokensOfEveryHead) {
  const auto cache = KvCache::Create({2, 2, 16, KvType::kF16}, 2);
  ASSERT_TRUE(cache);
  for (int token = 0; token < 64; ++token) {
    const std::vector<float> v(16, static_cast<float>(token + 1));
    for (int i = 0; i < 4; ++i) (*cache)->Store(0, i / 2, i % 2, token, v.data(), v.data());
  }
  (*cache)->CopyPrefix(0, 1, 20);
  for (int i = 0; i < 4; ++i) {
    for (int token : {0, 19, 20, 63}) {
      const float expected = token < 20 ? static_cast<float>(token + 1) : 0;
      EXPECT_EQ(ElementOf(**cache, (*cache)->Keys(1, i / 2, i % 2), 5 * 64 + token), expected);
      EXPECT_EQ(ElementOf(**cache, (*cache)->Values(1, i / 2, i % 2), token * 16 + 5), expected);
    }
  }
}

TEST(KvCache, HalvesStayFinite) {
  const auto cache = KvCache::Create({1, 1, 16, KvType::kF16}, 1);
  ASSERT_TRUE(cache);
  const std::vector<float> huge(16, 1e30F);
  (*cache)->Store(0, 0, 0, 0, huge.data(), huge.data());
  EXPECT_EQ(ElementOf(**cache, (*cache)->Values(0, 0, 0), 0), 65504.0F);
}

TEST(KvCache, DiscardGivesZeroes) {
  const auto cache = KvCache::Create({4, 2, 64, KvType::kF16}, 3);
  ASSERT_TRUE(cache);
  const std::vector<float> ones(64, 1);
  (*cache)->Store(1, 3, 0, 5, ones.data(), ones.data());
  (*cache)->Discard(1);
  EXPECT_EQ(ElementOf(**cache, (*cache)->Values(1, 3, 0), 5 * 64), 0);
}

}  // namespace
}  // namespace bantam
