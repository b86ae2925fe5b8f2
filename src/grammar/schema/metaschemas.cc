// The drafts' metaschemas, written from their specifications.
#include "grammar/schema/metaschemas.h"

#include <array>
#include <string>

#include "base/check.h"

namespace bantam::grammar {
namespace {

struct Entry {
  std::string_view name;  // the URI without its scheme
  std::string_view text;
};

// Drafts 4, 6 and 7: one document each.
constexpr Entry kDraft4 = {"json-schema.org/draft-04/schema", R"({
"id":"http://json-schema.org/draft-04/schema#","$schema":"http://json-schema.org/draft-04/schema#",
"type":"object","dependencies":{"exclusiveMaximum":["maximum"],"exclusiveMinimum":["minimum"]},
"definitions":{"many":{"type":"array","minItems":1,"items":{"$ref":"#"}},
"named":{"type":"object","additionalProperties":{"$ref":"#"}},
"schemaArray":{"$ref":"#/definitions/many"},"positiveInteger":{"type":"integer","minimum":0},
"positiveIntegerDefault0":{"$ref":"#/definitions/positiveInteger"},
"simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
"stringArray":{"type":"array","minItems":1,"uniqueItems":true,"items":{"type":"string"}}},
"properties":{"id":{"type":"string"},"$schema":{"type":"string"},"title":{"type":"string"},
"description":{"type":"string"},"default":{},
"multipleOf":{"type":"number","minimum":0,"exclusiveMinimum":true},
"maximum":{"type":"number"},"exclusiveMaximum":{"type":"boolean"},
"minimum":{"type":"number"},"exclusiveMinimum":{"type":"boolean"},
"maxLength":{"$ref":"#/definitions/positiveInteger"},
"minLength":{"$ref":"#/definitions/positiveInteger"},
"pattern":{"type":"string","format":"regex"},
"additionalItems":{"anyOf":[{"type":"boolean"},{"$ref":"#"}]},
"items":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/many"}]},
"maxItems":{"$ref":"#/definitions/positiveInteger"},
"minItems":{"$ref":"#/definitions/positiveInteger"},"uniqueItems":{"type":"boolean"},
"maxProperties":{"$ref":"#/definitions/positiveInteger"},
"minProperties":{"$ref":"#/definitions/positiveInteger"},
"required":{"$ref":"#/definitions/stringArray"},
"additionalProperties":{"anyOf":[{"type":"boolean"},{"$ref":"#"}]},
"definitions":{"$ref":"#/definitions/named"},"properties":{"$ref":"#/definitions/named"},
"patternProperties":{"$ref":"#/definitions/named"},
"dependencies":{"type":"object","additionalProperties":
{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/stringArray"}]}},
"enum":{"type":"array","minItems":1,"uniqueItems":true},
"type":{"anyOf":[{"$ref":"#/definitions/simpleTypes"},
{"type":"array","minItems":1,"uniqueItems":true,"items":{"$ref":"#/definitions/simpleTypes"}}]},
"format":{"type":"string"},"allOf":{"$ref":"#/definitions/many"},
"anyOf":{"$ref":"#/definitions/many"},"oneOf":{"$ref":"#/definitions/many"},"not":{"$ref":"#"}}})"};

constexpr Entry kDraft6 = {"json-schema.org/draft-06/schema", R"({
"$id":"http://json-schema.org/draft-06/schema#","$schema":"http://json-schema.org/draft-06/schema#",
"type":["object","boolean"],
"definitions":{"schemaArray":{"type":"array","minItems":1,"items":{"$ref":"#"}},
"named":{"type":"object","additionalProperties":{"$ref":"#"}},
"nonNegativeInteger":{"type":"integer","minimum":0},
"nonNegativeIntegerDefault0":{"$ref":"#/definitions/nonNegativeInteger"},
"simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
"stringArray":{"type":"array","uniqueItems":true,"items":{"type":"string"}}},
"properties":{"$id":{"type":"string","format":"uri-reference"},
"$schema":{"type":"string","format":"uri"},"$ref":{"type":"string","format":"uri-reference"},
"title":{"type":"string"},"description":{"type":"string"},"default":{},
"examples":{"type":"array","items":{}},"multipleOf":{"type":"number","exclusiveMinimum":0},
"maximum":{"type":"number"},"exclusiveMaximum":{"type":"number"},
"minimum":{"type":"number"},"exclusiveMinimum":{"type":"number"},
"maxLength":{"$ref":"#/definitions/nonNegativeInteger"},
"minLength":{"$ref":"#/definitions/nonNegativeInteger"},
"pattern":{"type":"string","format":"regex"},"additionalItems":{"$ref":"#"},
"items":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/schemaArray"}]},
"maxItems":{"$ref":"#/definitions/nonNegativeInteger"},
"minItems":{"$ref":"#/definitions/nonNegativeInteger"},"uniqueItems":{"type":"boolean"},
"contains":{"$ref":"#"},"maxProperties":{"$ref":"#/definitions/nonNegativeInteger"},
"minProperties":{"$ref":"#/definitions/nonNegativeInteger"},
"required":{"$ref":"#/definitions/stringArray"},"additionalProperties":{"$ref":"#"},
"definitions":{"$ref":"#/definitions/named"},"properties":{"$ref":"#/definitions/named"},
"patternProperties":{"$ref":"#/definitions/named","propertyNames":{"format":"regex"}},
"dependencies":{"type":"object","additionalProperties":
{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/stringArray"}]}},
"propertyNames":{"$ref":"#"},"const":{},"enum":{"type":"array"},
"type":{"anyOf":[{"$ref":"#/definitions/simpleTypes"},
{"type":"array","minItems":1,"uniqueItems":true,"items":{"$ref":"#/definitions/simpleTypes"}}]},
"format":{"type":"string"},"allOf":{"$ref":"#/definitions/schemaArray"},
"anyOf":{"$ref":"#/definitions/schemaArray"},"oneOf":{"$ref":"#/definitions/schemaArray"},
"not":{"$ref":"#"}}})"};

constexpr Entry kDraft7 = {"json-schema.org/draft-07/schema", R"({
"$id":"http://json-schema.org/draft-07/schema#","$schema":"http://json-schema.org/draft-07/schema#",
"type":["object","boolean"],
"definitions":{"schemaArray":{"type":"array","minItems":1,"items":{"$ref":"#"}},
"named":{"type":"object","additionalProperties":{"$ref":"#"}},
"nonNegativeInteger":{"type":"integer","minimum":0},
"nonNegativeIntegerDefault0":{"$ref":"#/definitions/nonNegativeInteger"},
"simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
"stringArray":{"type":"array","uniqueItems":true,"items":{"type":"string"}}},
"properties":{"$id":{"type":"string","format":"uri-reference"},
"$schema":{"type":"string","format":"uri"},"$ref":{"type":"string","format":"uri-reference"},
"$comment":{"type":"string"},"title":{"type":"string"},"description":{"type":"string"},
"default":true,"readOnly":{"type":"boolean"},"writeOnly":{"type":"boolean"},
"examples":{"type":"array","items":true},"multipleOf":{"type":"number","exclusiveMinimum":0},
"maximum":{"type":"number"},"exclusiveMaximum":{"type":"number"},
"minimum":{"type":"number"},"exclusiveMinimum":{"type":"number"},
"maxLength":{"$ref":"#/definitions/nonNegativeInteger"},
"minLength":{"$ref":"#/definitions/nonNegativeInteger"},
"pattern":{"type":"string","format":"regex"},"additionalItems":{"$ref":"#"},
"items":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/schemaArray"}]},
"maxItems":{"$ref":"#/definitions/nonNegativeInteger"},
"minItems":{"$ref":"#/definitions/nonNegativeInteger"},"uniqueItems":{"type":"boolean"},
"contains":{"$ref":"#"},"maxProperties":{"$ref":"#/definitions/nonNegativeInteger"},
"minProperties":{"$ref":"#/definitions/nonNegativeInteger"},
"required":{"$ref":"#/definitions/stringArray"},"additionalProperties":{"$ref":"#"},
"definitions":{"$ref":"#/definitions/named"},"properties":{"$ref":"#/definitions/named"},
"patternProperties":{"type":"object","additionalProperties":{"$ref":"#"},
"propertyNames":{"format":"regex"}},
"dependencies":{"type":"object","additionalProperties":
{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/stringArray"}]}},
"propertyNames":{"$ref":"#"},"const":true,"enum":{"type":"array","items":true},
"type":{"anyOf":[{"$ref":"#/definitions/simpleTypes"},
{"type":"array","minItems":1,"uniqueItems":true,"items":{"$ref":"#/definitions/simpleTypes"}}]},
"format":{"type":"string"},"contentMediaType":{"type":"string"},
"contentEncoding":{"type":"string"},"if":{"$ref":"#"},"then":{"$ref":"#"},"else":{"$ref":"#"},
"allOf":{"$ref":"#/definitions/schemaArray"},"anyOf":{"$ref":"#/definitions/schemaArray"},
"oneOf":{"$ref":"#/definitions/schemaArray"},"not":{"$ref":"#"}}})"};

// 2019-09 and 2020-12 are made of vocabularies. Their texts differ in the draft's name (%D), in how
// a schema refers to the metaschema in use (%S) and is marked as extensible (%A), and in some
// keywords.
constexpr std::string_view kHead =
    R"("$schema":"https://json-schema.org/draft/%D/schema",%A,"type":["object","boolean"])";

constexpr Entry kModern2019 = {"schema", R"({
"$id":"https://json-schema.org/draft/%D/schema","$vocabulary":{
"https://json-schema.org/draft/%D/vocab/core":true,
"https://json-schema.org/draft/%D/vocab/applicator":true,
"https://json-schema.org/draft/%D/vocab/validation":true,
"https://json-schema.org/draft/%D/vocab/meta-data":true,
"https://json-schema.org/draft/%D/vocab/format":false,
"https://json-schema.org/draft/%D/vocab/content":true},%H,
"allOf":[{"$ref":"meta/core"},{"$ref":"meta/applicator"},{"$ref":"meta/validation"},
{"$ref":"meta/meta-data"},{"$ref":"meta/format"},{"$ref":"meta/content"}],
"properties":{"definitions":{"type":"object","additionalProperties":%S},
"dependencies":{"type":"object","additionalProperties":
{"anyOf":[%S,{"$ref":"meta/validation#/$defs/stringArray"}]}}}})"};

constexpr Entry kModern2020 = {"schema", R"({
"$id":"https://json-schema.org/draft/%D/schema","$vocabulary":{
"https://json-schema.org/draft/%D/vocab/core":true,
"https://json-schema.org/draft/%D/vocab/applicator":true,
"https://json-schema.org/draft/%D/vocab/unevaluated":true,
"https://json-schema.org/draft/%D/vocab/validation":true,
"https://json-schema.org/draft/%D/vocab/meta-data":true,
"https://json-schema.org/draft/%D/vocab/format-annotation":true,
"https://json-schema.org/draft/%D/vocab/content":true},%H,
"allOf":[{"$ref":"meta/core"},{"$ref":"meta/applicator"},{"$ref":"meta/unevaluated"},
{"$ref":"meta/validation"},{"$ref":"meta/meta-data"},{"$ref":"meta/format-annotation"},
{"$ref":"meta/content"}],
"properties":{"definitions":{"type":"object","additionalProperties":%S},
"dependencies":{"type":"object","additionalProperties":
{"anyOf":[%S,{"$ref":"meta/validation#/$defs/stringArray"}]}},
"$recursiveAnchor":{"type":"string","pattern":"^[A-Za-z_][-A-Za-z0-9._]*$"},
"$recursiveRef":{"type":"string","format":"uri-reference"}}})"};

constexpr Entry kCore2019 = {"meta/core", R"({
"$id":"https://json-schema.org/draft/%D/meta/core",%H,"properties":{
"$id":{"type":"string","format":"uri-reference","pattern":"^[^#]*#?$"},
"$schema":{"type":"string","format":"uri"},
"$anchor":{"type":"string","pattern":"^[A-Za-z][-A-Za-z0-9.:_]*$"},
"$ref":{"type":"string","format":"uri-reference"},
"$recursiveRef":{"type":"string","format":"uri-reference"},"$recursiveAnchor":{"type":"boolean"},
"$vocabulary":{"type":"object","propertyNames":{"type":"string","format":"uri"},
"additionalProperties":{"type":"boolean"}},
"$comment":{"type":"string"},"$defs":{"type":"object","additionalProperties":%S}}})"};

constexpr Entry kCore2020 = {"meta/core", R"({
"$id":"https://json-schema.org/draft/%D/meta/core",%H,"properties":{
"$id":{"$ref":"#/$defs/uriReferenceString","pattern":"^[^#]*#?$"},
"$schema":{"$ref":"#/$defs/uriString"},"$ref":{"$ref":"#/$defs/uriReferenceString"},
"$anchor":{"$ref":"#/$defs/anchorString"},"$dynamicRef":{"$ref":"#/$defs/uriReferenceString"},
"$dynamicAnchor":{"$ref":"#/$defs/anchorString"},
"$vocabulary":{"type":"object","propertyNames":{"$ref":"#/$defs/uriString"},
"additionalProperties":{"type":"boolean"}},
"$comment":{"type":"string"},"$defs":{"type":"object","additionalProperties":%S}},
"$defs":{"anchorString":{"type":"string","pattern":"^[A-Za-z_][-A-Za-z0-9._]*$"},
"uriString":{"type":"string","format":"uri"},
"uriReferenceString":{"type":"string","format":"uri-reference"}}})"};

constexpr Entry kApplicator2019 = {"meta/applicator", R"({
"$id":"https://json-schema.org/draft/%D/meta/applicator",%H,"properties":{
"additionalItems":%S,"unevaluatedItems":%S,
"items":{"anyOf":[%S,{"$ref":"#/$defs/schemaArray"}]},"contains":%S,"additionalProperties":%S,
"unevaluatedProperties":%S,"properties":{"$ref":"#/$defs/named"},
"patternProperties":{"$ref":"#/$defs/named","propertyNames":{"format":"regex"}},
"dependentSchemas":{"$ref":"#/$defs/named"},"propertyNames":%S,"if":%S,"then":%S,"else":%S,
"allOf":{"$ref":"#/$defs/schemaArray"},"anyOf":{"$ref":"#/$defs/schemaArray"},
"oneOf":{"$ref":"#/$defs/schemaArray"},"not":%S},
"$defs":{"schemaArray":{"type":"array","minItems":1,"items":%S},
"named":{"type":"object","additionalProperties":%S}}})"};

