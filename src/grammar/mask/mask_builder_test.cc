// Masks are what trying every token byte by byte gives, at every position of random documents.
#include "grammar/mask/mask_builder.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "grammar/mask/dfa_test_matcher.h"
#include "grammar/mask/json_test_matcher.h"
#include "grammar/mask/mask_oracle.h"

namespace bantam::grammar {
namespace {

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c >= 0x20 && c < 0x7F) {
      text += c;
    } else {
      text += "\\x";
      text += "0123456789ABCDEF"[static_cast<uint8_t>(c) / 16];
      text += "0123456789ABCDEF"[static_cast<uint8_t>(c) % 16];
    }
  }
  return text;
}

// At the present position, for budgets far away and around what is owed here.
void ExpectExact(const TokenTrie& trie, Matcher& matcher, const std::string& document) {
  const int64_t owed = matcher.FinishBytes();
  TokenMask mask(trie.vocabulary().size());
  for (const int64_t limit : {int64_t{-1}, owed - 1, owed, owed + 1, owed + 2, owed + 3, owed + 4,
                              owed + 10, int64_t{1} << 40}) {
    const BruteForce expected = TryEveryToken(trie.vocabulary(), matcher, limit);
    const size_t size = matcher.size();
    const bool cut = FillMask(trie, matcher, limit, mask);
    ASSERT_EQ(matcher.size(), size);
    ASSERT_EQ(cut, expected.cut) << "after " << Hex(document) << ", at most " << limit;
    for (TokenId id = 0; id < mask.size(); ++id) {
      ASSERT_EQ(mask.Allows(id), expected.mask.Allows(id))
          << "token " << Hex(trie.vocabulary().bytes[static_cast<size_t>(id)]) << " after "
          << Hex(document) << ", at most " << limit << ", owed " << owed;
    }
  }
}

// Reads random legal tokens and then, often, single bytes to be inside characters and escapes.
void WalkDocument(const TokenTrie& trie, Matcher& matcher, std::mt19937& random, int steps) {
  std::string document;
  for (int i = 0; i < steps; ++i) {
    ASSERT_NO_FATAL_FAILURE(ExpectExact(trie, matcher, document));
    const BruteForce legal = TryEveryToken(trie.vocabulary(), matcher, INT64_MAX);
    std::vector<TokenId> ids = Ids(legal.mask);
    std::erase_if(ids, [&](TokenId id) { return trie.vocabulary().IsEnd(id); });
    if (ids.empty()) break;
    const std::string& bytes = trie.vocabulary().bytes[ids[random() % ids.size()]];
    for (const char c : bytes) ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
    document += bytes;
  }
  const std::string end = matcher.Completion();
  EXPECT_EQ(end.size(), matcher.FinishBytes());
  for (const char c : end) ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c))) << Hex(document);
  EXPECT_TRUE(matcher.Accepting());
}

TEST(FillMask, JsonOnRandomVocabularies) {
  std::mt19937 random(2);
  for (int round = 0; round < 10; ++round) {
    const Vocabulary vocabulary = RandomVocabulary(random, 600);
    const TokenTrie trie(vocabulary);
    for (int i = 0; i < 6; ++i) {
      JsonTestMatcher matcher;
      ASSERT_NO_FATAL_FAILURE(WalkDocument(trie, matcher, random, 12));
    }
  }
}

TEST(FillMask, RandomAutomata) {
  std::mt19937 random(3);
  int uniform = 0;
  int legal = 0;
  int loops = 0;
  for (int round = 0; round < 12; ++round) {
    const Vocabulary vocabulary = RandomVocabulary(random, 300);
    const TokenTrie trie(vocabulary);
    for (int i = 0; i < 30; ++i) {
      const std::optional<Dfa> dfa = Dfa::Random(random);
      if (!dfa) continue;
      DfaMatcher matcher(*dfa);
      uniform += matcher.plain_text() == PlainText::kUniform;
      loops += matcher.plain_text() == PlainText::kTry && matcher.loop().ascii[1] != 0;
      legal += matcher.plain_text() == PlainText::kLegal;
      ASSERT_NO_FATAL_FAILURE(WalkDocument(trie, matcher, random, 5));
    }
  }
  EXPECT_GT(uniform, 5);  // the interesting cases do occur
  EXPECT_GT(legal, 5);
  EXPECT_GT(loops, 5);
}

