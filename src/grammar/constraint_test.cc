// A reply of random tokens is always valid and finished within its budget.
#include "grammar/constraint.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "grammar/mask/dfa_test_matcher.h"
#include "grammar/mask/json_test_matcher.h"
#include "grammar/mask/mask_oracle.h"

namespace bantam::grammar {
namespace {

using MakeMatcher = std::unique_ptr<Matcher> (*)(const Dfa&);

std::unique_ptr<Constraint> Make(std::unique_ptr<Matcher> matcher, const TokenTrie& trie,
                                 int64_t budget) {
  auto constraint = Constraint::Create(std::move(matcher), trie, budget);
  EXPECT_TRUE(constraint) << constraint.error().message;
  return constraint ? *std::move(constraint) : nullptr;
}

bool Reads(Matcher& matcher, std::string_view text) {
  for (const char c : text) {
    if (!matcher.Push(static_cast<uint8_t>(c))) return false;
  }
  return true;
}

struct Reply {
  std::string text;
  int64_t tokens = 0;
  bool shortened = false;
};

// Uniform over the legal tokens, with a guess taken back now and then.
Reply Sample(const TokenTrie& trie, Constraint& constraint, std::mt19937& random, bool back) {
  const Vocabulary& vocabulary = trie.vocabulary();
  Reply reply;
  for (;;) {
    const TokenMask mask = constraint.Mask();
    const std::vector<TokenId> ids = Ids(mask);
    EXPECT_FALSE(ids.empty()) << reply.text;
    if (ids.empty()) return reply;
    if (back && random() % 4 == 0) {
      const int64_t shortened = constraint.shortened_at();
      int n = 0;
      for (; n < 3; ++n) {
        const std::vector<TokenId> guesses = Ids(constraint.Mask());
        EXPECT_TRUE(constraint.Accept(guesses[random() % guesses.size()]));
      }
      constraint.Rollback(n);
      EXPECT_EQ(constraint.shortened_at(), shortened);
      const TokenId any = static_cast<TokenId>(random() % vocabulary.bytes.size());
      EXPECT_EQ(constraint.Allows(any), mask.Allows(any));
      EXPECT_EQ(Ids(constraint.Mask()), ids);
    }
    const TokenId token = ids[random() % ids.size()];
    EXPECT_TRUE(constraint.Allows(token));
    EXPECT_TRUE(constraint.Accept(token));
    ++reply.tokens;
    reply.shortened = constraint.shortened_at() >= 0;
    if (vocabulary.IsEnd(token)) return reply;
    reply.text += vocabulary.bytes[static_cast<size_t>(token)];
  }
}

void SampleMany(MakeMatcher make, int rounds, uint32_t seed) {
  std::mt19937 random(seed);
  int shortened = 0;
  int replies = 0;
  for (int round = 0; round < rounds; ++round) {
    const Vocabulary vocabulary = RandomVocabulary(random, 200);
    const TokenTrie trie(vocabulary);
    const std::optional<Dfa> dfa = Dfa::Random(random);
    if (!dfa) continue;
    const int64_t minimum = make(*dfa)->FinishBytes() + 1;
    for (int64_t budget = minimum; budget <= minimum + 60; ++budget) {
      auto constraint = Make(make(*dfa), trie, budget);
      ASSERT_NE(constraint, nullptr);
      const Reply reply = Sample(trie, *constraint, random, round % 2 == 1);
      ASSERT_LE(reply.tokens, budget) << reply.text;
      const std::unique_ptr<Matcher> reader = make(*dfa);
      ASSERT_TRUE(Reads(*reader, reply.text)) << reply.text;
      ASSERT_TRUE(reader->Accepting()) << reply.text;
      shortened += reply.shortened;
      ++replies;
    }
  }
  EXPECT_GT(replies, 500);
  EXPECT_GT(shortened, 0);
}

TEST(Constraint, JsonAlwaysFinishes) {
  SampleMany(
      [](const Dfa&) -> std::unique_ptr<Matcher> { return std::make_unique<JsonTestMatcher>(); },
      30, 1);
}

TEST(Constraint, AutomataAlwaysFinish) {
  SampleMany(
      [](const Dfa& dfa) -> std::unique_ptr<Matcher> { return std::make_unique<DfaMatcher>(dfa); },
      40, 2);
}

TEST(Constraint, CountedStringsAlwaysFinish) {
  SampleMany(
      [](const Dfa&) -> std::unique_ptr<Matcher> {
        return std::make_unique<CountingMatcher>(3, 20);
      },
      30, 3);
}

// Bytes, words, and the end.
Vocabulary SmallVocabulary(const std::vector<std::string>& words) {
  Vocabulary vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    AddToken(vocabulary, std::string(1, static_cast<char>(byte)), TokenKind::kByte);
  }
  AddToken(vocabulary, "<end>", TokenKind::kControl);
  vocabulary.end_ids = {256};
  for (const std::string& word : words) AddToken(vocabulary, word, TokenKind::kNormal);
  return vocabulary;
}
constexpr TokenId kEnd = 256;

// One text of several, whose completion is always the shortest that is left.
class Choice final : public Matcher {
 public:
  explicit Choice(std::vector<std::string> texts) : texts_(std::move(texts)) {}
  bool Push(uint8_t byte) override {
    read_ += static_cast<char>(byte);
    if (Shortest() != nullptr) return true;
    read_.pop_back();
    return false;
  }
  void Pop(size_t n) override { read_.resize(read_.size() - n); }
  size_t size() const override { return read_.size(); }
  bool Accepting() const override { return FinishBytes() == 0; }
  uint32_t FinishBytes() const override { return static_cast<uint32_t>(Completion().size()); }
  std::string Completion() const override { return Shortest()->substr(read_.size()); }

