// Tests of NFC on the rules of UAX #15; the conformance script compares it at large.
#include "text/normalize.h"

#include <gtest/gtest.h>

#include <string>

namespace bantam {
namespace {

TEST(Normalize, LeavesComposedTextAlone) {
  for (const char* text : {"", "plain", "né", "中文", "한국어", "Tiếng Việt", "👍🏽"}) {
    EXPECT_TRUE(IsSurelyNfc(text)) << text;
    EXPECT_EQ(ToNfc(text), text);
  }
}

TEST(Normalize, ComposesMarks) {
  EXPECT_FALSE(IsSurelyNfc("e\u0301"));
  EXPECT_EQ(ToNfc("xe\u0301y"), "xéy");
  EXPECT_EQ(ToNfc("o\u0302\u0323"), "ộ");        // sorted first: the dot below comes before
  EXPECT_EQ(ToNfc("ô\u0323"), "ộ");              // a composed character is taken apart again
  EXPECT_EQ(ToNfc("a\u0323\u0323"), "ạ\u0323");  // an equal class blocks
  EXPECT_EQ(ToNfc("a\u0334\u0301"), "á\u0334");  // a lower one does not
  EXPECT_EQ(ToNfc(">\u0338"), "≯");
  EXPECT_EQ(ToNfc("\u0301e"), "\u0301e");
}

TEST(Normalize, ReplacesSingletonsAndExclusions) {
  EXPECT_EQ(ToNfc("\u212B"), "Å");
  EXPECT_EQ(ToNfc("\u0958"), "\u0915\u093C");  // excluded from composition
  EXPECT_EQ(ToNfc("\u2126\u0301"), "\u038F");
  EXPECT_EQ(ToNfc("\uF900"), "\u8C48");
}

TEST(Normalize, ComposesHangul) {
  EXPECT_EQ(ToNfc("\u1112\u1161\u11AB"), "한");
  EXPECT_EQ(ToNfc("하\u11AB"), "한");
  EXPECT_EQ(ToNfc("한\u11AB"), "한\u11AB");
  EXPECT_EQ(ToNfc("\u1161\u11AB"), "\u1161\u11AB");
  EXPECT_EQ(ToNfc("하\u11A7"), "하\u11A7");  // U+11A7 is no final consonant
}

TEST(Normalize, LongRunsOfMarksTakeNoQuadraticTime) {
  std::string text = "a";
  for (int i = 0; i < 200'000; ++i) text += i % 2 == 0 ? "\u0301" : "\u0323";
  const std::string normalized = ToNfc(text);
  EXPECT_EQ(normalized.substr(0, 5), "ạ\u0323");
  EXPECT_EQ(ToNfc(normalized), normalized);
}

}  // namespace
}  // namespace bantam
