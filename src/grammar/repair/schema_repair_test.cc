// Tests of repair towards a schema: the golden cases, and what must hold for every document.
#include "grammar/repair/schema_repair.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"

namespace bantam::grammar {
namespace {

Json ReadGolden() {
  std::ifstream file(BANTAM_SOURCE_DIR "/tests/golden/json_repair/schema_cases.json");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  auto json = Json::Parse(text);
  EXPECT_TRUE(json.has_value()) << (json ? "" : json.error().message);
  return json ? *json : Json::MakeArray();
}

std::shared_ptr<const JsonSchema> Compile(const Json& schema) {
  auto compiled = JsonSchema::Compile(schema, {});
  EXPECT_TRUE(compiled) << schema.Dump() << (compiled ? "" : compiled.error().message);
  return compiled ? *compiled : nullptr;
}

std::shared_ptr<const JsonSchema> Compile(const std::string& schema) {
  return Compile(*Json::Parse(schema));
}

// Byte by byte, but for white space around and in long runs, which a matcher does not take.
bool Accepts(const JsonSchema& schema, const std::string& text) {
  const Result<Json> json = Json::Parse(text);
  if (!json) return false;
  const auto matcher = schema.NewMatcher();
  for (char c : json->Dump()) {
    if (!matcher->Push(static_cast<uint8_t>(c))) return false;
  }
  return matcher->Accepting();
}

std::string Repaired(const JsonSchema& schema, const std::string& text, bool fill = true) {
  const auto repair = RepairJson(text, schema, {.fill = fill});
  return repair ? repair->text : "error: " + repair.error().message;
}

// Many more than formulas could list; what is made up differs from them.
TEST(SchemaRepair, ManyItemsThatMustDiffer) {
  const auto schema = Compile(
      R"({"type":"array","uniqueItems":true,
          "items":{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}})");
  ASSERT_NE(schema, nullptr);
  std::string input = "[", output = "[";
  for (int i = 0; i < 1'000; ++i) {
    const std::string comma = i > 0 ? "," : "";
    const std::string id = std::to_string(i / 2);
    input += comma + "{\"id\":\"" + id + "\",\"n\":1}";
    if (i % 2 == 0) output += comma + "{\"id\":" + id + ",\"n\":1}";
  }
  EXPECT_TRUE(Repaired(*schema, input + "]") == output + "]");
  const auto more =
      Compile(R"({"type":"array","uniqueItems":true,"minItems":22,"items":{"type":"integer"}})");
  ASSERT_NE(more, nullptr);
  EXPECT_EQ(Repaired(*more, "[0,1,2,3,4,5,6,7,8,9,9.0,11,12,13,14,15,16,17,18,19]"),
            "[0,1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,10,20,30]");
}

TEST(SchemaRepair, RepairsTheGoldenCases) {
  const Json golden = ReadGolden();
  EXPECT_GE(golden.items().size(), 150U);
  for (const Json& entry : golden.items()) {
    const auto schema = Compile(*entry.Find("schema"));
    ASSERT_NE(schema, nullptr);
    const std::string& input = entry.Find("input")->AsString();
    const bool fill = entry.Find("fill") == nullptr;
    const std::string got = Repaired(*schema, input, fill);
    const std::string where = entry.Find("schema")->Dump() + "\n" + input;
    if (const Json* error = entry.Find("error")) {
      EXPECT_EQ(got, "error: " + error->AsString()) << where;
      continue;
    }
    const std::string& output = entry.Find("output")->AsString();
    EXPECT_EQ(got, output) << where;
    EXPECT_TRUE(Accepts(*schema, got)) << where;
    EXPECT_EQ(entry.Find("category")->AsString() == "valid", input == output) << where;
    EXPECT_EQ(Repaired(*schema, output, fill), output) << where;
  }
}

std::vector<std::string> EditsOf(const JsonSchema& schema, const std::string& text) {
  const auto repair = RepairJson(text, schema, {});
  std::vector<std::string> edits;
  if (!repair) return {repair.error().message};
  EXPECT_EQ(repair->edits.size(), repair->edit_count);
  for (const JsonEdit& edit : repair->edits) {
    edits.push_back(std::to_string(edit.offset) + " " + edit.pointer + " " + edit.what);
  }
  return edits;
}

TEST(SchemaRepair, SaysWhatItChanged) {
  const auto schema = Compile(R"({"type":"object","properties":{"a/b":{"type":"integer"},
      "first_name":{"type":"string"},"tags":{"type":"array","items":{"type":"string"},
      "uniqueItems":true},"at":{"type":"object","properties":{"x":{"type":"number"}}},
      "ok":{"type":"boolean","default":true},"n":{"type":"integer"}},
      "required":["ok","n"],"additionalProperties":false})");
  using Edits = std::vector<std::string>;
  EXPECT_EQ(EditsOf(*schema, R"({"a/b":"1","ok":false,"n":1})"),
            (Edits{R"(7 /a~1b changed "1" to 1)"}));
  EXPECT_EQ(EditsOf(*schema, R"({"FirstName":1,"ok":false,"n":1})"),
            (Edits{R"(1 /FirstName renamed "FirstName" to "first_name")",
                   R"(13 /FirstName changed 1 to "1")"}));
  EXPECT_EQ(
      EditsOf(*schema, R"({"n":1,"tags":["a","a"],"z":0,"ok":null})"),
      (Edits{R"(19 /tags/1 removed the item "a", which is there already)",
             R"(24 /z removed "z": 0, which is not allowed)", R"(35 /ok changed null to true)"}));
  EXPECT_EQ(EditsOf(*schema, R"({"n":1,"n":2,"at":"{\"x\":\"1\"}"})"),
            (Edits{R"(1 /n removed "n": 1, whose name comes again)",
                   R"(18 /at read the JSON text in the string)", R"(18 /at/x changed "1" to 1)",
                   R"(33 /ok added "ok": true, the default, which was missing)"}));
  EXPECT_EQ(
      EditsOf(*schema, R"([{"n":1,"ok":true,"tags":"x"}])"),
      (Edits{"0  took the only item out of its array", "25 /0/tags put the value into an array"}));
  EXPECT_EQ(EditsOf(*schema, "x: {n: '5', ok: yes}"),
            (Edits{"0  removed text that is no JSON", "4  put a key in quotes",
                   "7  replaced quotes by double quotes", R"(7 /n changed "5" to 5)",
                   "12  put a key in quotes", "16  put text in quotes",
                   R"(16 /ok changed "yes" to true)"}));
}

