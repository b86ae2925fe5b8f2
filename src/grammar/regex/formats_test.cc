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
