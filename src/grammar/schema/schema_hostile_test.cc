// Documents made to hurt: depth, breadth, long names, many references. All must end soon.
#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "grammar/schema/json_matcher.h"
#include "grammar/schema/json_schema.h"
#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

constexpr int kMany = 100'000;

std::string Repeated(std::string_view text, int n, std::string_view between = ",") {
  std::string out;
  for (int i = 0; i < n; ++i) {
    if (i > 0) out += between;
    out += text;
  }
  return out;
}

TEST(SchemaHostile, Depth) {
  Json schema = Json::Bool(true);
  for (int i = 0; i < 50'000; ++i) {
    Json::Object members;
    members.emplace_back("not", std::move(schema));
    schema = Json::MakeObject(std::move(members));
  }
  const Result<Schema> loaded = LoadSchema(schema, {});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->nodes.size(), 50'001U);
  EXPECT_LT(loaded->nodes.back().path.size(), 1000U);
  for (int i = 0; i < 250'000; ++i) {
    Json::Object members;
    members.emplace_back("items", std::move(schema));
    schema = Json::MakeObject(std::move(members));
  }
  const Result<Schema> refused = LoadSchema(schema, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
}

TEST(SchemaHostile, ManyAlternatives) {
  const Schema schema = Loaded("{\"anyOf\":[" + Repeated("{\"type\":\"null\"}", kMany) + "]}");
  EXPECT_EQ(schema.nodes.size(), kMany + 1U);
  SchemaOptions few;
  few.max_nodes = 1000;
  EXPECT_EQ(ErrorOf("{\"anyOf\":[" + Repeated("{}", 2000) + "]}", few),
            "#/anyOf/999: the schema has more than 1000 parts");
}

TEST(SchemaHostile, HugeEnum) {
  const Schema schema =
      Loaded("{\"const\":\"b\",\"enum\":[" + Repeated("\"a\"", kMany) + ",\"b\"]}");
  EXPECT_EQ(Root(schema).values->size(), 1U);
  EXPECT_EQ(ErrorOf("{\"items\":{\"enum\":[" + Repeated("\"a\"", 200'001) + "]}}"),
            "#/items/enum: 200001 values, at most 200000");
  EXPECT_EQ(ErrorOf("{\"enum\":[" + Repeated("7", 5'001) + "]}"),
            "#/enum: 5001 numbers, at most 5000");
}

TEST(SchemaHostile, ManyReferencesIntoManyDefinitions) {
  std::string refs, definitions;
  for (int i = 0; i < 50'000; ++i) {
    const std::string name = "definition" + std::to_string(i);
    if (i > 0) refs += ",", definitions += ",";
    refs += R"({"$ref":"#/$defs/)" + name + "\"}";
    definitions += "\"" + name + "\":{}";
  }
  const Schema schema = Loaded("{\"anyOf\":[" + refs + "],\"$defs\":{" + definitions + "}}");
  EXPECT_EQ(schema.nodes.size(), 100'001U);
}

TEST(SchemaHostile, ChainOfReferences) {
  std::string definitions;
  for (int i = 0; i < 50'000; ++i) {
    definitions +=
        "\"d" + std::to_string(i) + R"(":{"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"},";
  }
  const std::string chain = R"({"$ref":"#/$defs/d0","$defs":{)" + definitions + "\"d50000\":";
  EXPECT_EQ(ErrorOf(chain + "{}}}"), "loaded");
  EXPECT_NE(ErrorOf(chain + R"({"$ref":"#/$defs/d0"}}})"), "loaded");
}

TEST(SchemaHostile, LongNamesAroundManySchemas) {
  const std::string name(200'000, 'n');
  const Schema schema =
      Loaded("{\"properties\":{\"" + name + "\":{\"anyOf\":[" + Repeated("{}", kMany) + "]}}}");
  size_t bytes = 0;
  for (const SchemaNode& node : schema.nodes) bytes += node.path.size();
  EXPECT_LT(bytes, 40'000'000U);
}

TEST(SchemaHostile, ManyDynamicAnchorsInManyResources) {
  std::string resources;
  for (int i = 0; i < 5'000; ++i) {
    const std::string n = std::to_string(i);
    if (i > 0) resources += ",";
    resources += R"({"$id":"r)" + n + R"(","$dynamicAnchor":"a)" + n +
                 R"(","items":{"$dynamicRef":"#a)" + n + "\"}}";
  }
  const Schema schema = Loaded("{\"anyOf\":[" + resources + "]}");
  EXPECT_EQ(schema.resources.size(), 5'001U);
}

TEST(SchemaHostile, LongBaseUris) {
  const std::string base = "http://x/" + std::string(300'000, 'u') + "/";
  std::string parts;
  for (int i = 0; i < 20'000; ++i) parts += R"({"$ref":"b","$id":")" + std::to_string(i) + "\"},";
  const std::string text = R"({"$id":")" + base + R"(","anyOf":[)" + parts + R"({"$id":"b"}]})";
  EXPECT_EQ(ErrorOf(text), "#/$id: expected a URI of at most 4096 bytes");
}

// Classes of hundreds of ranges, counted, in several ways at once: what to look through for a text
// is bounded, and many such patterns under `not` alone are no reason to look.
TEST(SchemaHostile, CountedLettersOfUnicode) {
  const std::array classes = {"L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc"};
  const auto hard = [&](size_t i) {
    const auto wide = [&](char p, size_t n) {
      return std::string("\\\\") + p + "{" + classes[(i + n) % classes.size()] + "}";
    };
    return R"({"pattern":")" + wide('p', 0) + wide('P', 1) + "{1,30}(?:" + wide('p', 2) + ".|" +
           wide('p', 3) + R"({2}){3}"})";
  };
  std::string none;
  for (size_t i = 0; i < 3; ++i) none += (i > 0 ? R"(,{"not":)" : R"({"not":)") + hard(i) + "}";
  const auto compiled = [](const std::string& text) {
    return JsonSchema::Compile(*Json::Parse(text), {});
  };
  EXPECT_TRUE(compiled(R"({"type":"string","allOf":[)" + none + "]}").has_value());
  const auto refused = compiled(R"({"type":"string","allOf":[)" + none + "," + hard(5) + "]}");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(refused.error().message,
            "#/allOf/3/pattern, #/allOf/0/not/pattern, #/allOf/1/not/pattern, "
            "#/allOf/2/not/pattern: which texts it allows takes too many steps to find");
}

// Each question takes little; all together share what one compilation may take.
TEST(SchemaHostile, ManyPatternsOfLettersOfUnicode) {
  std::string names, options, strings;
  for (int i = 0; i < 400; ++i) {
    const std::string n = std::to_string(i);
    const std::string comma = i > 0 ? "," : "";
    names += comma + R"("^\\p{Lu}{2}\\p{Lu}?)" + n + R"($":{"type":"object"})";
    options += comma + R"({"type":"string","pattern":"\\p{Lu})" + n + R"(\\p{Ll}"})";
  }
  for (int i = 0; i < 3'000; ++i) {
    const std::string n = std::to_string(i);
    strings += (i > 0 ? R"(,{"pattern":"\\p{Lu}\\p{Lo})" : R"({"pattern":"\\p{Lu}\\p{Lo})") + n +
               R"(","not":{"pattern":"\\p{Ll}{1,9}\\p{M}x)" + n + R"($"},"minLength":5})";
  }
  const auto message = [](const std::string& text) {
    const auto compiled = JsonSchema::Compile(*Json::Parse(text), {});
    return compiled ? "compiled" : compiled.error().message;
  };
  const std::string why = ": which texts it allows takes too many steps to find";
  EXPECT_EQ(message(R"({"type":"object","minProperties":1,"patternProperties":{)" + names + "}}"),
            "#/patternProperties" + why);
  EXPECT_EQ(message(R"({"oneOf":[)" + options + "]}"), "#/oneOf" + why);
  const std::string many =
      message(R"({"type":"array","minItems":1000,"prefixItems":[)" + strings + "]}");
  EXPECT_TRUE(many.ends_with("/pattern" + why)) << many;
}

// What other names there are, and how many short ones, is asked of 192 expressions in each object.
TEST(SchemaHostile, ManyKindsOfOtherNames) {
  std::string patterns = R"("^\\p{Lu}*z{101}$":{})";
  for (char c = 'A'; c < 'G'; ++c) patterns += std::string(",\"") + c + "\":{}";
  std::string objects;
  for (int i = 0; i < 9; ++i) {
    objects += (i > 0 ? R"(,{"minProperties":1,"type":"object",)"
                      : R"({"minProperties":1,"type":"object",)") +
               (R"("patternProperties":{"y)" + std::to_string(i)) + "$\":{}," + patterns + "}}";
  }
  const auto compiled = JsonSchema::Compile(
      *Json::Parse(R"({"type":"array","minItems":9,"prefixItems":[)" + objects + "]}"), {});
  ASSERT_FALSE(compiled.has_value());
  EXPECT_EQ(compiled.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(
      compiled.error().message,
      "#/prefixItems/1/patternProperties: which texts it allows takes too many steps to find");
}

// Each leads back to itself in place, in the scope in which it is met.
TEST(SchemaHostile, DynamicReferencesThatLeadBack) {
  const std::string draft = R"("$schema":"https://json-schema.org/draft/2020-12/schema")";
  const std::string anchor = R"("$dynamicAnchor":"node",)" + draft;
  for (const std::string& text : {
           R"({"dependentSchemas":{"x":{"dependentSchemas":{"c":{"$dynamicRef":"#node"}},
               "unevaluatedProperties":true}},"required":["x"],)" +
               anchor + "}",
           R"({"oneOf":[{"$dynamicRef":"#node"},{"$dynamicRef":"#node",
               "unevaluatedProperties":false}],)" +
               anchor + "}",
           R"({"anyOf":[{"$dynamicRef":"#node"},{"$dynamicRef":"#node",
               "unevaluatedItems":false}],)" +
               anchor + "}",
           std::string(R"({"$recursiveAnchor":true,"anyOf":[{"$recursiveRef":"#"},
               {"$recursiveRef":"#","unevaluatedProperties":false}],
               "$schema":"https://json-schema.org/draft/2019-09/schema"})")}) {
    const auto compiled = JsonSchema::Compile(*Json::Parse(text), {});
    ASSERT_FALSE(compiled.has_value()) << text;
    EXPECT_EQ(compiled.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(compiled.error().message.find("leads back to"), std::string::npos)
        << compiled.error().message;
  }
  const std::string tree = R"({"properties":{"next":{"$dynamicRef":"#node"}},
      "unevaluatedProperties":false,)" +
                           anchor + "}";
  EXPECT_TRUE(JsonSchema::Compile(*Json::Parse(tree), {}).has_value());
}

