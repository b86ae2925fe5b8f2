// Ends of arrays whose items must differ, while more of them are owed: what they take, and masks
// near the limit.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "grammar/mask/mask_builder.h"
#include "grammar/mask/mask_oracle.h"
#include "grammar/matcher_contract.h"
#include "grammar/schema/json_matcher.h"
#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

const std::vector<std::string> kSchemas = {
    R"({"type":"array","items":{"type":"string"},"uniqueItems":true})",
    R"({"type":"array","items":{"type":"string"},"uniqueItems":true,"minItems":2})",
    R"({"type":"array","items":{"type":["string","integer"]},"uniqueItems":true,"minItems":4})",
    R"({"type":"array","items":{"type":"string","maxLength":2},"uniqueItems":true,"minItems":3,
        "maxItems":5})",
    R"({"type":"array","items":{"pattern":"^[a-k]+$","type":"string"},"uniqueItems":true,
        "minItems":3})",
    R"({"type":"array","items":{"pattern":"^[ab]{1,2}$","type":"string"},"uniqueItems":true,
        "minItems":5})",
    R"({"type":"array","items":{"type":"object","properties":{"id":{"type":"string"}},
        "required":["id"]},"uniqueItems":true,"minItems":3})",
    R"({"type":"array","items":{"type":"object","properties":{"a":{"type":"string"},
        "b":{"type":"integer"}},"required":["a"],"additionalProperties":false},
        "uniqueItems":true,"minItems":2})",
    R"({"type":"array","contains":{"type":"string"},"minContains":2,
        "unevaluatedItems":{"type":"integer"},"uniqueItems":true,"minItems":3})",
    R"({"type":"array","items":{"type":"array","items":{"type":"string"},"uniqueItems":true,
        "minItems":2},"uniqueItems":true,"minItems":2})",
    R"({"type":"array","items":{"enum":["a","hi","b",7,[7],null]},"uniqueItems":true,
        "minItems":4})",
    R"({"type":"array","items":{"enum":[7,"a","b"]},"not":{"uniqueItems":true},"minItems":3})",
    R"({"not":{"uniqueItems":true}})",
    R"({"type":"array","items":{"type":"string"},"not":{"uniqueItems":true}})",
    R"({"type":"array","items":{"type":"string"},"not":{"uniqueItems":true},"minItems":4})",
    R"({"type":"array","items":{"type":"string","minLength":1},"not":{"uniqueItems":true},
        "maxItems":3})",
    R"({"type":"array","items":{"type":"string","minLength":3,"maxLength":12},
        "not":{"uniqueItems":true},"minItems":4})",
    R"({"type":"array","items":{"type":["string","integer","array"],"minLength":2},
        "not":{"uniqueItems":true},"minItems":1,"maxItems":3})",
    R"({"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},
        "x\"":{"type":"string","minLength":2}},"required":["id","x\""],
        "additionalProperties":{"type":"number"}},"not":{"uniqueItems":true}})",
    R"({"type":"array","prefixItems":[{"minLength":2,"type":"string"}],"not":{"uniqueItems":true},
        "items":{"type":"string","maxLength":3}})",
    R"({"type":"array","oneOf":[{"uniqueItems":true},{"minItems":3}]})",
    R"({"oneOf":[{"minProperties":2},{"uniqueItems":true}]})",
    R"({"type":"array","items":{"not":{"uniqueItems":true},"type":["array","string"]},
        "minItems":2,"not":{"uniqueItems":true}})",
    R"({"type":"array","prefixItems":[{"type":"string"}],"items":{"enum":["a","b",0,"7"]},
        "uniqueItems":true,"minItems":4})",
    R"({"type":"array","prefixItems":[{"type":"string"},{"enum":["a","hijk b hi"]}],
        "uniqueItems":true})",
    R"({"type":"array","prefixItems":[{"type":"string"},{"const":"a"},true],"minItems":2,
        "uniqueItems":true})",
    R"({"type":"array","prefixItems":[{"type":"string","maxLength":9},{"const":"hi"}],"minItems":2,
        "uniqueItems":true})",
    R"({"type":"array","prefixItems":[{"type":"string","pattern":"^[a-k]*$"},{"const":"hi"}],
        "minItems":2,"uniqueItems":true})",
    R"({"anyOf":[{"type":"array","items":{"type":"string"},"uniqueItems":true,"minItems":2},
        {"type":"array","items":{"type":"integer"},"minItems":3}]})",
};

