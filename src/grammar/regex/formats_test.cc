// Formats against the JSON-Schema-Test-Suite (tests/golden/regex), and cases of our own.
#include "grammar/regex/formats.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "base/json.h"

namespace bantam::grammar {
namespace {

constexpr const char* kFormats[] = {"date",     "date-time",     "time",
                                    "duration", "email",         "idn-email",
                                    "hostname", "idn-hostname",  "ipv4",
                                    "ipv6",     "uri",           "uri-reference",
                                    "iri",      "iri-reference", "uri-template",
                                    "uuid",     "json-pointer",  "relative-json-pointer",
                                    "regex"};

TEST(FormatsTest, AgreeWithTheTestSuite) {
  std::ifstream file(std::string(BANTAM_SOURCE_DIR) + "/tests/golden/regex/formats.jsonl");
  ASSERT_TRUE(file.is_open());
  RegexPool pool;
  std::map<std::string, RegexId> formats;
  std::map<std::string, int> refused;  // valid texts that are not matched
  std::map<std::string, int> counts;
  for (std::string line; std::getline(file, line);) {
    const auto json = Json::Parse(line);
    ASSERT_TRUE(json.has_value());
    const std::string format = json->Find("format")->AsString();
    const std::string text = json->Find("text")->AsString();
    const bool valid = json->Find("valid")->AsBool();
    if (!formats.contains(format)) {
      const auto id = FormatRegex(pool, format);
      ASSERT_TRUE(id.has_value()) << format;
      formats[format] = *id;
    }
    ++counts[format];
    const bool matched = pool.Matches(formats[format], text);
    EXPECT_TRUE(valid || !matched) << format << " matches " << line;
    if (valid && !matched) {
      EXPECT_TRUE(pool.Matches(UndecidedTexts(pool, format), text)) << format << " " << line;
    }
    if (valid && !matched) ++refused[format];
  }
  EXPECT_FALSE(pool.exhausted());
  // All valid texts are matched but one host name in Punycode.
  for (const auto& [format, count] : counts) {
    EXPECT_EQ(refused[format], format == "idn-hostname" ? 1 : 0) << format;
    RecordProperty("format_" + format,
                   std::to_string(count - refused[format]) + "/" + std::to_string(count));
  }
  EXPECT_EQ(counts.size(), std::size(kFormats));
}

struct Verdict {
  const char* format;
  const char* text;
  char verdict;  // y: it is of the format, n: it is not, u: undecided
};

TEST(FormatsTest, WhatIsDecidedIsRight) {
  const Verdict verdicts[] = {
      // One letter of Latin-1: bücher, münchen, ü alone, straße; wrong numbers; other letters.
      {"hostname", "xn--bcher-kva", 'y'},
      {"hostname", "www.xn--mnchen-3ya.de", 'y'},
      {"hostname", "xn--strae-oqa", 'y'},
      {"hostname", "xn--bcher-kv", 'u'},
      {"hostname", "xn--a-ecp.ru", 'u'},
      {"hostname", "xn--hello-txk", 'u'},
      {"hostname", "ab--cd", 'n'},
      {"hostname", "a b", 'n'},
      {"email", "a@xn--bcher-kva.de", 'y'},
      {"email", "a@xn--hello-txk", 'u'},
      {"email", "a", 'n'},
      {"idn-hostname", "b\u00fccher", 'y'},
      {"idn-hostname", "xn--hello-txk", 'u'},
      {"idn-hostname", "a b", 'n'},
      {"idn-email", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.c", 'y'},
      {"idn-email", "a@xn--hello-txk", 'u'},
      {"regex", "(?<year>[0-9]{4})-\\p{Lu}+", 'y'},
      {"regex", "(?<=a)b(?<!c)", 'y'},
      {"regex", "(a|b)\\1", 'y'},
      {"regex", "\\p{Script=Greek}", 'y'},
      {"regex", "[\\P{L}x]", 'y'},
      {"regex", "((((a))))", 'u'},
      {"regex", "(((((((a)))))))", 'u'},
      {"regex", "(?<a>x)|(?<a>y)", 'u'},
      {"regex", "(?<a>x)\\k<a>", 'u'},
      {"regex", "\\p{Script=Armenian}", 'u'},
      {"regex", "(a)\\10", 'u'},
      {"regex", "\\1", 'u'},
      {"regex", "[(]\\1", 'u'},
      {"regex", "(?:a)\\1", 'u'},
      {"regex", "(", 'n'},
      {"regex", "a)", 'n'},
      {"regex", "a{", 'n'},
      {"regex", "[a", 'n'},
      {"uri-template", "{=a}", 'u'},
      {"uri-template", "{a", 'n'},
      {"relative-json-pointer", "0+1#", 'u'},
      {"relative-json-pointer", "a", 'n'},
      {"date", "2026-02-30", 'n'},
  };
  for (const Verdict& v : verdicts) {
    RegexPool pool;
    const bool yes = pool.Matches(*FormatRegex(pool, v.format), v.text);
    const bool undecided = pool.Matches(UndecidedTexts(pool, v.format), v.text);
    EXPECT_FALSE(yes && undecided) << v.format << " " << v.text;
    EXPECT_EQ(yes ? 'y' : undecided ? 'u' : 'n', v.verdict) << v.format << " " << v.text;
    EXPECT_FALSE(pool.exhausted()) << v.format;
  }
}

TEST(FormatsTest, AllHaveShortestTextsThatMatch) {
  for (const char* format : kFormats) {
    RegexPool pool;
    const auto id = FormatRegex(pool, format);
    ASSERT_TRUE(id.has_value()) << format;
    ASSERT_TRUE(pool.Alive(*id)) << format;
    const std::string text = pool.Shortest(*id);
    EXPECT_TRUE(pool.Matches(*id, text)) << format << " " << text;
    EXPECT_FALSE(pool.exhausted()) << format;
  }
  RegexPool pool;
  EXPECT_FALSE(FormatRegex(pool, "colour").has_value());
  EXPECT_FALSE(FormatRegex(pool, "").has_value());
}

}  // namespace
}  // namespace bantam::grammar
