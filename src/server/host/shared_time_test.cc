// Tests of times that are shared.
#include "server/host/shared_time.h"

#include <gtest/gtest.h>

namespace bantam::server {
namespace {

TEST(SharedTime, AddsUp) {
  SharedTime time;
  EXPECT_EQ(time.Sum(5), 0);
  time.Begin(10);
  EXPECT_EQ(time.Sum(12), 2);
  time.End(13);
  EXPECT_EQ(time.Sum(20), 3);
  time.Begin(20);
  EXPECT_EQ(time.Sum(24), 7);
  time.End(25);
  EXPECT_EQ(time.Sum(99), 8);
}

TEST(SharedTime, CountsOnceWhatIsAtTheSameTime) {
  SharedTime time;
  time.Begin(10);
  time.Begin(11);
  time.End(12);
  time.Begin(13);
  EXPECT_EQ(time.Sum(14), 4);
  time.End(15);
  time.End(16);
  EXPECT_EQ(time.Sum(20), 6);
  time.Begin(14);  // heard of late
  EXPECT_EQ(time.Sum(15), 6);
  EXPECT_EQ(time.Sum(18), 8);
}

}  // namespace
}  // namespace bantam::server