// No byte leads nearer to an end than by one.
std::string BrokenOnWalk(Matcher& matcher, std::mt19937& random) {
  for (std::string text;;) {
    if (std::string broken = BrokenByCompletion(matcher); !broken.empty()) return broken + text;
    const uint32_t finish = matcher.FinishBytes();
    std::string legal;
    for (const char c : std::string("{}[],:\"\"\"abkx1203\\u6d ")) {
      if (!matcher.Push(static_cast<uint8_t>(c))) continue;
      if (matcher.FinishBytes() + 1 < finish) return "a shorter way: " + text + c;
      matcher.Pop(1);
      legal += c;
    }
    if (legal.empty() && matcher.Accepting()) return "";
    const bool ahead = legal.empty() || text.size() > 60 || random() % 4 == 0;
    text +=
        ahead && !matcher.Accepting() ? matcher.Completion()[0] : legal[random() % legal.size()];
    if (!matcher.Push(static_cast<uint8_t>(text.back()))) return "Push again: " + text;
  }
}

TEST(UniqueEnds, AreAsShortAsTheyCanBe) {
  std::mt19937 random(5);
  for (const std::string& schema : kSchemas) {
    const auto machine = MachineOf(schema);
    for (int i = 0; i < 10; ++i) {
      JsonMatcher matcher(*machine);
      EXPECT_EQ(BrokenOnWalk(matcher, random), "") << schema;
    }
  }
}

class UniqueMasks : public testing::Test {
 protected:
  UniqueMasks() : vocabulary_(RandomVocabulary(random_, 300)) {
    for (const char* token :
         {"ab",       "a\",\"",    "\",\"a", "a\",\"a", "\"a\"",     "b\"",     "a\",",
          "b\",",     "\",7,",     "7,7",    "id",      "\"id\":\"", "\"},{\"", "aa",
          "a\\u0061", "\\u0061\"", "hij",    "hi",      "jkb",       "hi\""}) {
      AddToken(vocabulary_, token, TokenKind::kNormal);
    }
    // So many that begin a text that masks decide them together, but for texts that an end has.
    for (const char* head : {"a", "b", "k", "hi", "ab", "aa", "7", "jk", "x", "hijk"}) {
      for (const char* tail :
           {"",      "a", "b",  "c",  "k",   " b", " hi", "0",      "\"",  "\",",
            "\",\"", "z", "hi", "jk", "\\n", "é",  "aa",  "\",\"a", "b\"", "k\""}) {
        AddToken(vocabulary_, "\"" + std::string(head) + tail, TokenKind::kNormal);
      }
    }
    trie_ = std::make_unique<TokenTrie>(vocabulary_);
  }

  // Compares a mask with what trying every token gives.
  std::string Broken(Matcher& matcher, int64_t most, TokenMask& mask) {
    const bool cut = FillMask(*trie_, matcher, most, mask);
    const BruteForce expected = TryEveryToken(vocabulary_, matcher, most);
    for (TokenId id = 0; id < vocabulary_.size(); ++id) {
      if (mask.Allows(id) == expected.mask.Allows(id)) continue;
      return (mask.Allows(id) ? "allows " : "forbids ") +
             vocabulary_.bytes[static_cast<size_t>(id)];
    }
    return cut == expected.cut ? "" : "cut";
  }

  std::mt19937 random_{11};
  Vocabulary vocabulary_;
  std::unique_ptr<TokenTrie> trie_;
};

TEST_F(UniqueMasks, AreExactOnTheWayOfTheShortestEnd) {
  TokenMask mask(vocabulary_.size());
  for (const std::string& schema : kSchemas) {
    const auto machine = MachineOf(schema);
    JsonMatcher matcher(*machine);
    std::string text = matcher.Completion();
    if (text.size() < 4) text = "[\"hi\",\"";
    for (size_t i = 0; i < text.size() && i < 16; ++i) {
      const int64_t finish = matcher.FinishBytes();
      for (int64_t most = finish - 1; most < finish + 6; ++most) {
        ASSERT_EQ(Broken(matcher, most, mask), "")
            << schema << " after " << text.substr(0, i) << ", " << most - finish;
      }
      ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(text[i])));
    }
  }
}

