// Documents, valid and not, byte by byte; and the promises of Matcher at each of them.
#include "grammar/schema/json_matcher.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "grammar/mask/mask_builder.h"
#include "grammar/mask/mask_cache.h"
#include "grammar/schema/json_schema.h"

namespace bantam::grammar {
namespace {

std::shared_ptr<const JsonSchema> Compile(const std::string& schema) {
  const Result<Json> json = Json::Parse(schema);
  EXPECT_TRUE(json) << schema << (json ? "" : json.error().message);
  auto compiled = JsonSchema::Compile(*json, {});
  EXPECT_TRUE(compiled) << schema << ": " << (compiled ? "" : compiled.error().message);
  return compiled ? *compiled : nullptr;
}

// Bytes taken; the document's size + 1 if it may end there.
size_t Read(Matcher& matcher, const std::string& document) {
  for (size_t i = 0; i < document.size(); ++i) {
    if (!matcher.Push(static_cast<uint8_t>(document[i]))) return i;
  }
  return matcher.Accepting() ? document.size() + 1 : document.size();
}

// The promises of Matcher where it stands.
void CheckFinish(Matcher& matcher, const std::string& where) {
  const std::string completion = matcher.Completion();
  ASSERT_EQ(matcher.FinishBytes(), completion.size()) << where;
  ASSERT_EQ(matcher.FinishBytes() == 0, matcher.Accepting()) << where;
  uint32_t left = matcher.FinishBytes();
  for (size_t i = 0; i < completion.size(); ++i) {
    ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(completion[i])))
        << where << " completed by " << completion << " at " << i;
    ASSERT_LT(matcher.FinishBytes(), left)
        << where << " completed by " << completion << " at " << i;
    left = matcher.FinishBytes();
  }
  ASSERT_TRUE(matcher.Accepting()) << where << " completed by " << completion;
  matcher.Pop(completion.size());
}

struct Case {
  const char* schema;
  std::vector<const char*> valid;
  std::vector<const char*> invalid;
};

