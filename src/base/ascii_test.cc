// Tests of ASCII letters and digits.
#include "base/ascii.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

TEST(Ascii, OnlyItsOwnLettersChange) {
  EXPECT_EQ(LowerCase("AZaz09@[`{ \xC3\x84"), "azaz09@[`{ \xC3\x84");
  EXPECT_EQ(LowerCase(""), "");
}

TEST(Ascii, AlphanumericAreLettersAndDigits) {
  std::string found;
  for (int c = -128; c < 128; ++c) {
    if (IsAsciiAlphanumeric(static_cast<char>(c))) found += static_cast<char>(c);
  }
  EXPECT_EQ(found, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

TEST(Ascii, LettersAreThoseOfAsciiAlone) {
  EXPECT_TRUE(IsAsciiLetter('a') && IsAsciiLetter('Z') && IsAsciiLower('z') && IsAsciiUpper('A'));
  for (const char32_t c : U"@[`{0\u00C4\uFF21") EXPECT_FALSE(IsAsciiLetter(c));
}

}  // namespace
}  // namespace bantam
