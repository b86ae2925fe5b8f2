// Rows of the table against the pool that they are made from, and masks inside texts of formats
// against trying every token.
#include "grammar/mask/text_automaton.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"
#include "grammar/mask/mask_builder.h"
#include "grammar/mask/mask_oracle.h"
#include "grammar/regex/formats.h"
#include "grammar/regex/regex_syntax.h"
#include "grammar/regex_matcher.h"
#include "grammar/schema/json_schema.h"

namespace bantam::grammar {
namespace {

using Row = TextAutomaton::Row;

constexpr const char* kFormats[] = {"date-time", "email",    "idn-email",    "hostname",
                                    "uri",       "iri",      "idn-hostname", "ipv6",
                                    "regex",     "duration", "uri-template", "json-pointer"};
constexpr const char* kPatterns[] = {"^[a-z]{2,9}(-[0-9]+)*$", "^.{3,40}$",      "^\\S+@\\S+$",
                                     "^(?!ab)[^,]{0,20}$",     "^[\\p{L}_]+ x$", "b$"};

// A character, mostly one that texts have.
char32_t SomeCharacter(std::mt19937& random) {
  constexpr char32_t kWide[] = {0x80,   0xA0,   0xBF,   0xC0,    0xE9,    0x375,   0x5D0,   0x660,
                                0x94D,  0x1FFF, 0x2000, 0x2028,  0x2FFF,  0x3000,  0x30FB,  0x4E2D,
                                0xAC00, 0xD7FF, 0xE000, 0xFFFFF, 0x1F600, 0x10000, 0x10FFFF};
  const auto n = random();
  if (n % 4 == 0) return kWide[random() % std::size(kWide)];
  if (n % 4 == 1) return static_cast<char32_t>(random() % 0x80);
  return U"abxn019-.:@/T"[random() % 13];
}

void ExpectStep(RegexPool& pool, TextAutomaton& automaton, RegexId id, Row row, char32_t c) {
  const RegexId next = pool.Derive(id, c);
  const Row found = automaton.Next(row, c);
  ASSERT_EQ(found != TextAutomaton::kDead, pool.Alive(next)) << uint32_t{c};
  if (found == TextAutomaton::kDead) return;
  ASSERT_EQ(automaton.Owed(found), pool.ShortestLength(next)) << uint32_t{c};
  ASSERT_EQ(automaton.Nullable(found), pool.Nullable(next)) << uint32_t{c};
  ASSERT_TRUE(pool.Matches(next, automaton.FewestBytes(found, TextForm::kJson))) << uint32_t{c};
}

// Characters begun with some bytes.
void ExpectWithin(RegexPool& pool, TextAutomaton& automaton, RegexId id, Row row, char32_t c) {
  std::string text;
  AppendUtf8(c, text);
  std::optional<PartialChar> begun = PartialChar::Begin(static_cast<uint8_t>(text[0]));
  for (size_t i = 1; i < text.size(); ++i) {
    const auto owed = automaton.OwedWithin(row, *begun);
    ASSERT_EQ(owed.has_value(), pool.AliveWithin(id, begun->first, begun->last)) << uint32_t{c};
    begun = begun->Next(static_cast<uint8_t>(text[i]));
  }
}

// Texts that promise to be legal are.
void ExpectFree(TextAutomaton& automaton, Row row, std::mt19937& random) {
  const TextAutomaton::Free free = automaton.FreeFrom(row);
  if (free.classes == 0) return;
  for (int trial = 0; trial < 30; ++trial) {
    Row at = row;
    for (uint32_t n = 0; n < std::min<uint32_t>(free.characters, 40); ++n) {
      const char32_t c = SomeCharacter(random);
      if ((free.classes & BitOf(ClassOfCharacter(c))) == 0) continue;
      at = automaton.Next(at, c);
      ASSERT_NE(at, TextAutomaton::kDead) << n << " " << uint32_t{c};
      ASSERT_LE(automaton.Owed(at), free.owed);
    }
  }
}

// The row, without a limit of lengths; `id` is what it stands for.
std::optional<Row> RowAt(RegexPool& pool, TextAutomaton& automaton, RegexId& id) {
  const auto start = automaton.At(id);
  if (!start) return std::nullopt;
  const auto [unlimited, most] = pool.WithoutLengthLimit(id);
  EXPECT_EQ(start->most, most);
  if (most != RegexPool::kUnbounded) {
    EXPECT_EQ(pool.Both(std::array{unlimited, pool.Length(0, most)}), id);
  }
  id = unlimited;
  return start->row;
}

void ExpectTable(RegexPool& pool, RegexId start, std::mt19937& random) {
  TextAutomaton automaton(pool);
  for (int walk = 0; walk < 8; ++walk) {
    RegexId id = start;
    std::optional<Row> row = RowAt(pool, automaton, id);
    ASSERT_TRUE(row.has_value());
    for (int step = 0; step < 12; ++step) {
      ASSERT_NO_FATAL_FAILURE(ExpectFree(automaton, *row, random));
      std::vector<char32_t> legal;
      for (int i = 0; i < 40; ++i) {
        const char32_t c = SomeCharacter(random);
        ASSERT_NO_FATAL_FAILURE(ExpectStep(pool, automaton, id, *row, c));
        ASSERT_NO_FATAL_FAILURE(ExpectWithin(pool, automaton, id, *row, c));
        if (automaton.Next(*row, c) != TextAutomaton::kDead) legal.push_back(c);
      }
      if (legal.empty()) break;
      const char32_t c = legal[random() % legal.size()];
      id = pool.Derive(id, c);
      row = random() % 4 == 0 ? RowAt(pool, automaton, id) : automaton.Next(*row, c);
      ASSERT_TRUE(row.has_value());
    }
  }
  EXPECT_FALSE(automaton.gave_up());
}

TEST(TextAutomaton, IsThePoolsOwn) {
  std::mt19937 random(1);
  for (const char* format : kFormats) {
    RegexPool pool;
    ASSERT_NO_FATAL_FAILURE(ExpectTable(pool, *FormatRegex(pool, format), random)) << format;
  }
  for (const char* pattern : kPatterns) {
    RegexPool pool;
    const auto id = ParseRegex(pool, pattern, Anchoring::kSearch);
    ASSERT_TRUE(id.has_value());
    ASSERT_NO_FATAL_FAILURE(ExpectTable(pool, *id, random)) << pattern;
  }
}

// Expressions that are made later tell characters apart that those before did not.
TEST(TextAutomaton, LearnsNewClasses) {
  RegexPool pool;
  TextAutomaton automaton(pool);
  const RegexId letters = *ParseRegex(pool, "[a-z]{3}", Anchoring::kWhole);
  ASSERT_TRUE(automaton.At(letters).has_value());
  const RegexId some = *ParseRegex(pool, "[m-p]x|[^m-p]yy", Anchoring::kWhole);
  const Row row = automaton.At(some)->row;
  EXPECT_EQ(automaton.Owed(automaton.Next(row, 'n')), 1U);
  EXPECT_EQ(automaton.Owed(automaton.Next(row, 'z')), 2U);
  EXPECT_EQ(automaton.Owed(automaton.Next(row, 0x4E2D)), 2U);
  const Row again = automaton.At(letters)->row;
  EXPECT_EQ(automaton.Next(again, '1'), TextAutomaton::kDead);
  EXPECT_EQ(automaton.Owed(automaton.Next(again, 'n')), 2U);
  EXPECT_FALSE(automaton.At(RegexPool::kNothing).has_value());
}

// What comes after a text that is being walked may have an automaton, too.
TEST(TextAutomaton, RowsHoldWhileTheyAreWalked) {
  RegexPool pool;
  TextAutomaton automaton(pool);
  const Row row = automaton.At(*ParseRegex(pool, "[a-z]{3}", Anchoring::kWhole))->row;
  const RegexId other = *ParseRegex(pool, "[m-p]x|[^m-p]yy", Anchoring::kWhole);
  {
    const TextAutomaton::Hold hold(automaton);
    EXPECT_FALSE(automaton.At(other).has_value());
    EXPECT_EQ(automaton.Owed(automaton.Next(row, 'n')), 2U);
  }
  EXPECT_TRUE(automaton.At(other).has_value());
}

TEST(TextAutomaton, GivesUpWhereClassesAreTooMany) {
  RegexPool pool;
  std::vector<RegexId> options;
  for (char32_t c = 0x4E00; c < 0x4E00 + 1100; ++c) {
    options.push_back(pool.Concat(
        std::array{pool.Class(CodePointSet::Of(c, c)), pool.Class(CodePointSet::Of(c, c))}));
  }
  TextAutomaton automaton(pool);
  EXPECT_FALSE(automaton.At(pool.Either(options)).has_value());
}

// Bytes, pieces of the texts, and those with quotes and escapes after them.
Vocabulary PiecesOf(const std::vector<std::string>& texts, std::mt19937& random) {
  Vocabulary vocabulary;
  AddToken(vocabulary, "</s>", TokenKind::kControl);
  vocabulary.end_ids = {0};
  for (int byte = 0; byte < 256; ++byte) {
    AddToken(vocabulary, std::string(1, static_cast<char>(byte)), TokenKind::kNormal);
  }
  const char* ends[] = {"", "", "", "", "\"", "\",\"", "\\", "\\u00", "\n", "\xE4\xB8", "中"};
  for (const std::string& text : texts) {
    if (text.size() > FlatTrie::kMaxTextBytes - 10) continue;
    for (int i = 0; i < 4; ++i) {
      const size_t at = random() % text.size();
      std::string piece = text.substr(at, 1 + random() % 12);
      if (random() % 8 == 0) piece += piece + piece;
      piece += ends[random() % std::size(ends)];
      AddToken(vocabulary, piece, TokenKind::kNormal);
      // As many as it takes to look for an automaton below a quote.
      AddToken(vocabulary, "\"" + text.substr(0, at), TokenKind::kNormal);
      AddToken(vocabulary, "\"" + piece, TokenKind::kNormal);
      AddToken(vocabulary, "\"" + text + ends[random() % std::size(ends)], TokenKind::kNormal);
    }
  }
  for (const char* token : {"\"\"", "\"\",", "\"\",\"\"", "[\"", "\",\""}) {
    AddToken(vocabulary, token, TokenKind::kNormal);
  }
  for (int i = 0; i < 200; ++i) {
    AddToken(vocabulary, "\"a-" + std::to_string(i), TokenKind::kNormal);
  }
  return vocabulary;
}

std::map<std::string, std::vector<std::string>> TextsOfFormats() {
  std::map<std::string, std::vector<std::string>> texts;
  std::ifstream file(std::string(BANTAM_SOURCE_DIR) + "/tests/golden/regex/formats.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto json = Json::Parse(line);
    if (!json) continue;
    const std::string text = json->Find("text")->AsString();
    if (!text.empty()) texts[json->Find("format")->AsString()].push_back(text);
  }
  return texts;
}

void ExpectMasks(const TokenTrie& trie, Matcher& matcher) {
  TokenMask mask(trie.vocabulary().size());
  const int64_t owed = matcher.FinishBytes();
  for (const int64_t limit :
       {int64_t{-1}, owed - 1, owed, owed + 1, owed + 5, owed + 30, int64_t{1} << 40}) {
    const BruteForce expected = TryEveryToken(trie.vocabulary(), matcher, limit);
    const size_t size = matcher.size();
    const bool cut = FillMask(trie, matcher, limit, mask);
    ASSERT_EQ(matcher.size(), size);
    ASSERT_EQ(Ids(mask), Ids(expected.mask)) << "at most " << limit;
    ASSERT_EQ(cut, expected.cut) << "at most " << limit;
  }
}

// Reads some of the texts as `opening` says and looks at masks on the way. How often there was an
// automaton.
int ReadTexts(const TokenTrie& trie, const std::string& schema, const std::string& opening,
              const std::vector<std::string>& texts, std::mt19937& random) {
  int places = 0;
  const auto compiled = JsonSchema::Compile(*Json::Parse(schema), {});
  EXPECT_TRUE(compiled.has_value()) << schema;
  for (int i = 0; i < 2; ++i) {
    const auto matcher = (*compiled)->NewMatcher();
    const std::string document = opening + texts[random() % texts.size()] + "\"";
    for (size_t read = 0; read < document.size(); ++read) {
      if (read <= opening.size() || random() % 4 == 0) {
        ExpectMasks(trie, *matcher);
        if (testing::Test::HasFailure()) {
          ADD_FAILURE() << schema << " after " << document.substr(0, read);
          return places;
        }
      }
      if (!matcher->Push(static_cast<uint8_t>(document[read]))) break;
      places += matcher->text_place().has_value() ? 1 : 0;
    }
  }
  return places;
}

// Alone; in a list, so that something is owed after each text; and where other texts are asked
// about.
TEST(FillText, IsExactInFormats) {
  std::mt19937 random(2);
  int places = 0;
  for (const auto& [format, texts] : TextsOfFormats()) {
    const Vocabulary vocabulary = PiecesOf(texts, random);
    const TokenTrie trie(vocabulary);
    const std::string text = "{\"type\":\"string\",\"format\":\"" + format + "\"}";
    places += ReadTexts(trie, "{\"format\":\"" + format + "\"}", "\"", texts, random);
    for (const std::string& items :
         {text, text.substr(0, text.size() - 1) + ",\"maxLength\":60}",
          "{\"anyOf\":[" + text + ",{\"type\":\"string\",\"maxLength\":9}]}",
          "{\"if\":{\"pattern\":\"a\"},\"then\":" + text + ",\"type\":\"string\"}"}) {
      places += ReadTexts(trie, "{\"type\":\"array\",\"minItems\":2,\"items\":" + items + "}",
                          "[\"", texts, random);
    }
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(places, 500);
}

// Without quotes around them every character is the text's.
TEST(FillText, IsExactInRegularExpressions) {
  std::mt19937 random(3);
  const std::vector<std::string> texts = {"abc-12-7", "a \"b\" \\ c", "é中文, x@y.z", "l_m x",
                                          "bbb"};
  const Vocabulary vocabulary = PiecesOf(texts, random);
  const TokenTrie trie(vocabulary);
  for (const char* pattern : kPatterns) {
    const auto regex = CompileRegex(pattern);
    ASSERT_TRUE(regex.has_value()) << pattern;
    for (const std::string& text : texts) {
      const auto matcher = (*regex)->NewMatcher();
      for (const char c : text) {
        ASSERT_NO_FATAL_FAILURE(ExpectMasks(trie, *matcher)) << pattern << " " << text;
        if (!matcher->Push(static_cast<uint8_t>(c))) break;
      }
    }
  }
}

// Where an escape leads to limited plain text, the limit counts from there, not from its token's
// first byte, which is a character, too.
TEST(FillText, CountsCharactersBeforeEscapes) {
  std::mt19937 random(4);
  Vocabulary vocabulary = PiecesOf({"abc", "x\ny"}, random);
  for (const char* escape : {"\\n", "\\u000a"}) {
    for (const char* after : {"", "b", "bc", "bcd", "é中", "é中b", "bc\"", "\\\"b"}) {
      AddToken(vocabulary, std::string(escape) + after, TokenKind::kNormal);
      AddToken(vocabulary, std::string("\"") + escape + after, TokenKind::kNormal);
      AddToken(vocabulary, std::string("\"é") + escape + after, TokenKind::kNormal);
    }
  }
  const TokenTrie trie(vocabulary);
  const auto schema = JsonSchema::Compile(
      *Json::Parse(R"({"type":"string","maxLength":3,"not":{"pattern":"^(?!a).*$"}})"), {});
  ASSERT_TRUE(schema.has_value());
  const auto matcher = (*schema)->NewMatcher();
  ASSERT_NO_FATAL_FAILURE(ExpectMasks(trie, *matcher));
  ASSERT_TRUE(matcher->Push('"'));
  ASSERT_NO_FATAL_FAILURE(ExpectMasks(trie, *matcher));
}

}  // namespace
}  // namespace bantam::grammar
