// Tests of UTF-8 decoding, repair and terminal safety.
#include "cli/utf8.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace bantam::cli {
namespace {

TEST(Utf8, EveryCodePointSurvives) {
  for (uint32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code == 0xD800) code = 0xE000;
    std::string text;
    AppendUtf8(code, text);
    const Utf8Char c = DecodeUtf8(text);
    ASSERT_TRUE(c.valid && c.code_point == code && c.size == text.size()) << code;
  }
}

TEST(Utf8, BadSequencesAreReplacedOnce) {
  constexpr const char* kReplacement = "\xEF\xBF\xBD";
  EXPECT_EQ(LossyUtf8("a\xFFz"), std::string("a") + kReplacement + "z");
  EXPECT_EQ(LossyUtf8("\xE4\xBD"), kReplacement) << "cut short: one replacement";
  EXPECT_EQ(LossyUtf8("\xC0\xAF"), std::string(kReplacement) + kReplacement) << "overlong";
  EXPECT_EQ(LossyUtf8("\xED\xA0\x80"), std::string(kReplacement) + kReplacement + kReplacement);
  EXPECT_EQ(LossyUtf8("\xF4\x90\x80\x80").size(), 12U) << "beyond U+10FFFF";
  EXPECT_EQ(LossyUtf8("\xF0\x9F\x98X"), std::string(kReplacement) + "X");
  EXPECT_EQ(LossyUtf8("grüß 你好 😀"), "grüß 你好 😀");
  EXPECT_FALSE(IsValidUtf8("\x80"));
  EXPECT_TRUE(IsValidUtf8(std::string_view("\0", 1)));
}

TEST(Utf8, TerminalsAreNotDriven) {
  EXPECT_EQ(TerminalSafe("\x1b[2Jx\r\n\ty\x7F"), "^[[2Jx^M\n\ty^?");
  EXPECT_EQ(TerminalSafe("\xC2\x9B"
                         "31m"),
            "\xEF\xBF\xBD"
            "31m")
      << "the one-byte CSI of C1";
  EXPECT_EQ(TerminalSafe("naïve 😀"), "naïve 😀");
}

}  // namespace
}  // namespace bantam::cli
