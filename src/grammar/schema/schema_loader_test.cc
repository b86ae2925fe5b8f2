// Keywords: what each becomes, in which drafts, and what is said of wrong values.
#include <array>

#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

Decimal Number(std::string_view text) {
  return *Decimal::Parse(text);
}

TEST(SchemaLoader, TakesBooleans) {
  EXPECT_EQ(Root(Loaded("true")).boolean, true);
  EXPECT_EQ(Root(Loaded("false")).boolean, false);
  EXPECT_EQ(Root(Loaded("{}")).boolean, std::nullopt);
  EXPECT_EQ(ErrorOf("[]"), "#: expected a schema (an object or a boolean), got an array");
  EXPECT_EQ(ErrorOf("null"), "#: expected a schema (an object or a boolean), got null");
}

TEST(SchemaLoader, AnEmptySchemaChangesNothing) {
  const Schema schema = Loaded(R"({"title": 5, "x-other": {"type": 7}, "$comment": "c"})");
  const SchemaNode& node = Root(schema);
  EXPECT_EQ(node.types, kAllTypes);
  EXPECT_FALSE(node.values || node.minimum || node.max_length || node.pattern || node.max_items);
  EXPECT_EQ(node.min_length + node.min_items + node.min_properties, 0U);
  EXPECT_EQ(node.min_contains, 1U);
  EXPECT_EQ(schema.nodes.size(), 1U);
  EXPECT_FALSE(schema.has_dynamic_refs);
}

TEST(SchemaLoader, Types) {
  EXPECT_EQ(Root(Loaded(R"({"type":"integer"})")).types, kIntegerBit);
  EXPECT_EQ(Root(Loaded(R"({"type":"number"})")).types, kNumberBit | kIntegerBit);
  EXPECT_EQ(Root(Loaded(R"({"type":["null","object","null"]})")).types, kNullBit | kObjectBit);
  EXPECT_EQ(Root(Loaded(R"({"type":["null","boolean","number","string","array","object"]})")).types,
            kAllTypes);
  EXPECT_EQ(ErrorOf(R"({"type":[]})"), "#/type: expected at least one type");
  EXPECT_EQ(ErrorOf(R"({"type":["null","any"]})"),
            "#/type/1: expected null, boolean, number, integer, string, array or object, got the "
            "string \"any\"");
  EXPECT_EQ(ErrorOf(R"({"properties":{"a/b":{"type":3}}})"),
            "#/properties/a~1b/type: expected null, boolean, number, integer, string, array or "
            "object, got 3");
}

TEST(SchemaLoader, EnumAndConst) {
  const auto values = [](std::string_view text, Draft draft = Draft::k2020) {
    const Schema schema = Loaded(text, With(draft));
    return Root(schema).values ? Json::MakeArray(*Root(schema).values).Dump() : "absent";
  };
  EXPECT_EQ(values(R"({"enum":[1,"a",null,{"b":[]}]})"), R"([1,"a",null,{"b":[]}])");
  EXPECT_EQ(values(R"({"const":null})"), "[null]");
  EXPECT_EQ(values(R"({"enum":[1,2.0,3],"const":2})"), "[2.0]");
  EXPECT_EQ(values(R"({"const":{"a":1,"b":2},"enum":[{"b":2,"a":1.0}]})"), R"([{"b":2,"a":1.0}])");
  EXPECT_EQ(values(R"({"enum":[1],"const":2})"), "[]");
  EXPECT_EQ(values(R"({"enum":[]})"), "[]");
  EXPECT_EQ(values(R"({"const":1})", Draft::k4), "absent");
  EXPECT_EQ(values(R"({"const":1})", Draft::k6), "[1]");
  EXPECT_EQ(ErrorOf(R"({"enum":"a"})"), "#/enum: expected an array, got the string \"a\"");
}