 private:
  const std::string* Shortest() const {
    const std::string* best = nullptr;
    for (const std::string& text : texts_) {
      if (text.starts_with(read_) && (best == nullptr || text.size() < best->size())) best = &text;
    }
    return best;
  }
  std::vector<std::string> texts_;
  std::string read_;
};

std::unique_ptr<Choice> MakeChoice(std::vector<std::string> texts) {
  return std::make_unique<Choice>(std::move(texts));
}

TEST(Constraint, ABudgetBelowTheMinimumIsRefused) {
  const Vocabulary vocabulary = SmallVocabulary({});
  const TokenTrie trie(vocabulary);
  const auto small = Constraint::Create(MakeChoice({"yes", "maybe"}), trie, 3);
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(small.error().message.find("takes 4"), std::string::npos) << small.error().message;
  EXPECT_TRUE(Constraint::Create(MakeChoice({"yes", "maybe"}), trie, 4));
  EXPECT_FALSE(Constraint::Create(MakeChoice({"yes"}), trie, -1));
}

TEST(Constraint, TheBudgetDecidesAndSaysSo) {
  const Vocabulary vocabulary = SmallVocabulary({"no", "maybe"});
  const TokenTrie trie(vocabulary);
  auto wide = Make(MakeChoice({"no", "maybe"}), trie, 6);
  EXPECT_EQ(Ids(wide->Mask()), (std::vector<TokenId>{'m', 'n', 257, 258}));
  EXPECT_EQ(wide->shortened_at(), -1);
  auto narrow = Make(MakeChoice({"no", "maybe"}), trie, 5);
  EXPECT_FALSE(narrow->Allows('m'));  // four more bytes and the end
  EXPECT_EQ(narrow->shortened_at(), 0);
  EXPECT_EQ(Ids(narrow->Mask()), (std::vector<TokenId>{'n', 257, 258}));
  EXPECT_FALSE(narrow->Accept('m'));
  EXPECT_TRUE(narrow->Accept(258));
  EXPECT_EQ(Ids(narrow->Mask()), std::vector<TokenId>{kEnd});
  EXPECT_TRUE(narrow->Accept(kEnd));
  EXPECT_EQ(Ids(narrow->Mask()), std::vector<TokenId>{kEnd});
  EXPECT_FALSE(narrow->Allows('m'));
  EXPECT_EQ(narrow->shortened_at(), 0);
}

TEST(Constraint, ShortenedAtCountsTheReplysBytesAndGoesBack) {
  const Vocabulary vocabulary = SmallVocabulary({});
  const TokenTrie trie(vocabulary);
  auto matcher = MakeChoice({"> no", "> now", "> normal"});
  ASSERT_TRUE(Reads(*matcher, "> "));
  auto constraint = Make(std::move(matcher), trie, 4);
  EXPECT_TRUE(constraint->Accept('n'));
  EXPECT_TRUE(constraint->Accept('o'));
  EXPECT_EQ(constraint->shortened_at(), -1);
  EXPECT_EQ(Ids(constraint->Mask()), (std::vector<TokenId>{'w', kEnd}));
  EXPECT_EQ(constraint->shortened_at(), 2);
  EXPECT_TRUE(constraint->Accept('w'));
  constraint->Rollback(1);
  EXPECT_EQ(constraint->shortened_at(), 2);
  EXPECT_TRUE(constraint->Accept(kEnd));
  constraint->Rollback(3);
  EXPECT_EQ(constraint->shortened_at(), -1);
  EXPECT_EQ(constraint->matcher().size(), 2);
  EXPECT_EQ(Ids(constraint->Mask()), std::vector<TokenId>{'n'});
}

TEST(Constraint, ForcedBytes) {
  const Vocabulary vocabulary = SmallVocabulary({});
  const TokenTrie trie(vocabulary);
  bool ends = true;
  auto constraint = Make(MakeChoice({"prefix one", "prefix two"}), trie, 100);
  EXPECT_EQ(constraint->ForcedBytes(&ends), "prefix ");
  EXPECT_FALSE(ends);
  EXPECT_EQ(constraint->matcher().size(), 0);
  for (const char c : std::string("prefix t")) ASSERT_TRUE(constraint->Accept(c));
  EXPECT_EQ(constraint->ForcedBytes(&ends), "wo");
  EXPECT_TRUE(ends);
  ASSERT_TRUE(constraint->Accept('w'));
  ASSERT_TRUE(constraint->Accept('o'));
  EXPECT_EQ(constraint->ForcedBytes(&ends), "");
  EXPECT_TRUE(ends);
  // What may end need not go on.
  EXPECT_EQ(Make(MakeChoice({"ab", "abcd"}), trie, 9)->ForcedBytes(&ends), "ab");
  EXPECT_FALSE(ends);
  auto json = Make(std::make_unique<JsonTestMatcher>(), trie, 100);
  EXPECT_EQ(json->ForcedBytes(&ends), "");
  ASSERT_TRUE(json->Accept('t'));
  EXPECT_EQ(json->ForcedBytes(&ends), "rue");
  EXPECT_FALSE(ends);  // white space may follow
  auto long_text = Make(MakeChoice({std::string(3000, 'x')}), trie, 4000);
  EXPECT_EQ(long_text->ForcedBytes(&ends), std::string(Constraint::kMaxForcedBytes, 'x'));
  EXPECT_FALSE(ends);
}

TEST(Constraint, VocabulariesWithoutAnEndOrNeededBytesAreRefused) {
  Vocabulary endless = SmallVocabulary({});
  endless.end_ids.clear();
  const TokenTrie endless_trie(endless);
  const auto none = Constraint::Create(MakeChoice({"a"}), endless_trie, 10);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kUnsupported);

