// Tests of choices: against the list itself, the contract of Matcher, many texts.
#include "grammar/choice_matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "grammar/matcher_contract.h"

namespace bantam::grammar {
namespace {

std::unique_ptr<Matcher> Compile(const std::vector<std::string>& texts) {
  auto choice = CompileChoice(texts);
  if (!choice) ADD_FAILURE() << choice.error().message;
  return choice ? (*choice)->NewMatcher() : nullptr;
}

TEST(Choice, LegalBytesAndTheShortestEndAreThoseOfTheList) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> texts;
    for (size_t i = 1 + random() % 12; i > 0; --i) {
      std::string text;
      for (size_t n = random() % 6; n > 0; --n) text += random() % 3 == 0 ? "é" : "a";
      texts.push_back(text);
    }
    const auto matcher = Compile(texts);
    for (const std::string& text : texts) {
      for (size_t n = 0; n <= text.size(); ++n) {
        const std::string prefix = text.substr(0, n);
        size_t shortest = 1'000;
        std::string legal;
        for (const std::string& other : texts) {
          if (!other.starts_with(prefix)) continue;
          shortest = std::min(shortest, other.size() - n);
          if (other.size() > n) legal += other[n];
        }
        ASSERT_EQ(matcher->FinishBytes(), shortest);
        for (int byte = 0; byte < 256; ++byte) {
          const bool pushed = matcher->Push(static_cast<uint8_t>(byte));
          ASSERT_EQ(pushed, legal.find(static_cast<char>(byte)) != std::string::npos);
          if (pushed) matcher->Pop(1);
        }
        if (n == text.size()) break;
        ASSERT_TRUE(matcher->Push(static_cast<uint8_t>(text[n])));
      }
      matcher->Pop(text.size());
    }
    EXPECT_EQ(BrokenPromise(*matcher, random, 20), "");
  }
}

TEST(Choice, ManyTexts) {
  std::vector<std::string> texts;
  for (int i = 0; i < 100'000; ++i) texts.push_back("text number " + std::to_string(i));
  const auto matcher = Compile(texts);
  EXPECT_EQ(matcher->Completion(), "text number 0");
  for (const char c : std::string("text number 9999")) {
    ASSERT_TRUE(matcher->Push(static_cast<uint8_t>(c)));
  }
  EXPECT_TRUE(matcher->Accepting());
  EXPECT_TRUE(matcher->Push('9'));
  EXPECT_FALSE(matcher->Push('9'));
  EXPECT_TRUE(matcher->Accepting());
}

TEST(Choice, MistakesAreRefused) {
  EXPECT_EQ(CompileChoice({}).error().message, "choice: expected a text, found none");
  const std::vector<std::string> texts = {"a", "b\xff"};
  EXPECT_EQ(CompileChoice(texts).error().message, "choice: text 2 is not UTF-8 at byte 1");
}

}  // namespace
}  // namespace bantam::grammar