TEST(SchemaLoader, Numbers) {
  const SchemaNode node = Root(Loaded(
      R"({"minimum":-1.5,"maximum":98249283749234923498293171823948729348710298301928331,
          "exclusiveMinimum":0,"exclusiveMaximum":1e30,"multipleOf":0.01})"));
  EXPECT_EQ(node.minimum, Number("-1.5"));
  EXPECT_EQ(node.maximum, Number("98249283749234923498293171823948729348710298301928331"));
  EXPECT_EQ(node.exclusive_minimum, Number("0"));
  EXPECT_EQ(node.exclusive_maximum, Number("1e30"));
  EXPECT_EQ(node.multiple_of, Number("0.01"));
  EXPECT_EQ(ErrorOf(R"({"minimum":"1"})"), "#/minimum: expected a number, got the string \"1\"");
  EXPECT_EQ(ErrorOf(R"({"multipleOf":0})"), "#/multipleOf: expected a number above 0, got 0");
  EXPECT_EQ(ErrorOf(R"({"multipleOf":-2})"), "#/multipleOf: expected a number above 0, got -2");
  const Result<Schema> huge = Load(R"({"items":{"maximum":1e999999999999}})");
  ASSERT_FALSE(huge.has_value());
  EXPECT_EQ(huge.error().code, ErrorCode::kUnsupported);
  EXPECT_TRUE(huge.error().message.starts_with("#/items/maximum: ")) << huge.error().message;
}

TEST(SchemaLoader, ExclusiveBoundsOfDraft4) {
  const SchemaNode node =
      Root(Loaded(R"({"minimum":1,"exclusiveMinimum":true,"maximum":5,"exclusiveMaximum":false})",
                  With(Draft::k4)));
  EXPECT_EQ(node.minimum, std::nullopt);
  EXPECT_EQ(node.exclusive_minimum, Number("1"));
  EXPECT_EQ(node.maximum, Number("5"));
  EXPECT_EQ(node.exclusive_maximum, std::nullopt);
  EXPECT_EQ(Root(Loaded(R"({"exclusiveMinimum":true})")).exclusive_minimum, std::nullopt);
}

TEST(SchemaLoader, Counts) {
  const SchemaNode node = Root(Loaded(
      R"({"minLength":2.0,"maxLength":3e2,"minItems":1,"maxItems":9,"minProperties":4,
          "maxProperties":1e300})"));
  EXPECT_EQ(node.min_length, 2U);
  EXPECT_EQ(node.max_length, 300U);
  EXPECT_EQ(node.min_items, 1U);
  EXPECT_EQ(node.max_items, 9U);
  EXPECT_EQ(node.min_properties, 4U);
  EXPECT_EQ(node.max_properties, ~uint64_t{0});
  EXPECT_EQ(ErrorOf(R"({"minLength":2.5})"),
            "#/minLength: expected a whole number of at least 0, got 2.5");
  EXPECT_EQ(ErrorOf(R"({"maxItems":-1})"),
            "#/maxItems: expected a whole number of at least 0, got -1");
  EXPECT_EQ(ErrorOf(R"({"maxItems":[]})"),
            "#/maxItems: expected a whole number of at least 0, got an array");
}

TEST(SchemaLoader, Strings) {
  const SchemaNode node =
      Root(Loaded(R"({"pattern":"^a","format":"date","x-copy":true,"contentEncoding":"base64"})"));
  EXPECT_EQ(node.pattern, "^a");
  EXPECT_EQ(node.format, "date");
  EXPECT_TRUE(node.copy);
  EXPECT_EQ(ErrorOf(R"({"pattern":1})"), "#/pattern: expected a string, got 1");
  EXPECT_EQ(ErrorOf(R"({"x-copy":"yes"})"), "#/x-copy: expected a boolean, got the string \"yes\"");
}

using Notes = std::vector<std::string>;

TEST(SchemaLoader, ContentOfTextsIsNoted) {
  EXPECT_EQ(Root(Loaded(R"({"contentEncoding":"base64","contentMediaType":"text/html"})")).notes,
            (Notes{"#/contentEncoding: it describes texts and has no effect; a pattern has one",
                   "#/contentMediaType: it describes texts and has no effect; a pattern has one"}));
  EXPECT_EQ(Root(Loaded(R"({"type":"integer","contentEncoding":"base64"})")).notes, Notes{});
}

