// Tests of fields, statuses, shapes and sampling parameters of requests.
#include "server/api/fields.h"

#include <gtest/gtest.h>

#include <cmath>

#include "server/api/sampling_fields.h"
#include "server/api/shape_fields.h"
#include "server/api/status_of.h"

namespace bantam::server {
namespace {

Json Parsed(std::string_view text) {
  return *Json::Parse(text);
}

TEST(Fields, TypesAndRanges) {
  const Json json = Parsed(R"({"n": 3, "x": 0.5, "big": 1e300, "t": "text", "b": true, "null": null,
                               "four": 4.0, "list": ["a", "b"], "o": {}})");
  const Fields fields(json);
  EXPECT_EQ(**fields.Integer("n", 0, 3), 3);
  EXPECT_EQ(**fields.Integer("four", 0, 9), 4);
  EXPECT_EQ(**fields.Number("x", 0, 1), 0.5);
  EXPECT_EQ(**fields.Text("t"), "text");
  EXPECT_EQ(**fields.Bool("b"), true);
  EXPECT_EQ(*fields.Texts("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*fields.Texts("t"), std::vector<std::string>{"text"});
  for (const char* absent : {"null", "nothing"}) {
    EXPECT_FALSE(fields.Integer(absent, 0, 3)->has_value());
    EXPECT_FALSE(fields.Has(absent));
    EXPECT_EQ(*fields.Object(absent), nullptr);
  }
  EXPECT_FALSE(fields.Integer("n", 4, 9));
  EXPECT_FALSE(fields.Integer("x", 0, 9));
  EXPECT_FALSE(fields.Integer("big", 0, 9));
  EXPECT_FALSE(fields.Number("t", 0, 1));
  EXPECT_FALSE(fields.Number("big", 0, 1));
  EXPECT_FALSE(fields.Bool("n"));
  EXPECT_FALSE(fields.Text("n"));
  EXPECT_FALSE(fields.Texts("o"));
  EXPECT_FALSE(fields.Array("o"));
  EXPECT_FALSE(fields.Object("list"));
}

TEST(Fields, ErrorsNameTheField) {
  const Json json = Parsed(R"({"n": "many"})");
  const auto bad = Fields(json, "options.").Integer("n", 0, 9);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "options.n: must be an integer from 0 to 9, not \"many\"");
  EXPECT_EQ(FieldOf(bad.error().message), "options.n");
  EXPECT_EQ(FieldOf("messages[3].content: must"), "messages[3].content");
  EXPECT_EQ(FieldOf("the body is not valid JSON: x"), "");
  EXPECT_EQ(FieldOf("no colon"), "");
}

TEST(Fields, Bodies) {
  EXPECT_TRUE(ParseBody("{}"));
  for (const char* bad : {"", "[]", "{", "null", "{\"a\":1,\"a\":2}", "\xff"}) {
    const auto parsed = ParseBody(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(StatusOf(parsed.error().code), 400) << bad;
  }
}

TEST(SamplingFields, Reads) {
  const Json json = Parsed(R"({"temperature": 0.3, "top_k": -1, "top_p": 1, "seed": 7,
      "repetition_penalty": 1.2, "logit_bias": {"5": -100, "6": 2}, "frequency_penalty": 0.5})");
  SamplingParams sampling;
  ASSERT_TRUE(ReadSamplingFields(Fields(json), sampling));
  EXPECT_EQ(sampling.temperature, 0.3F);
  EXPECT_EQ(sampling.top_k, 0);
  EXPECT_EQ(sampling.seed, 7);
  EXPECT_EQ(sampling.repeat_penalty, 1.2F);
  ASSERT_EQ(sampling.logit_bias.size(), 2);
  EXPECT_TRUE(std::isinf(sampling.logit_bias[0].second));
  EXPECT_EQ(sampling.logit_bias[1].second, 2);
  EXPECT_TRUE(Validate(sampling));
  const Json any = Parsed(R"({"seed": -1})");
  ASSERT_TRUE(ReadSamplingFields(Fields(any), sampling));
  EXPECT_FALSE(sampling.seed);
  for (const char* bad :
       {R"({"temperature": -1})", R"({"top_k": 1.5})", R"({"logit_bias": {"x": 1}})",
        R"({"logit_bias": 3})", R"({"seed": 1e30})", R"({"min_p": "x"})"}) {
    const Json wrong = Parsed(bad);
    EXPECT_FALSE(ReadSamplingFields(Fields(wrong), sampling)) << bad;
  }
}

TEST(ShapeFields, EverySpelling) {
  using Kind = ShapeSpec::Kind;
  const std::pair<const char*, std::optional<Kind>> cases[] = {
      {R"({})", std::nullopt},
      {R"({"response_format": {"type": "text"}})", std::nullopt},
      {R"({"response_format": {"type": "json_object"}})", Kind::kJson},
      {R"({"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}})",
       Kind::kJsonSchema},
      {R"({"guided_json": {"type": "object"}})", Kind::kJsonSchema},
      {R"({"guided_json": "{}"})", Kind::kJsonSchema},
      {R"({"guided_regex": "a+"})", Kind::kRegex},
      {R"({"guided_regex": ""})", Kind::kRegex},
      {R"({"guided_choice": ["a", "b"]})", Kind::kChoice},
      {R"({"guided_grammar": "root ::= \"a\""})", Kind::kGrammar},
      {R"({"structured_outputs": {"regex": "a"}})", Kind::kRegex},
      {R"({"structured_outputs": {"json_object": true}})", Kind::kJson},
      {R"({"structured_outputs": {"json": {}, "regex": null, "whitespace_pattern": " "}})",
       Kind::kJsonSchema},
      {R"({"grammar": ""})", std::nullopt},
      {R"({"json_schema": {}})", Kind::kJsonSchema},
  };
  for (const auto& [text, kind] : cases) {
    const Json json = Parsed(text);
    const auto spec = ReadShapeFields(Fields(json));
    ASSERT_TRUE(spec) << text << spec.error().message;
    EXPECT_EQ(spec->has_value(), kind.has_value()) << text;
    if (*spec && kind) EXPECT_EQ((*spec)->spec.kind, *kind) << text;
  }
  for (const char* bad :
       {R"({"response_format": {"type": "xml"}})", R"({"response_format": "json"})",
        R"({"response_format": {"type": "json_schema"}})", R"({"guided_choice": []})",
        R"({"guided_choice": [1]})", R"({"guided_regex": 1})", R"({"structured_outputs": {}})",
        R"({"structured_outputs": {"jsn": {}}})",
        R"({"structured_outputs": {"json": {}, "regexp": "a"}})",
        R"({"response_format": {"type": "regex", "regex": "a"}})",
        R"({"guided_regex": "a", "guided_json": {}})"}) {
    const Json json = Parsed(bad);
    EXPECT_FALSE(ReadShapeFields(Fields(json))) << bad;
  }
}