// Texts that are too long to be had again sooner than what the end has: all are alike.
TEST_F(UniqueMasks, AreSharedByLongTextsOfWhichTwoMustBeEqual) {
  TokenMask mask(vocabulary_.size());
  for (const std::string& schema : {
           std::string(R"({"type":"array","items":{"type":"string"},"not":{"uniqueItems":true}})"),
           std::string(R"({"type":"array","items":{"type":"string"},"not":{"uniqueItems":true},
               "minItems":4})"),
           std::string(R"({"type":"array","items":{"type":["string","array"],"minItems":1},
               "not":{"uniqueItems":true}})"),
       }) {
    const auto machine = MachineOf(schema);
    for (const std::string text : {R"(["abcdefghijklmnop)", R"(["hijk b hi","hijk b hijk)",
                                   R"(["hi","hijk b hi","hijk b)", R"(["hijk b hi","hijk b h)",
                                   R"(["hijk b hi","h\u0069jk b )", R"(["hijk b hi","hijk b)"}) {
      JsonMatcher matcher(*machine);
      for (const char c : text) ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
      if (text.starts_with("[\"abc") || text.ends_with("hijk")) {
        EXPECT_EQ(matcher.plain_text(), PlainText::kUniform) << schema << text;
        EXPECT_FALSE(matcher.ends_vary());
      }
      const int64_t finish = matcher.FinishBytes();
      for (const int64_t more : {-1, 0, 1, 2, 3, 4, 5, 6, 9, 17, 40, 1'000'000}) {
        ASSERT_EQ(Broken(matcher, finish + more, mask), "") << schema << text << more;
      }
    }
  }
}

// Tokens are drawn from masks, and the budget is spent faster than it must be, so that it is felt.
TEST_F(UniqueMasks, AreExactNearTheLimit) {
  for (const std::string& schema : kSchemas) {
    for (int round = 0; round < 10; ++round) {
      const auto machine = MachineOf(schema);
      JsonMatcher matcher(*machine);
      int64_t left = matcher.FinishBytes() + static_cast<int64_t>(random_() % 30);
      std::string text;
      for (int step = 0; step < 30; ++step) {
        TokenMask mask(vocabulary_.size());
        ASSERT_EQ(Broken(matcher, left - 1, mask), "")
            << schema << " after " << text << ", " << left;
        const std::vector<TokenId> legal = Ids(mask);
        const TokenId token = legal[random_() % legal.size()];
        if (vocabulary_.IsEnd(token)) break;
        for (const char c : vocabulary_.bytes[static_cast<size_t>(token)]) {
          ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
          text += c;
        }
        left = std::max<int64_t>(matcher.FinishBytes(),
                                 left - 1 - static_cast<int64_t>(random_() % 3));
      }
    }
  }
}

// Whatever text an item is, the end after it is one that is known, unless the item is in it.
TEST(UniqueEnds, AreNotSearchedForEachValue) {
  for (const char* items :
       {R"({"type":"string"})", R"({"type":["string","integer"]})",
        R"({"type":"string","maxLength":20})", R"({"type":"string","pattern":"^[a-z]+$"})",
        R"({"type":"string","minLength":5,"maxLength":12})",
        R"({"type":"object","properties":{"id":{"type":"string"},"a":{"type":"string"}},
            "required":["id","a"]})",
        R"({"type":"object","properties":{"id":{"type":"string"}},"required":["id"]})"}) {
    for (const char* rule :
         {R"("uniqueItems":true,"minItems":3)",
          R"("uniqueItems":true,"minItems":3,"prefixItems":[true,true],"maxContains":9,
             "contains":true)",
          R"("not":{"uniqueItems":true})", R"("not":{"uniqueItems":true},"minItems":3)",
          R"("oneOf":[{"uniqueItems":true},{"minItems":3}])"}) {
      const std::string schema =
          R"({"type":"array",)" + std::string(rule) + R"(,"items":)" + items + "}";
      const auto machine = MachineOf(schema);
      JsonMatcher matcher(*machine);
      const std::string before = std::string(items).contains("object") ? R"([{"id":")" : "[\"";
      for (const char c : before) ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
      const auto try_texts = [&] {
        for (char a = 'a'; a <= 'z'; ++a) {
          for (char b = 'a'; b <= 'z'; ++b) {
            ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(a)));
            ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(b)));
            EXPECT_TRUE(matcher.FinishesWithin(60));
            matcher.Pop(2);
          }
        }
      };
      const size_t formulas = machine->languages().formulas().size();
      try_texts();
      // Two searches for each of the few texts that are in the end, and where nothing is known yet.
      EXPECT_LE(machine->finisher().searches(), 20U) << schema;
      EXPECT_LE(machine->languages().formulas().size() - formulas, 200U) << schema;
    }
  }
}

