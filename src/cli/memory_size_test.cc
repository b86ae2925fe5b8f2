// Tests of amounts of memory.
#include "cli/memory_size.h"

#include <gtest/gtest.h>

#include <string>

namespace bantam::cli {
namespace {

TEST(MemorySize, Units) {
  EXPECT_EQ(ParseMemorySize("700M")->bytes, 700'000'000U);
  for (const char* text :
       {"700MB", "700 m", "700mb", "0.7G", "700000k", "700000000", "700000000B"}) {
    EXPECT_EQ(ParseMemorySize(text)->bytes, 700'000'000U) << text;
  }
  for (const char* text : {"1.5GiB", "1.5Gi", "1.5 gib", "1536MiB", "1572864 KiB"}) {
    EXPECT_EQ(ParseMemorySize(text)->bytes, uint64_t{3} << 29) << text;
  }
  EXPECT_EQ(ParseMemorySize("2T")->bytes, 2'000'000'000'000U);
  EXPECT_EQ(ParseMemorySize("1TiB")->bytes, uint64_t{1} << 40);
  EXPECT_EQ(ParseMemorySize("1048576")->bytes, 1048576U);
}

TEST(MemorySize, Shares) {
  const MemorySize half = ParseMemorySize("50%").value();
  EXPECT_EQ(half.share, 0.5);
  EXPECT_EQ(*BytesOf(half, 1000), 500U);
  EXPECT_EQ(*BytesOf(ParseMemorySize("100 %").value(), 1000), 1000U);
  EXPECT_EQ(BytesOf(half, 0).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(*BytesOf(ParseMemorySize("2M").value(), 0), 2'000'000U);
}

TEST(MemorySize, Refusals) {
  for (const char* bad : {"",
                          "M",
                          "-1M",
                          "0",
                          "0M",
                          "0%",
                          "101%",
                          "-5%",
                          "700X",
                          "700MiBs",
                          "700M ",
                          " 700M",
                          "1e3M",
                          "inf",
                          "nan",
                          "infM",
                          "1.5.5M",
                          "700iB",
                          "700 000M",
                          "500",
                          "1000k",
                          "99999999T",
                          "999999999999999999999999",
                          "7,5G",
                          "%",
                          "0x10M",
                          "+"}) {
    const auto size = ParseMemorySize(bad);
    ASSERT_FALSE(size) << bad;
    EXPECT_EQ(size.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(ParseMemorySize("7 cups").error().message,
            "expected an amount of memory, at least 1 MiB (700M, 1.5GiB, 50%), got '7 cups'");
  EXPECT_LT(ParseMemorySize(std::string(1000, 'x')).error().message.size(), 200U);
}

}  // namespace
}  // namespace bantam::cli
