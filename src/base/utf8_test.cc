// Tests of UTF-8: the maximal-subpart rule, and lossy repair of every kind of bad sequence.
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace bantam {
namespace {

const std::string kFffd(kReplacementCharacter);

TEST(Utf8, RoundTripsEveryCodePoint) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    std::string text;
    AppendUtf8(c, text);
    const bool surrogate = c >= 0xD800 && c < 0xE000;
    ASSERT_EQ(ValidUtf8Prefix(text) == text.size(), !surrogate) << std::hex << uint32_t{c};
    if (surrogate) continue;
    const DecodedChar decoded = DecodeUtf8(text, 0);
    ASSERT_EQ(decoded.code_point, c);
    ASSERT_EQ(decoded.length, text.size());
  }
}

TEST(Utf8, ReplacesMaximalSubparts) {
  // The examples of tables 3-8 to 3-11 of the Unicode standard.
  EXPECT_EQ(LossyUtf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + "A");
  EXPECT_EQ(LossyUtf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
            kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + "A");
  EXPECT_EQ(LossyUtf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"),
            kFffd + kFffd + kFffd + kFffd + kFffd + "A" + kFffd + kFffd + "B");
  EXPECT_EQ(LossyUtf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), kFffd + kFffd + kFffd + kFffd + "A");
}

TEST(Utf8, ReplacesAnUnfinishedEndOnce) {
  EXPECT_EQ(LossyUtf8("ab\xF0\x9F\x98"), "ab" + kFffd);
  EXPECT_EQ(LossyUtf8("\xC3"), kFffd);
  EXPECT_EQ(LossyUtf8(""), "");
}

TEST(Utf8, TellsInvalidFromIncomplete) {
  EXPECT_EQ(ScanUtf8("\xF0\x9F").kind, Utf8Prefix::kIncomplete);
  EXPECT_EQ(ScanUtf8("\xF0\x9F").length, 2u);
  EXPECT_EQ(ScanUtf8("\xF0\x8F").kind, Utf8Prefix::kInvalid);
  EXPECT_EQ(ScanUtf8("\xF0\x8F").length, 1u);
  EXPECT_EQ(ScanUtf8("\xF0\x9F\x41").kind, Utf8Prefix::kInvalid);
  EXPECT_EQ(ScanUtf8("\xF0\x9F\x41").length, 2u);
  EXPECT_EQ(ScanUtf8("\x80").kind, Utf8Prefix::kInvalid);
}

TEST(Utf8, CountsCharactersThatBegin) {
  EXPECT_EQ(CountCharacters(""), 0u);
  EXPECT_EQ(CountCharacters("aé世🐔"), 4u);
  EXPECT_EQ(CountCharacters("\xB8\x96 \xE4"), 2u);  // the end of one, a space, the beginning of one
}

TEST(Utf8, FindsBadBytesBehindLongAsciiRuns) {
  for (size_t length = 0; length < 40; ++length) {
    const std::string text = std::string(length, 'x') + "\x80" + std::string(9, 'y');
    EXPECT_EQ(ValidUtf8Prefix(text), length);
  }
}

}  // namespace
}  // namespace bantam