// Vocabularies so large that it pays to look for loops below a first byte.
TEST(FillMask, LoopsBelowAFirstByte) {
  std::mt19937 random(6);
  int loops = 0;
  for (int round = 0; round < 6; ++round) {
    const Vocabulary vocabulary = RandomVocabulary(random, 2000);
    const TokenTrie trie(vocabulary);
    for (int i = 0; i < 12; ++i) {
      const std::optional<Dfa> dfa = Dfa::Random(random);
      if (!dfa) continue;
      DfaMatcher matcher(*dfa);
      for (const uint8_t first : {'a', '"'}) {
        if (!matcher.Push(first)) continue;
        loops += matcher.plain_text() == PlainText::kTry && matcher.loop().ascii[1] != 0;
        matcher.Pop(1);
      }
      ASSERT_NO_FATAL_FAILURE(WalkDocument(trie, matcher, random, 2));
    }
    CountingMatcher counting(1, 3, SomeSet(static_cast<size_t>(round)));
    ASSERT_NO_FATAL_FAILURE(WalkDocument(trie, counting, random, 3));
  }
  EXPECT_GT(loops, 5);
}

// Runs of every length around what may still come, with and without a quote before them.
TEST(FillMask, CountsToTheCharacter) {
  Vocabulary vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    AddToken(vocabulary, std::string(1, static_cast<char>(byte)), TokenKind::kNormal);
  }
  for (const std::string run : {"a", "h", "é", "7", " ", "ah"}) {
    std::string text;
    for (int n = 0; n < 40; ++n) {
      text += run;
      AddToken(vocabulary, text, TokenKind::kNormal);
      AddToken(vocabulary, "\"" + text, TokenKind::kNormal);
      AddToken(vocabulary, text + "\"", TokenKind::kNormal);
      AddToken(vocabulary, text + "\xC3", TokenKind::kNormal);
    }
  }
  const TokenTrie trie(vocabulary);
  for (const uint32_t most : {0, 1, 3, 14, 15, 16, 17, 18, 30}) {
    for (size_t which = 0; which < 4; ++which) {
      CountingMatcher matcher(0, most, SomeSet(which));
      ASSERT_NO_FATAL_FAILURE(ExpectExact(trie, matcher, ""));
      ASSERT_TRUE(matcher.Push('"'));
      ASSERT_NO_FATAL_FAILURE(ExpectExact(trie, matcher, "\""));
    }
  }
}

TEST(FillMask, StringsThatCountCharacters) {
  std::mt19937 random(4);
  for (int round = 0; round < 40; ++round) {
    const Vocabulary vocabulary = RandomVocabulary(random, 500);
    const TokenTrie trie(vocabulary);
    const auto min = static_cast<uint32_t>(random() % 6);
    const PlainSet set = SomeSet(random());
    CountingMatcher matcher(min, min + static_cast<uint32_t>(random() % 40), set);
    ASSERT_NO_FATAL_FAILURE(WalkDocument(trie, matcher, random, 8));
  }
}

// A matcher that knows no bound of what plain text costs is asked about every token near its
// budget, and only there.
TEST(FillMask, PlainTextWithoutABound) {
  class Unbounded final : public Matcher {
   public:
    bool Push(uint8_t byte) override {
      ++pushes_;
      return matcher_.Push(byte);
    }
    void Pop(size_t n) override { matcher_.Pop(n); }
    size_t size() const override { return matcher_.size(); }
    bool Accepting() const override { return matcher_.Accepting(); }
    uint32_t FinishBytes() const override { return matcher_.FinishBytes(); }
    std::string Completion() const override { return matcher_.Completion(); }
    PlainText plain_text() const override {
      const bool uniform = matcher_.plain_text() == PlainText::kUniform;
      return uniform ? PlainText::kLegal : PlainText::kTry;
    }
    int pushes_ = 0;

   private:
    JsonTestMatcher matcher_;
  };
  std::mt19937 random(5);
  const Vocabulary vocabulary = RandomVocabulary(random, 500);
  const TokenTrie trie(vocabulary);
  Unbounded matcher;
  ASSERT_NO_FATAL_FAILURE(WalkDocument(trie, matcher, random, 10));
  Unbounded string;
  ASSERT_TRUE(string.Push('"'));
  TokenMask mask(vocabulary.size());
  string.pushes_ = 0;
  FillMask(trie, string, 1000, mask);
  const int near = string.pushes_;
  string.pushes_ = 0;
  FillMask(trie, string, INT64_MAX, mask);
  EXPECT_LT(string.pushes_, near);
}

}  // namespace
}  // namespace bantam::grammar
