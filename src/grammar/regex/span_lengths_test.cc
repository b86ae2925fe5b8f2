// Spans in expressions against a search through all of them, and what must be bounded.
#include "grammar/regex/span_lengths.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "grammar/regex/regex_pool.h"
#include "grammar/regex/regex_syntax.h"

namespace bantam::grammar {
namespace {

using Texts = std::vector<std::string>;

std::shared_ptr<const SpanAutomaton> Build(const Texts& texts) {
  auto built = SpanAutomaton::Build(texts);
  EXPECT_TRUE(built) << built.error().message;
  return *built;
}

RegexId Pattern(RegexPool& pool, const std::string& pattern) {
  const auto parsed = ParseRegex(pool, pattern, Anchoring::kSearch);
  EXPECT_TRUE(parsed) << pattern;
  return *parsed;
}

// All texts of at most so many letters.
Texts AllTexts(size_t length) {
  Texts all = {""};
  for (size_t i = 0; all[i].size() < length; ++i) {
    for (const char c : {'a', 'b', 'c'}) all.push_back(all[i] + c);
  }
  return all;
}

// An expression and whether it matches a text, found in another way.
struct Sample {
  RegexId id;
  std::function<bool(const std::string&)> matches;
};

class Generator {
 public:
  Generator(RegexPool& pool, const Texts& source, uint64_t seed)
      : pool_(pool), source_(source), random_(seed), spans_(pool.Spans(Build(source))) {}

  Sample Draw(int depth) {
    switch (random_() % (depth == 0 ? 3 : 7)) {
      case 0: return Spans();
      case 1: return Plain();
      case 2: return Length();
      case 3: {
        const Sample a = Draw(depth - 1);
        return {pool_.Not(a.id), [=](const std::string& text) { return !a.matches(text); }};
      }
      case 4: {
        const Sample a = Draw(depth - 1);
        const Sample b = Draw(depth - 1);
        return {pool_.Either(std::array{a.id, b.id}),
                [=](const std::string& text) { return a.matches(text) || b.matches(text); }};
      }
      default: {
        const Sample a = Draw(depth - 1);
        const Sample b = Draw(depth - 1);
        return {pool_.Both(std::array{a.id, b.id}),
                [=](const std::string& text) { return a.matches(text) && b.matches(text); }};
      }
    }
  }

  Sample Spans() const {
    return {spans_, [source = source_](const std::string& span) {
              for (const std::string& text : source) {
                if (text.find(span) != std::string::npos) return true;
              }
              return false;
            }};
  }

 private:
  Sample Plain() {
    static const std::array<const char*, 10> kPatterns = {
        "a+b",        "[ab]*",        "b",       "(?:ab|ba)+",  "a.*c|c", "[^a]{1,3}",
        "[abc]{2,}c", "ab|bc|cc|aba", "b*[ac]?", "(?:a|b){2,5}"};
    const std::string pattern = kPatterns[random_() % kPatterns.size()];
    const RegexId id = Pattern(pool_, "^(?:" + pattern + ")$");
    RegexPool& pool = pool_;
    return {id, [id, &pool](const std::string& text) { return pool.Matches(id, text); }};
  }

  Sample Length() {
    const size_t min = random_() % 4;
    const size_t max = min + random_() % 4;
    return {pool_.Length(min, max),
            [=](const std::string& text) { return text.size() >= min && text.size() <= max; }};
  }