// Each level is the next one or an array of it: what an item may be is asked by as many questions
// as there are levels, and by all combinations of their answers. Steps are counted, not time.
TEST(SchemaHostile, ChainOfChoicesOfItems) {
  const auto chain = [](int levels, bool negated) {
    std::string text = R"({"$ref":"#/$defs/d0","$defs":{)";
    for (int i = 0; i < levels; ++i) {
      const std::string next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + R"("})";
      const std::string both = "[" + next + R"(,{"type":"array","items":)" + next + "}]";
      text += R"("d)" + std::to_string(i) + R"(":)" +
              (negated ? R"({"not":{"anyOf":)" + both + "}}," : R"({"oneOf":)" + both + "},");
    }
    return text + R"("d)" + std::to_string(levels) + R"(":{"type":"integer"}}})";
  };
  const auto refused = JsonSchema::Compile(*Json::Parse(chain(16, false)), {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
  EXPECT_NE(refused.error().message.find("/oneOf: not decided within the limits of the search"),
            std::string::npos)
      << refused.error().message;
  for (const bool negated : {false, true}) {
    const auto schema = JsonSchema::Compile(*Json::Parse(chain(25, negated)), {});
    if (!schema) {
      EXPECT_EQ(schema.error().code, ErrorCode::kResourceExhausted) << schema.error().message;
      continue;
    }
    const auto machine = (*schema)->machine();
    JsonMatcher matcher(*machine);
    for (const char c : std::string("[[1]]")) matcher.Push(static_cast<uint8_t>(c));
    EXPECT_LT(machine->languages().formulas().work(), 3 * machine->finisher().most_looks());
    const auto reader = (*schema)->NewReader();
    bool taken = true;
    for (const char c : std::string("[[1]]")) {
      taken = taken && reader->Push(static_cast<uint8_t>(c));
    }
    EXPECT_TRUE((taken && reader->Accepting()) || reader->limited());
  }
}

// Which names may come asks of each name those alternatives that speak of it, and how a name that
// has begun ends asks few names: not each of all alternatives.
TEST(SchemaHostile, ManyObjectsWithANameEach) {
  constexpr size_t kOptions = 1'000;
  for (const bool closed : {false, true}) {
    std::string options;
    for (size_t i = 0; i < kOptions; ++i) {
      const std::string name = R"("a)" + std::to_string(i) + "\"";
      options += (i > 0 ? "," : "") + std::string(R"({"type":"object","properties":{)") + name +
                 R"(:{"type":"string"},"id":{}},"required":[)" + name +
                 (closed ? R"(],"additionalProperties":false})" : "]}");
    }
    const auto schema = JsonSchema::Compile(*Json::Parse(R"({"anyOf":[)" + options + "]}"), {});
    ASSERT_TRUE(schema.has_value());
    const auto machine = (*schema)->machine();
    JsonMatcher matcher(*machine);
    const auto read = [&](const std::string& text) {
      return std::ranges::all_of(text, [&](char c) {
        return matcher.Push(static_cast<uint8_t>(c)) && matcher.FinishBytes() > 0;
      });
    };
    ASSERT_TRUE(read("{\"\\"));
    EXPECT_EQ(matcher.Completion(), R"(u00610":""})");
    matcher.Pop(1);
    ASSERT_TRUE(read(R"(a77":"x",)"));
    EXPECT_EQ(matcher.Completion(), closed ? R"("id":0})" : R"("":0})");
    EXPECT_EQ(read("\"b"), !closed);
    EXPECT_FALSE(machine->gave_up());
    EXPECT_LT(machine->languages().formulas().work(), 300 * kOptions);
  }
}