const Case kCases[] = {
    {R"({})",
     {"1", "\"x\"", "[]", "{\"a\":[1,{\"b\":null}]}", "true", "[ 1 , 2 ]", "-1.5e3"},
     {"", " 1", "1 ", "tru", "[1,]", "{\"a\":1,\"a\":2}", "01", "\"\\x\"", "{a:1}", "[",
      "\"\\ud800\""}},
    // Within an escape the shortest end may not be that of another character.
    {R"({"type":"string","pattern":"^(\\n[a-z]{20}|/)$"})",
     {"\"\\u000aabcdefghijklmnopqrst\"", "\"\\/\"", "\"\\u002f\""},
     {"\"\\u000f\""}},
    {R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},
        "required":["a"],"additionalProperties":false})",
     {"{\"a\":1}", "{\"b\":\"x\",\"a\":-3}", "{ \"a\" : 1.0 }", "{\"\\u0061\":1}"},
     {"{}", "{\"b\":\"x\"}", "{\"a\":1.5}", "{\"a\":1,\"c\":2}", "{\"a\":\"x\"}"}},
    {R"({"enum":[1,"two",null,[3],{"f":4}]})",
     {"1", "1.0", "\"two\"", "null", "[3]", "{\"f\":4}"},
     {"2", "\"tw\"", "true", "[]", "[3,3]", "{}", "{\"f\":5}", "{\"f\":4,\"g\":1}"}},
    {R"({"not":{"type":"integer"}})", {"1.5", "\"x\"", "{}", "null"}, {"1", "2.0", "-7"}},
    {R"({"oneOf":[{"type":"integer"},{"minimum":2}]})", {"1", "2.5", "\"x\""}, {"3", "1.5"}},
    // In draft 4 a fraction or an exponent makes a number that is no integer.
    {R"({"$schema":"http://json-schema.org/draft-04/schema#","type":"integer","minimum":9})",
     {"12", "9", "1000"},
     {"12.0", "1e2", "8", "9.5"}},
    {R"({"$schema":"http://json-schema.org/draft-04/schema#","type":"number",
        "not":{"type":"integer"}})",
     {"12.0", "1e2", "1.5", "0.0"},
     {"12", "0", "-7"}},
    {R"({"$schema":"http://json-schema.org/draft-04/schema#","type":"array","items":{
        "oneOf":[{"type":"integer"},{"type":"number","maximum":5}]}})",
     {"[7]", "[3.0]", "[4.5,3.0,12]"},
     {"[7.0]", "[3]", "[6.5]"}},
    {R"({"oneOf":[{"required":["a"]},{"required":["b"]}],"type":"object"})",
     {"{\"a\":1}", "{\"b\":1,\"c\":2}"},
     {"{}", "{\"a\":1,\"b\":2}", "{\"c\":1}"}},
    {R"({"uniqueItems":true,"items":{"enum":[1,2,3]},"minItems":3})",
     {"[1,2,3]", "[3,1,2]"},
     {"[1,1,2]", "[1,2]", "[1,2,3,1]"}},
    {R"({"contains":{"type":"string"},"maxContains":2,"minContains":2})",
     {"[\"a\",\"b\"]", "[1,\"a\",2,\"b\",3]", "5"},
     {"[]", "[\"a\"]", "[\"a\",\"b\",\"c\"]"}},
    {R"({"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"required":["v"]},
        "else":{"required":["w"]},"type":"object"})",
     {"{\"k\":1,\"v\":0}", "{\"w\":1}", "{\"k\":2,\"w\":1}"},
     {"{\"k\":1}", "{\"k\":2}", "{}", "{\"k\":1,\"w\":2}"}},
    {R"({"patternProperties":{"^x":{"type":"integer"},"y$":{"minimum":5}}})",
     {"{\"x\":1}", "{\"xy\":5}", "{\"ay\":5.5}", "{\"q\":null}"},
     {"{\"x\":1.5}", "{\"xy\":4}", "{\"xy\":5.5}"}},
    {R"({"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"b":{}}}],
        "unevaluatedProperties":false})",
     {"{\"a\":1}", "{\"a\":1,\"b\":2}", "{}"},
     {"{\"c\":1}", "{\"a\":\"x\"}"}},
    {R"({"anyOf":[{"properties":{"a":{"const":1}},"required":["a"]},
        {"properties":{"b":{"const":2}},"required":["b"]}],"unevaluatedProperties":false})",
     {"{\"a\":1}", "{\"b\":2}", "{\"a\":1,\"b\":2}"},
     {"{}", "{\"a\":1,\"b\":3}", "{\"a\":2}"}},
    {R"({"prefixItems":[{"type":"integer"},{"type":"string"}],"items":false})",
     {"[]", "[1]", "[1,\"a\"]"},
     {"[\"a\"]", "[1,\"a\",2]"}},
    {R"({"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object",
        "properties":{"v":{"type":"integer"},
        "kids":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"required":["v"],
        "additionalProperties":false}}})",
     {"{\"v\":1}", "{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]}]}"},
     {"{\"kids\":[]}", "{\"v\":1,\"kids\":[1]}"}},
    {R"({"propertyNames":{"maxLength":2},"minProperties":2,"maxProperties":3})",
     {"{\"a\":1,\"b\":1}", "{\"a\":1,\"b\":1,\"cc\":3}"},
     {"{\"a\":1}", "{\"abc\":1}", "{\"a\":1,\"b\":1,\"c\":1,\"d\":1}"}},
    {R"({"type":"string","pattern":"^[a-c]+$","minLength":2,"maxLength":4})",
     {"\"ab\"", "\"abca\"", "\"\\u0061b\""},
     {"\"a\"", "\"abcab\"", "\"ad\""}},
    {R"({"type":"number","minimum":10,"maximum":20,"multipleOf":2.5})",
     {"10", "12.5", "2e1", "17.50"},
     {"9", "11", "25", "1e2"}},
    {R"({"dependentRequired":{"a":["b"]},
        "dependentSchemas":{"c":{"properties":{"d":{"type":"null"}}}}})",
     {"{\"a\":1,\"b\":2}", "{\"b\":1}", "{\"c\":1,\"d\":null}", "{\"d\":null,\"c\":3}"},
     {"{\"a\":1}", "{\"c\":1,\"d\":2}", "{\"d\":2,\"c\":1}"}},
    {R"({"minProperties":1,"properties":{"é":{"type":"integer"}},
        "additionalProperties":{"type":"string","minLength":9}})",
     {"{\"é\":0}", "{\"\\u00E9\":0}", "{\"à\":\"123456789\"}"},
     {"{}", "{\"à\":0}"}},
    // What has to come after an item depends on what that is.
    {R"({"not":{"uniqueItems":true}})",
     {"[{\"a\":1},{\"a\":1}]", "[[0],[0]]", "[true,true]", "[\"ab\",1,\"ab\"]"},
     {"[{\"a\":1},0]", "[true,0]", "[[],[0]]", "1"}},
    {R"({"uniqueItems":true,"minItems":3,"items":{"type":["array","object"]}})",
     {"[[0],[],{}]", "[{\"a\":[[0]]},[],{}]"},
     {"[[0],[],[0]]", "[{},{},[]]"}},
    {R"({"items":{"type":"object","required":["a"],
        "properties":{"a":{"not":{"uniqueItems":true}}}},"uniqueItems":true,"minItems":2})",
     {"[{\"a\":[1,[2],[2]]},{\"a\":[0,0]}]"},
     {"[{\"a\":[1,[2]]}]", "[{\"a\":[0,0]},{\"a\":[0,0]}]"}},
    {R"({"not":{"properties":{"a":{"type":"string"}},"required":["a"]}})",
     {"{}", "{\"a\":1}", "{\"b\":\"x\"}"},
     {"{\"a\":\"x\"}", "[]", "1"}},
    // Names that run out: one that is there already must not be begun again.
    {R"({"patternProperties":{"^[ab]b?$":{}},"additionalProperties":false})",
     {"{\"a\":1,\"b\":2,\"ab\":3,\"bb\":4}", "{\"ab\":1,\"a\":2}"},
     {"{\"a\":1,\"a\":2}", "{\"c\":1}", "{\"a\":1,\"b\":2,\"ab\":3,\"bb\":4,\"\":5}"}},
    {R"({"propertyNames":{"pattern":"^[a-z]{1,3}$"},"minProperties":1})",
     {"{\"ab\":1,\"abc\":{},\"x\":[]}", "{\"xyz\":1,\"xy\":2,\"k\":3}"},
     {"{}", "{\"\":1}", "{\"abcd\":1}", "{\"ab\":1,\"abc\":1,\"ab\":1}"}},
    {R"({"patternProperties":{"x.*":true,"b.*":false}})",
     {"{\"axa\":1,\"two\":2}", "{\"x\":1,\"xx\":2}"},
     {"{\"b\":1}", "{\"xab\":1}"}},
    {R"({"patternProperties":{"[0-9]{2,}":{"type":"boolean"},"k_":{"type":"string"}}})",
     {"{\"two 1\":1,\"a31b\":true,\"k_\":\"\"}", "{\"k\":2,\"1\":3}"},
     {"{\"a31b\":1}", "{\"k_1\":1}", "{\"k_10\":true}"}},
    {R"({"properties":{"é":{"type":"null"},"a\"b":{"type":"integer"}},"required":["x\ny"]})",
     {"{\"x\\ny\":1,\"é\":null,\"a\\\"b\":2,\"éa\":0}"},
     {"{\"é\":1,\"x\\ny\":0}", "{\"x\":0}"}},
    {R"({"uniqueItems":true,"items":{"type":"string"}})",
     {"[\"\",\"a\",\"ab\"]", "[\"x\",\"two\"]"},
     {"[\"a\",\"a\"]", "[\"\",\"\"]", "[\"ab\",\"a\\u0062\"]"}},
    {R"({"type":"array","items":{"pattern":"^.{1,3}$"},"maxItems":2})",
     {"[\"a\",\"éx…\"]", "[1]"},
     {"[\"\"]", "[\"abcd\"]", "[\"\\u2028\"]"}},
    {R"({"items":{"not":{"enum":["two","twa",""]}}})",
     {"[\"a\",\"tw\",\"twoo\"]"},
     {"[\"two\"]", "[\"\"]", "[\"t\\u0077a\"]"}},
    {R"({"items":{"oneOf":[{"const":"a"},{"const":"ab"},{"minLength":2,"type":"string"}]}})",
     {"[\"a\",\"xy\",\"abc\"]"},
     {"[\"ab\"]", "[\"b\"]"}},
    {R"({"items":{"anyOf":[{"maxLength":1},{"minLength":4}]}})",
     {"[\"a\",\"abab\",\"\"]"},
     {"[\"ab\"]", "[\"abx\"]"}},
};