  RegexPool& pool_;
  Texts source_;
  std::mt19937_64 random_;
  RegexId spans_;
};

TEST(Spans, MeetOtherExpressionsAsTheirTextsDo) {
  constexpr size_t kLongest = 7;
  const Texts all = AllTexts(kLongest);
  std::mt19937 random(3);
  size_t dead = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    Texts source(1 + random() % 2);
    for (std::string& text : source) {
      for (size_t left = random() % 8; left > 0; --left) {
        text += static_cast<char>('a' + random() % 3);
      }
    }
    RegexPool pool;
    Generator generator(pool, source, seed);
    const Sample spans = generator.Spans();
    const Sample other = generator.Draw(3);
    const RegexId both = pool.Both(std::array{spans.id, other.id});
    std::optional<size_t> shortest;
    for (const std::string& text : all) {
      const bool expected = spans.matches(text) && other.matches(text);
      ASSERT_EQ(pool.Matches(both, text), expected) << seed << " '" << text << "'";
      ASSERT_EQ(pool.Matches(other.id, text), other.matches(text)) << seed << " '" << text << "'";
      if (expected && !shortest) shortest = text.size();
    }
    ASSERT_EQ(pool.Alive(both), shortest.has_value()) << seed;
    ASSERT_FALSE(pool.exhausted());
    dead += !shortest;
    if (!shortest) continue;
    EXPECT_EQ(pool.ShortestLength(both), *shortest) << seed;
    const std::string best = pool.Shortest(both);
    EXPECT_EQ(best.size(), *shortest) << seed;
    EXPECT_TRUE(spans.matches(best) && other.matches(best)) << seed << " " << best;
    // Every state that a text leads to knows whether it can go on.
    for (const std::string& text : all) {
      if (text.size() > 3) break;
      RegexId state = both;
      for (const char c : text) state = pool.Derive(state, static_cast<char32_t>(c));
      bool goes_on = false;
      for (const std::string& longer : all) {
        goes_on |= longer.starts_with(text) && spans.matches(longer) && other.matches(longer);
      }
      ASSERT_EQ(pool.Alive(state), goes_on) << seed << " '" << text << "'";
    }
  }
  EXPECT_GT(dead, 40U);
  EXPECT_LT(dead, 360U);
}

std::string LongText(size_t characters) {
  static const char* const kWords[] = {"order",  "from",     "Anna", "of",  "4711", "was",
                                       "closed", "on",       "2024", "by",  "mail", "info@example",
                                       "and",    "returned", "Köln", "for", "the",  "12.50"};
  std::mt19937 random(4);
  std::string text;
  while (text.size() < characters) text += std::string(kWords[random() % 18]) + " ";
  return text;
}

TEST(Spans, OfALongTextAreSearchedInBoundedTime) {
  RegexPool pool;
  const RegexId spans = pool.Spans(Build({LongText(100'000) + " one@unique.org 1999-12-31"}));
  const auto with = [&](const std::string& pattern) {
    return pool.Both(std::array{spans, Pattern(pool, pattern)});
  };
  EXPECT_EQ(pool.Shortest(with("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")), "1999-12-31");
  EXPECT_EQ(pool.Shortest(with("unique")), "unique");
  EXPECT_EQ(pool.Shortest(with("^[a-z]+@[a-z]+\\.org$")), "e@unique.org");
  EXPECT_FALSE(pool.Alive(with("absent")));
  EXPECT_FALSE(pool.Alive(with("^[0-9]{5}$")));
  EXPECT_FALSE(pool.exhausted());
  const std::array<RegexId, 3> long_one = {spans, Pattern(pool, "unique"), pool.Length(25, 300)};
  EXPECT_EQ(pool.ShortestLength(pool.Both(long_one)), 25U);
  EXPECT_FALSE(pool.Alive(pool.Both(std::array{spans, pool.Length(200'000, 300'000)})));
  EXPECT_FALSE(pool.exhausted());
}

TEST(Spans, CountersInPatternsDoNotHideWhatIsNear) {
  RegexPool pool;
  const RegexId spans = pool.Spans(Build({LongText(100'000) + "End."}));
  const RegexId both = pool.Both(std::array{spans, Pattern(pool, "^[^.]{20,200}\\.$")});
  EXPECT_EQ(pool.ShortestLength(both), 21U);
  const std::string text = pool.Shortest(both);
  EXPECT_EQ(text.size(), 21U);
  RegexId state = both;
  for (const char c : text) {
    state = pool.Derive(state, static_cast<char32_t>(c));
    EXPECT_TRUE(pool.Alive(state));
  }
  EXPECT_TRUE(pool.Nullable(state));
  EXPECT_FALSE(pool.exhausted());
}

TEST(Spans, WhatTakesTooLongIsSaidNotGuessed) {
  RegexPool pool;
  std::mt19937 random(5);
  std::string text;
  while (text.size() < 100'000) text += random() % 2 == 0 ? 'a' : 'b';
  const RegexId spans = pool.Spans(Build({text}));
  // A counter at every place of the text, and no end in sight.
  const RegexId both = pool.Both(std::array{spans, Pattern(pool, "^[ab]{5,200}@")});
  EXPECT_FALSE(pool.Alive(both));
  EXPECT_TRUE(pool.exhausted());
}

}  // namespace
}  // namespace bantam::grammar