constexpr Entry kApplicator2020 = {"meta/applicator", R"({
"$id":"https://json-schema.org/draft/%D/meta/applicator",%H,"properties":{
"prefixItems":{"$ref":"#/$defs/schemaArray"},"items":%S,"contains":%S,"additionalProperties":%S,
"properties":{"$ref":"#/$defs/named"},
"patternProperties":{"$ref":"#/$defs/named","propertyNames":{"format":"regex"}},
"dependentSchemas":{"$ref":"#/$defs/named"},"propertyNames":%S,"if":%S,"then":%S,"else":%S,
"allOf":{"$ref":"#/$defs/schemaArray"},"anyOf":{"$ref":"#/$defs/schemaArray"},
"oneOf":{"$ref":"#/$defs/schemaArray"},"not":%S},
"$defs":{"schemaArray":{"type":"array","minItems":1,"items":%S},
"named":{"type":"object","additionalProperties":%S}}})"};

constexpr Entry kUnevaluated = {"meta/unevaluated", R"({
"$id":"https://json-schema.org/draft/%D/meta/unevaluated",%H,"properties":{
"unevaluatedItems":%S,"unevaluatedProperties":%S}})"};

constexpr Entry kValidation = {"meta/validation", R"({
"$id":"https://json-schema.org/draft/%D/meta/validation",%H,"properties":{
"type":{"anyOf":[{"$ref":"#/$defs/simpleTypes"},{"type":"array","minItems":1,"uniqueItems":true,
"items":{"$ref":"#/$defs/simpleTypes"}}]},"const":true,"enum":{"type":"array","items":true},
"multipleOf":{"type":"number","exclusiveMinimum":0},"maximum":{"type":"number"},
"exclusiveMaximum":{"type":"number"},"minimum":{"type":"number"},
"exclusiveMinimum":{"type":"number"},"maxLength":{"$ref":"#/$defs/nonNegativeInteger"},
"minLength":{"$ref":"#/$defs/nonNegativeInteger"},"pattern":{"type":"string","format":"regex"},
"maxItems":{"$ref":"#/$defs/nonNegativeInteger"},"minItems":{"$ref":"#/$defs/nonNegativeInteger"},
"uniqueItems":{"type":"boolean"},"maxContains":{"$ref":"#/$defs/nonNegativeInteger"},
"minContains":{"$ref":"#/$defs/nonNegativeInteger"},
"maxProperties":{"$ref":"#/$defs/nonNegativeInteger"},
"minProperties":{"$ref":"#/$defs/nonNegativeInteger"},"required":{"$ref":"#/$defs/stringArray"},
"dependentRequired":{"type":"object","additionalProperties":{"$ref":"#/$defs/stringArray"}}},
"$defs":{"nonNegativeInteger":{"type":"integer","minimum":0},
"nonNegativeIntegerDefault0":{"$ref":"#/$defs/nonNegativeInteger"},
"simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
"stringArray":{"type":"array","items":{"type":"string"},"uniqueItems":true}}})"};