TEST(SchemaRepair, Checks) {
  const auto schema = Compile(R"({"type":"object","properties":{"a":{"enum":["x","y"]}},
      "required":["a"]})");
  EXPECT_TRUE(CheckJson("\n{\"a\" : \"x\"}\n\n", *schema).valid);
  EXPECT_EQ(CheckJson("{\"a\":\"z\"}", *schema).error.what, "expected '\\', 'x' or 'y', found 'z'");
  EXPECT_EQ(CheckJson("{\"a\":\"z\"}", *schema).error.offset, 6U);
  EXPECT_EQ(CheckJson("{}", *schema).error.what, "expected '\"', found '}'");
  EXPECT_EQ(CheckJson("{,}", *schema).error.what, "expected a key in quotes or '}', found ','");
  EXPECT_EQ(CheckJson("[]", *schema).error.offset, 0U);
  EXPECT_EQ(CheckJson("{\"a\":\"x\",\"a\":\"x\"}", *schema).error.offset, 11U);
}

// Numbers up to the ends of float64 are left as they are, and those beyond are said to be that.
TEST(SchemaRepair, KeepsTheNumbersThatFloat64Holds) {
  const auto any = Compile("true");
  for (const char* text :
       {R"({"a":1e308})", "[1.7976931348623157e308,-5e-324]", "[0e400, 1E+308]"}) {
    EXPECT_TRUE(CheckJson(text, *any).valid) << text;
    const auto repaired = RepairJson(text, *any, {});
    ASSERT_TRUE(repaired) << text;
    EXPECT_EQ(repaired->text, text);
  }
  const JsonCheck beyond = CheckJson("[1e400]", *any);
  EXPECT_FALSE(beyond.valid);
  EXPECT_TRUE(beyond.error.what.starts_with("beyond the limits")) << beyond.error.what;
  EXPECT_EQ(CompleteJson("[1e400", *any).error().code, ErrorCode::kResourceExhausted);
}