TEST(SchemaLoader, Formats) {
  // Formats of later drafts are custom ones of draft 7 (validation, 7.2), and have one meaning.
  const SchemaNode later =
      Root(Loaded(R"({"$schema":"http://json-schema.org/draft-07/schema#","format":"uuid"})"));
  EXPECT_EQ(later.format, "uuid");
  EXPECT_EQ(later.notes, Notes{});
  const SchemaNode unknown = Root(Loaded(R"({"format":"colour"})"));
  EXPECT_EQ(unknown.format, std::nullopt);
  EXPECT_EQ(unknown.notes, Notes{"#/format: unknown format \"colour\": not checked"});
  SchemaOptions off;
  off.assert_formats = false;
  EXPECT_EQ(Root(Loaded(R"({"format":"colour"})", off)).format, std::nullopt);
  EXPECT_EQ(Root(Loaded(R"({"format":"date"})", off)).format, std::nullopt);
  // No draft has a format for anything but strings.
  EXPECT_EQ(Root(Loaded(R"({"type":"integer","format":"int32"})")).notes, Notes{});
  EXPECT_EQ(Root(Loaded(R"({"type":["integer","string"],"format":"int32"})")).notes,
            Notes{"#/format: unknown format \"int32\": not checked"});
}

TEST(SchemaLoader, TellsOfMisspeltKeywords) {
  EXPECT_EQ(Root(Loaded(R"({"propertys":{},"requried":["a"],"minLenght":3,"title":"a","units":"m",
      "x-order":1,"tag/s":[],"Type":"object"})"))
                .notes,
            (Notes{"#/propertys: \"propertys\" is no keyword, so it has no effect; did you mean "
                   "\"properties\"?",
                   "#/requried: \"requried\" is no keyword, so it has no effect; did you mean "
                   "\"required\"?",
                   "#/minLenght: \"minLenght\" is no keyword, so it has no effect; did you mean "
                   "\"minLength\"?",
                   "#/Type: \"Type\" is no keyword, so it has no effect; did you mean \"type\"?"}));
  EXPECT_EQ(
      Root(Loaded(R"({"$schema":"http://json-schema.org/draft-07/schema#",
      "dependentRequired":{"a":["b"]}})"))
          .notes,
      Notes{"#/dependentRequired: \"dependentRequired\" is no keyword of this draft, so it has "
            "no effect"});
  EXPECT_EQ(Root(Loaded(R"({"properties":{"propertys":true,"hight":{"type":"string"}},
      "enum":[{"typ":1}],"default":{"itmes":1}})"))
                .notes,
            Notes{});
}

TEST(SchemaLoader, TellsOfMisspeltDefinitions) {
  EXPECT_EQ(Root(Loaded(R"({"definitons":{},"$def":{},"definitions":{},"$defs":{}})")).notes,
            (Notes{"#/definitons: \"definitons\" is no keyword, so it has no effect; did you mean "
                   "\"definitions\"?",
                   "#/$def: \"$def\" is no keyword, so it has no effect; did you mean "
                   "\"$defs\"?"}));
}

TEST(SchemaLoader, TellsWhatToWriteForNullable) {
  const auto notes = [](const std::string& keywords) {
    return Root(Loaded("{" + keywords + "}")).notes;
  };
  const auto note = [](const std::string& advice) {
    return Notes{"#/nullable: \"nullable\" is OpenAPI's, so it has no effect; to allow null, " +
                 advice};
  };
  const std::string types = R"(write "type": ["string", "null"])";
  EXPECT_EQ(notes(R"("type":"string","nullable":true)"), note(types));
  EXPECT_EQ(notes(R"("nullable":true,"type":"string","enum":["a"])"),
            note(types + R"(, and null to "enum")"));
  EXPECT_EQ(notes(R"("type":["string","integer"],"nullable":true)"),
            note(R"(add "null" to "type")"));
  EXPECT_EQ(notes(R"("enum":["a"],"nullable":true)"), note(R"(add null to "enum")"));
  const std::string any = R"(write "anyOf": [{"type": "null"}, …])";
  const std::string definition = R"("definitions":{"d":true},"$ref":"#/definitions/d",)";
  EXPECT_EQ(notes(definition + R"("nullable":true)"), note(any));
  EXPECT_EQ(notes(definition + R"("nullable":true,"anyOf":7,
      "$schema":"http://json-schema.org/draft-07/schema#")"),
            note(any));
  for (const std::string without :
       {R"("type":"string","nullable":false)", R"("nullable":true)", R"("nullable":"yes")",
        R"("type":["null","string"],"nullable":true)", R"("enum":["a",null],"nullable":true)",
        R"("anyOf":[{"type":"string"},{"type":"null"}],"nullable":true)",
        R"("properties":{"nullable":{"type":"string"}})"}) {
    EXPECT_EQ(notes(without), Notes{}) << without;
  }
}

TEST(SchemaLoader, TellsOfMisspeltCopies) {
  for (const std::string name : {"x-copi", "x-cpoy", "x-Copy", "X-COPY"}) {
    const auto schema = LoadSchema(*Json::Parse("{\"" + name + "\":true}"), {});
    ASSERT_TRUE(schema);
    EXPECT_EQ(schema->nodes[schema->root].notes.size(), 1U) << name;
  }
  const auto other = LoadSchema(*Json::Parse(R"({"x-order":1,"x-code":2,"x-copy":true})"), {});
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->nodes[other->root].notes.empty());
}

TEST(SchemaLoader, Arrays) {
  const Schema schema = Loaded(
      R"({"prefixItems":[true,false],"items":{"type":"null"},"contains":true,"minContains":0,
          "maxContains":3,"uniqueItems":true,"unevaluatedItems":false})");
  const SchemaNode& node = Root(schema);
  ASSERT_EQ(node.prefix_items.size(), 2U);
  EXPECT_EQ(schema.nodes[node.prefix_items[1]].boolean, false);
  EXPECT_EQ(schema.nodes[node.prefix_items[1]].path, "#/prefixItems/1");
  EXPECT_EQ(schema.nodes[node.items].types, kNullBit);
  EXPECT_EQ(schema.nodes[node.contains].path, "#/contains");
  EXPECT_EQ(node.min_contains, 0U);
  EXPECT_EQ(node.max_contains, 3U);
  EXPECT_TRUE(node.unique_items && node.contains_evaluates);
  EXPECT_EQ(schema.nodes[node.unevaluated_items].boolean, false);
  EXPECT_EQ(ErrorOf(R"({"prefixItems":[true,1]})"),
            "#/prefixItems/1: expected a schema (an object or a boolean), got 1");
  EXPECT_EQ(ErrorOf(R"({"prefixItems":[]})"), "#/prefixItems: expected at least one schema");
}

