// Members, pointer tokens and equality of JSON values.
#include "grammar/schema/json_lookup.h"

#include <gtest/gtest.h>

namespace bantam::grammar {
namespace {

bool Equal(std::string_view a, std::string_view b) {
  return JsonEqual(*Json::Parse(a), *Json::Parse(b)) && JsonEqual(*Json::Parse(b), *Json::Parse(a));
}

TEST(JsonLookup, ComparesByValue) {
  EXPECT_TRUE(Equal("1", "1.0"));
  EXPECT_TRUE(Equal("1e2", "100"));
  EXPECT_TRUE(Equal("-0", "0.0"));
  EXPECT_TRUE(Equal("9007199254740993", "9007199254740993.0"));
  EXPECT_FALSE(Equal("9007199254740993", "9007199254740992"));
  EXPECT_TRUE(Equal("1e99999999", "1e99999999"));  // beyond Decimal: by text
  EXPECT_TRUE(Equal(R"({"a":1,"b":[2,null]})", R"({"b":[2.0,null],"a":1})"));
  EXPECT_FALSE(Equal("[1,2]", "[2,1]"));
  EXPECT_FALSE(Equal("[1]", "[1,1]"));
  EXPECT_FALSE(Equal(R"({"a":1})", R"({"b":1})"));
  EXPECT_FALSE(Equal("0", "false"));
  EXPECT_FALSE(Equal("\"1\"", "1"));
  EXPECT_FALSE(Equal("null", "false"));
}

TEST(JsonLookup, ComparesDeepValuesWithoutRecursion) {
  Json a = Json::Int(1);
  Json b = Json::Int(1);
  for (int i = 0; i < 200'000; ++i) {
    Json::Array outer_a, outer_b;
    outer_a.push_back(std::move(a));
    outer_b.push_back(std::move(b));
    a = Json::MakeArray(std::move(outer_a));
    b = Json::MakeArray(std::move(outer_b));
  }
  EXPECT_TRUE(JsonEqual(a, b));
}

TEST(JsonLookup, FindsMembersOfLargeObjects) {
  Json::Object members;
  for (int i = 0; i < 1000; ++i) members.emplace_back("key" + std::to_string(i), Json::Int(i));
  const Json object = Json::MakeObject(std::move(members));
  MemberIndex index;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "key" + std::to_string(i);
    EXPECT_EQ(index.Find(object, key), object.Find(key));
  }
  EXPECT_EQ(index.Find(object, "key"), nullptr);
  EXPECT_EQ(index.Find(object, "z"), nullptr);
  EXPECT_EQ(index.Find(Json::Int(1), "z"), nullptr);
}

TEST(JsonLookup, ReadsPointerTokens) {
  EXPECT_EQ(DecodePointerToken("a~1b~0c"), "a/b~c");
  EXPECT_EQ(DecodePointerToken("~01"), "~1");
  EXPECT_EQ(DecodePointerToken("~2~"), "~2~");
  EXPECT_EQ(ArrayIndex("0", 3), 0U);
  EXPECT_EQ(ArrayIndex("2", 3), 2U);
  EXPECT_EQ(ArrayIndex("12", 20), 12U);
  for (const char* bad : {"", "3", "00", "01", "-1", "a", "18446744073709551616"}) {
    EXPECT_GE(ArrayIndex(bad, 3), 3U) << bad;
  }
}

TEST(JsonLookup, WritesStepsForMessages) {
  std::string path = "#";
  AppendPointerStep("a/b~c\n%", &path);
  EXPECT_EQ(path, "#/a~1b~0c%0A%25");
  path = "";
  std::string umlauts;
  for (int i = 0; i < 1000; ++i) umlauts += "ä";
  AppendPointerStep(umlauts, &path);
  EXPECT_LT(path.size(), kMaxPointerStep + 10);
  EXPECT_TRUE(Json::Parse(JsonQuote(path)).has_value());
  EXPECT_EQ(JsonQuote(path).find("\xEF\xBF\xBD"), std::string::npos);  // no half a character
}

}  // namespace
}  // namespace bantam::grammar
