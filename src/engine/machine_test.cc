// Tests of what the machine is found to be, and of its measured rates' plausibility.
#include "engine/machine.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

TEST(Machine, IsDescribed) {
  const MachineInfo info = ReadMachine();
  EXPECT_FALSE(info.isa.empty());
  EXPECT_EQ(info.isas.front(), "scalar");
  EXPECT_GE(info.cpus, info.fast_cpus);
  EXPECT_GE(info.threads, 1);
}

TEST(Machine, RatesAreNumbersThatMachinesHave) {
  const auto speed = MeasureSpeed(1);
  ASSERT_TRUE(speed) << speed.error().message;
  EXPECT_GT(speed->read_bytes_per_s, 1e6);
  EXPECT_LT(speed->read_bytes_per_s, 1e13);
  EXPECT_GT(speed->int8_products_per_s, 1e6);
  EXPECT_LT(speed->int8_products_per_s, 1e15);
  EXPECT_GT(speed->steadiness, 0);
  EXPECT_LE(speed->steadiness, 1);
}

TEST(Machine, ChosenWords) {
  EXPECT_EQ(ChosenWord("always [madvise] never\n"), "madvise");
  EXPECT_EQ(ChosenWord(""), "");
  EXPECT_EQ(ChosenWord("] odd ["), "");
}

}  // namespace
}  // namespace bantam
