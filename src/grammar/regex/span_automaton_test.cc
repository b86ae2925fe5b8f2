// Spans of random texts against a search of all of them, and what must stay small.
#include "grammar/regex/span_automaton.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/utf8.h"

namespace bantam::grammar {
namespace {

using Texts = std::vector<std::string>;

std::shared_ptr<const SpanAutomaton> Build(const Texts& texts) {
  auto built = SpanAutomaton::Build(texts);
  EXPECT_TRUE(built) << built.error().message;
  return *built;
}

std::vector<std::string> Characters(const std::string& text) {
  std::vector<std::string> characters;
  for (size_t at = 0; at < text.size();) {
    characters.push_back(text.substr(at, Utf8CharLength(text, at)));
    at += characters.back().size();
  }
  return characters;
}

std::set<std::string> SpansOf(const Texts& texts) {
  std::set<std::string> spans = {""};
  for (const std::string& text : texts) {
    const auto characters = Characters(text);
    for (size_t begin = 0; begin < characters.size(); ++begin) {
      std::string span;
      for (size_t end = begin; end < characters.size(); ++end) {
        spans.insert(span += characters[end]);
      }
    }
  }
  return spans;
}

// Every path from the start: the text it spells, checked for its longest way on too.
uint32_t Walk(const SpanAutomaton& automaton, uint32_t state, const std::string& text,
              std::set<std::string>& out) {
  EXPECT_TRUE(out.insert(text).second) << "twice: " << text;
  uint32_t longest = 0;
  char32_t before = 0;
  for (const SpanAutomaton::Edge& edge : automaton.Edges(state)) {
    EXPECT_TRUE(longest == 0 || before < edge.code_point);
    EXPECT_EQ(automaton.Next(state, edge.code_point), edge.target);
    before = edge.code_point;
    std::string next = text;
    AppendUtf8(edge.code_point, next);
    longest = std::max(longest, 1 + Walk(automaton, edge.target, next, out));
  }
  EXPECT_EQ(automaton.longest(state), longest) << text;
  return longest;
}

Texts RandomTexts(std::mt19937& random) {
  static const char* const kCharacters[] = {"a", "b", "é", "€", "🀀"};
  const size_t variety = 1 + random() % 5;
  Texts texts(random() % 4);
  for (std::string& text : texts) {
    for (size_t left = random() % 14; left > 0; --left) text += kCharacters[random() % variety];
  }
  return texts;
}

TEST(SpanAutomaton, RecognisesTheSpansOfRandomTexts) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const Texts texts = RandomTexts(random);
    const auto automaton = Build(texts);
    std::set<std::string> found;
    Walk(*automaton, SpanAutomaton::kStart, "", found);
    EXPECT_EQ(found, SpansOf(texts)) << round;
    size_t characters = 0;
    for (const std::string& text : texts) characters += Characters(text).size();
    EXPECT_LE(automaton->size(), 2 * characters + 1);
  }
}

TEST(SpanAutomaton, FindsTheFirstOccurrence) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    const Texts texts = RandomTexts(random);
    const auto automaton = Build(texts);
    for (const std::string& span : SpansOf(texts)) {
      std::optional<SpanAutomaton::Place> expected;
      for (size_t i = 0; i < texts.size() && !expected; ++i) {
        const size_t offset = texts[i].find(span);
        if (offset != std::string::npos) expected = SpanAutomaton::Place{i, offset};
      }
      EXPECT_EQ(automaton->Find(span), expected) << round << " '" << span << "'";
    }
    EXPECT_EQ(automaton->Find("x"), std::nullopt);
    EXPECT_EQ(automaton->Find("\xC3"), std::nullopt);
  }
}

TEST(SpanAutomaton, NeverCrossesFromOneTextIntoAnother) {
  const auto automaton = Build({"ab", "", "ba"});
  EXPECT_TRUE(automaton->Find("ab"));
  EXPECT_TRUE(automaton->Find("ba"));
  EXPECT_FALSE(automaton->Find("abb"));
  EXPECT_FALSE(automaton->Find("bb"));
}

TEST(SpanAutomaton, RefusesWhatIsNoTextOrTooLarge) {
  const Texts broken = {"fine", "a\xFFz"};
  const auto bad = SpanAutomaton::Build(broken);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(bad.error().message, "text 1 to copy from is not valid UTF-8 at byte 1");
  const Texts large = {std::string(SpanAutomaton::kMostCodePoints, 'a'), "b"};
  const auto too_large = SpanAutomaton::Build(large);
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, ErrorCode::kResourceExhausted);
}

TEST(SpanAutomaton, StaysSmallForTheWorstTexts) {
  std::string worst = "a";  // abb…b, and one that ends otherwise: the most states and edges
  worst += std::string(50'000, 'b') + "c";
  const Texts texts = {worst, std::string(50'000, 'a'), std::string(1000, 'b') + "a"};
  const auto automaton = Build(texts);
  EXPECT_LE(automaton->size(), 2 * 101'000U);
  EXPECT_EQ(automaton->Find(std::string(30'000, 'b') + "c"),
            (SpanAutomaton::Place{0, 1 + 50'000 - 30'000}));
}

}  // namespace
}  // namespace bantam::grammar
