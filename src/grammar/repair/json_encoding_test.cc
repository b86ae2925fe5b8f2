// Encodings other than UTF-8: refused by check, read by repair and complete.
#include "grammar/repair/json_encoding.h"

#include <gtest/gtest.h>

#include <string>

namespace bantam::grammar {
namespace {

// Of code points below U+10000, and one above.
std::string Utf16(const std::u16string& text, bool big) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xFF);
    bytes += big ? high : low;
    bytes += big ? low : high;
  }
  return bytes;
}

TEST(JsonEncoding, IsToldByTheFirstBytes) {
  using enum TextEncoding;
  EXPECT_EQ(EncodingOf(""), kUtf8);
  EXPECT_EQ(EncodingOf("1"), kUtf8);
  EXPECT_EQ(EncodingOf("\xC3\xA4"), kUtf8);
  EXPECT_EQ(EncodingOf("\xEF\xBB\xBF{}"), kMarkedUtf8);
  EXPECT_EQ(EncodingOf(Utf16(u"{}", false)), kUtf16Little);
  EXPECT_EQ(EncodingOf(Utf16(u"{}", true)), kUtf16Big);
  EXPECT_EQ(EncodingOf(Utf16(u"\uFEFF1", false)), kUtf16Little);
  EXPECT_EQ(EncodingOf(Utf16(u"\uFEFF1", true)), kUtf16Big);
  EXPECT_EQ(EncodingOf(std::string("{\0\0\0", 4)), kUtf32);
  EXPECT_EQ(EncodingOf(std::string("\0\0\0{", 4)), kUtf32);
  EXPECT_EQ(EncodingOf(std::string("\xFF\xFE\0\0", 4)), kUtf32);
  EXPECT_EQ(EncodingOf(std::string("\0\0\xFE\xFF", 4)), kUtf32);
  EXPECT_EQ(EncodingOf(std::string("\0\0\0\0", 4)), kUtf8);
}

TEST(JsonEncoding, IsReadAsUtf8) {
  const std::u16string text = u"\"\u00E4\u65E5\U0001F600\"";
  const std::string utf8 = "\"\xC3\xA4\xE6\x97\xA5\xF0\x9F\x98\x80\"";
  EXPECT_EQ(ToUtf8(Utf16(text, false), TextEncoding::kUtf16Little), utf8);
  EXPECT_EQ(ToUtf8(Utf16(u"\uFEFF" + text, true), TextEncoding::kUtf16Big), utf8);
  EXPECT_EQ(ToUtf8("\xEF\xBB\xBF" + utf8, TextEncoding::kMarkedUtf8), utf8);
  // Lone surrogates, half a unit.
  EXPECT_EQ(ToUtf8(std::string("\x00\xD8x\0\x00\xDCy", 7), TextEncoding::kUtf16Little),
            "\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(JsonEncoding, IsSaidAmongTheChanges) {
  for (const bool big : {false, true}) {
    const std::string text = Utf16(u"\uFEFF{\"\u65E5\U0001F600\":[1,}", big);
    const auto repair = RepairJson(text);
    ASSERT_TRUE(repair) << repair.error().message;
    EXPECT_EQ(repair->text, "{\"\xE6\x97\xA5\xF0\x9F\x98\x80\":[1]}");
    ASSERT_EQ(repair->edits.size(), repair->edit_count);
    EXPECT_EQ(repair->edits[0].what,
              big ? "read UTF-16 (big-endian)" : "read UTF-16 (little-endian)");
    EXPECT_EQ(repair->edits[1].offset % 2, 0U);
    EXPECT_GE(repair->edits[1].offset, text.find(',') - 1);
    EXPECT_EQ(CompleteJson(Utf16(u"[1", big))->text, "[1]");
    EXPECT_FALSE(CheckJson(text).valid);
  }
  const auto marked = RepairJson("\xEF\xBB\xBF{\"a\":1,}");
  ASSERT_TRUE(marked);
  EXPECT_EQ(marked->text, "{\"a\":1}");
  EXPECT_EQ(marked->edits[0].what, "removed the byte order mark");
  EXPECT_EQ(marked->edits[1].offset, 9U);
  EXPECT_EQ(CompleteJson("\xEF\xBB\xBF[1")->text, "[1]");
  EXPECT_EQ(CheckJson("\xEF\xBB\xBF[1]").error.what,
            "the text is UTF-8 with a byte order mark, expected UTF-8 without");
  EXPECT_EQ(RepairJson(std::string("{\0\0\0}\0\0\0", 8)).error().message,
            "the text is UTF-32, expected UTF-8 or UTF-16 at byte 0");
}

}  // namespace
}  // namespace bantam::grammar
