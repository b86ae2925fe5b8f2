// Tests of limits by client.
#include "server/rate_limit.h"

#include <gtest/gtest.h>

namespace bantam::server {
namespace {

TEST(RateLimitTest, BucketsFillSteadily) {
  RateLimit limit({.requests = 3, .seconds = 60});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.Refuse("a", 100));
  EXPECT_EQ(limit.Refuse("a", 100), 20);
  EXPECT_FALSE(limit.Refuse("b", 100)) << "others have their own";
  EXPECT_EQ(limit.Refuse("a", 119.5), 1);
  EXPECT_FALSE(limit.Refuse("a", 120.5));
  EXPECT_TRUE(limit.Refuse("a", 120.5));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.Refuse("a", 1000));
  EXPECT_TRUE(limit.Refuse("a", 1000)) << "no more than the bucket holds";
}

TEST(RateLimitTest, NoneWithoutANumber) {
  RateLimit limit({});
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limit.Refuse("a", 0));
}

}  // namespace
}  // namespace bantam::server
