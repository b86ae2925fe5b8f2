// Where texts are cut.
#include "engine/passages.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace bantam {
namespace {

std::vector<std::string> Pieces(const std::string& text, size_t most) {
  std::vector<std::string> pieces;
  for (const Passage& passage : SplitPassages(text, most)) {
    pieces.push_back(text.substr(passage.begin, passage.end - passage.begin));
  }
  return pieces;
}

using Texts = std::vector<std::string>;

TEST(PassagesTest, ParagraphsStayApartAndShortLinesTogether) {
  EXPECT_EQ(Pieces("one\ntwo\n\n \nthree\r\n\r\nfour", 100), (Texts{"one\ntwo", "three", "four"}));
  EXPECT_EQ(Pieces("", 100), Texts{});
  EXPECT_EQ(Pieces(" \n\n\t", 100), Texts{});
}

TEST(PassagesTest, LongOnesAreCutAtTheBestPlace) {
  EXPECT_EQ(Pieces("aaaa bbbb\ncccc dddd\neeee", 12), (Texts{"aaaa bbbb", "cccc dddd", "eeee"}));
  EXPECT_EQ(Pieces("One is. Two is! Three?", 10), (Texts{"One is.", "Two is!", "Three?"}));
  EXPECT_EQ(Pieces("一二三。四五六。七", 16), (Texts{"一二三。", "四五六。七"}));
  EXPECT_EQ(Pieces("aaaa bbbb cccc", 9), (Texts{"aaaa bbbb", "cccc"}));
  EXPECT_EQ(Pieces("abcdefgh", 3), (Texts{"abc", "def", "gh"}));
  EXPECT_EQ(Pieces("ééé", 3), (Texts{"é", "é", "é"}));
}

TEST(PassagesTest, NothingButWhiteSpaceIsLost) {
  std::mt19937_64 random(1);
  const std::string parts[] = {"a", "word", " ", "\n", "\n\n", ". ", "。", "字", "\t", "é", "!?"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += parts[random() % std::size(parts)];
    const size_t most = 1 + random() % 30;
    size_t at = 0;
    for (const Passage& passage : SplitPassages(text, most)) {
      ASSERT_LE(at, passage.begin);
      ASSERT_LT(passage.begin, passage.end);
      ASSERT_LE(passage.end - passage.begin, std::max<size_t>(most, 4));
      ASSERT_EQ(text.substr(at, passage.begin - at).find_first_not_of(" \n\t\r"),
                std::string::npos);
      at = passage.end;
    }
    ASSERT_EQ(text.substr(at).find_first_not_of(" \n\t\r"), std::string::npos);
  }
}

}  // namespace
}  // namespace bantam