TEST(ShapeFields, OllamaFormats) {
  const Json json = Parsed(R"({"format": "json"})");
  EXPECT_EQ((*ReadFormat(Fields(json)))->spec.kind, ShapeSpec::Kind::kJson);
  const Json schema = Parsed(R"({"format": {"type": "object"}})");
  EXPECT_EQ((*ReadFormat(Fields(schema)))->spec.kind, ShapeSpec::Kind::kJsonSchema);
  const Json none = Parsed(R"({"format": ""})");
  EXPECT_FALSE(ReadFormat(Fields(none))->has_value());
  const Json bad = Parsed(R"({"format": "xml"})");
  EXPECT_FALSE(ReadFormat(Fields(bad)));
}

TEST(ShapeFields, CompiledShapesAreKept) {
  ShapeCache cache(2);
  const auto get = [&](const std::string& regex) {
    return *CompileShape(cache, {"guided_regex", {ShapeSpec::Kind::kRegex, regex}}, {});
  };
  const auto first = get("a");
  EXPECT_EQ(get("a"), first);
  EXPECT_NE(get("b"), first);
  EXPECT_EQ(get("a"), first);
  get("c");  // "b" leaves
  EXPECT_EQ(get("a"), first);
  const auto refused = CompileShape(cache, {"guided_regex", {ShapeSpec::Kind::kRegex, "("}}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(FieldOf(refused.error().message), "guided_regex") << refused.error().message;
}

}  // namespace
}  // namespace bantam::server