// Of as many characters, not of as many bytes: what comes again is the shortest as it is written.
TEST(UniqueEnds, HaveTheTextOfTheFewestBytesAgain) {
  const auto machine = MachineOf(
      R"({"type":"array","items":{"type":"string","minLength":3},"not":{"uniqueItems":true}})");
  for (const char* text : {R"([":\"a","{{a")", R"(["{{a",":\"a")", R"(["{{{a","\\\\\\","{{{ab")"}) {
    JsonMatcher matcher(*machine);
    for (const char* c = text; *c != '\0'; ++c) ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(*c)));
    const std::string shortest = std::string(text).contains("{{{") ? R"(,"{{{a"])" : R"(,"{{a"])";
    EXPECT_EQ(matcher.Completion(), shortest) << text;
    EXPECT_EQ(BrokenByCompletion(matcher), "") << text;
  }
}

// Each short text is its own end's, if it comes again: that end's length is a sum.
TEST(UniqueEnds, ThatHaveAShortItemAgainAreNotSearchedFor) {
  for (const char* items :
       {R"({"type":"string","minLength":5,"maxLength":12})",
        R"({"type":"object","properties":{"id":{"type":"string"},"a":{"minLength":5,
            "type":"string"}},"required":["id","a"]})"}) {
    const auto machine = MachineOf(R"({"type":"array","minItems":4,"not":{"uniqueItems":true},
        "items":)" + std::string(items) +
                                   "}");
    JsonMatcher matcher(*machine);
    const std::string before = std::string(items).contains("object") ? R"([{"id":")" : "[\"";
    for (const char c : before) ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
    const uint32_t finish = matcher.FinishBytes();
    const uint64_t searches = machine->finisher().searches();
    for (char a = 'a'; a <= 'z'; ++a) {
      ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(a)));
      EXPECT_LE(matcher.FinishBytes(), finish + 1);
      matcher.Pop(1);
    }
    EXPECT_LE(machine->finisher().searches() - searches, 8U) << items;
  }
}

std::string RandomNumber(std::mt19937& random) {
  static const std::vector<std::string> numbers = {"0",
                                                   "-0",
                                                   "7",
                                                   "100",
                                                   "1000",
                                                   "12345",
                                                   "1e3",
                                                   "1E+3",
                                                   "1000.0",
                                                   "0.001",
                                                   "1e-3",
                                                   "0.5",
                                                   "-5e-1",
                                                   "1.50",
                                                   "123456789012345678",
                                                   "1200000000000",
                                                   "9007199254740993",
                                                   "-17.25e10",
                                                   "1e307",
                                                   "1e308",
                                                   "0e0",
                                                   "0.0",
                                                   "12.5e-300",
                                                   "1e-320"};
  if (random() % 3 != 0) return numbers[random() % numbers.size()];
  std::string text = std::to_string(static_cast<int>(random() % 200'000) - 100'000);
  if (random() % 3 == 0) text += "." + std::to_string(random() % 1000);
  if (random() % 3 == 0) text += "e" + std::to_string(static_cast<int>(random() % 40) - 20);
  if (random() % 9 == 0) text += std::string(random() % 60, '0');
  return text;
}

std::string RandomJson(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 6 : 4)) {
    case 0: return random() % 2 == 0 ? "null" : "true";
    case 1: {
      std::string text;
      static const std::vector<std::string> characters = {"a",    "\"",   "\\", "/", "\n",
                                                          "\x01", "\x7F", "é",  "🀀", "\u2028"};
      for (size_t n = random() % 8; n > 0; --n) text += characters[random() % characters.size()];
      return JsonQuote(text);
    }
    case 4: return "[" + RandomJson(random, depth - 1) + "," + RandomJson(random, 0) + "]";
    case 5:
      return R"({"n":)" + RandomJson(random, depth - 1) + R"(,"\"é":)" + RandomJson(random, 0) +
             "}";
    default: return RandomNumber(random);
  }
}

