// What of a token is plain text.
#include "grammar/mask/token_shape.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>

namespace bantam::grammar {
namespace {

using std::string_view_literals::operator""sv;

struct Case {
  std::string_view bytes;
  size_t plain_prefix, tail, plain_from, characters;
};

TEST(TokenShape, Cases) {
  const Case cases[] = {
      {"abc", 3, 3, 0, 3},          {"\x7F ~", 3, 3, 0, 3},       {"日本", 6, 6, 0, 2},
      {"😀a", 5, 5, 0, 2},          {"\"", 0, 1, 1, 1},           {"ab\",c", 2, 5, 3, 5},
      {"a\\n", 1, 3, 2, 3},         {"a\nb\"c", 1, 5, 4, 5},      {"\0a"sv, 0, 2, 1, 2},
      {"a\xE6", 1, 1, 0, 2},        {"\xE6\x97", 0, 0, 0, 1},     {"\xF0\x9F\x98", 0, 0, 0, 1},
      {"\"\xF0\x9F", 0, 1, 1, 2},   {"\xA9", 0, 1, 1, 0},         {"\x97\xA5日", 0, 5, 2, 1},
      {"\xE6 a", 0, 3, 1, 3},       {"\xC0\x80", 0, 2, 2, 1},  // overlong
      {"\xE0\x80", 0, 2, 2, 1},                                // overlong
      {"\xF0\x8F", 0, 2, 2, 1},                                // overlong
      {"\xED\xA0\x80", 0, 3, 3, 1},                            // a surrogate
      {"\xF4\x90", 0, 2, 2, 1},                                // beyond U+10FFFF
      {"\xF5", 0, 1, 1, 1},         {"\xE6\x97\x22", 0, 3, 3, 2}, {"", 0, 0, 0, 0},
  };
  for (const Case& c : cases) {
    const TokenShape shape = ShapeOf(c.bytes);
    EXPECT_EQ(shape.plain_prefix, c.plain_prefix) << c.bytes;
    EXPECT_EQ(shape.tail, c.tail) << c.bytes;
    EXPECT_EQ(shape.plain_from, c.plain_from) << c.bytes;
    EXPECT_EQ(shape.characters, c.characters) << c.bytes;
  }
}

TEST(TokenShape, Classes) {
  const auto bits = [](std::initializer_list<TextClass> classes, std::string_view letters = "") {
    TextClasses all = 0;
    for (const TextClass text_class : classes) all |= BitOf(text_class);
    for (const char letter : letters) all |= BitOf(ClassOf(static_cast<uint8_t>(letter)));
    return all;
  };
  using enum TextClass;
  EXPECT_EQ(ShapeOf("face").classes, bits({}, "acef"));
  EXPECT_EQ(ShapeOf("aZ9 é").classes, bits({kDigit, kSpace, kWideLetter}, "aZ"));
  EXPECT_EQ(ShapeOf("ÉÀ").classes, bits({kBeyondAscii}));
  EXPECT_EQ(ShapeOf("中ã").classes, bits({kWideLetter}));
  EXPECT_EQ(ShapeOf("«，😀").classes, bits({kOther}));
  EXPECT_EQ(ShapeOf("\xFF").classes, bits({kNotPlain}));  // is not decoded
  EXPECT_EQ(ShapeOf("\x80中").classes, bits({kNotPlain}));
  EXPECT_EQ(ShapeOf("aZ9 é").rest, bits({kDigit, kSpace, kWideLetter}, "Z"));
  EXPECT_EQ(ShapeOf("x…").classes, bits({kPunctuation}, "x"));
  EXPECT_EQ(ShapeOf("x\"-").classes, bits({kNotPlain}, "x"));
  EXPECT_EQ(ShapeOf("x\"-").rest, bits({kNotPlain}));
  EXPECT_EQ(ShapeOf("\"-_\"").classes, bits({kNotPlain}));
  EXPECT_EQ(ShapeOf("\"-_\"").rest, bits({kDash, kUnderscore, kNotPlain}));
  EXPECT_EQ(ShapeOf("\"./").rest, bits({kDot, kSlash}));
  EXPECT_EQ(ShapeOf(":@\xE6").classes, bits({kSlash, kAtOrPlus, kNotPlain}));
  EXPECT_EQ(ShapeOf("é+").rest, bits({kNotPlain}));  // begins inside a character
  EXPECT_EQ(ShapeOf("!").rest, 0);
  EXPECT_EQ(ShapeOf("\n").rest, 0);
}

TEST(TextClass, Sets) {
  using enum TextClass;
  constexpr TextClasses kPlain = kAllText & ~BitOf(kNotPlain);
  EXPECT_EQ(ClassesInside(PlainSet::All()), kPlain);
  EXPECT_EQ(ClassesTouched(PlainSet::All()), kPlain);
  PlainSet set;
  EXPECT_EQ(ClassesTouched(set), 0);
  for (const char c : std::string_view("bz9 -")) set.ascii[c / 64] |= uint64_t{1} << (c % 64);
  set.punctuation = PlainSet::kSome;
  const TextClasses letters = BitOf(Letter(kLower, 1)) | BitOf(Letter(kLower, 25));
  EXPECT_EQ(ClassesInside(set), letters | BitOf(kSpace) | BitOf(kDash));
  EXPECT_EQ(ClassesTouched(set), ClassesInside(set) | BitOf(kDigit) | BitOf(kPunctuation));
  set.punctuation = PlainSet::kAll;
  EXPECT_EQ(ClassesInside(set), letters | BitOf(kSpace) | BitOf(kDash) | BitOf(kPunctuation));
}

TEST(TokenShape, EndsInsideCharacter) {
  for (const std::string_view inside : {"\xE6", "a\xE6\x97", "\xF0\x9F\x98", "\xC3", "\xF0\x9F"}) {
    EXPECT_TRUE(EndsInsideCharacter(inside)) << inside;
  }
  for (const std::string_view outside : {"", "a", "é", "日", "😀", "\xA9", "\x97\xA5", "\xE6z"}) {
    EXPECT_FALSE(EndsInsideCharacter(outside)) << outside;
  }
}

}  // namespace
}  // namespace bantam::grammar