// The shortest document doubles at each level.
TEST(SchemaHostile, ShortestDocumentOfManyBytes) {
  const auto doubling = [](int levels, const std::string& shape) {
    std::string text = R"({"$ref":"#/$defs/a0","$defs":{)";
    for (int i = 0; i < levels; ++i) {
      std::string level = shape;
      for (size_t at = 0; (at = level.find('@', at)) != std::string::npos;) {
        level.replace(at, 1, "#/$defs/a" + std::to_string(i + 1));
      }
      text += "\"a" + std::to_string(i) + "\":" + level + ",";
    }
    return text + "\"a" + std::to_string(levels) + "\":{\"type\":\"null\"}}}";
  };
  const std::string object = R"({"type":"object","required":["l","r"],
      "properties":{"l":{"$ref":"@"},"r":{"$ref":"@"}}})";
  const std::string array = R"({"type":"array","minItems":2,"items":{"$ref":"@"}})";
  for (const std::string& shape : {object, array}) {
    EXPECT_TRUE(JsonSchema::Compile(*Json::Parse(doubling(10, shape)), {}).has_value());
    const auto refused = JsonSchema::Compile(*Json::Parse(doubling(40, shape)), {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
    EXPECT_NE(refused.error().message.find("the shortest text has more than 1048576 bytes"),
              std::string::npos)
        << refused.error().message;
  }
}

}  // namespace
}  // namespace bantam::grammar
