// Tests of the JSON reader and writer: what RFC 8259 accepts, what it refuses, and where.
#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <string>

namespace bantam {
namespace {

std::string Reprint(std::string_view text) {
  Result<Json> json = Json::Parse(text);
  return json ? json->Dump() : "error: " + json.error().message;
}

std::string ErrorOf(std::string_view text) {
  Result<Json> json = Json::Parse(text);
  if (json) return "accepted: " + json->Dump();
  EXPECT_EQ(json.error().code, ErrorCode::kCorrupt);
  return json.error().message;
}

std::string Repeat(std::string_view text, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += text;
  return out;
}

TEST(Json, KeepsOrderAndNumbersAsWritten) {
  const std::string text =
      R"({"z":1.10,"a":[1e5,-0,0.0,123456789012345678901234567890,1E+2],"":null,"t":[true,false]})";
  EXPECT_EQ(Reprint(text), text);
  EXPECT_EQ(Reprint(" \t\r\n [ 1 , { \"a\" : \"b\" } ] \n"), R"([1,{"a":"b"}])");
}

TEST(Json, AcceptsEveryScalarAtTheTop) {
  for (const char* text : {"null", "true", "false", "0", "-1", "\"\"", "[]", "{}", "1.5e-7"}) {
    EXPECT_EQ(Reprint(text), text);
  }
}

TEST(Json, AcceptsNumbersOfTheGrammarOnly) {
  for (const char* text : {"0", "-0", "10", "0.5", "-0.5", "1e1", "1E1", "1e+1", "1e-1", "0e0",
                           "1.25e007", "-123.456E-89"}) {
    EXPECT_EQ(Reprint(text), text);
  }
  for (const char* text : {"01",  "-01",       "00",    "+1",  ".5",       "1.",  "1.e1", "-",
                           "1e",  "1e+",       "0x1",   "1_0", "Infinity", "NaN", "-NaN", "1.2.3",
                           "1 2", "-Infinity", "1e1.5", "--1", "１",       "1-1"}) {
    EXPECT_FALSE(Json::Parse(text)) << text;
  }
}

TEST(Json, DecodesEscapes) {
  const Json json =
      Json::Parse(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00\u0000")").value();
  EXPECT_EQ(json.AsString(),
            std::string("\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\0", 19));
  EXPECT_EQ(json.Dump(),
            "\"\\\"\\\\/\\b\\f\\n\\r\\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\\u0000\"");
  EXPECT_EQ(Reprint("\"\x7F\xEF\xBB\xBF\xEF\xBF\xBF\""), "\"\x7F\xEF\xBB\xBF\xEF\xBF\xBF\"");
}

TEST(Json, RefusesBadStrings) {
  for (const char* text : {"\"\\x41\"", "\"\\", "\"\\\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\U0041\"",
                           "\"a", "'a'", "\"\\a\"", "\"\\u\"", "\"\\u 041\"", "\"\\u+041\"",
                           "\"\t\"", "\"\n\"", "\"\x1f\"", "\"a\"\"b\"", "\"\\'\""}) {
    EXPECT_FALSE(Json::Parse(text)) << text;
  }
  EXPECT_FALSE(Json::Parse(std::string_view("\"\0\"", 3)));
  EXPECT_FALSE(Json::Parse(std::string_view("1\0", 2)));
}

TEST(Json, RefusesLoneSurrogates) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")",
                           R"("\ud800\n")", R"("\udc00\ud800")", R"("\udbff\u0041")"}) {
    EXPECT_THAT(ErrorOf(text), testing::HasSubstr("surrogate")) << text;
  }
  EXPECT_EQ(Reprint(R"("\udbff\udfff")"), "\"\xF4\x8F\xBF\xBF\"");
}

TEST(Json, RefusesInvalidUtf8WithItsOffset) {
  for (const char* bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "\xFE", "\xE2\x82", "\xF0\x9F\x98", "\xE2\x28\xA1"}) {
    const std::string text = std::string("[\"ab") + bytes + "\"]";
    EXPECT_EQ(ErrorOf(text), "JSON: invalid UTF-8 at byte 4 (line 1, column 5)");
  }
  EXPECT_FALSE(Json::Parse("\xEF\xBB\xBF{}"));  // a byte order mark is no white space
}