TEST(JsonMatcher, ReadsWhatIsValidAndNothingElse) {
  for (const Case& c : kCases) {
    const auto schema = Compile(c.schema);
    ASSERT_NE(schema, nullptr);
    for (std::string document : c.valid) {
      while (document.ends_with(' ')) document.pop_back();
      const auto matcher = schema->NewMatcher();
      EXPECT_EQ(Read(*matcher, document), document.size() + 1) << c.schema << "\n" << document;
    }
    for (const std::string document : c.invalid) {
      const auto matcher = schema->NewMatcher();
      EXPECT_LE(Read(*matcher, document), document.size()) << c.schema << "\n" << document;
    }
  }
}

// Each alternative requires a name: all of them are tried.
TEST(JsonMatcher, FindsTheShortestOfSeveralRequiredNames) {
  const auto schema = Compile(R"({"type":"object","anyOf":[
      {"required":["a"],"properties":{"b":{"minLength":9}}},
      {"required":["long name"],"maxProperties":5}]})");
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(schema->min_bytes(), std::string("{\"a\":0}").size());
}

// The empty name, too, is one that the shortest end may need.
TEST(JsonMatcher, AnEmptyNameMayBeInTheWayOfTheShortestEnd) {
  const auto schema = Compile(R"({"type":"object","minProperties":2})");
  ASSERT_NE(schema, nullptr);
  const auto matcher = schema->NewMatcher();
  ASSERT_EQ(Read(*matcher, "{\""), 2U);
  EXPECT_EQ(matcher->plain_text(), PlainText::kUniform);
  EXPECT_TRUE(matcher->ends_vary());
  EXPECT_EQ(matcher->FinishBytes(), std::string("\":0,\"a\":0}").size());
  ASSERT_TRUE(matcher->Push('z'));
  EXPECT_EQ(matcher->FinishBytes(), std::string("\":0,\"\":0}").size());
}

