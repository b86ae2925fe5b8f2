// Tests of streaming text: whole characters only, replacements for what can be none.
#include "text/detokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/utf8.h"

namespace bantam {
namespace {

// Ids 0 to 255 are bytes; 256 is a control token, 257 an added one.
Vocabulary ByteVocabulary() {
  Vocabulary vocabulary;
  for (int i = 0; i < 256; ++i) vocabulary.bytes.push_back(std::string(1, static_cast<char>(i)));
  vocabulary.kinds.assign(256, TokenKind::kNormal);
  vocabulary.bytes.push_back("<|im_end|>");
  vocabulary.kinds.push_back(TokenKind::kControl);
  vocabulary.bytes.push_back("<tool_call>");
  vocabulary.kinds.push_back(TokenKind::kAdded);
  return vocabulary;
}

std::vector<std::string> PushBytes(Detokenizer& detokenizer, std::string_view bytes) {
  std::vector<std::string> out;
  for (const char c : bytes) out.push_back(detokenizer.Push(static_cast<uint8_t>(c)));
  out.push_back(detokenizer.Finish());
  return out;
}

TEST(Detokenizer, HoldsBackUnfinishedCharacters) {
  const Vocabulary vocabulary = ByteVocabulary();
  Detokenizer detokenizer(vocabulary);
  EXPECT_EQ(PushBytes(detokenizer, "a😀é"),
            (std::vector<std::string>{"a", "", "", "", "😀", "", "é", ""}));
}

TEST(Detokenizer, ReplacesBytesAsSoonAsTheyAreHopeless) {
  const Vocabulary vocabulary = ByteVocabulary();
  Detokenizer detokenizer(vocabulary);
  EXPECT_EQ(PushBytes(detokenizer, "\xF0\x9Fz\x80\xE4\xB8"),
            (std::vector<std::string>{"", "", "\uFFFDz", "\uFFFD", "", "", "\uFFFD"}));
  EXPECT_EQ(detokenizer.Finish(), "");
}

TEST(Detokenizer, PassesOverControlTokensUnlessAsked) {
  const Vocabulary vocabulary = ByteVocabulary();
  Detokenizer plain(vocabulary);
  EXPECT_EQ(plain.Push(256), "");
  EXPECT_EQ(plain.Push(257), "<tool_call>");
  Detokenizer special(vocabulary, true);
  EXPECT_EQ(special.Push(256), "<|im_end|>");
  EXPECT_EQ(special.Push(-1), "");
  EXPECT_EQ(special.Push(258), "");
}

TEST(Detokenizer, GivesTheSameInPiecesAsAtOnce) {
  const Vocabulary vocabulary = ByteVocabulary();
  uint32_t state = 1;
  const std::string_view bytes("\x41\x80\xBF\xC2\xE0\x9F\xA0\xED\xF0\x90\xF4\x8F\xFF\x20\xC3\xA9");
  for (int round = 0; round < 2000; ++round) {
    Detokenizer detokenizer(vocabulary);
    std::string all;
    std::string streamed;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525 + 1013904223;
      const char c = bytes[(state >> 16) % bytes.size()];
      all += c;
      const std::string text = detokenizer.Push(static_cast<uint8_t>(c));
      EXPECT_EQ(ValidUtf8Prefix(text), text.size());
      streamed += text;
    }
    EXPECT_EQ(streamed + detokenizer.Finish(), LossyUtf8(all));
  }
}

}  // namespace
}  // namespace bantam
