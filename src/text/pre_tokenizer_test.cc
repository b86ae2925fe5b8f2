// Tests of where text is cut; each expectation is what the published expression matches.
#include "text/pre_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace bantam {
namespace {

using Kind = PreTokenizerKind;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> Pieces(Kind kind, std::string_view text) {
  std::vector<size_t> ends;
  PreTokenize(kind, text, ends);
  std::vector<std::string> pieces;
  size_t begin = 0;
  for (const size_t end : ends) {
    pieces.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  EXPECT_EQ(begin, text.size());
  return pieces;
}

PreTokenizerSpec Spec(std::string_view name) {
  const auto spec = FindPreTokenizer(name);
  EXPECT_TRUE(spec) << name;
  return spec.value_or(PreTokenizerSpec{});
}

TEST(PreTokenizer, NamesAndAliases) {
  EXPECT_EQ(Spec("qwen2").kind, Kind::kQwen2);
  EXPECT_TRUE(Spec("qwen2").nfc);
  EXPECT_EQ(Spec("deepseek-r1-qwen").kind, Kind::kQwen2);
  EXPECT_EQ(Spec("llama-v3").kind, Kind::kLlama3);
  EXPECT_TRUE(Spec("llama-bpe").ignore_merges);
  EXPECT_TRUE(Spec("llama-bpe").add_bos);
  EXPECT_EQ(Spec("default").kind, Kind::kGpt2);
  EXPECT_FALSE(FindPreTokenizer("unheard-of"));
  EXPECT_FALSE(FindPreTokenizer(""));
}

TEST(PreTokenizer, EmptyTextHasNoPieces) {
  for (int kind = 0; kind <= static_cast<int>(Kind::kDeepSeekV3); ++kind) {
    EXPECT_THAT(Pieces(static_cast<Kind>(kind), ""), IsEmpty());
  }
}

TEST(PreTokenizer, Gpt2) {
  EXPECT_THAT(Pieces(Kind::kGpt2, "I've been  here 12 times!?\n\n x"),
              ElementsAre("I", "'ve", " been", " ", " here", " 12", " times", "!?", "\n\n", " x"));
  EXPECT_THAT(Pieces(Kind::kGpt2, "WE'RE 'S's"), ElementsAre("WE", "'", "RE", " '", "S", "'s"));
  EXPECT_THAT(Pieces(Kind::kGpt2, "a   "), ElementsAre("a", "   "));
  EXPECT_THAT(Pieces(Kind::kGpt2, "a\tb"), ElementsAre("a", "\t", "b"));
  EXPECT_THAT(Pieces(Kind::kGpt2, "a \u3000b"), ElementsAre("a", " ", "\u3000", "b"));
}

TEST(PreTokenizer, DigitsAreTextEnds) {
  EXPECT_THAT(Pieces(Kind::kDigitsGpt2, "a  12 b"), ElementsAre("a", "  ", "1", "2", " b"));
  EXPECT_THAT(Pieces(Kind::kDigitsGpt2, "½Ⅷ٣"), ElementsAre("½", "Ⅷ", "٣"));
}

TEST(PreTokenizer, Qwen2) {
  EXPECT_THAT(Pieces(Kind::kQwen2, "It'S $x+y,(z) 2024"),
              ElementsAre("It", "'S", " $", "x", "+y", ",(", "z", ")", " ", "2", "0", "2", "4"));
  EXPECT_THAT(Pieces(Kind::kQwen2, "a.\n\n  b\n \n c"),
              ElementsAre("a", ".\n\n", " ", " b", "\n \n", " c"));
  EXPECT_THAT(Pieces(Kind::kQwen2, "x'ſ\u3000y"), ElementsAre("x", "'ſ", "\u3000y"));
  EXPECT_THAT(Pieces(Kind::kQwen2, "\r\nx\u0301"), ElementsAre("\r\n", "x", "\u0301"));
}

TEST(PreTokenizer, Qwen35KeepsMarksWithLetters) {
  EXPECT_THAT(Pieces(Kind::kQwen35, "कि\u0301 \u0301."), ElementsAre("कि\u0301", " \u0301", "."));
  EXPECT_THAT(Pieces(Kind::kQwen2, "कि"), ElementsAre("क", "ि"));
}

TEST(PreTokenizer, Llama3GroupsNumbers) {
  EXPECT_THAT(Pieces(Kind::kLlama3, "a1234567½"), ElementsAre("a", "123", "456", "7½"));
}

TEST(PreTokenizer, CasedWords) {
  EXPECT_THAT(Pieces(Kind::kGpt4o, "HelloWorld it's HTML's /x//\n1234"),
              ElementsAre("Hello", "World", " it's", " HTML's", " /", "x", "//\n", "123", "4"));
  EXPECT_THAT(Pieces(Kind::kTekken, "it's 12"), ElementsAre("it", "'s", " ", "1", "2"));
  // Characters without case end a run of capitals only if no small letter follows.
  EXPECT_THAT(Pieces(Kind::kGpt4o, "中AB"), ElementsAre("中", "AB"));
  EXPECT_THAT(Pieces(Kind::kGpt4o, "中ABc"), ElementsAre("中ABc"));
  EXPECT_THAT(Pieces(Kind::kGpt4o, "\u0301AB"), ElementsAre("\u0301", "AB"));
}

TEST(PreTokenizer, FalconSeesBytesAsCharacters) {
  EXPECT_THAT(Pieces(Kind::kFalcon, "ab, 12345!"), ElementsAre("ab", ",", " ", "123", "45", "!"));
  // The second byte of this letter is that of the fraction ¼.
  EXPECT_THAT(Pieces(Kind::kFalcon, "м"), ElementsAre("\xD0", "\xBC"));
}

TEST(PreTokenizer, DeepSeek) {
  EXPECT_THAT(Pieces(Kind::kDeepSeekLlm, "héllo 世界12  \n"),
              ElementsAre("h", "é", "llo", " ", "世界", "1", "2", "  ", "\n"));
  EXPECT_THAT(Pieces(Kind::kDeepSeekCoder, "int x = 12;\n"),
              ElementsAre("int", " x", " = ", "1", "2", ";", "\n"));
  EXPECT_THAT(Pieces(Kind::kDeepSeekV3, "a.b 1234世界ab\x01\x02"),
              ElementsAre("a", ".b", " ", "123", "4", "世界", "ab", "\x01\x02"));
}

TEST(PreTokenizer, EveryKindIsLinearInLongRuns) {
  for (int kind = 0; kind <= static_cast<int>(Kind::kDeepSeekV3); ++kind) {
    for (const char* unit : {"a", " ", "\n", "1", "中", "\u0301", "'", "\t1", "  !", "\u0001"}) {
      std::string text;
      while (text.size() < 300'000) text += unit;
      std::vector<size_t> ends;
      PreTokenize(static_cast<Kind>(kind), text, ends);
      ASSERT_EQ(ends.back(), text.size());
    }
  }
}

}  // namespace
}  // namespace bantam