// Where the shortest name is there already, another may be as short.
TEST(JsonMatcher, TakesAnotherNameThatIsAsShort) {
  for (const auto& [text, read, rest] :
       {std::tuple(R"({"properties":{"":{"type":"integer"}},"minProperties":4})", R"({"":0,"a":0,)",
                   R"("b":0,"c":0})"),
        std::tuple(R"({"propertyNames":{"pattern":"^([A-Z]|[a-z]{2})$"},"minProperties":2})",
                   R"({"A":0,)", R"("B":0})"),
        std::tuple(R"({"propertyNames":{"pattern":"^x([A-Z]|[a-z]{2})?$"},"minProperties":3})",
                   R"({"x":0,"xA":0,"x)", R"(B":0})")}) {
    const auto schema = Compile(std::string(R"({"type":"object",)") + (text + 1));
    ASSERT_NE(schema, nullptr) << text;
    const auto matcher = schema->NewMatcher();
    ASSERT_EQ(Read(*matcher, read), std::string_view(read).size()) << text;
    EXPECT_EQ(matcher->FinishBytes(), std::string_view(rest).size()) << matcher->Completion();
    CheckFinish(*matcher, text);
  }
}

TEST(JsonMatcher, TakesLongListsAndRefusesTooManyAlternatives) {
  std::string any;
  std::string objects;
  for (int i = 0; i < 20'000; ++i) {
    any += (i == 0 ? "" : ",") + ("{\"const\":\"v" + std::to_string(i) + "\"}");
  }
  for (int i = 0; i < 5'001; ++i) {
    objects += (i == 0 ? "" : ",") + ("{\"required\":[\"v" + std::to_string(i) + "\"]}");
  }
  for (const std::string keyword : {"anyOf", "oneOf"}) {
    const auto schema = Compile("{\"" + keyword + "\":[" + any + "]}");
    ASSERT_NE(schema, nullptr);
    EXPECT_EQ(Read(*schema->NewMatcher(), "\"v19999\""), 9U);
    EXPECT_EQ(Read(*schema->NewMatcher(), "\"v20000\""), 6U);
    const Result<Json> many = Json::Parse("{\"" + keyword + "\":[" + objects + "]}");
    ASSERT_TRUE(many);
    EXPECT_EQ(JsonSchema::Compile(*many, {}).error().message,
              "#/" + keyword + ": more than 5000 alternatives");
  }
}