TEST(SchemaRepair, BeginsWhatWasCutBeforeItsFirstValue) {
  const auto schema =
      Compile(R"({"type":"object","properties":{"a":{"const":1}},"required":["a"]})");
  for (const std::string text : {"", "```json", "```json\n", "<think>so</think>", "// a"}) {
    EXPECT_EQ(Repaired(*schema, text), "{\"a\":1}") << text;
    EXPECT_TRUE(Repaired(*schema, text, false).starts_with("error: there is no JSON value"))
        << text;
  }
  const auto repair = RepairJson("```json", *schema, {});
  ASSERT_TRUE(repair);
  ASSERT_EQ(repair->edits.size(), 1U);
  EXPECT_EQ(repair->edits[0].what, "removed ```json, added {\"a\":1}");
  EXPECT_TRUE(Repaired(*schema, "Sorry.").starts_with("error: expected an object"));
}

TEST(SchemaRepair, CompletesWithAShortestEnd) {
  const auto schema = Compile(R"({"type":"object","properties":{"a":{"enum":["xx","yy"]},
      "n":{"type":"integer","minimum":100},"o":{"type":"string"}},
      "required":["a","n"],"additionalProperties":false})");
  const std::map<std::string, std::string> cases = {
      {"", "{\"a\":\"xx\",\"n\":100}"},
      {"{\"a\": \"y", "{\"a\": \"yy\",\"n\":100}"},
      {"{\"n\": 2", "{\"n\": 200,\"a\":\"xx\"}"},
      {"{\"n\": 200, ", "{\"n\": 200,\"a\":\"xx\"}"},
      {"{\"n\": 200,\"a\":\"xx\",", "{\"n\": 200,\"a\":\"xx\"}"},
      {"{\"n\": 200,\"a\":\"xx\",\"o", "{\"n\": 200,\"a\":\"xx\",\"o\":\"\"}"},
      {"{\"n\": 200,\"a\":\"xx\",\"o\":\"\\u00", "{\"n\": 200,\"a\":\"xx\",\"o\":\"\"}"},
      {" {\"n\": 200,\"a\":\"xx\"} ", " {\"n\": 200,\"a\":\"xx\"} "},
  };
  for (const auto& [text, whole] : cases) {
    const auto complete = CompleteJson(text, *schema);
    EXPECT_EQ(complete ? complete->text : complete.error().message, whole) << text;
    EXPECT_EQ(complete && complete->edit_count == 0, text == whole) << text;
  }
  const auto refused = CompleteJson("{\"n\": 5, \"a", *schema);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(refused.error().message,
            "the schema does not allow what comes before the end: expected '.', '0-9', 'E' or "
            "'e', found ',' at byte 7");
  EXPECT_EQ(CompleteJson("{n", *schema).error().message,
            "expected a key in quotes or '}', found 'n' at byte 1");
  EXPECT_EQ(CompleteJson("12 ", *Compile(R"({"minimum":100})"))->text, "120");
}

// Every beginning of a valid document is completed to a valid one.
TEST(SchemaRepair, CompletesEveryBeginning) {
  const Json golden = ReadGolden();
  for (const Json& entry : golden.items()) {
    if (entry.Find("output")->is_null()) continue;
    const auto schema = Compile(*entry.Find("schema"));
    const std::string& output = entry.Find("output")->AsString();
    for (size_t n = 0; n <= output.size(); ++n) {
      const auto complete = CompleteJson(output.substr(0, n), *schema);
      ASSERT_TRUE(complete) << output.substr(0, n) << "\n" << complete.error().message;
      ASSERT_TRUE(Accepts(*schema, complete->text)) << output.substr(0, n);
    }
  }
}