TEST(SchemaLoader, ItemsOfOlderDrafts) {
  for (const Draft draft : {Draft::k4, Draft::k6, Draft::k7, Draft::k2019, Draft::k2020}) {
    const Schema schema =
        Loaded(R"({"items":[{"type":"null"}],"additionalItems":{"type":"array"}})", With(draft));
    const SchemaNode& node = Root(schema);
    ASSERT_EQ(node.prefix_items.size(), 1U);
    EXPECT_EQ(schema.nodes[node.prefix_items[0]].path, "#/items/0");
    EXPECT_EQ(schema.nodes[node.items].types, kArrayBit);
  }
  EXPECT_EQ(Root(Loaded(R"({"additionalItems":false})", With(Draft::k7))).items, kNoSchema);
  const Schema one = Loaded(R"({"items":{"type":"null"},"additionalItems":5})", With(Draft::k7));
  EXPECT_EQ(one.nodes[Root(one).items].types, kNullBit);
  EXPECT_TRUE(Root(Loaded(R"({"prefixItems":[true]})", With(Draft::k2019))).prefix_items.empty());
  EXPECT_EQ(ErrorOf(R"({"prefixItems":[true],"items":[true]})"),
            "#/items: expected a schema (an object or a boolean), got an array");
}

TEST(SchemaLoader, ContainsByDraft) {
  const std::string_view text = R"({"contains":true,"minContains":2})";
  EXPECT_EQ(Root(Loaded(text, With(Draft::k4))).contains, kNoSchema);
  EXPECT_FALSE(Root(Loaded(text, With(Draft::k7))).contains_evaluates);
  EXPECT_EQ(Root(Loaded(text, With(Draft::k7))).min_contains, 1U);
  EXPECT_FALSE(Root(Loaded(text, With(Draft::k2019))).contains_evaluates);
  EXPECT_EQ(Root(Loaded(text, With(Draft::k2019))).min_contains, 2U);
  EXPECT_TRUE(Root(Loaded(text, With(Draft::k2020))).contains_evaluates);
  const SchemaNode alone = Root(Loaded(R"({"minContains":3,"maxContains":0})"));
  EXPECT_EQ(alone.min_contains, 1U);
  EXPECT_EQ(alone.max_contains, std::nullopt);
}

