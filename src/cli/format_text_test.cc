// Tests of number formatting.
#include "cli/format_text.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>

namespace bantam::cli {
namespace {

template <typename T>
T ReadBackAs(const std::string& text) {
  T value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

TEST(FormatText, Sizes) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1024), "1.0 KiB");
  EXPECT_EQ(FormatBytes(491400192), "468.6 MiB");
  EXPECT_EQ(FormatBytes(1048575), "1.0 MiB") << "not 1024.0 KiB";
  EXPECT_EQ(FormatBytes(UINT64_MAX), "16.0 EiB");
}

TEST(FormatText, Counts) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(FormatParameters(494032768), "494.0 million");
  EXPECT_EQ(FormatParameters(3085938688), "3.09 billion");
}

TEST(FormatText, TimesAndRates) {
  EXPECT_EQ(FormatSeconds(0.128), "0.13 s");
  EXPECT_EQ(FormatSeconds(59.999), "1 min 00 s");
  EXPECT_EQ(FormatSeconds(125), "2 min 05 s");
  EXPECT_EQ(FormatRate(10, 0.5), "20.0 tok/s");
  EXPECT_EQ(FormatRate(100, 0.5), "200 tok/s");
  EXPECT_EQ(FormatRate(10, 0), "-");
  EXPECT_EQ(FormatRate(0, 1), "-");
}

TEST(FormatText, FloatsReadBackEqual) {
  for (const float value : {0.1F, -0.46875F, 1.17549435e-38F, 3.4028235e38F, -11.932648F}) {
    EXPECT_EQ(ReadBackAs<float>(FormatFloat(value)), value);
  }
  for (const double value : {0.1, -1.0 / 3, 5e-324, 123456789.123456789}) {
    EXPECT_EQ(ReadBackAs<double>(FormatDouble(value)), value);
  }
  EXPECT_EQ(FormatDouble(NAN), "null");
  EXPECT_EQ(FormatFloat(-INFINITY), "null");
}

TEST(FormatText, PaddingCountsCharacters) {
  EXPECT_EQ(PadRight("äö", 4), "äö  ");
  EXPECT_EQ(PadLeft("äö", 4), "  äö");
  EXPECT_EQ(PadLeft("long", 2), "long");
}

}  // namespace
}  // namespace bantam::cli
