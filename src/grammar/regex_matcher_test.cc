// Tests of whole-match regular expressions: the contract of Matcher, characters of several bytes.
#include "grammar/regex_matcher.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "grammar/matcher_contract.h"

namespace bantam::grammar {
namespace {

std::unique_ptr<Matcher> Compile(std::string_view pattern) {
  auto regex = CompileRegex(pattern);
  if (!regex) ADD_FAILURE() << regex.error().message;
  return regex ? (*regex)->NewMatcher() : nullptr;
}

bool Accepts(std::string_view pattern, std::string_view text) {
  const auto matcher = Compile(pattern);
  for (const char c : text) {
    if (!matcher->Push(static_cast<uint8_t>(c))) return false;
  }
  return matcher->Accepting();
}

TEST(RegexMatcher, MatchesTheWholeText) {
  EXPECT_TRUE(Accepts("a+b?", "aab"));
  EXPECT_FALSE(Accepts("a+b?", "aabb"));
  EXPECT_FALSE(Accepts("a+b?", "xaab"));
  EXPECT_TRUE(Accepts("\\d{4}-\\d\\d-\\d\\d", "2024-01-31"));
  EXPECT_TRUE(Accepts("[^a]é€🀀", "bé€🀀"));
  EXPECT_TRUE(Accepts("", ""));
  EXPECT_EQ(Compile("[A-Z]{2}-[0-9]{3}")->Completion(), "AA-000");
}

TEST(RegexMatcher, TheContractHoldsOnRandomWalks) {
  std::mt19937 random(1);
  for (const char* pattern :
       {"a+b?", "(a|bc)*d{2,5}", "[a-zé-ü€-₿🀀-🂓]*é[^\\n]{2}.", "(é|€a|🀀bcd)(a|é)?x", "[^\"\\\\]*",
        "\"([^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\/bfnrt])*\"", "(a+)+b", "(.{3}){2,4}|x",
        // The way of the fewest characters is not that of the fewest bytes.
        "🀀🀀|abc", "x(🀀🀀y|abcd)", "[é🀀](a|bb)|[é€]ccc"}) {
    SCOPED_TRACE(pattern);
    EXPECT_EQ(BrokenPromise(*Compile(pattern), random, 150, false), "");
    if (HasFailure()) return;
  }
}

TEST(RegexMatcher, MistakesAreRefused) {
  EXPECT_FALSE(CompileRegex("(a").has_value());
  EXPECT_EQ(CompileRegex("[^\\s\\S]").error().message, "regex: the pattern matches no text");
  EXPECT_EQ(CompileRegex("a{1048577}").error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(CompileRegex("a{1000000000}").error().code, ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace bantam::grammar
