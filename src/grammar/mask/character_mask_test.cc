// Masks of characters are what the bytes of every character of the set say.
#include "grammar/mask/character_mask.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "grammar/mask/character_oracle.h"
#include "grammar/mask/mask_oracle.h"

namespace bantam::grammar {
namespace {

CodePointSet SomeCharacters() {
  CodePointSet set = CodePointSet::Of('0', '9');
  set.Add('a', 'm');
  set.Add(0xC0, 0xFF);
  set.Add(0x65E0, 0x65E5);  // 日 is U+65E5
  set.Add(0x1F600, 0x1F610);
  return set;
}

TEST(CharacterMask, AllowsWhatTheBytesAllow) {
  std::mt19937 random(3);
  const Vocabulary vocabulary = RandomVocabulary(random, 3000);
  const CodePointSet set = SomeCharacters();
  const auto first = CompareMasksWithBytes(vocabulary, set, {""});
  EXPECT_EQ(first.wrong, "");
  EXPECT_GT(first.allowed, 10U);
  const auto inside =
      CompareMasksWithBytes(vocabulary, set, {"\xC3", "\xE6", "\xE6\x97", "\xF0", "\xF0\x9F\x98"});
  EXPECT_EQ(inside.wrong, "");
  EXPECT_GT(inside.allowed, 10U);
}

TEST(CharacterMask, TextsOfAllowedTokensGoOnToTheEnd) {
  std::mt19937 random(4);
  const Vocabulary vocabulary = RandomVocabulary(random, 500);
  const CodePointSet set = SomeCharacters();
  const Spelled spelled(set);
  CharacterMask mask(vocabulary, set);
  for (int i = 0; i < 300; ++i) {
    std::string text;
    CharacterMask::Place place;
    for (int length = 0;; ++length) {
      const TokenMask& at = mask.At(place);
      std::vector<TokenId> ids;
      for (const TokenId id : Ids(at)) {
        if (IsText(vocabulary, id)) ids.push_back(id);
      }
      ASSERT_FALSE(ids.empty()) << text;
      if (length > 20 && at.Allows(vocabulary.end_ids[0])) break;
      const TokenId token = ids[random() % ids.size()];
      text += vocabulary.bytes[static_cast<size_t>(token)];
      place = mask.Follow(place, token);
    }
    EXPECT_TRUE(spelled.Takes(text, false)) << text;
  }
}

TEST(CharacterMask, NoTokenEndsInsideWhereABytesTokenIsMissing) {
  Vocabulary vocabulary;
  vocabulary.end_ids = {0};
  AddToken(vocabulary, "</s>", TokenKind::kControl);
  for (int byte = 0; byte < 256; ++byte) {
    if (byte != 0xA9)
      AddToken(vocabulary, std::string(1, static_cast<char>(byte)), TokenKind::kByte);
  }
  AddToken(vocabulary, "\xC3\xA9", TokenKind::kNormal);
  const auto e_acute = static_cast<TokenId>(vocabulary.size() - 1);
  CharacterMask mask(vocabulary, CodePointSet::Of(0xE0, 0xEF));
  EXPECT_EQ(Ids(mask.At({})), (std::vector<TokenId>{0, e_acute}));
}

TEST(CharacterMask, MarkupIsNoText) {
  Vocabulary vocabulary;
  vocabulary.end_ids = {0};
  AddToken(vocabulary, "</s>", TokenKind::kControl);
  AddToken(vocabulary, "<think>", TokenKind::kAdded);
  AddToken(vocabulary, "[TOOL]", TokenKind::kAdded);
  AddToken(vocabulary, "word", TokenKind::kAdded);
  AddToken(vocabulary, "<b>", TokenKind::kNormal);
  AddToken(vocabulary, "<|sep|>", TokenKind::kControl);
  AddToken(vocabulary, "pad", TokenKind::kUnused);
  AddToken(vocabulary, "7", TokenKind::kNormal);
  CharacterMask mask(vocabulary, CodePointSet::Of('0', '9'));
  EXPECT_EQ(Ids(mask.At({})), (std::vector<TokenId>{0, 1, 2, 5, 7}));
  EXPECT_FALSE(mask.Allows({}, -1));
  EXPECT_FALSE(mask.Allows({}, vocabulary.size()));
}

TEST(CharacterMask, FollowsWhatIsNotAllowed) {
  Vocabulary vocabulary;
  AddToken(vocabulary, "x\xE6", TokenKind::kNormal);
  AddToken(vocabulary, "\xFFz", TokenKind::kNormal);
  AddToken(vocabulary, "<|\xE6|>", TokenKind::kControl);
  const CharacterMask mask(vocabulary, CodePointSet());
  const auto begun = mask.Follow({}, 0);
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->left, 2U);
  EXPECT_TRUE(mask.Follow(begun, 2)) << "a control token is no text";
  EXPECT_FALSE(mask.Follow(begun, 1));
  EXPECT_TRUE(mask.Follow(begun, 0)) << "another character begins";
}

}  // namespace
}  // namespace bantam::grammar
