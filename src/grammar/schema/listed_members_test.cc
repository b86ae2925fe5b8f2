// Members that a schema does not list (SchemaOptions::listed_members).
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "grammar/schema/json_schema.h"
#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

bool Accepts(std::string_view schema, std::string_view text, bool listed_members) {
  SchemaOptions options;
  options.listed_members = listed_members;
  const auto compiled = JsonSchema::Compile(*Json::Parse(schema), options);
  EXPECT_TRUE(compiled.has_value()) << schema << ": " << compiled.error().message;
  return compiled && Accepts(**compiled, text);
}

struct Case {
  std::string_view schema;
  std::vector<std::string_view> written;
  std::vector<std::string_view> others;  // valid, and not written
};

void Check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    for (const std::string_view text : one.written) {
      EXPECT_TRUE(Accepts(one.schema, text, true)) << one.schema << " " << text;
    }
    for (const std::string_view text : one.others) {
      EXPECT_FALSE(Accepts(one.schema, text, true)) << one.schema << " " << text;
      EXPECT_TRUE(Accepts(one.schema, text, false)) << one.schema << " " << text;
    }
  }
}

TEST(ListedMembers, AreTheOnlyOnesWhereTheSchemaAloneDecides) {
  Check({
      {R"({"properties":{"a":{"type":"integer"}}})", {"{}", R"({"a":1})"}, {R"({"b":1})"}},
      {R"({"properties":{"a":{"properties":{"b":{}}}}})",
       {R"({"a":{"b":1}})"},
       {R"({"a":{"c":1}})"}},
      {R"({"type":"array","items":{"properties":{"a":{}},"required":["a"]}})",
       {R"([{"a":1}])"},
       {R"([{"a":1,"b":2}])"}},
      // As Pydantic writes nested and optional models.
      {R"({"$defs":{"P":{"properties":{"n":{}}}},"properties":{"p":{"anyOf":[{"$ref":"#/$defs/P"},)"
       R"({"type":"null"}],"default":null},"q":{"$ref":"#/$defs/P"},"r":{"allOf":[)"
       R"({"$ref":"#/$defs/P"}]}}})",
       {R"({"p":{"n":1},"q":{"n":1},"r":{"n":1}})", R"({"p":null})"},
       {R"({"p":{"m":1}})", R"({"q":{"m":1}})", R"({"r":{"m":1}})"}},
      {R"({"oneOf":[{"type":"object","properties":{"k":{"const":1},"a":{}},"required":["k"]},)"
       R"({"type":"object","properties":{"k":{"const":2},"b":{}},"required":["k"]}]})",
       {R"({"k":1,"a":0})", R"({"k":2,"b":0})"},
       {R"({"k":1,"b":0})"}},
      {R"({"properties":{"next":{"$ref":"#"}}})",
       {R"({"next":{"next":{}}})"},
       {R"({"next":{"last":{}}})"}},
  });
}

// What would no longer be valid, or leave nothing valid, stays as it was.
TEST(ListedMembers, AreNotTheOnlyOnesWhereOthersAreMeant) {
  for (const auto& [schema, text] : std::vector<std::pair<std::string_view, std::string_view>>{
           {R"({"type":"object"})", R"({"b":1})"},
           {R"({"properties":{"a":{}},"additionalProperties":true})", R"({"b":1})"},
           {R"({"properties":{"a":{}},"additionalProperties":{"type":"integer"}})", R"({"b":1})"},
           {R"({"properties":{"a":{}},"patternProperties":{"^b":{}}})", R"({"b":1})"},
           {R"({"properties":{"a":{}},"required":["b"]})", R"({"b":1})"},
           {R"({"properties":{"a":{}},"minProperties":2})", R"({"a":1,"b":1})"},
           {R"({"properties":{"a":{}},"dependentRequired":{"a":["b"]}})", R"({"a":1,"b":1})"},
           {R"({"properties":{"a":{}},"propertyNames":{"maxLength":1}})", R"({"b":1})"},
           {R"({"allOf":[{"properties":{"a":{}}},{"properties":{"b":{}}}]})", R"({"a":1,"b":1})"},
           {R"({"properties":{"a":{}},"anyOf":[{"required":["b"]},{"required":["c"]}]})",
            R"({"b":1})"},
           {R"({"allOf":[{"properties":{"a":{"properties":{"x":{}}}}},)"
            R"({"properties":{"a":{"properties":{"y":{}}}}}]})",
            R"({"a":{"x":1,"y":1}})"},
           {R"({"items":{"properties":{"a":{}}},"contains":{"required":["b"]}})", R"([{"b":1}])"},
           {R"({"$defs":{"P":{"properties":{"n":{}}}},"allOf":[{"$ref":"#/$defs/P"},)"
            R"({"properties":{"m":{}}}],"required":["m"]})",
            R"({"m":1})"},
           {R"({"not":{"properties":{"a":{"type":"integer"}},"required":["a"]}})", R"({"b":1})"},
       }) {
    EXPECT_TRUE(Accepts(schema, text, true)) << schema << " " << text;
  }
}

// Two open alternatives accept {"a":1,"b":1}, so that oneOf does not: closed, the second would.
TEST(ListedMembers, NeverMakeAReplyInvalid) {
  const std::string_view schema =
      R"({"oneOf":[{"type":"object","properties":{"a":{}}},)"
      R"({"type":"object","properties":{"a":{},"b":{}},"required":["b"]}]})";
  for (const bool listed : {true, false}) {
    EXPECT_FALSE(Accepts(schema, R"({"a":1,"b":1})", listed));
    EXPECT_TRUE(Accepts(schema, R"({"a":1})", listed));
  }
}

}  // namespace
}  // namespace bantam::grammar
