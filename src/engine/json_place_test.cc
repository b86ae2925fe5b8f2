// Tests of finding the value that a byte belongs to.
#include "engine/json_place.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

TEST(JsonPlace, NamesTheValue) {
  const std::string text = R"({"a": [1, {"b/c": "x\"}y"}, 22], "~d": true})";
  const auto place = [&](std::string_view mark) { return JsonPlace(text, text.find(mark)); };
  EXPECT_EQ(JsonPlace(text, 0), "");
  EXPECT_EQ(place("\"a\""), "");
  EXPECT_EQ(place("[1"), "/a");
  EXPECT_EQ(place("1,"), "/a/0");
  EXPECT_EQ(place("\"b/c"), "/a/1");
  EXPECT_EQ(place("}y"), "/a/1/b~1c") << "a bracket in a string is text";
  EXPECT_EQ(place("22"), "/a/2");
  EXPECT_EQ(place("\"~d"), "");
  EXPECT_EQ(place("true"), "/~0d");
  EXPECT_EQ(JsonPlace(text, text.size()), "");
  EXPECT_EQ(JsonPlace(text, text.size() + 100), "");
}

TEST(JsonPlace, TextsThatAreCutOrNoJson) {
  EXPECT_EQ(JsonPlace(R"({"a": "unclos)", 13), "/a");
  EXPECT_EQ(JsonPlace(R"({"a\)", 4), "");
  EXPECT_EQ(JsonPlace("]]}},,::", 8), "");
  EXPECT_EQ(JsonPlace(std::string(100000, '['), 100000).size(), 200000U);
  EXPECT_EQ(JsonPlace("", 5), "");
}

}  // namespace
}  // namespace bantam