class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}

  size_t Below(size_t n) { return n == 0 ? 0 : random_() % n; }

  // One change of the bytes.
  std::string Bytes(std::string text) {
    const std::string marks = "{}[]\",:x0 1-etn'";
    const size_t at = Below(text.size() + 1);
    switch (Below(4)) {
      case 0: text.insert(at, 1, marks[Below(marks.size())]); break;
      case 1: text.erase(at, 1 + Below(3)); break;
      case 2: text.resize(at); break;
      default: text.insert(at, text.substr(Below(text.size()), Below(12))); break;
    }
    return text;
  }

  // One change of a value somewhere.
  Json Value(const Json& value) {
    if (Below(3) > 0) {
      if (value.is_array() && !value.items().empty()) {
        Json::Array items = value.items();
        Json& item = items[Below(items.size())];
        item = Value(item);
        return Json::MakeArray(std::move(items));
      }
      if (value.is_object() && !value.members().empty()) return Member(value.members());
    }
    switch (Below(8)) {
      case 0: return Json();
      case 1: return Json::String(value.is_string() ? value.AsString() + "x" : value.Dump());
      case 2: return Json::MakeArray({value});
      case 3: return Json::MakeObject({{"value", value}});
      case 4: return Json::Int(static_cast<int64_t>(Below(5)));
      case 5: return Json::Bool(Below(2) == 0);
      case 6: return value.is_array() && value.items().size() == 1 ? value.items()[0] : value;
      default: return Json::MakeArray({value, value});
    }
  }

 private:
  Json Member(Json::Object members) {
    const size_t at = Below(members.size());
    switch (Below(5)) {
      case 0: members.erase(members.begin() + static_cast<ptrdiff_t>(at)); break;
      case 1: members[at].first += "_x"; break;
      case 2:
        for (char& c : members[at].first) c = static_cast<char>(std::toupper(c));
        break;
      default: members[at].second = Value(members[at].second); break;
    }
    return Json::MakeObject(std::move(members));
  }

  std::mt19937 random_;
};

// Whatever is printed the schema accepts, and stays as it is.
TEST(SchemaRepair, PrintsOnlyWhatTheSchemaAccepts) {
  Mutator mutator(7);
  const Json golden = ReadGolden();
  size_t repaired = 0;
  size_t refused = 0;
  for (const Json& entry : golden.items()) {
    if (entry.Find("output")->is_null()) continue;
    const auto schema = Compile(*entry.Find("schema"));
    const std::string& output = entry.Find("output")->AsString();
    for (int run = 0; run < 20; ++run) {
      std::string text = output;
      for (size_t i = mutator.Below(3) + 1; i > 0; --i) {
        const Result<Json> json = Json::Parse(text);
        text = json && mutator.Below(4) > 0 ? mutator.Value(*json).Dump() : mutator.Bytes(text);
      }
      const bool fill = mutator.Below(4) > 0;
      const auto repair = RepairJson(text, *schema, {.fill = fill});
      if (!repair) {
        EXPECT_EQ(repair.error().code, ErrorCode::kCorrupt) << text << repair.error().message;
        ++refused;
        continue;
      }
      ++repaired;
      ASSERT_TRUE(Accepts(*schema, repair->text)) << entry.Find("schema")->Dump() << "\n"
                                                  << text << "\n"
                                                  << repair->text;
      EXPECT_EQ(repair->edit_count == 0, repair->text == text) << text;
      EXPECT_EQ(repair->edit_count == 0, CheckJson(text, *schema).valid) << text;
      for (const JsonEdit& edit : repair->edits) EXPECT_LE(edit.offset, text.size()) << text;
      EXPECT_EQ(Repaired(*schema, repair->text, fill), repair->text) << text;
    }
  }
  EXPECT_GT(repaired, 1'500U);
  EXPECT_GT(refused, 100U);
}

// Changes that lose nothing are undone.
class Disguise {
 public:
  explicit Disguise(uint32_t seed) : random_(seed) {}

  Json Of(const Json& value, bool renames) {
    switch (value.kind()) {
      case Json::Kind::kNumber:
      case Json::Kind::kBool: return Chance() ? Json::String(value.Dump()) : value;
      case Json::Kind::kArray: {
        Json::Array items;
        for (const Json& item : value.items()) items.push_back(Of(item, renames));
        if (items.size() == 1 && Chance()) return items[0];
        return Json::MakeArray(std::move(items));
      }
      case Json::Kind::kObject: {
        Json::Object members;
        if (Chance()) members.emplace_back("unknown " + std::to_string(random_() % 100), Json());
        for (const auto& [name, member] : value.members()) {
          members.emplace_back(renames && Chance() ? Upper(name) : name, Of(member, renames));
        }
        const Json object = Json::MakeObject(std::move(members));
        return Chance() && Chance() ? Json::String(object.Dump()) : object;
      }
      default: return value;
    }
  }

 private:
  bool Chance() { return random_() % 3 == 0; }
  static std::string Upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    return text;
  }
  std::mt19937 random_;
};