constexpr Entry kMetaData = {"meta/meta-data", R"({
"$id":"https://json-schema.org/draft/%D/meta/meta-data",%H,"properties":{
"title":{"type":"string"},"description":{"type":"string"},"default":true,
"deprecated":{"type":"boolean"},"readOnly":{"type":"boolean"},"writeOnly":{"type":"boolean"},
"examples":{"type":"array","items":true}}})"};

constexpr Entry kContent = {"meta/content", R"({
"$id":"https://json-schema.org/draft/%D/meta/content",%H,"properties":{
"contentEncoding":{"type":"string"},"contentMediaType":{"type":"string"},"contentSchema":%S}})"};

constexpr Entry kFormat = {"meta/format", R"({
"$id":"https://json-schema.org/draft/%D/meta/format",%H,"properties":{
"format":{"type":"string"}}})"};

constexpr Entry kFormatAnnotation = {"meta/format-annotation", R"({
"$id":"https://json-schema.org/draft/%D/meta/format-annotation",%H,"properties":{
"format":{"type":"string"}}})"};

constexpr Entry kFormatAssertion = {"meta/format-assertion", R"({
"$id":"https://json-schema.org/draft/%D/meta/format-assertion",%H,"properties":{
"format":{"type":"string"}}})"};

constexpr std::array<const Entry*, 3> kOlder = {&kDraft4, &kDraft6, &kDraft7};
constexpr std::array<const Entry*, 7> k2019 = {
    &kModern2019, &kCore2019, &kApplicator2019, &kValidation, &kMetaData, &kContent, &kFormat};