  Vocabulary lacking = SmallVocabulary({});
  lacking.kinds['Q'] = TokenKind::kUnused;
  lacking.kinds[0xE6] = TokenKind::kUnused;
  const TokenTrie lacking_trie(lacking);
  const auto refused = Constraint::Create(MakeChoice({"a"}), lacking_trie, 10);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(refused.error().message.find("0x51, 0xE6"), std::string::npos)
      << refused.error().message;
}

// As SmolLM2, which has no token for U+0004 and none for the first byte of U+40000.
TEST(Constraint, RareBytesMayBeMissing) {
  Vocabulary vocabulary = SmallVocabulary({});
  for (const int byte : {0x04, 0xC0, 0xF1, 0xFF}) {
    vocabulary.kinds[static_cast<size_t>(byte)] = TokenKind::kUnused;
  }
  const TokenTrie trie(vocabulary);
  const auto needed = Constraint::Create(MakeChoice({"a\x04"}), trie, 10);
  ASSERT_FALSE(needed);
  EXPECT_NE(needed.error().message.find("0x04"), std::string::npos) << needed.error().message;
  // "ab\x04" is shorter than "abcd", so that after "a" the completion known cannot be spelled.
  auto constraint = Make(MakeChoice({"z", "x\x04", "xyyy"}), trie, 10);
  ASSERT_NE(constraint, nullptr);
  EXPECT_FALSE(constraint->Allows('x'));
  EXPECT_FALSE(constraint->Accept('x'));
  EXPECT_TRUE(constraint->Allows('z'));
  EXPECT_TRUE(constraint->Accept('z'));
  constraint->Rollback(1);
  EXPECT_TRUE(constraint->Accept('z'));
  EXPECT_TRUE(constraint->Accept(kEnd));
}

}  // namespace
}  // namespace bantam::grammar
