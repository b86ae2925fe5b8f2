// Patterns against JavaScript's RegExp (tests/golden/regex), and what is refused.
#include "grammar/regex/regex_syntax.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/json.h"

namespace bantam::grammar {
namespace {

TEST(RegexSyntaxTest, MatchesWhatJavaScriptMatches) {
  std::ifstream file(std::string(BANTAM_SOURCE_DIR) + "/tests/golden/regex/cases.jsonl");
  ASSERT_TRUE(file.is_open());
  int patterns = 0;
  int unsupported = 0;  // assertions in repeats, mostly
  for (std::string line; std::getline(file, line); ++patterns) {
    const auto json = Json::Parse(line);
    ASSERT_TRUE(json.has_value());
    const std::string pattern(json->Find("p")->AsString());
    const std::string matches(json->Find("m")->AsString());
    RegexPool pool;
    const auto id = ParseRegex(pool, pattern, Anchoring::kSearch);
    if (!id) {
      EXPECT_EQ(id.error().code, ErrorCode::kUnsupported) << pattern << ": " << id.error().message;
      ++unsupported;
      continue;
    }
    const auto& texts = json->Find("t")->items();
    bool any = false;
    for (size_t i = 0; i < texts.size(); ++i) {
      any |= matches[i] == '1';
      EXPECT_EQ(pool.Matches(*id, texts[i].AsString()), matches[i] == '1')
          << pattern << " on " << texts[i].Dump();
    }
    if (any) EXPECT_TRUE(pool.Alive(*id)) << pattern;
    if (pool.Alive(*id)) {
      const std::string shortest = pool.Shortest(*id);
      EXPECT_TRUE(pool.Matches(*id, shortest)) << pattern << " on " << shortest;
    }
    EXPECT_FALSE(pool.exhausted()) << pattern;
  }
  EXPECT_GT(patterns, 1000);
  EXPECT_LE(unsupported, 21);
}

Error ErrorOf(std::string_view pattern) {
  RegexPool pool;
  const auto id = ParseRegex(pool, pattern, Anchoring::kSearch);
  EXPECT_FALSE(id.has_value()) << pattern.substr(0, 100);
  return id ? Error{ErrorCode::kInternal, "none"} : id.error();
}

TEST(RegexSyntaxTest, SaysWhatIsWrongAndWhere) {
  const auto expect = [](std::string_view pattern, ErrorCode code, std::string_view part) {
    const Error error = ErrorOf(pattern);
    EXPECT_EQ(error.code, code) << pattern << ": " << error.message;
    EXPECT_NE(error.message.find(part), std::string::npos) << pattern << ": " << error.message;
  };
  constexpr ErrorCode kInvalid = ErrorCode::kInvalidArgument;
  expect("é(a", kInvalid, "character 1: the group that begins here has no )");
  expect("a)", kInvalid, "character 1: there is no group");
  expect("*", kInvalid, "character 0: there is nothing before this quantifier");
  expect("a**", kInvalid, "character 2");
  expect("(|*)", kInvalid, "character 2");
  expect("a{2,1}", kInvalid, "wrong order");
  expect("[b-a]", kInvalid, "character 1: the ends of the range");
  expect("[a", kInvalid, "character 0: the class");
  expect("ab\\", kInvalid, "character 2");
  expect("\\xg0", kInvalid, "two hexadecimal digits");
  expect("\\u{110000}", kInvalid, "\\u{");
  expect("\\Z", kInvalid, "the escape \\Z is not known");
  expect("\\a", kInvalid, "the escape \\a is not known");
  expect("\\c1", kInvalid, "letter after \\c");
  expect("\\012", kInvalid, "octal");
  expect("(?<n", kInvalid, "no >");
  expect("\xFF", kInvalid, "UTF-8");
  expect("(a)\\1", ErrorCode::kUnsupported, "character 3: back references");
  expect("(?<n>a)\\k<n>", ErrorCode::kUnsupported, "character 7: back references");
  expect("(?<=ab)c", ErrorCode::kUnsupported, "character 0: look-behind");
  expect("(?i)a", ErrorCode::kUnsupported, "character 0");
  expect("a++", ErrorCode::kUnsupported, "possessive");
  expect("[[:alpha:]]", ErrorCode::kUnsupported, "character 1");
  expect("\\p{Nonsense}", ErrorCode::kUnsupported, "'Nonsense' is not known");
  expect("(?:a(?=b)|c)*d", ErrorCode::kUnsupported, "repeats an assertion");
}

TEST(RegexSyntaxTest, ARepeatedLookaheadAloneIsNotSupported) {
  RegexPool pool;
  const auto regex = ParseRegex(pool, "a(?=b|c)+$", Anchoring::kSearch);
  ASSERT_FALSE(regex.has_value());
  EXPECT_EQ(regex.error().code, ErrorCode::kUnsupported);
}

TEST(RegexSyntaxTest, TakesWhatOtherDialectsWrite) {
  RegexPool pool;
  const auto matches = [&](std::string_view pattern, std::string_view text) {
    const auto id = ParseRegex(pool, pattern, Anchoring::kWhole);
    EXPECT_TRUE(id.has_value()) << pattern;
    return id && pool.Matches(*id, text);
  };
  EXPECT_TRUE(matches("\\Aab\\z", "ab"));
  EXPECT_TRUE(matches("(?P<x>a)", "a"));
  EXPECT_TRUE(matches("\\_\\-\\'\\@\\ \\é", "_-'@ é"));
  EXPECT_TRUE(matches("a{,2}]}{", "a{,2}]}{"));
  EXPECT_TRUE(matches("[\\w-.]+", "a-."));
  EXPECT_TRUE(matches("[a-\\d]+", "a-1"));
}

std::string Times(int n, std::string_view text) {
  std::string result;
  for (int i = 0; i < n; ++i) result += text;
  return result;
}

TEST(RegexSyntaxTest, HugePatternsAreBounded) {
  constexpr int kMillion = 1'000'000;
  RegexPool pool;
  const auto parse = [&](const std::string& pattern) {
    return ParseRegex(pool, pattern, Anchoring::kSearch);
  };
  const auto deep = parse(Times(kMillion, "(") + "a" + Times(kMillion, ")"));
  ASSERT_TRUE(deep.has_value());
  EXPECT_TRUE(pool.Matches(*deep, "bab"));
  EXPECT_EQ(ErrorOf(Times(kMillion, "(")).code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf(Times(kMillion / 2, "(a|")).code, ErrorCode::kInvalidArgument);
  const Error long_pattern = ErrorOf(Times(10 * kMillion, "a"));
  EXPECT_EQ(long_pattern.code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(long_pattern.message, "the pattern has 10000000 bytes, at most 2097152 are supported");
  EXPECT_EQ(ErrorOf(Times(10'000, "(b") + Times(10'000, "|a)+")).code,
            ErrorCode::kResourceExhausted);
  EXPECT_EQ(ErrorOf(Times(10'000, "(?=") + "a" + Times(10'000, ")")).code,
            ErrorCode::kResourceExhausted);
  const auto nested = parse("^" + Times(290, "(?:a") + Times(290, "*b)") + "$");
  ASSERT_TRUE(nested.has_value());
  EXPECT_TRUE(pool.Matches(*nested, Times(290, "a") + Times(290, "b")));
  EXPECT_FALSE(pool.Matches(*nested, Times(290, "a") + Times(289, "b")));
  const auto stars = parse("^" + Times(290, "(?:") + "a" + Times(290, "*b?c)") + "$");
  ASSERT_TRUE(stars.has_value());
  EXPECT_TRUE(pool.Matches(*stars, Times(200, "c")));
  EXPECT_EQ(ErrorOf("(?:(?:(?:\\b.){100}){100}){100}").code, ErrorCode::kResourceExhausted);
  std::string many = "^(?:";
  for (int i = 0; i < 100'000; ++i) many += "item " + std::to_string(i) + "|";
  const auto alternatives = parse(many + "end)$");
  ASSERT_TRUE(alternatives.has_value());
  EXPECT_TRUE(pool.Matches(*alternatives, "item 77777"));
  EXPECT_EQ(pool.Shortest(*alternatives), "end");
  const auto counted = parse("^(a+)+(b{1,1000000000}){2,}$");
  ASSERT_TRUE(counted.has_value());
  EXPECT_TRUE(pool.Matches(*counted, "aaabbb"));
  EXPECT_FALSE(pool.Matches(*counted, "aaab"));
  EXPECT_FALSE(pool.exhausted());
}

}  // namespace
}  // namespace bantam::grammar
