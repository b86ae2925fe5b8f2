// Conditions that play together, in the manner of configuration files: documents are accepted if
// and only if an independent validator says so (tests/golden/schemas/conditions.py).
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "grammar/matcher_contract.h"
#include "grammar/schema/json_schema.h"
#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

struct Entry {
  std::string name;
  Json schema, valid, invalid;
};

std::vector<Entry> ReadEntries() {
  std::ifstream file(BANTAM_SOURCE_DIR "/tests/golden/schemas/conditions.jsonl");
  std::vector<Entry> entries;
  for (std::string line; std::getline(file, line);) {
    const Result<Json> json = Json::Parse(line);
    EXPECT_TRUE(json.has_value());
    if (!json) break;
    entries.push_back({json->Find("name")->AsString(), *json->Find("schema"), *json->Find("valid"),
                       *json->Find("invalid")});
  }
  return entries;
}

// A completion leads to the end from wherever a document is.
void ExpectEnds(const JsonSchema& schema, const std::string& text) {
  const auto matcher = schema.NewMatcher();
  for (size_t i = 0; i < text.size(); i += 13) {
    while (matcher->size() < i)
      ASSERT_TRUE(matcher->Push(static_cast<uint8_t>(text[matcher->size()])));
    ASSERT_EQ(BrokenByCompletion(*matcher), "") << text.substr(0, i);
  }
}

TEST(SchemaConditions, DocumentsAreAcceptedAsTheValidatorSays) {
  const std::vector<Entry> entries = ReadEntries();
  EXPECT_GE(entries.size(), 100U);
  for (const Entry& entry : entries) {
    SCOPED_TRACE(entry.name);
    const auto schema = JsonSchema::Compile(entry.schema, {});
    ASSERT_TRUE(schema.has_value()) << schema.error().message;
    for (const bool valid : {true, false}) {
      for (const Json& document : (valid ? entry.valid : entry.invalid).items()) {
        const std::string text = document.Dump();
        EXPECT_EQ(Accepts(*(*schema)->NewMatcher(), text), valid) << text;
        EXPECT_EQ(Accepts(*(*schema)->NewReader(), text), valid) << text;
      }
    }
    ExpectEnds(**schema, entry.valid.items()[0].Dump());
  }
}

std::string MessageOf(const std::string& schema) {
  const auto compiled = JsonSchema::Compile(*Json::Parse(schema), {});
  return compiled ? "compiled" : compiled.error().message;
}

// Any of three members of 40, each true or false: as many conditions as make it hard to tell.
std::string Puzzle(int conditions) {
  uint64_t state = 1;
  const auto random = [&](uint64_t n) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return (state >> 33) % n;
  };
  std::string names;
  std::string all;
  for (int i = 0; i < 40; ++i) names += (i > 0 ? ",\"v" : "\"v") + std::to_string(i) + "\"";
  for (int i = 0; i < conditions; ++i) {
    std::string any;
    for (int j = 0; j < 3; ++j) {
      any += std::string(j > 0 ? "," : "") + R"({"properties":{"v)" + std::to_string(random(40)) +
             R"(":{"const":)" + (random(2) == 0 ? "true" : "false") + "}}}";
    }
    all += std::string(i > 0 ? "," : "") + "{\"anyOf\":[" + any + "]}";
  }
  return R"({"type":"object","additionalProperties":{"type":"boolean"},"required":[)" + names +
         "],\"allOf\":[" + all + "]}";
}

TEST(SchemaConditions, WhatIsNotDecidedIsSaidToBeThat) {
  EXPECT_EQ(MessageOf(Puzzle(20)), "compiled");
  EXPECT_EQ(
      MessageOf(R"({"type":"object","required":["a"],"properties":{"a":)" + Puzzle(170) + "}}"),
      "#/properties/a/allOf: not decided within the limits of the search: too many conditions that "
      "depend on each other");
}

// Whether a member is evaluated may require other members, which another condition forbids.
TEST(SchemaConditions, WhatIsUnevaluatedMayAskForOtherMembers) {
  EXPECT_TRUE(MessageOf(R"({"type":"object","oneOf":[{"dependentRequired":{"a":["b"]},
      "dependentSchemas":{"b":{"properties":{"c":{"type":"string"}},
                               "unevaluatedProperties":true}}},true],
      "unevaluatedProperties":false})")
                  .ends_with("; no document satisfies this schema"));
  const auto schema = JsonSchema::Compile(*Json::Parse(R"({"type":"object","required":["a"],
      "not":{"required":["c"]},"anyOf":[{"required":["b"],"properties":{"a":true,"b":true}},
      {"required":["c"],"properties":{"a":true,"c":true}}],"unevaluatedProperties":false})"),
                                          {});
  ASSERT_TRUE(schema.has_value()) << schema.error().message;
  EXPECT_EQ((*schema)->NewMatcher()->Completion(), R"({"a":0,"b":0})");
  ExpectEnds(**schema, R"({"a":0,"b":0})");
}

