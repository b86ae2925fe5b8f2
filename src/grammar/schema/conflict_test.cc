// Which keywords of a schema that nothing satisfies are to blame.
#include "grammar/schema/conflict.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "grammar/schema/json_schema.h"

namespace bantam::grammar {
namespace {

// Trials share what one compilation may still take: without any of it nothing is left out.
TEST(Conflict, TrialsShareTheWorkOnTexts) {
  const Json document = *Json::Parse(
      R"({"type":"string","pattern":"^\\p{Lu}x","not":{"pattern":"^\\p{L}"},"maxLength":9})");
  Schema schema = *LoadSchema(document, {});
  EXPECT_EQ(FindConflict(schema), "#: no value meets not and pattern together");
  schema.text_fuel = Fuel(0);
  EXPECT_EQ(FindConflict(schema), "#: no value meets not, pattern, maxLength and type together");
}

TEST(Conflict, NamesTheKeywords) {
  const std::map<std::string, std::string> cases = {
      {R"({"type":"integer","minimum":5,"maximum":3})",
       "#: no value meets minimum, maximum and type together"},
      {R"({"type":"object","properties":{"a":{"type":"integer","exclusiveMinimum":1,
          "exclusiveMaximum":2,"title":"x"},"b":{"type":"string"}},"required":["b","a"]})",
       "#/properties/a: no value meets exclusiveMinimum, exclusiveMaximum and type together"},
      {R"({"type":"object","properties":{"a":{}},"required":["a","b"],
          "additionalProperties":false})",
       "#: no value meets required/1, additionalProperties and type together"},
      {R"({"type":"object","properties":{"a":{"$ref":"#/$defs/n"}},"required":["a"],
          "$defs":{"n":{"type":"array","items":false,"minItems":1}}})",
       "#/$defs/n/items: false accepts nothing"},
      {R"({"allOf":[{"type":"string"},{"minLength":2},{"maxLength":1}]})",
       "#: no value meets allOf/0, allOf/1 and allOf/2 together"},
      {R"({"type":"string","enum":[1,2]})", "#: no value meets enum and type together"},
      {R"({"type":"object","properties":{"a":false},"required":["a"]})",
       "#/properties/a: false accepts nothing"},
      {R"({"not":{}})", "#/not: no value meets it"},
      {R"({"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]})",
       "#/properties/a/$ref: no value meets it"}};
  for (const auto& [schema, reason] : cases) {
    const auto compiled = JsonSchema::Compile(*Json::Parse(schema), {});
    ASSERT_FALSE(compiled) << schema;
    EXPECT_EQ(compiled.error().message, reason + "; no document satisfies this schema");
  }
}

TEST(Conflict, FindsOneNameAmongMany) {
  std::string properties;
  std::string required;
  for (int i = 0; i < 1'000; ++i) {
    properties += "\"p" + std::to_string(i) + "\":{},";
    required += "\"p" + std::to_string(i) + "\",";
  }
  const auto compiled = JsonSchema::Compile(
      *Json::Parse("{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{" +
                   properties + "\"q\":{}},\"required\":[" + required + "\"r\"]}"),
      {});
  ASSERT_FALSE(compiled);
  EXPECT_TRUE(compiled.error().message.starts_with(
      "#: no value meets required/1000, additionalProperties and type together;"))
      << compiled.error().message;
}

TEST(Conflict, NamesPatternsThatOverlapTooMuch) {
  std::string patterns;
  for (int i = 0; i < 12; ++i) {
    patterns += (i > 0 ? "," : "") + ("\"" + std::string(1, static_cast<char>('a' + i)) + "\":{}");
  }
  const auto compiled = JsonSchema::Compile(
      *Json::Parse(R"({"type":"object","properties":{"x":{"type":"object","patternProperties":{)" +
                   patterns + R"(}}},"required":["x"]})"),
      {});
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().message,
            "#/properties/x/patternProperties: they overlap in more than 256 ways");
}

}  // namespace
}  // namespace bantam::grammar
