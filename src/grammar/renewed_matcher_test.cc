// What others have asked changes no answer; where caches do not suffice, documents still end.
#include "grammar/renewed_matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "grammar/constraint.h"
#include "grammar/mask/mask_oracle.h"
#include "grammar/mask/text_automaton.h"
#include "grammar/regex_matcher.h"
#include "grammar/schema/json_schema.h"

namespace bantam::grammar {
namespace {

std::vector<uint8_t> LegalBytes(Matcher& matcher) {
  std::vector<uint8_t> legal;
  for (int byte = 0; byte < 256; ++byte) {
    if (!matcher.Push(static_cast<uint8_t>(byte))) continue;
    matcher.Pop(1);
    legal.push_back(static_cast<uint8_t>(byte));
  }
  return legal;
}

// This pattern has 2^10 states; a short text meets few of them.
TEST(RenewedMatcher, ARegexGivesEveryMatcherTheSameAnswers) {
  const RegexPool::Limits limits{.expressions = 700, .states = 200};
  const auto regex = CompileRegex("[ab]*a[ab]{9}", limits);
  ASSERT_TRUE(regex.has_value());
  std::mt19937 random(1);
  const auto glutton = (*regex)->NewMatcher();
  for (int i = 0; i < 3'000; ++i) glutton->Push(random() % 2 == 0 ? 'a' : 'b');
  const auto after = (*regex)->NewMatcher();
  const auto alone = (*CompileRegex("[ab]*a[ab]{9}", limits))->NewMatcher();
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(LegalBytes(*after), (std::vector<uint8_t>{'a', 'b'})) << i;
    EXPECT_EQ(after->FinishBytes(), alone->FinishBytes()) << i;
    EXPECT_EQ(after->Completion(), alone->Completion()) << i;
    const uint8_t byte = random() % 2 == 0 ? 'a' : 'b';
    ASSERT_TRUE(after->Push(byte) && alone->Push(byte)) << i;
  }
  EXPECT_EQ(after->losses(), 0U);
  EXPECT_GT(glutton->losses(), 0U);  // it would have needed all states
  const std::string end = glutton->Completion();
  for (const char c : end) ASSERT_TRUE(glutton->Push(static_cast<uint8_t>(c)));
  EXPECT_TRUE(glutton->Accepting());
}

// A walk over many tokens reads on, by which the matcher may leave the caches it began with.
TEST(RenewedMatcher, APlaceInATextKeepsItsCaches) {
  const auto regex = CompileRegex("[ab]*a[ab]{9}", {.expressions = 700, .states = 200});
  ASSERT_TRUE(regex.has_value());
  std::mt19937 random(1);
  const auto matcher = (*regex)->NewMatcher();
  std::vector<TextPlace> places;
  for (int i = 0; i < 3'000; ++i) {
    if (const auto place = matcher->text_place()) {
      ASSERT_NE(place->caches, nullptr);
      if (places.empty() || places.back().caches != place->caches) places.push_back(*place);
    }
    matcher->Push(random() % 2 == 0 ? 'a' : 'b');
  }
  EXPECT_GT(places.size(), 1U);
  for (const TextPlace& place : places) {
    EXPECT_LE(place.automaton->Owed(place.row), 10U);
  }
}

// A random reply under a budget: every token of a mask can be chosen, whatever is given up.
void WriteDocument(const JsonSchema& schema, size_t most_growth, const TokenTrie& trie,
                   std::mt19937& random) {
  constexpr int kBudget = 80;
  auto constraint = Constraint::Create(schema.NewCrampedMatcher(most_growth), trie, kBudget);
  ASSERT_TRUE(constraint.has_value());
  std::string document;
  for (int i = 0; i < kBudget; ++i) {
    const std::vector<TokenId> ids = Ids((*constraint)->Mask());
    ASSERT_FALSE(ids.empty()) << document;
    const TokenId id = ids[random() % ids.size()];
    ASSERT_TRUE((*constraint)->Accept(id)) << document;
    if (trie.vocabulary().IsEnd(id)) break;
    document += trie.vocabulary().bytes[static_cast<size_t>(id)];
  }
  const auto reader = schema.NewMatcher();
  for (const char c : document) ASSERT_TRUE(reader->Push(static_cast<uint8_t>(c))) << document;
  EXPECT_TRUE(reader->Accepting()) << document;
}

TEST(RenewedMatcher, DocumentsEndHoweverSmallTheCaches) {
  std::mt19937 random(2);
  const Vocabulary vocabulary = RandomVocabulary(random, 60);
  const TokenTrie trie(vocabulary);
  for (
      const char* text :
      {R"({"type":"object","minProperties":2,"patternProperties":{"^a":{"type":"integer"}}})",
       R"({"type":"array","uniqueItems":true,"minItems":2,"contains":{"type":"string"}})",
       R"({"oneOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":{"minLength":3}}})"}) {
    const auto schema = JsonSchema::Compile(*Json::Parse(text), {});
    ASSERT_TRUE(schema.has_value());
    for (const size_t most_growth : {0, 10, 100, 1000}) {
      SCOPED_TRACE(text + (" and " + std::to_string(most_growth)));
      for (int i = 0; i < 3; ++i) {
        ASSERT_NO_FATAL_FAILURE(WriteDocument(**schema, most_growth, trie, random));
      }
    }
  }
}

// The search for what may come first is given up, though an end was known before: it goes on being
// one, at each of its places.
TEST(RenewedMatcher, TheKnownEndGoesOnWhereTheSearchIsGivenUp) {
  const auto document = Json::Parse(R"({"propertyNames":{"enum":[{"a":1}]},"minItems":4,"oneOf":[
      {"contains":{"$ref":"#"},"minContains":2,"maxContains":1,
       "dependencies":{"":{"oneOf":[{"type":"object"},{"type":"object"},{"type":"object"}]}}},
      {"uniqueItems":true,"minItems":65,"items":{"minItems":4}}]})");
  SchemaOptions options;
  options.search_work = 30'000;
  const auto schema = JsonSchema::Compile(*document, options);
  ASSERT_TRUE(schema.has_value());
  const auto matcher = (*schema)->NewMatcher();
  ASSERT_TRUE(matcher->Push('['));
  ASSERT_EQ(matcher->losses(), 0U);
  LegalBytes(*matcher);
  const uint32_t losses = matcher->losses();
  ASSERT_GT(losses, 0U);
  const std::string end = matcher->Completion();
  ASSERT_GT(end.size(), 130U);
  for (size_t i = 0; i < end.size(); ++i) {
    ASSERT_EQ(matcher->FinishBytes(), end.size() - i);
    const std::vector<uint8_t> legal = LegalBytes(*matcher);
    ASSERT_TRUE(std::ranges::binary_search(legal, static_cast<uint8_t>(end[i]))) << i;
    ASSERT_EQ(matcher->Completion(), end.substr(i));
    ASSERT_TRUE(matcher->Push(static_cast<uint8_t>(end[i])));
  }
  EXPECT_TRUE(matcher->Accepting());
  EXPECT_TRUE(Json::Parse("[" + end).has_value());
  matcher->Pop(end.size());
  EXPECT_EQ(matcher->Completion(), end);
  EXPECT_EQ(matcher->losses(), losses);  // else masks are made again and again
}

}  // namespace
}  // namespace bantam::grammar
