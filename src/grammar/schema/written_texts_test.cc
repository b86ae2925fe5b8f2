// Texts whose characters take different numbers of bytes: the way of the fewest characters is not
// that of the fewest bytes, and what has been promised is kept byte by byte.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "grammar/mask/mask_builder.h"
#include "grammar/mask/mask_oracle.h"
#include "grammar/schema/json_matcher.h"
#include "grammar/schema/schema_test_file.h"

namespace bantam::grammar {
namespace {

// Each with fewer than 64 texts and, followed by what any of many texts may be, with more.
const std::vector<std::string> kPatterns = {"🀀🀀|abcde",
                                            "x(🀀🀀y|abcd)",
                                            "[é🀀](a|bb)|[é€]ccc",
                                            "è🀀|éab",
                                            "€🀀🀀|₭abcde",
                                            "\\x80🀀|\\xA0a",
                                            "\\x01|ab",
                                            "[\\x01\\n]|é\\n",
                                            "(?:\\x02🀀|\\x03[ab]c)",
                                            "\\u{1F000}[🀀-🀏]|\\u{1F600}abc",
                                            "(?!.*ab)(?:🀀|[ab]{3}).?",
                                            "\"\"\"|abcde",
                                            "\\n\\\\🀀|\\n\\\\abc",
                                            "é{3}|[a-c]{5}",
                                            "[^\\x20-~]+",
                                            "\\p{Script=Greek}{2}|ab\\u{10000}",
                                            "(?:é{1,3}a|b🀀){2}",
                                            "\\x7F|€"};

std::vector<std::string> Schemas() {
  std::vector<std::string> schemas;
  for (const std::string& pattern : kPatterns) {
    for (const char* more : {"", "[ab]{0,9}", "[ab]*"}) {
      const std::string written = JsonQuote("^(?:" + pattern + ")" + more + "$");
      schemas.push_back(R"({"type":"string","pattern":)" + written + "}");
      schemas.push_back(R"({"type":"string","maxLength":6,"pattern":)" + written + "}");
    }
    const std::string written = JsonQuote("^(?:" + pattern + ")[ab]{0,9}$");
    schemas.push_back(R"({"type":"array","minItems":2,"items":{"type":"string","pattern":)" +
                      written + R"(},"uniqueItems":true})");
    schemas.push_back(R"({"type":["string","array"],"anyOf":[{"minLength":3},{"pattern":)" +
                      written + R"(}],"minItems":30})");
    schemas.push_back(R"({"type":"object","minProperties":2,"additionalProperties":false,
        "patternProperties":{)" +
                      written + R"(:{"type":"integer"}}})");
  }
  return schemas;
}

// Not by BrokenByCompletion: names of the fewest characters may promise too many bytes at first.
// The promise that is broken on a random walk to an end; "" for none. `exact`: no byte leads nearer
// to the end than by one.
std::string BrokenOnWalk(Matcher& matcher, std::mt19937& random, bool exact) {
  for (std::string text;;) {
    const std::string completion = matcher.Completion();
    const uint32_t finish = matcher.FinishBytes();
    if (finish != completion.size()) return "not its length: " + completion;
    for (size_t i = 0; i < finish; ++i) {
      if (!matcher.Push(static_cast<uint8_t>(completion[i]))) return "refused: " + completion;
      if (matcher.FinishBytes() + i + 1 > finish) return "more than promised: " + completion;
    }
    if (!matcher.Accepting()) return "no end: " + completion;
    matcher.Pop(finish);
    std::string legal;
    for (int byte = 0; byte < 256; ++byte) {
      if (!matcher.Push(static_cast<uint8_t>(byte))) continue;
      if (exact && matcher.FinishBytes() + 1 < finish) return "a shorter way after " + text;
      matcher.Pop(1);
      legal += static_cast<char>(byte);
    }
    if (matcher.Accepting() && (legal.empty() || text.size() > 40)) return "";
    const bool ahead = legal.empty() || text.size() > 40 || random() % 2 == 0;
    text +=
        ahead && !matcher.Accepting() ? matcher.Completion()[0] : legal[random() % legal.size()];
    if (!matcher.Push(static_cast<uint8_t>(text.back()))) return "Push again: " + text;
  }
}

TEST(WrittenTexts, KeepWhatIsPromised) {
  std::mt19937 random(3);
  for (const std::string& schema : Schemas()) {
    const auto machine = MachineOf(schema);
    const bool exact = !schema.contains("Properties") && !schema.contains("unique");
    for (int round = 0; round < 4; ++round) {
      JsonMatcher matcher(*machine);
      ASSERT_EQ(BrokenOnWalk(matcher, random, exact), "") << schema;
    }
    EXPECT_FALSE(machine->languages().regexes().exhausted()) << schema;
  }
}

TEST(WrittenTexts, HaveExactMasksNearTheLimit) {
  std::mt19937 random(11);
  Vocabulary vocabulary = RandomVocabulary(random, 100);
  for (const char* token :
       {"\"",   "\",",  "\"]",      "\":",    "a",   "b",        "ab",       "abc",
        "bcd",  "ccc",  "é",        "€",      "🀀",   "\xF0\x9F", "\x80\x80", "\xC3",
        "\xA9", "\xC2", "\xE2\x82", "\\",     "\\n", "\\u",      "\\u000",   "1",
        "\\\"", "\"é",  "\"a",      "\"\xF0", "x",   "c\"",      "bb\"",     "\x7F"}) {
    AddToken(vocabulary, token, TokenKind::kNormal);
  }
  const TokenTrie trie(vocabulary);
  for (const std::string& schema : Schemas()) {
    for (int round = 0; round < 3; ++round) {
      const auto machine = MachineOf(schema);
      JsonMatcher matcher(*machine);
      int64_t left = matcher.FinishBytes() + static_cast<int64_t>(random() % 9);
      std::string text;
      for (int step = 0; step < 24; ++step) {
        TokenMask mask(vocabulary.size());
        const bool cut = FillMask(trie, matcher, left - 1, mask);
        const BruteForce expected = TryEveryToken(vocabulary, matcher, left - 1);
        ASSERT_EQ(cut, expected.cut) << schema << " after " << text;
        for (TokenId id = 0; id < vocabulary.size(); ++id) {
          ASSERT_EQ(mask.Allows(id), expected.mask.Allows(id))
              << schema << " after " << text << ", " << left << ": "
              << vocabulary.bytes[static_cast<size_t>(id)];
        }
        const std::vector<TokenId> legal = Ids(mask);
        ASSERT_FALSE(legal.empty()) << schema << " after " << text << ", " << left;
        const TokenId token = legal[random() % legal.size()];
        if (vocabulary.IsEnd(token)) break;
        for (const char c : vocabulary.bytes[static_cast<size_t>(token)]) {
          ASSERT_TRUE(matcher.Push(static_cast<uint8_t>(c)));
          text += c;
        }
        left =
            std::max<int64_t>(matcher.FinishBytes(), left - 1 - static_cast<int64_t>(random() % 3));
      }
    }
  }
}

}  // namespace
}  // namespace bantam::grammar
