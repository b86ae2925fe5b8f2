// Tests of FormatTime: leap years, weeks, padding.
#include "text/jinja/strftime.h"

#include <gtest/gtest.h>

namespace bantam::jinja {
namespace {

// Expected values by Python's datetime.
TEST(FormatTime, KnowsTheCalendar) {
  EXPECT_EQ(FormatTime("%Y-%m-%d %H:%M:%S %j %a", 0), "1970-01-01 00:00:00 001 Thu");
  EXPECT_EQ(FormatTime("%Y-%m-%d %H:%M:%S %j %a", 951827696), "2000-02-29 12:34:56 060 Tue");
  EXPECT_EQ(FormatTime("%Y-%m-%d %j %A", 4107542399), "2100-02-28 059 Sunday");
  EXPECT_EQ(FormatTime("%Y-%m-%d %j %A", 4107542400), "2100-03-01 060 Monday");
  EXPECT_EQ(FormatTime("%Y-%m-%d %H:%M:%S", -1), "1969-12-31 23:59:59");
  EXPECT_EQ(FormatTime("%G-W%V-%u %U %W", 1609459200), "2020-W53-5 00 00");
  EXPECT_EQ(FormatTime("%G-W%V-%u %U %W", 1230768000 - 86400 * 3), "2009-W01-1 52 52");
}

TEST(FormatTime, PadsAsAsked) {
  const int64_t t = 1735734896;  // 2025-01-01 12:34:56
  EXPECT_EQ(FormatTime("%d|%-d|%_d|%e|%-m|%^a|%^B", t), "01|1| 1| 1|1|WED|JANUARY");
  EXPECT_EQ(FormatTime("%I %p %l %k %P", t), "12 PM 12 12 pm");
  EXPECT_EQ(FormatTime("%f%z%Z%%", t), "000000%");
  EXPECT_EQ(FormatTime("%c; %x; %X; %D; %F; %T; %R; %r", t),
            "Wed Jan  1 12:34:56 2025; 01/01/25; 12:34:56; 01/01/25; 2025-01-01; 12:34:56; 12:34; "
            "12:34:56 PM");
}

TEST(FormatTime, LeavesTheUnknownAlone) {
  EXPECT_EQ(FormatTime("a%", 0), "a%");
  EXPECT_EQ(FormatTime("%Q %-", 0), "%Q %-");
  EXPECT_EQ(FormatTime("", 0), "");
}

TEST(FormatTime, TakesAnyTime) {
  EXPECT_EQ(FormatTime("%Y", INT64_MAX), "9999");
  EXPECT_EQ(FormatTime("%Y", INT64_MIN), "0");
}

}  // namespace
}  // namespace bantam::jinja
