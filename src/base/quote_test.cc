// Tests of quoting and of checked arithmetic: the small helpers of every reader.
#include "base/quote.h"

#include <gtest/gtest.h>

#include "base/checked.h"

namespace bantam {
namespace {

TEST(Quote, EscapesWhatTerminalsActOn) {
  EXPECT_EQ(Quote("blk.0.attn_q"), "\"blk.0.attn_q\"");
  EXPECT_EQ(Quote("a\"b\\c\n\x1b\x7f\xff"), "\"a\\\"b\\\\c\\x0a\\x1b\\x7f\\xff\"");
  EXPECT_EQ(Quote(std::string_view("\0", 1)), "\"\\x00\"");
  EXPECT_EQ(Quote(""), "\"\"");
}

TEST(Quote, CutsLongText) {
  EXPECT_EQ(Quote("abcdef", 6), "\"abcdef\"");
  EXPECT_EQ(Quote("abcdefg", 6), "\"abcdef\"…");
}

TEST(Checked, OverflowIsNothing) {
  EXPECT_EQ(CheckedAdd(UINT64_MAX - 1, 1), UINT64_MAX);
  EXPECT_FALSE(CheckedAdd(UINT64_MAX, 1));
  EXPECT_EQ(CheckedMultiply(1ull << 32, UINT32_MAX), uint64_t{UINT32_MAX} << 32);
  EXPECT_FALSE(CheckedMultiply(1ull << 32, 1ull << 32));
  EXPECT_EQ(CheckedMultiply(0, UINT64_MAX), 0u);
  EXPECT_EQ(CheckedAlign(0, 32), 0u);
  EXPECT_EQ(CheckedAlign(33, 32), 64u);
  EXPECT_EQ(CheckedAlign(UINT64_MAX - 31, 32), UINT64_MAX - 31);
  EXPECT_FALSE(CheckedAlign(UINT64_MAX - 30, 32));
}

}  // namespace
}  // namespace bantam