TEST(Json, RefusesBrokenStructure) {
  for (const char* text : {"",
                           " ",
                           "[",
                           "]",
                           "{",
                           "}",
                           "[1",
                           "[1,",
                           "[,]",
                           "[1,]",
                           "[,1]",
                           "[1,,2]",
                           "[1 2]",
                           "[1:2]",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{,}",
                           "{\"a\",1}",
                           "{\"a\" 1}",
                           "{a:1}",
                           "{1:1}",
                           "{null:1}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\"::1}",
                           "[1}",
                           "{\"a\":1]",
                           "[]]",
                           "{}}",
                           "[] []",
                           "1,",
                           "nul",
                           "nulll",
                           "True",
                           "tru",
                           "undefined",
                           "[1]x",
                           "//\n1",
                           "/**/1",
                           "[1]//x",
                           "#1",
                           "\v1",
                           "\f[]",
                           "\xC2\xA0[]",
                           "[\"a\",\n4\n,1,",
                           "{\"a\":\"b\"}#",
                           "*",
                           "[*]"}) {
    EXPECT_FALSE(Json::Parse(text)) << text;
  }
}

TEST(Json, ErrorsSayWhereAndWhatWasExpected) {
  EXPECT_EQ(ErrorOf(""),
            "JSON: expected a value, found the end of the text at byte 0 (line 1, column 1)");
  EXPECT_EQ(ErrorOf("{\"é\": 1,\n \"b\" 2}"),
            "JSON: expected ':' after the key, found '2' at byte 15 (line 2, column 6)");
  EXPECT_EQ(ErrorOf("[\"é\" 1]"),
            "JSON: expected ',' or ']', found '1' at byte 6 (line 1, column 6)");
  EXPECT_EQ(ErrorOf("[1] \x01"),
            "JSON: expected the end of the text after the value, found byte 0x01 at byte 4 "
            "(line 1, column 5)");
  EXPECT_EQ(ErrorOf("-01"), "JSON: a number with leading zeros at byte 2 (line 1, column 3)");
  EXPECT_EQ(ErrorOf("-a"), "JSON: expected a digit, found 'a' at byte 1 (line 1, column 2)");
  EXPECT_EQ(ErrorOf("[\"ab"),
            "JSON: a string without its closing '\"' at byte 1 (line 1, column 2)");
}

TEST(Json, RefusesDuplicateKeys) {
  EXPECT_EQ(ErrorOf(R"({"a":1,"b":2,"\u0061":3,"b":4})"),
            "JSON: the key \"a\" appears twice in one object at byte 13 (line 1, column 14)");
  EXPECT_EQ(Reprint(R"({"a":{"a":1},"b":{"a":1}})"), R"({"a":{"a":1},"b":{"a":1}})");
  EXPECT_FALSE(Json::Parse(R"({"":1,"":1})"));
}

TEST(Json, TakesAMillionKeysInLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 1'000'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  const std::string unique = text + "\"x\":0}";
  const std::string duplicate = text + "\"k0\":0}";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Json::Parse(unique).value().members().size(), 1'000'001u);
  EXPECT_THAT(ErrorOf(duplicate), testing::HasSubstr("\"k0\" appears twice"));
  // Quadratic comparison would take minutes; the bound leaves room for sanitizers.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Json, LimitsDepth) {
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"a\":", "}")}) {
    const std::string inner = std::string(open) == "[" ? "" : "1";
    const std::string deep = Repeat(open, 512) + inner + Repeat(close, 512);
    EXPECT_EQ(Reprint(deep), deep);
    EXPECT_THAT(ErrorOf(Repeat(open, 513) + inner + Repeat(close, 513)),
                testing::HasSubstr("more than 512 nested arrays or objects"));
    EXPECT_FALSE(Json::Parse(Repeat(open, 1'000'000)));
  }
}