TEST(JsonMatcher, TakesManyAlternativesOfOneKind) {
  std::string values;
  std::string schemas;
  for (int i = 0; i < 300; ++i) {
    const std::string number = std::to_string(i);
    values += (i > 0 ? ",{\"a\":" : "{\"a\":") + number + "}";
    schemas += std::string(i > 0 ? "," : "") + R"({"required":["a"],"properties":{"a":{"const":)" +
               number + "}}}";
  }
  for (const std::string& schema :
       {"{\"enum\":[" + values + "]}", "{\"anyOf\":[" + schemas + "]}"}) {
    const auto compiled = Compile(schema);
    ASSERT_NE(compiled, nullptr);
    EXPECT_EQ(Read(*compiled->NewMatcher(), "{\"a\":299}"), 10U);
    EXPECT_EQ(Read(*compiled->NewMatcher(), "{\"a\":300}"), 8U);
  }
}

TEST(JsonMatcher, RefusesAPatternThatIsNoneWhereverItIs) {
  for (const auto& [schema, place] :
       {std::pair{R"({"properties":{"q":{"pattern":"(a"}}})", "#/properties/q/pattern: "},
        std::pair{R"({"items":{"patternProperties":{"[":{}}}})", "#/items/patternProperties: "}}) {
    const auto compiled = JsonSchema::Compile(*Json::Parse(schema), {});
    ASSERT_FALSE(compiled) << schema;
    EXPECT_TRUE(compiled.error().message.starts_with(place)) << compiled.error().message;
  }
}

TEST(JsonMatcher, TakesLargeObjects) {
  std::string properties;
  std::string declared;
  std::string members;
  for (int i = 0; i < 4000; ++i) {
    const std::string name = "\"member number " + std::to_string(i) + "\"";
    members += (i > 0 ? "," : "") + name + ":0";
    if (i >= 700) continue;
    properties += (i > 0 ? "," : "") + name + ":{\"type\":\"integer\"}";
    declared = "{" + members + "}";
  }
  members = "{" + members + "}";
  const auto closed =
      Compile(R"({"additionalProperties":false,"properties":{)" + properties + "}}");
  ASSERT_NE(closed, nullptr);
  EXPECT_EQ(Read(*closed->NewMatcher(), declared), declared.size() + 1);
  for (const char* schema : {R"({"minProperties":40})", R"({"propertyNames":{"maxLength":20}})",
                             R"({"patternProperties":{"7$":{"type":"integer"}}})"}) {
    const auto open = Compile(schema);
    ASSERT_NE(open, nullptr);
    EXPECT_EQ(Read(*open->NewMatcher(), members), members.size() + 1) << schema;
  }
}

TEST(JsonMatcher, NumbersStayWithinFloat64) {
  const auto schema = Compile(R"({"exclusiveMinimum":0})");
  ASSERT_NE(schema, nullptr);
  for (const std::string number : {"1e307", "0.001e311", "123.5E-300", "1E+5", "0.5e-306", "1e308",
                                   "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308"}) {
    const auto matcher = schema->NewMatcher();
    EXPECT_EQ(Read(*matcher, number), number.size() + 1) << number;
    EXPECT_FALSE(matcher->limited()) << number;
  }
  for (const std::string number : {"1e309", "100e307", "1.5E-555", "0.001e-322", "1e99999999999",
                                   "1.7976931348623159e308", "2.4e-324"}) {
    const auto matcher = schema->NewMatcher();
    EXPECT_LT(Read(*matcher, number), number.size()) << number;
    EXPECT_TRUE(matcher->limited()) << number;
  }
  const auto matcher = schema->NewMatcher();
  EXPECT_EQ(Read(*matcher, "-1"), 0U);
  EXPECT_FALSE(matcher->limited());
  const auto any = Compile("true");
  ASSERT_NE(any, nullptr);
  EXPECT_EQ(Read(*any->NewMatcher(), "[0e400,-0.0e-9999]"), 19U);
}

TEST(JsonMatcher, BoundsMayBeTheEndsOfFloat64) {
  struct Ends {
    const char* schema;
    std::vector<std::string> valid, invalid;
  };
  for (const Ends& ends : std::initializer_list<Ends>{
           {R"({"const":1e308})", {"1e308", "100e306"}, {"1.1e308"}},
           {R"({"const":5e-324})", {"5e-324"}, {"6e-324"}},
           {R"({"type":"integer","minimum":1e308})", {"1e308", "15e307"}, {"9e307", "1"}},
           {R"({"type":"number","maximum":1.7976931348623157e308})",
            {"1.7976931348623157e308", "-1.7976931348623157e308", "1"},
            {"1.79769313486231575e308"}},
           {R"({"type":"number","minimum":1.7976931348623157e308})",
            {"1.7976931348623157e308"},
            {"1.7976931348623156e308"}},
           {R"({"type":"number","exclusiveMinimum":0,"maximum":2.2250738585072014e-308})",
            {"2.2250738585072014e-308", "5e-324"},
            {"2.3e-308", "0"}},
           {R"({"multipleOf":1e308,"exclusiveMaximum":0,"type":"number"})", {"-1e308"}, {"-1e307"}},
           {R"({"type":"number","minimum":-1e400,"maximum":1e400})", {"1e308", "-1e308"}, {}}}) {
    const auto schema = Compile(ends.schema);
    ASSERT_NE(schema, nullptr) << ends.schema;
    const auto matcher = schema->NewMatcher();
    CheckFinish(*matcher, ends.schema);
    for (const std::string& number : ends.valid) {
      EXPECT_EQ(Read(*schema->NewMatcher(), number), number.size() + 1) << ends.schema << number;
    }
    for (const std::string& number : ends.invalid) {
      EXPECT_LE(Read(*schema->NewMatcher(), number), number.size()) << ends.schema << number;
    }
  }
}

// However near the limits of digits and of float64 a number gets, it can be ended.
TEST(JsonMatcher, NumbersCanBeFinishedNearTheirLimits) {
  const std::string digits(400, '3');
  for (const char* text :
       {R"({"type":"integer","multipleOf":7})", R"({"type":"number"})",
        R"({"multipleOf":0.15,"type":"number"})", R"({"minimum":1e250,"type":"integer"})",
        R"({"maximum":-1e40,"type":"number"})",
        R"({"type":"number","exclusiveMinimum":0,"maximum":1e-50})",
        R"({"type":"number","multipleOf":1e100})",
        R"({"$schema":"http://json-schema.org/draft-04/schema#","type":"integer","minimum":1e298})",
        R"({"$schema":"http://json-schema.org/draft-04/schema#","not":{"type":"integer"},
            "minimum":1e299,"maximum":1e307})",
        R"({"enum":[1e-310,-2e-400,123456789,-1e-307]})", R"({"type":"number","minimum":1e308})",
        R"({"const":1e-310})", R"({"type":"number","exclusiveMinimum":0,"maximum":1e-308})",
        R"({"type":"integer","maximum":-1.7976931348623157e308})",
        R"({"type":"number","exclusiveMinimum":0,"maximum":1e-306})"}) {
    const auto schema = Compile(text);
    ASSERT_NE(schema, nullptr) << text;
    for (const std::string& document :
         {"-4.6068283527101912507951903919384013505697E36" + digits, digits, "-" + digits + ".",
          "0." + digits, "0." + std::string(400, '0'), "1e" + digits, "-3.3e-" + digits,
          "1" + std::string(298, '0') + ".0", std::string(290, '9') + "e" + digits}) {
      const auto matcher = schema->NewMatcher();
      for (const char c : document) {
        if (!matcher->Push(static_cast<uint8_t>(c))) continue;
        if (matcher->size() % 16 != 3 && matcher->size() < 290) continue;
        CheckFinish(*matcher, std::string(text) + "\n" + document.substr(0, 60));
        if (HasFatalFailure()) return;
      }
    }
  }
}

