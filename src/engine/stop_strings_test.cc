// Tests of stop strings: across pieces, overlapping, and every cut of random text against a plain
// search.
#include "engine/stop_strings.h"

#include <gtest/gtest.h>

#include <random>

namespace bantam {
namespace {

TEST(StopStrings, WithoutAnyAllTextIsCertain) {
  StopStrings stop({});
  EXPECT_FALSE(stop.Push("hello"));
  EXPECT_EQ(stop.certain(), 5U);
  EXPECT_FALSE(stop.Push(""));
  EXPECT_EQ(stop.certain(), 5U);
}

TEST(StopStrings, HoldsBackWhatMightBecomeAMatch) {
  StopStrings stop({"\n\nUser:"});
  EXPECT_FALSE(stop.Push("Hi.\n"));
  EXPECT_EQ(stop.certain(), 3U);
  EXPECT_FALSE(stop.Push("\nUse"));
  EXPECT_EQ(stop.certain(), 3U);
  EXPECT_FALSE(stop.Push("ful"));
  EXPECT_EQ(stop.certain(), 11U);
  EXPECT_FALSE(stop.Push("\n\n\nUser"));
  EXPECT_EQ(stop.certain(), 12U);
  EXPECT_TRUE(stop.Push(": what"));
  EXPECT_EQ(stop.certain(), 12U);
  EXPECT_EQ(stop.found(), "\n\nUser:");
  EXPECT_TRUE(stop.Push("more"));
  EXPECT_EQ(stop.certain(), 12U);
}

TEST(StopStrings, TheFirstToEndWinsThenTheLongest) {
  StopStrings shorter({"abcd", "bc"});
  EXPECT_TRUE(shorter.Push("xabcd"));
  EXPECT_EQ(shorter.found(), "bc");
  EXPECT_EQ(shorter.certain(), 2U);
  StopStrings longest({"c", "abc", "bc"});
  EXPECT_TRUE(longest.Push("xabc"));
  EXPECT_EQ(longest.found(), "abc");
  EXPECT_EQ(longest.certain(), 1U);
}

TEST(StopStrings, MismatchFallsBackToTheBorder) {
  StopStrings stop({"aab"});
  EXPECT_FALSE(stop.Push("aaa"));
  EXPECT_EQ(stop.certain(), 1U);
  EXPECT_TRUE(stop.Push("ab"));
  EXPECT_EQ(stop.certain(), 2U);
}

TEST(StopStringsProperty, EqualsAPlainSearchHoweverTheTextIsCut) {
  std::mt19937 random(5);
  const auto text = [&](size_t n) {
    std::string s;
    for (size_t i = 0; i < n; ++i) s += static_cast<char>('a' + random() % 2);
    return s;
  };
  int found = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> strings;
    for (size_t i = random() % 4; i > 0; --i) strings.push_back(text(1 + random() % 7));
    const std::string all = text(random() % 60);
    StopStrings stop(strings);
    size_t cut = 0;
    bool stopped = false;
    while (cut < all.size() && !stopped) {
      const size_t n = std::min(random() % 5, all.size() - cut);
      stopped = stop.Push(std::string_view(all).substr(cut, n));
      cut += n;
      // Plain: the match that ends first, the longest of those; else the longest suffix of what
      // has been read that begins one of the strings.
      size_t end = std::string::npos;
      size_t length = 0;
      size_t held = 0;
      const std::string read = all.substr(0, cut);
      for (const std::string& s : strings) {
        const size_t at = read.find(s);
        if (at != std::string::npos &&
            (at + s.size() < end || (at + s.size() == end && s.size() > length))) {
          end = at + s.size();
          length = s.size();
        }
        for (size_t k = 1; k < s.size(); ++k) {
          if (read.ends_with(s.substr(0, k))) held = std::max(held, k);
        }
      }
      ASSERT_EQ(stopped, end != std::string::npos);
      ASSERT_EQ(stop.certain(), stopped ? end - length : read.size() - held);
    }
    found += stopped ? 1 : 0;
  }
  EXPECT_GT(found, 500);
}

TEST(StopStrings, OnlyThoseThatCountAreFound) {
  StopStrings stop({"aa", "baa", "c"});
  std::vector<size_t> asked;
  const StopStrings::Guard guard = [&](size_t begin) {
    asked.push_back(begin);
    return begin >= 3;
  };
  EXPECT_FALSE(stop.Push("xbaa", guard)) << "aa begins at 2, baa at 1";
  EXPECT_EQ(asked, (std::vector<size_t>{2, 1}));
  EXPECT_EQ(stop.certain(), 3U) << "the last a may begin another";
  EXPECT_TRUE(stop.Push("a", guard));
  EXPECT_EQ(stop.found(), "aa");
  EXPECT_EQ(stop.certain(), 3U);
}

TEST(StopStrings, WhatDoesNotCountIsText) {
  StopStrings stop({std::string("ab\0", 3), "b"});
  const StopStrings::Guard never = [](size_t) { return false; };
  EXPECT_FALSE(stop.Push(std::string("ab\0\0bab", 7), never));
  EXPECT_EQ(stop.certain(), 5U);
}

}  // namespace
}  // namespace bantam
