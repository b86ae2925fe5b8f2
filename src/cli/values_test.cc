// Tests of the readers of numbers, lists and token ids.
#include "cli/values.h"

#include <gtest/gtest.h>

#include <limits>

namespace bantam::cli {
namespace {

TEST(Values, Integers) {
  EXPECT_EQ(*ParseInt("42"), 42);
  EXPECT_EQ(*ParseInt("-7"), -7);
  EXPECT_EQ(*ParseInt("+7"), 7);
  for (const char* bad : {"", "+", "4x", " 4", "4 ", "1e3", "0x10", "4.0", "--4"}) {
    EXPECT_FALSE(ParseInt(bad)) << bad;
  }
  EXPECT_FALSE(ParseInt("2147483648"));
  EXPECT_FALSE(ParseInt("99999999999999999999"));
  EXPECT_EQ(ParseInt("0", 1, 9).error().message, "must be between 1 and 9, got '0'");
  EXPECT_EQ(ParseInt("0", 1).error().message, "must be at least 1, got '0'");
  EXPECT_EQ(ParseInt("999999999999", 1).error().message,
            "must be at most 2147483647, got '999999999999'");
  EXPECT_EQ(*ParseUint64("18446744073709551615"), std::numeric_limits<uint64_t>::max());
  EXPECT_FALSE(ParseUint64("18446744073709551616"));
  EXPECT_FALSE(ParseUint64("-1"));
}

TEST(Values, Floats) {
  EXPECT_EQ(*ParseFloat("0.2"), 0.2F);
  EXPECT_EQ(*ParseFloat("1e-3"), 1e-3F);
  EXPECT_EQ(*ParseFloat("-inf"), -std::numeric_limits<float>::infinity());
  for (const char* bad : {"", "nan", "0,5", "1.0f", "one"}) EXPECT_FALSE(ParseFloat(bad)) << bad;
}

TEST(Values, LongNonsenseIsCutInMessages) {
  EXPECT_LT(ParseInt(std::string(100000, 'x')).error().message.size(), 200U);
}

TEST(Values, Words) {
  EXPECT_EQ(*ParsePrecision("exact"), Precision::kExact);
  EXPECT_FALSE(ParsePrecision("Exact"));
  for (const char* text : {"16", "f16"}) EXPECT_EQ(*ParseKvPrecision(text), KvPrecision::k16);
  for (const char* text : {"8", "q8_0"}) EXPECT_EQ(*ParseKvPrecision(text), KvPrecision::k8);
  EXPECT_FALSE(ParseKvPrecision("q4_0"));
  for (const auto& [text, path, scale] :
       {std::tuple("dir/a.gguf", "dir/a.gguf", 1.0F), std::tuple("a:0.5", "a", 0.5F),
        std::tuple("a:b:-2", "a:b", -2.0F), std::tuple("a:b", "a:b", 1.0F)}) {
    const auto adapter = ParseAdapter(text);
    ASSERT_TRUE(adapter.has_value());
    EXPECT_EQ(adapter->path, path);
    EXPECT_EQ(adapter->scale, scale);
  }
  EXPECT_FALSE(ParseAdapter(""));
  EXPECT_FALSE(ParseAdapter(":2"));
  for (const char* scale : {"nan", "inf", "-inf", "1e99", "1e30", "-1000001"}) {
    const auto adapter = ParseAdapter(std::string("a.gguf:") + scale);
    ASSERT_FALSE(adapter) << scale;
    EXPECT_EQ(adapter.error().message,
              std::string("expected a scale from -1e6 to 1e6, got '") + scale + "'");
  }
  EXPECT_EQ(*ParseWeightLayout("auto"), WeightLayout::kAuto);
  EXPECT_EQ(*ParseWeightLayout("mapped"), WeightLayout::kMapped);
  EXPECT_EQ(*ParseWeightLayout("packed"), WeightLayout::kPacked);
  EXPECT_EQ(ParseWeightLayout("disk").error().message,
            "expected auto, mapped or packed, got 'disk'");
  EXPECT_TRUE(*ParseOnOff("on"));
  EXPECT_FALSE(*ParseOnOff("false"));
  EXPECT_FALSE(ParseOnOff("maybe"));
}

TEST(Values, IntLists) {
  EXPECT_EQ(*ParseIntList("512", 0), std::vector<int>{512});
  EXPECT_EQ(*ParseIntList("0,128,4096", 0), (std::vector<int>{0, 128, 4096}));
  for (const char* bad : {"", ",", "1,", ",1", "1,,2", "1,-2", "1;2"}) {
    EXPECT_FALSE(ParseIntList(bad, 0)) << bad;
  }
}

TEST(Values, TokenIds) {
  const std::vector<TokenId> ids{1, 22, 333};
  for (const char* text : {"1 22 333", "1,22,333", "1, 22,\n333\n", " [1,22,333]\n",
                           "{\"tokens\": [1, 22, 333], \"more\": 1}"}) {
    EXPECT_EQ(ParseTokenIds(text), ids) << text;
  }
  EXPECT_TRUE(ParseTokenIds("")->empty());
  EXPECT_TRUE(ParseTokenIds("[]")->empty());
  for (const char* bad : {"1 x", "-1", "1.5", "[1,-2]", "[1.5]", "[\"1\"]", "[1", "{\"ids\":[1]}",
                          "[2147483648]", "2147483648", "[[1]]"}) {
    EXPECT_FALSE(ParseTokenIds(bad)) << bad;
  }
}

}  // namespace
}  // namespace bantam::cli
