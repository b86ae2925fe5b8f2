// References: identifiers, anchors, pointers, dynamic scope, the metaschemas.
#include "grammar/schema/metaschemas.h"
#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

TEST(SchemaRefs, Pointers) {
  EXPECT_EQ(TargetOf(R"({"$ref":"#/$defs/a","$defs":{"a":{}}})"), "#/$defs/a");
  EXPECT_EQ(TargetOf(R"({"$ref":"#/$defs/a~1b~0c","$defs":{"a/b~c":{}}})"), "#/$defs/a~1b~0c");
  EXPECT_EQ(TargetOf(R"({"$ref":"#/$defs/a%25%22%20b","$defs":{"a%\" b":{}}})"),
            "#/$defs/a%25\" b");
  EXPECT_EQ(TargetOf(R"({"$ref":"#/$defs//x","$defs":{"":{"x":{}}}})"), "#/$defs//x");
  EXPECT_EQ(TargetOf(R"({"$ref":"#/allOf/1","allOf":[{},{}]})"), "#/allOf/1");
  EXPECT_EQ(TargetOf(R"({"$ref":"#/examples/0/a","examples":[{"a":{"type":"null"}}]})"),
            "#/examples/0/a");
  EXPECT_EQ(TargetOf(R"({"$ref":"#/$defs","$defs":{"items":true}})"), "#/$defs");
  EXPECT_EQ(TargetOf(R"({"$ref":"#/$defs/a/unknown/b","$defs":{"a":{"unknown":{"b":{}}}}})"),
            "#/$defs/a/unknown/b");
}

TEST(SchemaRefs, ToNothing) {
  EXPECT_EQ(ErrorOf(R"({"properties":{"p":{"$ref":"#/$defs/a"}},"$defs":{}})"),
            "#/properties/p/$ref: there is no \"/$defs/a\" in the schema");
  EXPECT_EQ(ErrorOf(R"({"$ref":"#/allOf/01","allOf":[{},{}]})"),
            "#/$ref: there is no \"/allOf/01\" in the schema");
  EXPECT_EQ(ErrorOf(R"({"$ref":"#/$defs/a","$defs":{"a":5}})"),
            "#/$ref: expected a schema (an object or a boolean), got a number");
  EXPECT_EQ(ErrorOf(R"({"$ref":"#a"})"), "#/$ref: no schema of the resource has the anchor \"a\"");
  EXPECT_EQ(ErrorOf(R"({"$ref":"http://x/y.json#a"})"),
            "#/$ref: no schema is called \"http://x/y.json\" in the document or the registry");
  EXPECT_EQ(ErrorOf(R"({"$ref":"#/a%2"})"),
            "#/$ref: expected two hexadecimal digits after each '%' of \"#/a%2\"");
  EXPECT_EQ(ErrorOf(R"({"$ref":{}})"), "#/$ref: expected a string, got an object");
  EXPECT_EQ(ErrorOf(R"({"$ref":"#a","anyOf":[{"$anchor":"a"},{"$anchor":"a"}]})"),
            "#/$ref: more than one schema of the resource has the anchor \"a\"");
  EXPECT_EQ(ErrorOf(R"({"$ref":"x:a","anyOf":[{"$id":"x:a"},{"$id":"x:a"}]})"),
            "#/$ref: more than one schema is called \"x:a\"");
}

TEST(SchemaRefs, CyclesInPlaceAreErrors) {
  EXPECT_EQ(ErrorOf(R"({"$ref":"#"})"),
            "#/$ref: leads back to # without going into a property or an item: nothing could "
            "decide it");
  EXPECT_NE(ErrorOf(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},
                        "b":{"$ref":"#/$defs/a"}}})"),
            "loaded");
  EXPECT_NE(ErrorOf(R"({"allOf":[{"anyOf":[{"not":{"if":{"$ref":"#"}}}]}]})"), "loaded");
  EXPECT_NE(ErrorOf(R"({"dependentSchemas":{"a":{"$ref":"#"}}})"), "loaded");
  EXPECT_EQ(ErrorOf(R"({"properties":{"a":{"$ref":"#"}},"items":{"$ref":"#"}})"), "loaded");
  // The same target twice is no cycle.
  EXPECT_EQ(ErrorOf(R"({"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}],"$defs":{"a":{}}})"),
            "loaded");
}

TEST(SchemaRefs, RecursionThroughProperties) {
  const Schema schema = Loaded(R"({"properties":{"child":{"$ref":"#"}}})");
  EXPECT_EQ(schema.nodes.size(), 2U);
  EXPECT_EQ(schema.nodes[Root(schema).properties[0].second].ref, schema.root);
}

TEST(SchemaRefs, SiblingsOfRefByDraft) {
  const std::string_view text =
      R"({"definitions":{"a":{"type":"null"}},"$ref":"#/definitions/a","minLength":3})";
  EXPECT_EQ(Root(Loaded(text, With(Draft::k7))).min_length, 0U);
  EXPECT_EQ(Root(Loaded(text, With(Draft::k2019))).min_length, 3U);
  // An $id beside $ref changes no base in draft 7.
  const std::string_view base = R"({"$id":"http://x/base/","definitions":{
      "foo":{"$id":"http://x/foo.json","type":"string"},"base":{"$id":"foo.json","type":"number"}},
      "allOf":[{"$id":"http://x/","$ref":"foo.json"}]})";
  const Schema schema = Loaded(base, With(Draft::k7));
  const SchemaNode& reference = schema.nodes[Root(schema).all_of[0]];
  EXPECT_EQ(schema.nodes[reference.ref].types, kNumberBit | kIntegerBit);
}

TEST(SchemaRefs, IdentifiersAndAnchors) {
  const std::string text = R"({"$id":"http://x/root.json","$ref":"%","$defs":{
      "a":{"$id":"a/b.json","$defs":{"c":{"$anchor":"here"},"d":{"$id":"d.json"}}},
      "u":{"$id":"urn:uuid:1"}}})";
  const auto target = [&](std::string_view reference) {
    std::string with = text;
    with.replace(with.find('%'), 1, reference);
    return TargetOf(with);
  };
  EXPECT_EQ(target("a/b.json"), "#/$defs/a");
  EXPECT_EQ(target("http://x/a/b.json#here"), "#/$defs/a/$defs/c");
  EXPECT_EQ(target("/a/d.json"), "#/$defs/a/$defs/d");
  EXPECT_EQ(target("a/b.json#/$defs/d"), "#/$defs/a/$defs/d");
  EXPECT_EQ(target("urn:uuid:1"), "#/$defs/u");
  EXPECT_EQ(target("urn:uuid:1#"), "#/$defs/u");
  EXPECT_EQ(target("root.json#/$defs/u"), "#/$defs/u");
  EXPECT_EQ(target("#here"), "#/$ref: no schema of the resource has the anchor \"here\"");
  EXPECT_EQ(target("b.json"),
            "#/$ref: no schema is called \"http://x/b.json\" in the document or the registry");
}

TEST(SchemaRefs, IdentifiersOfOlderDrafts) {
  const std::string_view draft4 =
      R"({"id":"http://x/r","allOf":[{"$ref":"s"},{"$ref":"#t"}],
          "definitions":{"a":{"id":"s"},"b":{"id":"#t"},"c":{"$id":"s"}}})";
  const Schema schema = Loaded(draft4, With(Draft::k4));
  EXPECT_EQ(schema.nodes[schema.nodes[Root(schema).all_of[0]].ref].path, "#/definitions/a");
  EXPECT_EQ(schema.nodes[schema.nodes[Root(schema).all_of[1]].ref].path, "#/definitions/b");
  // What generators write into every property names nothing.
  EXPECT_EQ(
      ErrorOf(R"({"properties":{"a":{"$id":"#/properties/a"},"b":{"$ref":"#/properties/a"}}})",
              With(Draft::k7)),
      "loaded");
}

TEST(SchemaRefs, IdentifiersInConstantsAreNone) {
  EXPECT_EQ(TargetOf(R"({"$ref":"x:a","enum":[{"$id":"x:a"}],"$defs":{"a":{"$id":"x:a"}}})"),
            "#/$defs/a");
  EXPECT_EQ(TargetOf(R"({"$ref":"x:a","unknown":{"$id":"x:a"},"$defs":{"a":{"$id":"x:a"}}})"),
            "#/$defs/a");
}

TEST(SchemaRefs, Registry) {
  SchemaOptions options;
  options.registry["http://h/a/list.json"] =
      *Json::Parse(R"({"items":{"$ref":"item.json#/$defs/i"}})");
  options.registry["http://h/a/item.json"] = *Json::Parse(R"({"$defs":{"i":{"type":"null"}}})");
  options.registry["file.json"] = *Json::Parse(R"({"$id":"http://h/other.json","$anchor":"o"})");
  options.registry["broken.json"] = *Json::Parse(R"({"$schema":"x:unknown"})");
  const Schema schema = Loaded(R"({"$ref":"http://h/a/list.json#"})", options);
  const SchemaNode& list = schema.nodes[Root(schema).ref];
  EXPECT_EQ(list.path, "http://h/a/list.json#");
  EXPECT_EQ(schema.nodes[schema.nodes[list.items].ref].path, "http://h/a/item.json#/$defs/i");
  EXPECT_EQ(schema.resources.size(), 3U);
  EXPECT_EQ(TargetOf(R"({"$ref":"http://h/other.json#o"})", options), "http://h/other.json#");
  EXPECT_EQ(TargetOf(R"({"$ref":"file.json"})", options), "http://h/other.json#");
  EXPECT_EQ(ErrorOf(R"({"$ref":"broken.json"})", options),
            "broken.json#/$schema: the metaschema \"x:unknown\" is neither a known draft nor in "
            "the registry");
}

TEST(SchemaRefs, DraftsMix) {
  const Schema schema = Loaded(
      R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"old","$defs":{"o":{
          "$schema":"http://json-schema.org/draft-07/schema#","$id":"old",
          "allOf":[{"$ref":"#/definitions/s","type":"null"}],
          "definitions":{"s":{"dependentRequired":{"a":["b"]}}}}}})");
  const SchemaNode& old = schema.nodes[Root(schema).ref];
  EXPECT_EQ(schema.nodes[old.all_of[0]].types, kAllTypes);
  EXPECT_TRUE(schema.nodes[schema.nodes[old.all_of[0]].ref].dependent_required.empty());
  // A registry document that names no draft has that of the main one.
  SchemaOptions options;
  options.registry["r.json"] = *Json::Parse(R"({"prefixItems":[true]})");
  const Schema main7 =
      Loaded(R"({"$schema":"http://json-schema.org/draft-07/schema#","$ref":"r.json"})", options);
  EXPECT_TRUE(main7.nodes[Root(main7).ref].prefix_items.empty());
}

TEST(SchemaRefs, DynamicRefs) {
  const Schema schema = Loaded(R"({"$id":"http://x/root","$ref":"list","$defs":{
      "foo":{"$dynamicAnchor":"items","type":"string"},
      "list":{"$id":"list","items":{"$dynamicRef":"#items"},
              "$defs":{"items":{"$dynamicAnchor":"items"}}}}})");
  EXPECT_TRUE(schema.has_dynamic_refs);
  const SchemaNode& list = schema.nodes[Root(schema).ref];
  const SchemaNode& item = schema.nodes[list.items];
  EXPECT_EQ(item.dynamic_anchor, "items");
  EXPECT_EQ(schema.nodes[item.dynamic_ref].path, "#/$defs/list/$defs/items");
  EXPECT_EQ(schema.resources[Root(schema).resource].uri, "http://x/root");
  const SchemaId outer = schema.resources[Root(schema).resource].dynamic_anchors.at("items");
  EXPECT_EQ(schema.nodes[outer].types, kStringBit);
  EXPECT_EQ(schema.resources[list.resource].dynamic_anchors.at("items"), item.dynamic_ref);
}

TEST(SchemaRefs, DynamicRefsWithoutBookend) {
  const auto item_of = [](std::string_view anchor, std::string_view reference) {
    const Schema schema = Loaded(R"({"$dynamicAnchor":"items","$ref":"list","$defs":{"l":{
        "$id":"list","items":{"$dynamicRef":")" +
                                 std::string(reference) + R"("},
        "$defs":{"i":{")" + std::string(anchor) +
                                 R"(":"items"}}}}})");
    return schema.nodes[schema.nodes[Root(schema).ref].items];
  };
  EXPECT_EQ(item_of("$dynamicAnchor", "#items").dynamic_anchor, "items");
  EXPECT_EQ(item_of("$anchor", "#items").dynamic_anchor, "");
  EXPECT_EQ(item_of("$dynamicAnchor", "#/$defs/i").dynamic_anchor, "");
  EXPECT_NE(item_of("$dynamicAnchor", "#/$defs/i").dynamic_ref, kNoSchema);
  EXPECT_EQ(ErrorOf(R"({"$dynamicRef":"#x"})"),
            "#/$dynamicRef: no schema of the resource has the anchor \"x\"");
}

TEST(SchemaRefs, RecursiveRefs) {
  const auto load = [](std::string_view anchors) {
    return Loaded(R"({"$schema":"https://json-schema.org/draft/2019-09/schema",
        "properties":{"a":{"$recursiveRef":"#"}})" +
                  std::string(anchors) + "}");
  };
  const Schema plain = load("");
  const SchemaNode& node = plain.nodes[Root(plain).properties[0].second];
  EXPECT_EQ(node.dynamic_ref, plain.root);
  EXPECT_EQ(node.dynamic_anchor, "");
  EXPECT_FALSE(plain.has_dynamic_refs);
  const Schema dynamic = load(R"(,"$recursiveAnchor":true)");
  const SchemaNode& other = dynamic.nodes[Root(dynamic).properties[0].second];
  EXPECT_NE(other.dynamic_anchor, "");
  EXPECT_EQ(dynamic.resources[0].dynamic_anchors.at(other.dynamic_anchor), dynamic.root);
  EXPECT_EQ(ErrorOf(R"({"$schema":"https://json-schema.org/draft/2019-09/schema",
                        "$recursiveRef":"#a"})"),
            "#/$recursiveRef: expected \"#\", got the string \"#a\"");
}

TEST(SchemaRefs, Metaschemas) {
  for (const char* uri :
       {"http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2019-09/meta/format",
        "https://json-schema.org/draft/2020-12/meta/format-assertion",
        "https://json-schema.org/draft/2020-12/meta/validation#/$defs/stringArray"}) {
    EXPECT_EQ(ErrorOf(R"({"$ref":")" + std::string(uri) + "\"}"), "loaded") << uri;
  }
  const Schema schema = Loaded(R"({"$ref":"https://json-schema.org/draft/2020-12/schema"})");
  EXPECT_EQ(schema.resources.size(), 9U);  // the document, the metaschema, seven vocabularies
  int extensible = 0;
  for (const SchemaResource& resource : schema.resources) {
    extensible += static_cast<int>(resource.dynamic_anchors.count("meta"));
  }
  EXPECT_EQ(extensible, 8);
  EXPECT_FALSE(Metaschema("http://json-schema.org/draft-03/schema").has_value());
  EXPECT_FALSE(Metaschema("https://json-schema.org/draft/2020-12/").has_value());
  EXPECT_FALSE(Metaschema("").has_value());
}

}  // namespace
}  // namespace bantam::grammar