// One condition speaks of every member and may ask for one that another has something to say of.
TEST(SchemaConditions, WhatOneConditionAsksForAnotherForbids) {
  const auto schema = JsonSchema::Compile(*Json::Parse(R"({"type":"object","required":["b"],
      "anyOf":[{"additionalProperties":false},{"required":["a"]}],
      "dependentSchemas":{"a":{"properties":{"a":{"type":"null"}}}}})"),
                                          {});
  ASSERT_TRUE(schema.has_value()) << schema.error().message;
  EXPECT_EQ((*schema)->NewMatcher()->Completion(), R"({"b":0,"a":null})");
  ExpectEnds(**schema, R"({"b":0,"a":null})");
}

TEST(SchemaConditions, TextsTooLongToBeWrittenAreRefusedBySize) {
  EXPECT_EQ(MessageOf(R"({"type":"array","minItems":1000000000})"),
            "#/minItems: 1000000000 makes even the shortest text too long; at most 1000 can be "
            "asked for");
  EXPECT_EQ(MessageOf(R"({"items":{"type":"object","minProperties":1001}})"),
            "#/items/minProperties: 1001 makes even the shortest text too long; at most 1000 can "
            "be asked for");
  EXPECT_EQ(MessageOf(R"({"properties":{"a":{"minLength":1000001}}})"),
            "#/properties/a/minLength: 1000001 makes even the shortest text too long; at most "
            "1000000 can be asked for");
  EXPECT_EQ(MessageOf(R"({"type":"string","minLength":1000000})"), "compiled");
  EXPECT_EQ(MessageOf(R"({"type":"integer","minLength":1000001})"), "compiled");
}

TEST(SchemaConditions, NumbersTooManyAreRefusedWithTheirPlace) {
  std::string numbers;
  for (int i = 0; i < 5'001; ++i) numbers += (i > 0 ? "," : "") + std::to_string(i * 7);
  EXPECT_EQ(MessageOf(R"({"type":"array","minItems":1,"items":{"enum":[)" + numbers + "]}}"),
            "#/items/enum: 5001 numbers, at most 5000");
  for (const std::string keyword : {"anyOf", "oneOf"}) {
    std::string constants = "{\"const\":\"x\"}";
    for (int i = 0; i < 5'001; ++i) constants += ",{\"const\":" + std::to_string(i) + "}";
    EXPECT_EQ(MessageOf("{\"items\":{\"" + keyword + "\":[" + constants + "]}}"),
              "#/items/" + keyword + ": 5001 numbers, at most 5000");
  }
}

TEST(SchemaConditions, AlternativesTooManyToCompare) {
  std::string options;
  for (int i = 0; i < 1'001; ++i) {
    options += (i > 0 ? "," : "") + ("{\"required\":[\"k" + std::to_string(i) + "\"]}");
  }
  EXPECT_EQ(
      MessageOf("{\"oneOf\":[" + options + "]}"),
      "#/oneOf: more than 1000 alternatives, and neither types nor a member with one value tell "
      "them apart");
  EXPECT_EQ(MessageOf("{\"anyOf\":[" + options + "]}"), "compiled");
}

TEST(SchemaConditions, ListsOfObjectsTooLongAreRefusedWithTheirPlace) {
  std::string values;
  for (int i = 0; i < 5'000; ++i) values += "{\"id\":" + std::to_string(i) + "},";
  EXPECT_EQ(MessageOf(R"({"items":{"enum":[)" + values + "1]}}"), "compiled");
  EXPECT_EQ(MessageOf(R"({"items":{"enum":[)" + values + "[]]}}"),
            "#/items/enum: 5001 objects and arrays, at most 5000");
}

// The tag may come last: until then all are possible.
TEST(SchemaConditions, ThousandsOfAlternatives) {
  std::string options;
  std::string untyped;
  for (int i = 0; i < 3'000; ++i) {
    const std::string n = std::to_string(i);
    const std::string rest = R"("required":["kind"],"properties":{"kind":{"const":"k)" + n +
                             R"("},"w":{"type":"object","properties":{"x":{"const":)" + n + "}}}}}";
    options += (i > 0 ? "," : "") + (R"({"type":"object",)" + rest);
    untyped += (i > 0 ? ",{" : "{") + rest;
  }
  for (const std::string& text :
       {"{\"anyOf\":[" + options, "{\"oneOf\":[" + options, "{\"oneOf\":[" + untyped}) {
    const auto schema = JsonSchema::Compile(*Json::Parse(text + "]}"), {});
    ASSERT_TRUE(schema.has_value()) << schema.error().message;
    const auto accepts = [&](const std::string& text) {
      return Accepts(*(*schema)->NewMatcher(), text);
    };
    EXPECT_TRUE(accepts(R"({"kind":"k2999"})"));
    EXPECT_TRUE(accepts(R"({"w":{"x":2998},"kind":"k2998"})"));
    EXPECT_FALSE(accepts(R"({"w":{"x":2998},"kind":"k2999"})"));
    EXPECT_FALSE(accepts(R"({"kind":"k3000"})"));
    EXPECT_FALSE(accepts("1"));
  }
}