// What no number that is written satisfies is beyond the limits, with its place; it is not said
// that nothing is valid.
TEST(JsonMatcher, NumbersBeyondFloat64AreALimit) {
  const std::string digits(400, '3');
  for (const auto& [text, place] : std::initializer_list<std::pair<std::string, std::string>>{
           {R"({"const":1e400})", "#: "},
           {R"({"type":"number","minimum":1.8e308})", "#: "},
           {R"({"type":"number","maximum":-1e400})", "#: "},
           {R"({"required":["a"],"properties":{"a":{"const":1e-324}},"type":"object"})",
            "#/properties/a: "},
           {R"({"type":"number","exclusiveMinimum":0,"maximum":1e-324})", "#: "},
           {R"({"const":0.)" + digits + "}", "#: "},
           {R"({"$schema":"http://json-schema.org/draft-04/schema#",
                "type":"integer","maximum":-1e300})",
            "#: "}}) {
    const auto compiled = JsonSchema::Compile(*Json::Parse(text), {});
    ASSERT_FALSE(compiled) << text;
    EXPECT_EQ(compiled.error().code, ErrorCode::kResourceExhausted) << text;
    EXPECT_TRUE(compiled.error().message.starts_with(place + "it allows only numbers that float64"))
        << compiled.error().message;
  }
  const auto other = Compile(R"({"anyOf":[{"const":1e400},{"type":"string"}]})");
  EXPECT_NE(other, nullptr);
  const auto nothing = JsonSchema::Compile(*Json::Parse(R"({"type":"integer","const":0.5})"), {});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::kInvalidArgument);
}