// What comes again is counted as it is written then: in the shortest way, whichever was read.
TEST(UniqueEnds, CountAnItemThatComesAgainAsItIsWritten) {
  std::mt19937 random(4);
  for (const char* keywords : {
           R"("type":"array")",
           R"("type":"array","minItems":3)",
           R"("type":"array","items":{"type":["array","object","number","string"]},"minItems":2)",
           R"("$schema":"http://json-schema.org/draft-04/schema#","type":"array","items":{
              "anyOf":[{"type":"integer"},{"type":["array","object","number"],"items":{
              "type":"integer"},"additionalProperties":{"type":["integer","string"]}}]})",
       }) {
    const std::string schema = "{" + std::string(keywords) + R"(,"not":{"uniqueItems":true}})";
    const auto machine = MachineOf(schema);
    int read = 0;
    for (int round = 0; round < 300; ++round) {
      JsonMatcher matcher(*machine);
      std::string text = "[" + RandomJson(random, 2);
      if (round % 2 == 0) text += "," + RandomJson(random, 2);
      size_t n = 0;
      while (n < text.size() && matcher.Push(static_cast<uint8_t>(text[n]))) {
        ++n;
        const std::string completion = matcher.Completion();
        ASSERT_EQ(matcher.FinishBytes(), completion.size())
            << schema << " " << text.substr(0, n) << " then " << completion;
      }
      read += n == text.size() ? 1 : 0;
      EXPECT_EQ(BrokenByCompletion(matcher), "") << schema << text.substr(0, n);
    }
    EXPECT_GT(read, 30) << schema;
  }
}

// Whichever number is read: no end is searched for to count it.
TEST(UniqueEnds, ThatHaveANumberAgainAreNotSearchedFor) {
  const auto machine =
      MachineOf(R"({"type":"array","minItems":3,"not":{"uniqueItems":true},"items":{
      "type":"object","properties":{"n":{"type":"number"}},"required":["n"]}})");
  JsonMatcher matcher(*machine);
  for (const char c : std::string(R"([{"n":1234)"))
    ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
  matcher.FinishBytes();
  const uint64_t searches = machine->finisher().searches();
  for (int i = 100; i < 999; ++i) {
    for (const char c : std::to_string(i)) ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
    EXPECT_LE(matcher.FinishBytes(), 30U);
    matcher.Pop(3);
  }
  EXPECT_EQ(machine->finisher().searches(), searches);
}

TEST(UniqueEnds, OfManyNumbersAreNotWrittenOutForEach) {
  const auto machine =
      MachineOf(R"({"type":"array","items":{"type":"integer"},"uniqueItems":true,"minItems":200})");
  JsonMatcher matcher(*machine);
  const uint32_t least = matcher.FinishBytes();
  EXPECT_EQ(least, 2U + 10 + (9 + 90) * 2 + 91 * 3 + 199);  // -1 is as long as 10
  const uint64_t searches = machine->finisher().searches();
  for (int i = 0; i < 50; ++i) {
    for (const char c : (i == 0 ? "[" : ",") + std::to_string(3 * i)) {
      ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
    }
    EXPECT_EQ(matcher.FinishBytes() + matcher.size(), least);  // all are of the shortest
  }
  for (const char c : std::string(",7777")) ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
  EXPECT_EQ(matcher.FinishBytes() + matcher.size(), least + 1);
  EXPECT_EQ(BrokenByCompletion(matcher), "");
  EXPECT_EQ(machine->finisher().searches(), searches);
}

// As many steps as numbers, not as many as all their lists have.
TEST(UniqueEnds, OfAThousandNumbersAreFoundOneAfterTheOther) {
  const auto machine = MachineOf(
      R"({"type":"array","items":{"type":"integer"},"uniqueItems":true,"minItems":1000})");
  EXPECT_EQ(machine->shortest().cost, 2U + 10 + (9 + 90) * 2 + 891 * 3 + 999);
  EXPECT_LT(machine->finisher().work(), 5'000U);
  JsonMatcher matcher(*machine);
  EXPECT_EQ(BrokenByCompletion(matcher), "");
}

// What no item can be is not looked for at every place that an array may come to.
TEST(UniqueEnds, WantNothingThatNoItemCanBe) {
  for (const char* schema :
       {R"({"type":"array","contains":false,"uniqueItems":true})",
        R"({"type":"array","contains":{"type":"array"},"minContains":4,"maxContains":3,
            "uniqueItems":true})",
        R"({"type":"array","contains":{"type":"array"},"minContains":4,"maxItems":3,
            "uniqueItems":true})",
        R"({"type":"array","contains":{"type":"integer","minimum":3},"uniqueItems":true,
            "items":{"type":["number","string"],"maximum":2}})"}) {
    const auto machine = MachineOf(schema);
    EXPECT_EQ(machine->shortest().cost, Finish::kNever);
    EXPECT_FALSE(machine->gave_up()) << schema;
    EXPECT_LT(machine->finisher().work(), 1'000U) << schema;
  }
}

}  // namespace
}  // namespace bantam::grammar
