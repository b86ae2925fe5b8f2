// "x-copy": which documents are valid, what is refused, and where the copied strings come from.
#include "grammar/schema/copied_strings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "grammar/mask/mask_builder.h"
#include "grammar/mask/mask_oracle.h"
#include "grammar/matcher_contract.h"
#include "grammar/schema/json_schema.h"
#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

using Texts = std::vector<std::string>;

const Texts kMail = {"You extract.", "Anna Ek (anna@ek.se) met \"Bo\"\nin Åbo on 2024-05-06."};

Result<std::shared_ptr<const JsonSchema>> TryCompile(const std::string& schema,
                                                     const Texts& source) {
  const Result<Json> json = Json::Parse(schema);
  EXPECT_TRUE(json) << schema;
  SchemaOptions options;
  options.copy_from = source;
  return JsonSchema::Compile(*json, options);
}

std::shared_ptr<const JsonSchema> Compile(const std::string& schema, const Texts& source = kMail) {
  auto compiled = TryCompile(schema, source);
  EXPECT_TRUE(compiled) << schema << ": " << (compiled ? "" : compiled.error().message);
  return compiled ? *compiled : nullptr;
}

std::string ErrorOf(const std::string& schema, const Texts& source = kMail) {
  const auto compiled = TryCompile(schema, source);
  return compiled ? "compiled" : compiled.error().message;
}

struct Case {
  const char* schema;
  std::vector<const char*> valid;
  std::vector<const char*> invalid;
};

const Case kCases[] = {
    {R"({"type":"string","x-copy":true})",
     {R"("Anna")", R"("")", R"("\u0041nna")", R"("\"Bo\"\nin Åbo")", R"("extract.")", R"("Å")",
      R"("\u00c5bo on")", R"("t")"},
     {R"("anna Ek")", R"("extract.A")", R"("Bob")", R"("\n\n")", R"("\ud800")", "1"}},
    {R"({"x-copy":true})", {"12", "null", "[\"x\"]", "{\"x\":\"y\"}", R"("Ek")"}, {R"("z")"}},
    {R"({"type":"string","x-copy":false})", {R"("anything")"}, {}},
    {R"({"type":"string","x-copy":true,"pattern":"^[a-z]+@[a-z.]+$"})",
     {R"("anna@ek.se")", R"("a@ek.se")", R"("na@e")"},
     {R"("anna")", R"("bo@ek.se")", R"("")", "\"(anna@ek.se)\""}},
    {R"({"type":"string","x-copy":true,"format":"date"})",
     {R"("2024-05-06")"},
     {R"("2024-05-07")", R"("")", R"("2024-05-0")"}},
    {R"({"x-copy":true,"minLength":3,"maxLength":4,"type":"string"})",
     {R"("Ann")", R"("Åbo")"},
     {R"("An")", R"("Anna ")"}},
    {R"({"x-copy":true,"enum":["Bo","Bob","Ek",7]})", {R"("Bo")", R"("Ek")", "7"}, {R"("Bob")"}},
    {R"({"type":"string","not":{"x-copy":true}})", {R"("Bob")", R"("z")"}, {R"("Bo")", R"("")"}},
    {R"({"type":"string","not":{"x-copy":true},"pattern":"^[A-Z][a-z]*$"})",
     {R"("Bob")", R"("X")"},
     {R"("Bo")", R"("b")"}},
    {R"({"anyOf":[{"type":"string","x-copy":true,"minLength":1},{"const":"unknown"}]})",
     {R"("Bo")", R"("unknown")"},
     {R"("unknow")", R"("")"}},
    {R"({"anyOf":[{"x-copy":true},{"const":"none"}],"type":"string","pattern":"^[a-z]{4}$"})",
     {R"("anna")", R"("none")"},
     {R"("nona")", R"("Anna")", R"("")"}},
    {R"({"oneOf":[{"x-copy":true},{"pattern":"^A"}],"type":"string"})",
     {R"("Bo")", R"("Alf")"},
     {R"("Anna")", R"("z")"}},
    {R"({"$defs":{"span":{"x-copy":true}},"type":"array","items":{"$ref":"#/$defs/span"},
        "uniqueItems":true})",
     {R"(["Bo","Ek"])", "[]"},
     {R"(["Bo","Bo"])", R"(["Bob"])"}},
    {R"({"type":"object","propertyNames":{"x-copy":true,"minLength":2}})",
     {R"({"Bo":1})", R"({"Anna Ek":"x","Bo":2})", "{}"},
     {R"({"Bob":1})", R"({"B":1})", R"({"Bo":1,"Bo":2})"}},
    {R"({"type":"object","propertyNames":{"x-copy":true},"required":["Bo"]})",
     {R"({"Bo":1})"},
     {"{}", R"({"Bo":1,"Bob":2})"}},
    {R"({"if":{"x-copy":true},"then":{"maxLength":2},"else":{"minLength":5},"type":"string"})",
     {R"("Bo")", R"("absent")"},
     {R"("Anna")", R"("gone")"}},
    {R"({"properties":{"a":{"type":"string","x-copy":true},"b":{"type":"string"}}})",
     {R"({"b":"free","a":"Bo"})"},
     {R"({"a":"free"})"}},
};