TEST(JsonMatcher, CanBeFinishedAtEveryByte) {
  for (const Case& c : kCases) {
    const auto schema = Compile(c.schema);
    ASSERT_NE(schema, nullptr);
    for (const std::string document : c.valid) {
      const auto matcher = schema->NewMatcher();
      ASSERT_EQ(matcher->FinishBytes(), schema->min_bytes());
      for (size_t i = 0; i <= document.size(); ++i) {
        CheckFinish(*matcher, std::string(c.schema) + "\n" + document.substr(0, i));
        if (HasFatalFailure()) return;
        if (i < document.size() && !matcher->Push(static_cast<uint8_t>(document[i]))) break;
      }
    }
  }
}

// Wherever legal bytes lead, the document can be finished as promised.
TEST(JsonMatcher, CanBeFinishedAfterRandomBytes) {
  for (const Case& c : kCases) {
    const auto schema = Compile(c.schema);
    ASSERT_NE(schema, nullptr);
    std::mt19937 random(1);
    const std::string likely = "\"\"\"{}[]:,,,0123abcwxyzkv tfn\\u";
    for (int run = 0; run < 30; ++run) {
      const auto matcher = schema->NewMatcher();
      std::string document;
      for (int i = 0; i < 40; ++i) {
        const char byte = random() % 4 == 0 ? static_cast<char>(random() % 256)
                                            : likely[random() % likely.size()];
        if (!matcher->Push(static_cast<uint8_t>(byte))) continue;
        document += byte;
        CheckFinish(*matcher, std::string(c.schema) + "\n" + document);
        if (HasFatalFailure()) return;
      }
    }
  }
}

