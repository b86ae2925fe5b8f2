// The number automaton against Decimal's reader, over every short text of its alphabet.
#include "grammar/number/number_syntax.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "grammar/number/decimal.h"

namespace bantam::grammar {
namespace {

constexpr std::string_view kAlphabet = "0e.-+1E x";

NumberState Read(std::string_view text) {
  NumberState state = NumberState::kStart;
  for (const char c : text) state = Next(state, static_cast<uint8_t>(c));
  return state;
}

TEST(NumberSyntax, AcceptsWhatDecimalReads) {
  size_t accepted = 0;
  size_t count = 1;
  for (size_t length = 0; length <= 6; ++length, count *= kAlphabet.size()) {
    for (size_t i = 0; i < count; ++i) {
      std::string text;
      for (size_t rest = i; text.size() < length; rest /= kAlphabet.size()) {
        text += kAlphabet[rest % kAlphabet.size()];
      }
      const bool complete = IsComplete(Read(text));
      ASSERT_EQ(complete, Decimal::Parse(text).has_value()) << text;
      accepted += complete;
    }
  }
  EXPECT_GT(accepted, 500u);
}

TEST(NumberSyntax, EveryLivingStateCanBeFinished) {
  for (const std::string_view text : {"", "-", "0", "-0", "12", "0.", "1.5", "1e", "1E+", "1e-0"}) {
    EXPECT_NE(Read(text), NumberState::kDead) << text;
    EXPECT_TRUE(IsComplete(Read(std::string(text) + "1")) || IsComplete(Read(text))) << text;
  }
  for (const std::string_view text :
       {"+", "01", "-a", "1..", "1.e", "1ee", "1e+-", "1e5.", "\x80"}) {
    EXPECT_EQ(Read(text), NumberState::kDead) << text;
  }
}

}  // namespace
}  // namespace bantam::grammar