constexpr std::array<const Entry*, 9> k2020 = {
    &kModern2020, &kCore2020, &kApplicator2020,   &kUnevaluated,    &kValidation,
    &kMetaData,   &kContent,  &kFormatAnnotation, &kFormatAssertion};

struct Modern {
  std::string_view draft, schema, anchor;
};

// Fills in %H, %D, %S and %A.
std::string Expand(std::string_view text, const Modern& modern) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    switch (text[++at]) {
      case 'H': out += Expand(kHead, modern); break;
      case 'D': out += modern.draft; break;
      case 'S': out += modern.schema; break;
      default: out += modern.anchor; break;
    }
  }
  return out;
}

Json ParseOwn(std::string_view text) {
  Result<Json> json = Json::Parse(text);
  CHECK(json.has_value());
  return *std::move(json);
}

}  // namespace

std::optional<Json> Metaschema(std::string_view uri) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (uri.starts_with(scheme)) {
      uri.remove_prefix(scheme.size());
      break;
    }
  }
  for (const Entry* entry : kOlder) {
    if (uri == entry->name) return ParseOwn(entry->text);
  }
  constexpr std::string_view kModernPrefix = "json-schema.org/draft/20NN-NN/";
  if (!uri.starts_with("json-schema.org/draft/") || uri.size() < kModernPrefix.size()) {
    return std::nullopt;
  }
  const std::string_view draft = uri.substr(0, kModernPrefix.size());
  uri.remove_prefix(kModernPrefix.size());
  if (draft.ends_with("/2019-09/")) {
    for (const Entry* entry : k2019) {
      if (uri == entry->name) {
        return ParseOwn(Expand(
            entry->text, {"2019-09", R"({"$recursiveRef":"#"})", R"("$recursiveAnchor":true)"}));
      }
    }
  }
  if (draft.ends_with("/2020-12/")) {
    for (const Entry* entry : k2020) {
      if (uri == entry->name) {
        return ParseOwn(Expand(
            entry->text, {"2020-12", R"({"$dynamicRef":"#meta"})", R"("$dynamicAnchor":"meta")"}));
      }
    }
  }
  return std::nullopt;
}

}  // namespace bantam::grammar