// Every byte, and tokens that names and texts begin, end and go through within.
Vocabulary Tokens(bool many) {
  Vocabulary vocabulary;
  for (int byte = 0; byte < 256; ++byte) vocabulary.bytes.emplace_back(1, static_cast<char>(byte));
  const std::vector<std::string> parts = {
      "a",     "b",  "k",       "x", "xy",   "two", "ab",  "\"", "\":", "\",", "\":1", "\"}",
      "\",\"", "\\", "\\u0061", "é", "\xc3", "[",   "{\"", "1",  "]",   "…",   "\xe2"};
  for (const std::string& first : parts) {
    for (const std::string& second : parts) {
      for (size_t i = 0; many && i < parts.size(); ++i) {
        vocabulary.bytes.push_back(first + second + parts[i]);
      }
      vocabulary.bytes.push_back(first + second);
    }
  }
  vocabulary.bytes.emplace_back();
  vocabulary.kinds.assign(vocabulary.bytes.size(), TokenKind::kNormal);
  vocabulary.kinds.back() = TokenKind::kControl;
  vocabulary.end_ids = {vocabulary.size() - 1};
  return vocabulary;
}

// The tokens for which a mask and trying the token's bytes differ.
std::vector<std::string> Differences(const TokenTrie& trie, Matcher& matcher,
                                     int64_t finish_bytes_max, const TokenMask& mask) {
  const Vocabulary& vocabulary = trie.vocabulary();
  std::vector<std::string> differences;
  for (TokenId id = 0; id + 1 < vocabulary.size(); ++id) {
    const std::string& bytes = vocabulary.bytes[static_cast<size_t>(id)];
    size_t n = 0;
    while (n < bytes.size() && matcher.Push(static_cast<uint8_t>(bytes[n]))) ++n;
    const bool legal = n == bytes.size() && matcher.FinishBytes() <= finish_bytes_max;
    matcher.Pop(n);
    if (legal != mask.Allows(id)) differences.push_back(bytes);
  }
  return differences;
}

// With a budget far away, also from the cache, and with one that just allows an end.
TEST(JsonMatcher, MasksAreWhatTryingEveryTokenGives) {
  constexpr int64_t kFar = 1'000'000;
  const Vocabulary many_tokens = Tokens(true);
  const Vocabulary few_tokens = Tokens(false);
  const TokenTrie many(many_tokens);
  const TokenTrie few(few_tokens);
  for (const Case& c : kCases) {
    // There each byte may take some 30 µs.
    const bool slow = std::string_view(c.schema).find("uniqueItems") != std::string_view::npos;
    const auto schema = Compile(c.schema);
    ASSERT_NE(schema, nullptr);
    MaskCache cache;
    for (const std::string document : c.valid) {
      const auto matcher = schema->NewMatcher();
      for (size_t i = 0; i <= document.size(); ++i) {
        const std::string where = std::string(c.schema) + "\n" + document.substr(0, i);
        const TokenTrie& trie = slow ? few : many;
        TokenMask mask(trie.vocabulary().size());
        cache.Fill(trie, *matcher, kFar, mask);
        ASSERT_EQ(Differences(trie, *matcher, kFar, mask), std::vector<std::string>()) << where;
        const int64_t near = matcher->FinishBytes() + i % 4;
        TokenMask near_mask(few.vocabulary().size());
        FillMask(few, *matcher, near, near_mask);
        ASSERT_EQ(Differences(few, *matcher, near, near_mask), std::vector<std::string>())
            << where << "\nat most " << near;
        if (i < document.size() && !matcher->Push(static_cast<uint8_t>(document[i]))) break;
      }
    }
  }
}

}  // namespace
}  // namespace bantam::grammar