TEST(XCopy, AcceptsSpansAlone) {
  for (const Case& one : kCases) {
    const auto schema = Compile(one.schema);
    ASSERT_NE(schema, nullptr);
    for (const char* document : one.valid) {
      EXPECT_TRUE(Accepts(*schema, document)) << one.schema << " " << document;
    }
    for (const char* document : one.invalid) {
      EXPECT_FALSE(Accepts(*schema, document)) << one.schema << " " << document;
    }
  }
}

// At every byte of the documents: a way to the end, and masks as trying every token gives them.
TEST(XCopy, KeepsThePromisesOfMatchers) {
  std::mt19937 random(6);
  const Vocabulary vocabulary = RandomVocabulary(random, 400);
  const TokenTrie trie(vocabulary);
  for (const Case& one : kCases) {
    const auto schema = Compile(one.schema);
    for (const std::string document : one.valid) {
      const auto matcher = schema->NewMatcher();
      for (size_t at = 0; at <= document.size(); ++at) {
        const std::string where = std::string(one.schema) + " " + document.substr(0, at);
        ASSERT_EQ(BrokenByCompletion(*matcher), "") << where;
        for (const int64_t more : {0, 2, 6, 1000}) {
          const int64_t most = matcher->FinishBytes() + more;
          TokenMask mask(vocabulary.size());
          FillMask(trie, *matcher, most, mask);
          const BruteForce expected = TryEveryToken(vocabulary, *matcher, most);
          // A token in the middle of which more is needed than at its end may be left out.
          for (const TokenId id : Ids(mask)) {
            ASSERT_TRUE(expected.mask.Allows(id)) << where << " token " << id;
          }
          if (more == 1000) {
            ASSERT_EQ(Ids(mask), Ids(expected.mask)) << where;
          }
        }
        if (at < document.size()) {
          ASSERT_TRUE(matcher->Push(static_cast<uint8_t>(document[at]))) << where;
        }
      }
    }
  }
}

// A schema for strings, and whether a text satisfies it, found in another way.
struct Sample {
  std::string schema;
  std::function<bool(const std::string&)> valid;
};