TEST(SchemaRepair, UndoesWhatLosesNothing) {
  const auto schema = Compile(R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object",
      "properties":{"user_name":{"type":"string"},"age":{"type":"integer"},
      "active":{"type":"boolean"},"scores":{"type":"array","items":{"type":"number"}},
      "children":{"type":"array","items":{"$ref":"#/$defs/node"}}},
      "required":["user_name","age"],"additionalProperties":false}}})");
  const std::string document =
      R"({"user_name":"a","age":3,"active":true,"scores":[1.5,2],"children":[)"
      R"({"user_name":"b","age":30,"scores":[7]},{"user_name":"c","age":0,"children":[)"
      R"({"user_name":"d","age":-1,"active":false}]}]})";
  const Json value = *Json::Parse(document);
  Disguise disguise(3);
  for (int run = 0; run < 300; ++run) {
    std::string text = disguise.Of(value, true).Dump();
    switch (run % 5) {
      case 0: text = "{\"result\": " + text + "}"; break;
      case 1: text = "{\"status\": \"ok\", \"data\": " + text + ", \"count\": 1}"; break;
      case 2: text = "[" + Json::String("{\"response\":{\"x\":" + text + "}}").Dump() + "]"; break;
      default: break;
    }
    const std::string repaired = Repaired(*schema, text);
    const Result<Json> json = Json::Parse(repaired);
    ASSERT_TRUE(json) << text << "\n" << repaired;
    EXPECT_EQ(json->Dump(), document) << text;
  }
}

// Of "\\2" and "\\k<a>" it is not known whether they are a regex, so where that is denied anywhere
// they are legal nowhere (negated_formats.h): also where nothing is asked of a value.
TEST(SchemaRepair, LeavesTextsThatAreNotDecided) {
  const auto schema = Compile(R"({"properties":{"a":{"not":{"format":"regex"}}}})");
  ASSERT_NE(schema, nullptr);
  const std::string expected =
      "expected a text of which it can be decided whether it has a format that the schema denies, "
      "found ";
  for (const auto& [text, place] : std::map<std::string, std::string>{
           {R"_("\\2")_", R"_("\\2" at byte 0)_"},
           {R"_(["\\2"])_", R"_(/0: "\\2" at byte 1)_"},
           {R"_(["\\2",5])_", R"_(/0: "\\2" at byte 1)_"},
           {R"_([["\\2", "\\k<a>"]])_", R"_(/0/0: "\\2" at byte 2)_"},
           {R"_({"b":{"c":"\\k<a>"}})_", R"_(/b/c: "\\k<a>" at byte 10)_"},
           {R"_({"a":"\\2","b":1,"b":2})_", R"_(/a: "\\2" at byte 5)_"},
           {R"_(["(?<a>b), (?<c>d)"])_", R"_(/0: "(?<a>b), (?<c>d)" at byte 1)_"}}) {
    EXPECT_FALSE(CheckJson(text, *schema).valid) << text;
    const size_t colon = place.starts_with('/') ? place.find(": ") + 2 : 0;
    for (const bool fill : {false, true}) {
      const auto repair = RepairJson(text, *schema, {.fill = fill});
      ASSERT_FALSE(repair) << text << " " << repair->text;
      EXPECT_EQ(repair.error().code, ErrorCode::kCorrupt) << text;
      EXPECT_EQ(repair.error().message, place.substr(0, colon) + expected + place.substr(colon));
    }
  }
  // An array where text is wanted becomes its JSON all the same, which is a regex.
  const auto quoted =
      Compile(R"({"properties":{"a":{"type":"string"},"b":{"not":{"format":"regex"}}}})");
  ASSERT_NE(quoted, nullptr);
  EXPECT_EQ(Repaired(*quoted, R"({"a":["\\2"]})"), R"_({"a":"[\"\\\\2\"]"})_");
}