// Of other types each value satisfies no alternative, one, or more than one.
TEST(SchemaConditions, ATagTellsObjectsApartWhateverElseIsValid) {
  const auto schema = JsonSchema::Compile(*Json::Parse(R"({"oneOf":[
      {"required":["k"],"properties":{"k":{"const":1}}},
      {"required":["k"],"properties":{"k":{"const":2}},"minLength":2,"type":["string","object"]},
      {"required":["k"],"properties":{"k":{"enum":[3,4]}},"type":["object","integer","null"]}]})"),
                                          {});
  ASSERT_TRUE(schema.has_value()) << schema.error().message;
  const auto accepts = [&](const std::string& text) {
    return Accepts(*(*schema)->NewMatcher(), text);
  };
  for (const char* valid :
       {R"({"k":1})", R"({"k":2.0})", R"({"k":4})", "1.5", R"("a")", "[]", "true"}) {
    EXPECT_TRUE(accepts(valid)) << valid;
  }
  for (const char* invalid : {R"({"k":5})", "{}", "1", "null", R"("ab")"}) {
    EXPECT_FALSE(accepts(invalid)) << invalid;
  }
}

// What several counts ask for: the ways to meet them are too many to look through.
TEST(SchemaConditions, CountsOfManyKinds) {
  std::string one_of_each;
  for (int i = 1; i <= 14; ++i) {
    one_of_each += (i > 1 ? "," : "") + (R"({"contains":{"const":)" + std::to_string(i) + "}}");
  }
  for (const std::string& text :
       {R"({"type":"array","allOf":[)" + one_of_each + "]}",
        R"({"type":"array","uniqueItems":true,"allOf":[)" + one_of_each + "]}",
        R"({"type":"array","maxItems":14,"minItems":3,"allOf":[)" + one_of_each + "]}",
        std::string(R"({"type":"array","allOf":[{"contains":{"minimum":5},"minContains":10},
            {"contains":{"maximum":7},"minContains":10,"maxContains":11},
            {"contains":{"multipleOf":3},"minContains":10}]})"),
        std::string(R"({"type":"array","uniqueItems":true,"items":{"type":"integer"},
            "contains":{"minimum":10},"minContains":40,"minItems":60,"maxItems":60})"),
        std::string(R"({"type":"array","items":{"type":"integer"},"contains":{"minimum":10},
            "minContains":1000,"minItems":1000})")}) {
    const auto schema = JsonSchema::Compile(*Json::Parse(text), {});
    ASSERT_TRUE(schema.has_value()) << text << schema.error().message;
    const auto matcher = (*schema)->NewMatcher();
    EXPECT_EQ(BrokenByCompletion(*matcher), "") << text;
    // Another way than that.
    for (const char c : std::string("[ 3,")) {
      ASSERT_TRUE(matcher->Push(static_cast<uint8_t>(c))) << text;
      EXPECT_EQ(BrokenByCompletion(*matcher), "") << text << c;
    }
  }
  EXPECT_EQ(MessageOf(R"({"type":"array","items":{"type":"integer"},"minItems":45,
                "contains":{"minimum":10},"minContains":100,"maxItems":50})"),
            "#: no value meets minContains, contains, maxItems and type together; no document "
            "satisfies this schema");
}

}  // namespace
}  // namespace bantam::grammar
