// Tests of repair, completion and check: the golden cases, and properties of every output.
#include "bantam/json_repair.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"

namespace bantam {
namespace {

Json ReadGolden(const std::string& name) {
  std::ifstream file(BANTAM_SOURCE_DIR "/tests/golden/json_repair/" + name);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  auto json = Json::Parse(text);
  EXPECT_TRUE(json.has_value()) << name << (json ? "" : ": " + json.error().message);
  return json ? *json : Json::MakeArray();
}

std::vector<std::string> Inputs() {
  std::vector<std::string> inputs;
  const Json golden = ReadGolden("cases.json");
  for (const Json& entry : golden.items()) {
    inputs.push_back(entry.Find("input")->AsString());
  }
  return inputs;
}

// The independent reader, which allows neither deep nesting nor keys that appear twice.
bool Parses(const std::string& text) {
  const auto json = Json::Parse(text);
  if (json) return true;
  const std::string& message = json.error().message;
  return message.find("appears twice") != std::string::npos ||
         message.find("nested arrays") != std::string::npos;
}

// What must hold for every text.
void ExpectSound(const std::string& text) {
  const auto repair = RepairJson(text);
  if (!repair) {
    EXPECT_EQ(repair.error().code, ErrorCode::kCorrupt) << text << repair.error().message;
    return;
  }
  EXPECT_TRUE(Parses(repair->text)) << text << "\n-> " << repair->text;
  EXPECT_EQ(repair->edit_count == 0, repair->text == text) << text;
  EXPECT_EQ(repair->edit_count == 0, CheckJson(text).valid) << text;
  for (const JsonEdit& edit : repair->edits) EXPECT_LE(edit.offset, text.size()) << edit.what;
  const auto again = RepairJson(repair->text);
  ASSERT_TRUE(again.has_value()) << repair->text;
  EXPECT_EQ(again->text, repair->text);
  EXPECT_EQ(again->edit_count, 0u);
}

TEST(JsonRepair, RepairsTheGoldenCases) {
  size_t cases = 0;
  const Json golden = ReadGolden("cases.json");
  for (const Json& entry : golden.items()) {
    const std::string& input = entry.Find("input")->AsString();
    const Json& output = *entry.Find("output");
    const auto repair = RepairJson(input);
    ++cases;
    if (output.is_null()) {
      EXPECT_FALSE(repair.has_value()) << input;
    } else {
      EXPECT_EQ(repair ? repair->text : repair.error().message, output.AsString()) << input;
    }
  }
  EXPECT_GE(cases, 400u);
}

TEST(JsonRepair, OutputIsValidAndStays) {
  for (const std::string& input : Inputs()) ExpectSound(input);
}

TEST(JsonRepair, OutputOfDamagedTextIsValidAndStays) {
  const std::vector<std::string> inputs = Inputs();
  std::mt19937 random(5);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  const std::string marks = "{}[]():,\"'`\\/ \n#*+-.0ab_=;\x01\x80\xE2\xFF";
  for (int round = 0; round < 20000; ++round) {
    std::string text = inputs[below(inputs.size())];
    for (size_t edits = 1 + below(4); edits > 0; --edits) {
      const size_t at = below(text.size() + 1);
      switch (below(4)) {
        case 0: text.insert(at, 1, marks[below(marks.size())]); break;
        case 1: text.erase(at, 1); break;
        case 2: text.resize(at); break;
        default: text += inputs[below(inputs.size())].substr(0, 40); break;
      }
    }
    ExpectSound(text);
    if (HasFailure()) return;
  }
}

TEST(JsonRepair, ValidTextIsReturnedByteByByte) {
  for (const std::string text :
       {" {\"b\" : 1.10,\t\"a\":[ ] }\n", "\r\n-0", "{\"k\":1,\"k\":2}", "\"\\u00e9\\/\""}) {
    const auto repair = RepairJson(text);
    ASSERT_TRUE(repair.has_value()) << text;
    EXPECT_EQ(repair->text, text);
    EXPECT_EQ(repair->edit_count, 0u);
  }
}

// No program's range of numbers is that of JSON: none becomes another number, or a string.
TEST(JsonRepair, KeepsNumbersBeyondFloat64) {
  const std::string digits(400, '9');
  for (const std::string& number : {std::string("1e999"), std::string("-1E+999"),
                                    std::string("1e-999"), digits, "0." + digits}) {
    EXPECT_EQ(RepairJson("[" + number + ",2]")->text, "[" + number + ",2]");
    EXPECT_EQ(RepairJson("[" + number + ",2]")->edit_count, 0U);
    EXPECT_EQ(RepairJson("{a: " + number + ", \"b\": [" + number)->text,
              "{\"a\": " + number + ", \"b\": [" + number + "]}");
    EXPECT_EQ(CompleteJson("[" + number)->text, "[" + number + "]");
  }
}

TEST(JsonRepair, EditsNameTheirPlace) {
  const auto repair = RepairJson("{a: 1,\n 'b': [True,]}");
  ASSERT_TRUE(repair.has_value());
  EXPECT_EQ(repair->text, "{\"a\": 1,\n \"b\": [true]}");
  std::string edits;
  for (const JsonEdit& edit : repair->edits) {
    edits += std::to_string(edit.offset) + " " + edit.what + "\n";
  }
  EXPECT_EQ(edits,
            "1 put a key in quotes\n8 replaced quotes by double quotes\n"
            "14 wrote a literal as in JSON\n18 removed an extra ','\n");
  EXPECT_EQ(repair->edit_count, 4u);
}

TEST(JsonRepair, ListsOnlySoManyEdits) {
  std::string text = "[";
  for (size_t i = 0; i <= kMaxJsonEdits; ++i) text += "x,";
  const auto repair = RepairJson(text + "]");
  ASSERT_TRUE(repair.has_value());
  EXPECT_EQ(repair->edits.size(), kMaxJsonEdits);
  EXPECT_EQ(repair->edit_count, kMaxJsonEdits + 2);  // the last comma too
}

TEST(JsonRepair, BytesThatAreNotUtf8AreReplaced) {
  const auto repair = RepairJson("{\"a\xFF\": \"b\xE2\x82\", c\xC0: \xF0}");
  ASSERT_TRUE(repair.has_value());
  EXPECT_EQ(repair->text, "{\"a\uFFFD\": \"b\uFFFD\uFFFD\", \"c\uFFFD\": \"\uFFFD\"}");
}

TEST(JsonRepair, DeepTextIsRepairedOrRefused) {
  const std::string deep(100'000, '[');
  const auto repair = RepairJson(deep);
  ASSERT_TRUE(repair.has_value());
  EXPECT_EQ(repair->text, deep + std::string(100'000, ']'));
  const std::string mixed = "{a:[" + deep;
  EXPECT_TRUE(RepairJson(mixed).has_value());
  for (const std::string& text :
       {std::string(kMaxJsonDepth + 1, '['), "x: " + std::string(kMaxJsonDepth + 1, '[')}) {
    const auto refused = RepairJson(text);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
    EXPECT_NE(refused.error().message.find("1000000 nested"), std::string::npos)
        << refused.error().message;
  }
}

// Each of these once would be, or invites, looking ahead over and over again. The work is bounded
// by the number of bytes, so all of them together take well under a second.
TEST(JsonRepair, LongHostileTextEnds) {
  for (const std::string unit :
       {"\"",     "'",        "\"a",   "\",",   "{\"a:b,",    "[\"a ",    "{",  "\"a\" ",
        "\"//",   "\"/*",     "\"#",   "x\"",   "{\"a\":\"b", "\"a\",\"", ",",  ":",
        "}",      "```",      "(",     "f(",    "\\",         "\\\"",     "a,", "[1}",
        "...",    "“",        "{'",    "\"a\n", "// \n",      "- ",       "/",  "“a” ",
        "{\"\"a", "[[\"a\",", "{a:[}", "1 ",    "+"}) {
    std::string text;
    while (text.size() < 100'000) text += unit;
    const auto repair = RepairJson(text);
    EXPECT_TRUE(repair || repair.error().code == ErrorCode::kCorrupt) << unit;
    const auto inside = RepairJson("{\"a\": [" + text);
    EXPECT_TRUE(inside.has_value()) << unit;
  }
}

TEST(CompleteJson, FinishesEveryBeginningOfAValidText) {
  size_t texts = 0;
  for (const std::string& input : Inputs()) {
    const auto repaired = RepairJson(input);
    if (!repaired) continue;
    const std::string& text = repaired->text;
    ++texts;
    for (size_t length = 0; length <= text.size(); ++length) {
      const std::string begin = text.substr(0, length);
      const auto complete = CompleteJson(begin);
      ASSERT_TRUE(complete.has_value()) << begin << ": " << complete.error().message;
      EXPECT_TRUE(Parses(complete->text)) << begin << "\n-> " << complete->text;
      EXPECT_EQ(complete->edit_count == 0, complete->text == begin);
      if (complete->edit_count > 0) {
        EXPECT_EQ(complete->text.substr(0, complete->edits[0].offset),
                  begin.substr(0, complete->edits[0].offset));
      }
    }
  }
  EXPECT_GE(texts, 400u);
}

TEST(CompleteJson, Examples) {
  const struct {
    const char* begin;
    const char* whole;
  } examples[] = {
      {"", "null"},
      {"[1, 2, ", "[1, 2]"},
      {"{\"a\": {\"b\": [tr", "{\"a\": {\"b\": [true]}}"},
      {"{\"a\": 1, ", "{\"a\": 1}"},
      {"{\"a\": 1, \"b", "{\"a\": 1, \"b\":null}"},
      {"{\"a\": 1, \"b\"", "{\"a\": 1, \"b\":null}"},
      {"{\"a\": ", "{\"a\": null}"},
      {"[\"x\\u00", "[\"x\"]"},
      {"[\"x\\ud83d\\ude", "[\"x\"]"},
      {"[\"x\xE2\x82", "[\"x\"]"},
      {"[-", "[-0]"},
      {"[1.", "[1.0]"},
      {"[1e+", "[1e+0]"},
      {"[\n  1\n", "[\n  1]"},
  };
  for (const auto& [begin, whole] : examples) {
    const auto complete = CompleteJson(begin);
    ASSERT_TRUE(complete.has_value()) << begin;
    EXPECT_EQ(complete->text, whole) << begin;
    EXPECT_EQ(complete->edit_count, 1u) << begin;
  }
}

TEST(CompleteJson, RefusesWhatIsWrong) {
  const auto wrong = CompleteJson("{\"a\": 1 \"b\": 2");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(wrong.error().message, "expected ',' or '}', found '\"' at byte 8");
  EXPECT_FALSE(CompleteJson("{a").has_value());
  EXPECT_FALSE(CompleteJson("[1]]").has_value());
  EXPECT_FALSE(CompleteJson("[\"\xFF").has_value());
}

}  // namespace
}  // namespace bantam