TEST(SchemaRepair, IsBounded) {
  const auto numbers = Compile(R"({"type":"array","items":{"type":"integer"}})");
  std::string many = "[";
  for (int i = 0; i < 20'000; ++i) many += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\"";
  many += "]";
  const auto repair = RepairJson(many, *numbers, {});
  ASSERT_TRUE(repair) << repair.error().message;
  EXPECT_EQ(repair->edit_count, 20'000U);
  EXPECT_EQ(repair->edits.size(), kMaxJsonEdits);
  EXPECT_TRUE(CheckJson(repair->text, *numbers).valid);

  const auto tree = Compile(R"({"type":["array","integer"],"items":{"$ref":"#"}})");
  const std::string deep = std::string(400, '[') + "\"1\"" + std::string(400, ']');
  const auto mended = RepairJson(deep, *tree, {});
  EXPECT_EQ(mended ? mended->text : mended.error().message,
            std::string(400, '[') + "1" + std::string(400, ']'));

  for (const size_t depth : {10'000U, 100'000U}) {
    const auto around = [&](const std::string& inside) {
      return std::string(depth, '[') + inside + std::string(depth, ']');
    };
    EXPECT_EQ(Repaired(*tree, around("1")), around("1"));
    EXPECT_EQ(Repaired(*tree, around("\"1\"")), around("1"));
    const auto refused = RepairJson(around("\"x\""), *tree, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
    EXPECT_TRUE(refused.error().message.starts_with("/0/0/0/0/")) << refused.error().message;
    EXPECT_LT(refused.error().message.size(), 2'000U);
  }
}

TEST(SchemaRepair, MendsManyItemsOneByOne) {
  const auto schema = Compile(R"({"type":"object","properties":{"items":{"type":"array","items":
      {"type":"object","properties":{"id":{"type":"integer"},"tags":{"type":"array","items":
      {"type":"string"}}},"required":["id","tags"],"additionalProperties":false}}},
      "required":["items"]})");
  std::string many = "{\"items\":[";
  std::string mended = many;
  for (int i = 0; i < 50'000; ++i) {
    const std::string id = std::to_string(i);
    many += (i > 0 ? ",{\"id\":\"" : "{\"id\":\"") + id + "\",\"tags\":\"t\"}";
    mended += (i > 0 ? ",{\"id\":" : "{\"id\":") + id + ",\"tags\":[\"t\"]}";
  }
  EXPECT_EQ(Repaired(*schema, many + "]}"), mended + "]}");
}

TEST(SchemaRepair, TakesALineEndForTheEndOfACutText) {
  const auto schema = Compile(R"({"type":"object","properties":{"a":{"type":"string"},
      "n":{"type":"number"}},"required":["a"]})");
  const std::map<std::string, std::string> cases = {
      {"{\"a\": \"hello \n", "{\"a\": \"hello \"}"},
      {"{\"a\": \"hello\r\n\n", "{\"a\": \"hello\"}"},
      {"{\"a\": \"x\\\n", "{\"a\": \"x\"}"},
      {"{\"a\": \"x\\u00\n", "{\"a\": \"x\"}"},
      {"{\"a\n", "{\"a\":\"\"}"},
      {"{\"a\":\"x\",\"n\":1.\n", "{\"a\":\"x\",\"n\":1.0}"}};
  for (const auto& [text, whole] : cases) {
    const auto complete = CompleteJson(text, *schema);
    EXPECT_EQ(complete ? complete->text : complete.error().message, whole) << text;
    EXPECT_EQ(Repaired(*schema, text), whole) << text;
  }
  EXPECT_EQ(bantam::CompleteJson("[\"a\n")->text, "[\"a\"]");
  EXPECT_FALSE(bantam::CompleteJson("[\"a\nb"));
}

}  // namespace
}  // namespace bantam::grammar