Sample Draw(std::mt19937& random, const Texts& source, int depth) {
  const auto other = [&] { return Draw(random, source, depth - 1); };
  switch (random() % (depth == 0 ? 4 : 9)) {
    case 0:
    case 1:
      return {R"({"x-copy":true})", [source](const std::string& text) {
                return std::any_of(source.begin(), source.end(), [&](const std::string& from) {
                  return from.find(text) != std::string::npos;
                });
              }};
    case 2: {
      const size_t least = random() % 4;
      const size_t most = least + random() % 3;
      return {"{\"minLength\":" + std::to_string(least) + ",\"maxLength\":" + std::to_string(most) +
                  "}",
              [=](const std::string& text) { return text.size() >= least && text.size() <= most; }};
    }
    case 3: {
      const char first = "abc"[random() % 3];
      const char last = "abc"[random() % 3];
      return {std::string("{\"pattern\":\"^") + first + ".*" + last + "$\"}",
              [=](const std::string& text) {
                return text.size() > 1 && text.front() == first && text.back() == last;
              }};
    }
    case 4: {
      const Sample a = other();
      return {"{\"not\":" + a.schema + "}",
              [=](const std::string& text) { return !a.valid(text); }};
    }
    case 5: {
      const Sample a = other(), b = other(), c = other();
      return {
          "{\"if\":" + a.schema + ",\"then\":" + b.schema + ",\"else\":" + c.schema + "}",
          [=](const std::string& text) { return a.valid(text) ? b.valid(text) : c.valid(text); }};
    }
    case 6: {
      const Sample a = other(), b = other();
      return {"{\"oneOf\":[" + a.schema + "," + b.schema + "]}",
              [=](const std::string& text) { return a.valid(text) != b.valid(text); }};
    }
    case 7: {
      const Sample a = other(), b = other();
      return {"{\"anyOf\":[" + a.schema + "," + b.schema + "]}",
              [=](const std::string& text) { return a.valid(text) || b.valid(text); }};
    }
    default: {
      const Sample a = other(), b = other();
      return {"{\"allOf\":[" + a.schema + "," + b.schema + "]}",
              [=](const std::string& text) { return a.valid(text) && b.valid(text); }};
    }
  }
}

TEST(XCopy, MeansTheSameInRandomSchemas) {
  Texts all = {""};
  for (size_t i = 0; all[i].size() < 6; ++i) {
    for (const char c : {'a', 'b', 'c'}) all.push_back(all[i] + c);
  }
  std::mt19937 random(8);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    Texts source(1 + random() % 2);
    for (std::string& text : source) {
      for (size_t left = random() % 7; left > 0; --left) {
        text += static_cast<char>('a' + random() % 3);
      }
    }
    const Sample sample = Draw(random, source, 3);
    const std::string schema = R"({"type":"string","allOf":[)" + sample.schema + "]}";
    const auto compiled = TryCompile(schema, source);
    size_t shortest = 7;
    for (const std::string& text : all) {
      if (sample.valid(text)) shortest = std::min(shortest, text.size());
    }
    if (shortest == 7) {  // none, or none as short
      refused += !compiled;
      continue;
    }
    ASSERT_TRUE(compiled) << schema << " " << compiled.error().message;
    ASSERT_LE((*compiled)->min_bytes(), shortest + 2) << schema;  // there are other letters
    for (const std::string& text : all) {
      const std::string document = '"' + text + '"';
      ASSERT_EQ(Accepts(**compiled, document), sample.valid(text)) << schema << document;
      for (const CopiedString& copied : (*compiled)->CopiedStrings(document)) {
        if (!sample.valid(text)) continue;
        ASSERT_EQ(source[copied.source.text].substr(copied.source.offset, copied.source_bytes),
                  text);
      }
    }
  }
  EXPECT_GT(refused, 5);
}

