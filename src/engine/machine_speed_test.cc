// Tests of the measured rates' plausibility, and of what is made of them.
#include "engine/machine_speed.h"

#include <gtest/gtest.h>

#include <vector>

namespace bantam {
namespace {

TEST(MachineSpeed, RatesAreNumbersThatMachinesHave) {
  const auto speed = MeasureSpeed(1, 2);
  ASSERT_TRUE(speed) << speed.error().message;
  EXPECT_GT(speed->read_bytes_per_s, 1e6);
  EXPECT_LT(speed->read_bytes_per_s, 1e13);
  EXPECT_GT(speed->int8_products_per_s, 1e6);
  EXPECT_LT(speed->int8_products_per_s, 1e15);
  EXPECT_GT(speed->steadiness, 0);
  EXPECT_LE(speed->steadiness, 1);
  EXPECT_GE(speed->last_over_first, speed->steadiness);
  EXPECT_GE(speed->throttled_s, 0);
}

TEST(MachineSpeed, MemoryIsReadAsOftenAsAsked) {
  const auto reader = CreateMemoryReader(2);
  ASSERT_TRUE(reader) << reader.error().message;
  for (int i = 0; i < 2; ++i) {
    const double rate = (*reader)->Read();
    EXPECT_GT(rate, 1e6);
    EXPECT_LT(rate, 1e13);
  }
  EXPECT_EQ(CreateMemoryReader(257).error().message, "threads must be between 0 and 256, not 257");
}

TEST(MachineSpeed, ThreadsThatNoModelTakesAreRefused) {
  EXPECT_EQ(MeasureSpeed(257, 1).error().message, "threads must be between 0 and 256, not 257");
  EXPECT_EQ(MeasureSpeed(1, 999).error().message,
            "prefill threads must be between 0 and 256, not 999");
}

TEST(MachineSpeed, SlowingDownShows) {
  std::vector<double> rates;
  for (int i = 0; i < 100; ++i) rates.push_back(i < 30 ? 200 : 150);
  const Steadiness slowed = SteadinessOf(rates);
  EXPECT_DOUBLE_EQ(slowed.slowest, 0.75);
  EXPECT_DOUBLE_EQ(slowed.last_over_first, 0.75);
}

TEST(MachineSpeed, ABusyMomentIsNoThrottling) {
  std::vector<double> rates(100, 200);
  for (size_t i = 40; i < 60; ++i) rates[i] = 100;  // another program, for a while
  rates[5] = rates[95] = 1;                         // single pauses
  const Steadiness busy = SteadinessOf(rates);
  EXPECT_DOUBLE_EQ(busy.slowest, 0.5);
  EXPECT_DOUBLE_EQ(busy.last_over_first, 1);
}

TEST(MachineSpeed, FewRatesAreEnough) {
  EXPECT_DOUBLE_EQ(SteadinessOf({}).slowest, 1);
  const double two[] = {100, 50};
  EXPECT_DOUBLE_EQ(SteadinessOf(two).last_over_first, 0.5);
}

}  // namespace
}  // namespace bantam
