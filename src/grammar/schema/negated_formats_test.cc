// Formats that are known in part: what negates them accepts nothing that is not known.
#include "grammar/schema/negated_formats.h"

#include <gtest/gtest.h>

#include <string>

#include "grammar/matcher_contract.h"
#include "grammar/schema/json_schema.h"
#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

Result<std::shared_ptr<const JsonSchema>> Compile(const char* text) {
  return JsonSchema::Compile(*Json::Parse(text), {});
}

struct Case {
  const char* schema;
  const char* accepted;   // empty: nothing to try
  const char* undecided;  // whether it is valid hangs on a text that is not decided
};

// "xn--hello-txk" may be a host name, and "(?<a>x)\k<a>" is a regular expression.
constexpr Case kCases[] = {
    {R"_({"type":"string","not":{"format":"hostname"}})_", R"_("a b")_", R"_("xn--hello-txk")_"},
    {R"_({"type":"string","not":{"not":{"format":"hostname"}}})_", R"_("a.b")_",
     R"_("xn--hello-txk")_"},
    {R"_({"type":"string","not":{"format":"email"}})_", R"_("a b")_", R"_("a@xn--hello-txk")_"},
    {R"_({"type":"string","not":{"format":"regex"}})_", R"_("(")_", R"_("(?<a>x)\\k<a>")_"},
    {R"_({"type":"string","not":{"anyOf":[{"format":"regex"},{"const":"b"}]}})_", R"_(")")_",
     R"_("(?<a>x)\\k<a>")_"},
    {R"_({"type":"string","if":{"format":"regex"},"then":{"maxLength":3}})_", R"_("))))")_",
     R"_("(?<a>x)\\k<a>")_"},
    {R"_({"type":"string","if":{"format":"regex"},"else":{"minLength":3}})_", R"_("a")_",
     R"_("(?<a>x)\\k<a>")_"},
    {R"_({"oneOf":[{"type":"string","format":"regex"},{"type":"string","minLength":4}]})_",
     R"_("(a)")_", R"_("(?<a>x)\\k<a>")_"},
    {R"_({"oneOf":[{"format":"hostname"},{"const":"xn--hello-txk"}]})_", R"_("a.b")_",
     R"_("xn--hello-txk")_"},
    {R"_({"type":"object","not":{"properties":{"a":{"format":"regex"}}},"required":["b"]})_",
     R"_({"a":"(","b":1})_", R"_({"a":"(?<a>x)\\k<a>","b":1})_"},
    {R"_({"type":"object","not":{
         "dependentSchemas":{"b":{"properties":{"a":{"format":"regex"}}}}}})_",
     R"_({"b":1,"a":"("})_", R"_({"b":1,"a":"(?<a>x)\\k<a>"})_"},
    {R"_({"type":"object","properties":{"a":{"enum":["(","(?<a>x)\\k<a>"]}},
         "if":{"properties":{"a":{"format":"regex"}}},"then":{"required":["c"]}})_",
     R"_({"a":"("})_", R"_({"a":"(?<a>x)\\k<a>"})_"},
    {R"_({"type":"array","contains":{"format":"regex"},"maxContains":1})_", R"_(["(","a","("])_",
     R"_(["(?<a>x)\\k<a>","a"])_"},
    {R"_({"type":"array","not":{"contains":{"format":"regex"}}})_", R"_(["("])_",
     R"_(["(?<a>x)\\k<a>"])_"},
};

TEST(NegatedFormats, UndecidedTextsAreNotLegal) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.schema);
    const auto schema = Compile(c.schema);
    ASSERT_TRUE(schema.has_value()) << schema.error().message;
    EXPECT_TRUE(Accepts(*(*schema)->NewMatcher(), c.accepted)) << c.accepted;
    EXPECT_TRUE(Accepts(*(*schema)->NewReader(), c.accepted)) << c.accepted;
    EXPECT_FALSE(Accepts(*(*schema)->NewMatcher(), c.undecided)) << c.undecided;
    EXPECT_FALSE(Accepts(*(*schema)->NewReader(), c.undecided)) << c.undecided;
    EXPECT_EQ(BrokenByCompletion(*(*schema)->NewMatcher()), "");
  }
}

// What is asked only positively takes no text away elsewhere, nor do alternatives that exclude each
// other whatever the format.
TEST(NegatedFormats, OthersStayLegal) {
  for (const char* text :
       {R"({"properties":{"a":{"format":"regex"}}})",
        R"({"properties":{"a":{"oneOf":[{"type":"string","format":"regex"},{"type":"null"}]}}})",
        R"({"if":{"required":["a"]},"then":{"properties":{"a":{"format":"hostname"}}}})",
        R"({"not":{"properties":{"b":{"format":"date"}},"required":["b"]}})"}) {
    const auto schema = Compile(text);
    ASSERT_TRUE(schema.has_value()) << text << schema.error().message;
    EXPECT_TRUE(Accepts(*(*schema)->NewMatcher(), R"({"n":"(?<a>x)\\k<a> xn--hello-txk"})"));
  }
}

TEST(NegatedFormats, WhatCannotBeToldApartIsRefusedWithItsPlace) {
  for (const char* format : {"idn-hostname", "idn-email"}) {
    const std::string name = "\"" + std::string(format) + "\"";
    const auto negated =
        Compile((R"({"properties":{"a":{"not":{"format":)" + name + "}}}}").c_str());
    ASSERT_FALSE(negated.has_value());
    EXPECT_EQ(negated.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(negated.error().message,
              "#/properties/a/not/format: which texts are not " + name +
                  ", as not, if, oneOf or maxContains around it ask, is not decided");
    for (const char* names : {R"({"not":{"propertyNames":{"format":"regex"}}})",
                              R"({"propertyNames":{"not":{"format":"regex"}}})"}) {
      EXPECT_EQ(Compile(names).error().code, ErrorCode::kUnsupported) << names;
    }
    EXPECT_TRUE(Compile((R"({"format":)" + name + "}").c_str()).has_value());
  }
}

}  // namespace
}  // namespace bantam::grammar
