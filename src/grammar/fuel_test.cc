// What is left of a limit after work that was within it, and beyond it.
#include "grammar/fuel.h"

#include <gtest/gtest.h>

namespace bantam::grammar {
namespace {

TEST(Fuel, NeverComesBack) {
  Fuel fuel(10);
  EXPECT_EQ(fuel.After(4).left(), 6U);
  EXPECT_EQ(fuel.left(), 10U);
  fuel.Burn(4);
  EXPECT_EQ(fuel.left(), 6U);
  EXPECT_EQ(fuel.After(7).left(), 0U);
  fuel.Burn(7);
  EXPECT_EQ(fuel.left(), 0U);
}

}  // namespace
}  // namespace bantam::grammar