TEST(SchemaLoader, Objects) {
  const Schema schema = Loaded(
      R"({"properties":{"b":true,"a":{"type":"null"}},"patternProperties":{"^x":false},
          "additionalProperties":false,"propertyNames":{"maxLength":3},"required":["a","z","a"],
          "dependentRequired":{"a":["b"]},"dependentSchemas":{"b":{"required":["c"]}},
          "unevaluatedProperties":{"type":"string"}})");
  const SchemaNode& node = Root(schema);
  ASSERT_EQ(node.properties.size(), 2U);
  EXPECT_EQ(node.properties[0].first, "b");
  EXPECT_EQ(node.properties[1].first, "a");
  EXPECT_EQ(schema.nodes[node.properties[1].second].types, kNullBit);
  ASSERT_EQ(node.pattern_properties.size(), 1U);
  EXPECT_EQ(node.pattern_properties[0].first, "^x");
  EXPECT_EQ(schema.nodes[node.additional_properties].boolean, false);
  EXPECT_EQ(schema.nodes[node.property_names].max_length, 3U);
  EXPECT_EQ(node.required, (std::vector<std::string>{"a", "z"}));
  ASSERT_EQ(node.dependent_required.size(), 1U);
  EXPECT_EQ(node.dependent_required[0].second, std::vector<std::string>{"b"});
  ASSERT_EQ(node.dependent_schemas.size(), 1U);
  EXPECT_EQ(schema.nodes[node.dependent_schemas[0].second].required[0], "c");
  EXPECT_EQ(schema.nodes[node.unevaluated_properties].types, kStringBit);
  EXPECT_EQ(ErrorOf(R"({"properties":[]})"), "#/properties: expected an object, got an array");
  EXPECT_EQ(ErrorOf(R"({"properties":{"a":"b"}})"),
            "#/properties/a: expected a schema (an object or a boolean), got the string \"b\"");
  EXPECT_EQ(ErrorOf(R"({"required":["a",1]})"), "#/required/1: expected a string, got 1");
  EXPECT_EQ(ErrorOf(R"({"required":true})"), "#/required: expected an array of strings, got true");
  EXPECT_EQ(ErrorOf(R"({"dependentRequired":{"x":["a",1]}})"),
            "#/dependentRequired/x/1: expected a string, got 1");
}

TEST(SchemaLoader, DependenciesAreOfTwoKinds) {
  const Schema schema =
      Loaded(R"({"dependencies":{"a":["b"],"c":{"required":["d"]},"e":false}})", With(Draft::k7));
  const SchemaNode& node = Root(schema);
  ASSERT_EQ(node.dependent_required.size(), 1U);
  EXPECT_EQ(node.dependent_required[0].first, "a");
  ASSERT_EQ(node.dependent_schemas.size(), 2U);
  EXPECT_EQ(node.dependent_schemas[0].first, "c");
  EXPECT_EQ(schema.nodes[node.dependent_schemas[1].second].boolean, false);
  EXPECT_TRUE(Root(Loaded(R"({"dependentRequired":{"a":["b"]}})", With(Draft::k7)))
                  .dependent_required.empty());
}

TEST(SchemaLoader, InPlaceApplicators) {
  const Schema schema = Loaded(
      R"({"allOf":[{}],"anyOf":[true,false],"oneOf":[{"not":{}}],"if":{},"then":true,
          "else":false})");
  const SchemaNode& node = Root(schema);
  EXPECT_EQ(node.all_of.size(), 1U);
  EXPECT_EQ(node.any_of.size(), 2U);
  EXPECT_NE(schema.nodes[node.one_of[0]].negated, kNoSchema);
  EXPECT_EQ(schema.nodes[node.if_schema].path, "#/if");
  EXPECT_EQ(schema.nodes[node.then_schema].boolean, true);
  EXPECT_EQ(schema.nodes[node.else_schema].boolean, false);
  const SchemaNode without_if = Root(Loaded(R"({"then":false,"else":false})"));
  EXPECT_EQ(without_if.then_schema, kNoSchema);
  EXPECT_EQ(without_if.else_schema, kNoSchema);
  EXPECT_EQ(Root(Loaded(R"({"if":true,"then":false})", With(Draft::k6))).if_schema, kNoSchema);
  EXPECT_EQ(ErrorOf(R"({"anyOf":{}})"), "#/anyOf: expected an array, got an object");
  EXPECT_EQ(ErrorOf(R"({"oneOf":[]})"), "#/oneOf: expected at least one schema");
}