TEST(Json, DeepValuesAreWrittenAndDestroyedWithoutRecursion) {
  Json json = Json::Int(7);
  for (int i = 0; i < 200'000; ++i) {
    Json outer = i % 2 == 0 ? Json::MakeArray() : Json::MakeObject();
    if (outer.is_array()) {
      outer.Append(std::move(json));
    } else {
      outer.Set("k", std::move(json));
    }
    json = std::move(outer);
  }
  EXPECT_EQ(json.Dump().size(), 100'000u * 2 + 100'000u * 6 + 1);
  json = Json();
  EXPECT_TRUE(json.is_null());
}

TEST(Json, ReadsIntegers) {
  const auto value = [](std::string_view text) {
    return Json::Parse(text).value().AsInt().value();
  };
  EXPECT_EQ(value("0"), 0);
  EXPECT_EQ(value("-0"), 0);
  EXPECT_EQ(value("1e3"), 1000);
  EXPECT_EQ(value("4.0"), 4);
  EXPECT_EQ(value("0.00e99999999999999999999"), 0);
  EXPECT_EQ(value("12.50e1"), 125);
  EXPECT_EQ(value("0.005e3"), 5);
  EXPECT_EQ(value("900e-2"), 9);
  EXPECT_EQ(value("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(value("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(value("-9.223372036854775808e18"), INT64_MIN);
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "1e19", "1e999999999999",
                           "1.5", "1e-1", "0.1", "1e-99999999999999999999"}) {
    EXPECT_FALSE(Json::Parse(text).value().AsInt()) << text;
  }
  EXPECT_FALSE(Json::String("1").AsInt());
}

TEST(Json, ReadsDoubles) {
  const auto value = [](std::string_view text) { return Json::Parse(text).value().AsDouble(); };
  EXPECT_EQ(value("0.1"), 0.1);
  EXPECT_EQ(value("1e308"), 1e308);
  EXPECT_EQ(value("5e-324"), 5e-324);
  EXPECT_EQ(value("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(value("-1e999"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(value("1e-999"), 0.0);
  EXPECT_TRUE(std::signbit(value("-1e-999")));
  EXPECT_TRUE(std::isnan(Json().AsDouble()));
}

TEST(Json, WritesShortestDoublesThatReadBack) {
  EXPECT_EQ(Json::Double(0.1).Dump(), "0.1");
  EXPECT_EQ(Json::Double(-2.5).Dump(), "-2.5");
  EXPECT_EQ(Json::Double(5).Dump(), "5");
  for (const double value : {1e22, 1e-7, 5e-324, 1.7976931348623157e308, 0.30000000000000004}) {
    const Json json = Json::Double(value);
    EXPECT_EQ(Json::Parse(json.Dump()).value().AsDouble(), value) << json.Dump();
  }
  EXPECT_TRUE(Json::Double(std::numeric_limits<double>::quiet_NaN()).is_null());
  EXPECT_TRUE(Json::Double(-std::numeric_limits<double>::infinity()).is_null());
}

TEST(Json, IndentsLikeOtherTools) {
  const Json json = Json::Parse(R"({"a":[1,{"b":[]}],"c":{}})").value();
  EXPECT_EQ(json.Dump(2),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}");
}

TEST(Json, WritesValidJsonEvenFromInvalidUtf8) {
  EXPECT_EQ(JsonQuote("a\xFF\xE2\x82z"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\"");
  EXPECT_EQ(JsonQuote("\x01\x1f/"), "\"\\u0001\\u001f/\"");
}

TEST(Json, FindsAndSetsMembers) {
  Json json = Json::MakeObject();
  json.Set("a", Json::Int(1));
  json.Set("b", Json::Bool(true));
  json.Set("a", Json::String("x"));
  EXPECT_EQ(json.Dump(), R"({"a":"x","b":true})");
  EXPECT_TRUE(json.Find("b")->AsBool());
  EXPECT_EQ(json.Find("c"), nullptr);
  EXPECT_EQ(Json::Int(3).Find("c"), nullptr);
}

TEST(JsonDeathTest, WrongKindsAreOurOwnBugs) {
  EXPECT_DEATH((void)Json().AsString(), "is_string");
  EXPECT_DEATH((void)Json::NumberText("01"), "JsonNumberLength");
}

}  // namespace
}  // namespace bantam