TEST(XCopy, IsRefusedWithItsPlace) {
  const std::string schema = R"({"properties":{"a":{"type":"string","x-copy":true}}})";
  EXPECT_EQ(ErrorOf(schema, {}), "#/properties/a/x-copy: no text to copy from is given");
  EXPECT_EQ(ErrorOf(schema, {"fine", "\xFF"}),
            "#/properties/a/x-copy: text 1 to copy from is not valid UTF-8 at byte 0");
  EXPECT_EQ(ErrorOf(R"({"x-copy":1})"), "#/x-copy: expected a boolean, got 1");
  EXPECT_EQ(ErrorOf(R"({"type":"object","required":["a"],"properties":{"a":
                        {"type":"string","x-copy":true,"minLength":60}}})"),
            "#: no document satisfies this schema; "
            "#/properties/a: it allows no span of the text to copy from");
  EXPECT_EQ(ErrorOf(R"({"type":"string","x-copy":true,"format":"ipv4"})"),
            "#: no document satisfies this schema; "
            "#: it allows no span of the text to copy from");
  EXPECT_EQ(ErrorOf(R"({"type":"string","x-copy":false})", {}), "compiled");
  EXPECT_EQ(ErrorOf(R"({"$defs":{"unused":{"x-copy":true}}})", {}), "compiled");
  EXPECT_EQ(ErrorOf(R"({"type":"string","x-copy":true})", {""}), "compiled");
}

TEST(XCopy, SaysWhatIsAskedOfIt) {
  const auto copies = [](const char* schema) {
    return JsonSchema::Copies(*Json::Parse(schema), {}).value();
  };
  EXPECT_TRUE(copies(R"({"items":{"x-copy":true}})"));
  EXPECT_FALSE(copies(R"({"items":{"x-copy":false},"title":"x-copy"})"));
  EXPECT_FALSE(JsonSchema::Copies(*Json::Parse(R"({"type":7})"), {}));
}

// "pointer text@offset" of each, names with a colon.
Texts Found(const std::string& schema, const std::string& document) {
  Texts out;
  const auto compiled = Compile(schema);
  for (const CopiedString& copied : compiled->CopiedStrings(document)) {
    const std::string source =
        kMail[copied.source.text].substr(copied.source.offset, copied.source_bytes);
    const auto value =
        Json::Parse('"' + document.substr(copied.begin, copied.end - copied.begin) + '"');
    EXPECT_TRUE(value && value->AsString() == source) << document << " " << copied.pointer;
    out.push_back(copied.pointer + (copied.name ? ": " : " ") + std::to_string(copied.source.text) +
                  "@" + std::to_string(copied.source.offset));
  }
  return out;
}

TEST(CopiedStrings, AreFoundWithTheirPlaces) {
  EXPECT_EQ(Found(R"({"x-copy":true})", R"("Bo")"), Texts{" 1@26"});
  EXPECT_EQ(Found(R"({"x-copy":true})", R"("act.")"), Texts{" 0@8"});
  EXPECT_EQ(Found(R"({"x-copy":true})", R"("")"), Texts{" 0@0"});
  const std::string people = R"({"type":"array","items":{"type":"object",
      "properties":{"a/b~":{"type":"string","x-copy":true},"free":{"type":"string"}}}})";
  EXPECT_EQ(Found(people, R"([{"free":"Bo","a/b~":"\"Bo\"\n"}, {"a/b~" : "\u00c5bo"} ])"),
            (Texts{"/0/a~1b~0 1@25", "/1/a~1b~0 1@33"}));
  EXPECT_EQ(Found(R"({"propertyNames":{"x-copy":true}})", R"({"Bo":"Ek","A":{"Ek":1}})"),
            (Texts{"/Bo: 1@26", "/A: 1@0"}));
  EXPECT_EQ(Found(people, R"([{"a/b~":"Bo"},{"a/b~":"A)"), Texts{"/0/a~1b~0 1@26"});  // cut
}

TEST(CopiedStrings, AreThoseThatACopyingSubschemaAccepts) {
  const std::string schema = R"({"items":{"anyOf":[{"x-copy":true,"pattern":"^[a-z@.]+$"},
      {"enum":["Bo","none"]},{"not":{"x-copy":true}}]}})";
  EXPECT_EQ(Found(schema, R"(["Bo","none","ek.se","Bob"])"), Texts{"/2 1@14"});
  EXPECT_EQ(Found(R"({"type":"string"})", R"("Bo")"), Texts{});
}

}  // namespace
}  // namespace bantam::grammar