TEST(SchemaLoader, OnlyWhatIsReachableBecomesNodes) {
  const Schema schema = Loaded(R"({"$defs":{"a":{"type":7},"b":{}},"$ref":"#/$defs/b"})");
  EXPECT_EQ(schema.nodes.size(), 2U);
  EXPECT_EQ(Root(schema).path, "#");
}

TEST(SchemaLoader, DraftsByName) {
  const auto contains_type = [](std::string_view uri) {
    const std::string text = R"({"$schema":")" + std::string(uri) +
                             R"(","exclusiveMinimum":1,"const":1,"if":true,"$anchor":"a",
                                 "prefixItems":[true]})";
    const SchemaNode node = Root(Loaded(text, With(Draft::k2020)));
    return std::string(node.values ? "c" : "-") + (node.if_schema != kNoSchema ? "i" : "-") +
           (node.prefix_items.empty() ? "-" : "p");
  };
  EXPECT_EQ(contains_type("http://json-schema.org/draft-04/schema#"), "---");
  EXPECT_EQ(contains_type("http://json-schema.org/draft-06/schema#"), "c--");
  EXPECT_EQ(contains_type("http://json-schema.org/draft-07/schema"), "ci-");
  EXPECT_EQ(contains_type("https://json-schema.org/draft-07/schema#"), "ci-");
  EXPECT_EQ(contains_type("https://json-schema.org/draft/2019-09/schema"), "ci-");
  EXPECT_EQ(contains_type("https://json-schema.org/draft/2020-12/schema"), "cip");
  EXPECT_EQ(contains_type("http://json-schema.org/schema#"), "cip");
  EXPECT_EQ(contains_type("http://json-schema.org/draft-07/schema#/"), "ci-");
  EXPECT_EQ(contains_type("http://json-schema.org/draft-06/hyper-schema#"), "c--");
  const Result<Schema> unknown = Load(R"({"$schema":"http://json-schema.org/draft-03/schema#"})");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(unknown.error().message,
            "#/$schema: the metaschema \"http://json-schema.org/draft-03/schema#\" is neither a "
            "known draft nor in the registry");
}

TEST(SchemaLoader, VocabulariesSwitchKeywords) {
  SchemaOptions options;
  options.assert_formats = false;
  const std::string vocab = "https://json-schema.org/draft/2020-12/vocab/";
  const auto add = [&](const std::string& uri, const std::string& members) {
    options.registry[uri] = *Json::Parse(
        R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$vocabulary":{)" + members +
        "}}");
  };
  add("m:no-validation", "\"" + vocab + "core\":true,\"" + vocab + "applicator\":true");
  add("m:formats", "\"" + vocab + "core\":true,\"" + vocab + "format-assertion\":false");
  add("m:optional", "\"" + vocab + "validation\":true,\"m:unknown\":false");
  add("m:required", "\"" + vocab + "validation\":true,\"m:unknown\":true");
  const SchemaNode node = Root(Loaded(
      R"({"$schema":"m:no-validation","minimum":1,"properties":{"a":false},
          "unevaluatedItems":false})",
      options));
  EXPECT_EQ(node.minimum, std::nullopt);
  EXPECT_EQ(node.properties.size(), 1U);
  EXPECT_EQ(node.unevaluated_items, kNoSchema);
  const SchemaNode formats =
      Root(Loaded(R"({"$schema":"m:formats","format":"date","items":5})", options));
  EXPECT_EQ(formats.format, "date");
  EXPECT_NE(Root(Loaded(R"({"$schema":"m:optional","minimum":1})", options)).minimum, std::nullopt);
  EXPECT_EQ(ErrorOf(R"({"$schema":"m:required"})", options),
            "#/$schema: the metaschema \"m:required\" requires the unknown vocabulary "
            "\"m:unknown\"");
  options.registry["m:loop"] = *Json::Parse(R"({"$schema":"m:loop"})");
  EXPECT_EQ(ErrorOf(R"({"$schema":"m:loop"})", options),
            "#/$schema: the metaschema \"m:loop\" leads to no known draft by $schema");
}

}  // namespace
}  // namespace bantam::grammar
