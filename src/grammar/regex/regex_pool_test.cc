// Random expressions against the sets of texts they stand for, and what must be fast or bounded.
#include "grammar/regex/regex_pool.h"

#include <gtest/gtest.h>

#include <array>
#include <bitset>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"
#include "grammar/regex/regex_syntax.h"

namespace bantam::grammar {
namespace {

// All texts of up to five letters of "abx", where x stands for every code point but a and b.
constexpr size_t kMaxLength = 5;
constexpr size_t kTexts = 1 + 3 + 9 + 27 + 81 + 243;
using Language = std::bitset<kTexts>;

const std::vector<std::string>& Texts() {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> all = {""};
    for (size_t i = 0; all[i].size() < kMaxLength; ++i) {
      for (const char c : {'a', 'b', 'x'}) all.push_back(all[i] + c);
    }
    return all;
  }();
  return texts;
}

size_t IndexOf(std::string_view text) {  // the order of Texts()
  size_t index = 0;
  for (const char c : text) index = index * 3 + 1 + (c == 'a' ? 0 : c == 'b' ? 1 : 2);
  return index;
}

Language ConcatOf(const Language& a, const Language& b) {
  Language result;
  for (size_t i = 0; i < kTexts; ++i) {
    const std::string_view text = Texts()[i];
    for (size_t cut = 0; cut <= text.size() && !result[i]; ++cut) {
      result[i] = a[IndexOf(text.substr(0, cut))] && b[IndexOf(text.substr(cut))];
    }
  }
  return result;
}

Language RepeatOf(const Language& a, uint64_t min, uint64_t max) {
  Language power;
  power[0] = true;
  Language result;
  // More rounds than letters add nothing but what is there: min is at most 3 here.
  for (uint64_t i = 0; i <= std::min<uint64_t>(max, 10); ++i) {
    if (i >= min) result |= power;
    power = ConcatOf(power, a);
  }
  return result;
}

struct Sample {
  RegexId id;
  Language language;
};

class Generator {
 public:
  Generator(RegexPool& pool, uint64_t seed) : pool_(pool), random_(seed) {}

  Sample Draw(int depth) {
    switch (Below(depth == 0 ? 3 : 10)) {
      case 0:
      case 1: return Letters();
      case 2: return Edge();
      case 3:
      case 4: {
        const Sample a = Draw(depth - 1);
        const Sample b = Draw(depth - 1);
        return {pool_.Concat(std::array{a.id, b.id}), ConcatOf(a.language, b.language)};
      }
      case 5:
      case 6: {
        const Sample a = Draw(depth - 1);
        const Sample b = Draw(depth - 1);
        return {pool_.Either(std::array{a.id, b.id}), a.language | b.language};
      }
      case 7: {
        const Sample a = Draw(depth - 1);
        const Sample b = Draw(depth - 1);
        return {pool_.Both(std::array{a.id, b.id}), a.language & b.language};
      }
      case 8: {
        const Sample a = Draw(depth - 1);
        return {pool_.Not(a.id), ~a.language};
      }
      default: {
        const Sample a = Draw(depth - 1);
        const uint64_t min = Below(3);
        const uint64_t max = Below(3) == 0 ? RegexPool::kUnbounded : min + Below(3);
        return {pool_.Repeat(a.id, min, max), RepeatOf(a.language, min, max)};
      }
    }
  }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }

  Sample Letters() {
    const uint64_t which = 1 + Below(7);
    CodePointSet set;
    Language language;
    if (which & 1) set.Add('a', 'a');
    if (which & 2) set.Add('b', 'b');
    if (which & 4) {
      CodePointSet ab;
      ab.Add('a', 'b');
      set.Add(ab.Complement());
    }
    for (size_t i = 0; i < 3; ++i) language[1 + i] = (which >> i & 1) != 0;
    return {pool_.Class(set), language};
  }

  Sample Edge() {
    Language language;
    switch (Below(4)) {
      case 0: return {RegexPool::kNothing, language};
      case 1: language[0] = true; return {RegexPool::kEmpty, language};
      case 2: return {RegexPool::kAnything, ~language};
      default: {
        const uint64_t min = Below(4);
        const uint64_t max = Below(2) == 0 ? RegexPool::kUnbounded : min + Below(3);
        for (size_t i = 0; i < kTexts; ++i) {
          language[i] = Texts()[i].size() >= min && Texts()[i].size() <= max;
        }
        return {pool_.Length(min, max), language};
      }
    }
  }

  RegexPool& pool_;
  std::mt19937_64 random_;
};

TEST(RegexPoolTest, RandomExpressionsMatchWhatTheyStandFor) {
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    RegexPool pool;
    const Sample sample = Generator(pool, seed).Draw(static_cast<int>(1 + seed % 5));
    uint64_t shortest = RegexPool::kUnbounded;
    for (size_t i = 0; i < kTexts; ++i) {
      ASSERT_EQ(pool.Matches(sample.id, Texts()[i]), sample.language[i])
          << "seed " << seed << " text '" << Texts()[i] << "'";
      if (sample.language[i]) shortest = std::min<uint64_t>(shortest, Texts()[i].size());
    }
    ASSERT_EQ(pool.Nullable(sample.id), sample.language[0]) << seed;
    const bool alive = pool.Alive(sample.id);
    if (shortest <= kMaxLength) {
      ASSERT_TRUE(alive) << seed;
      ASSERT_EQ(pool.ShortestLength(sample.id), shortest) << seed;
    }
    if (alive) {
      ASSERT_GE(pool.ShortestLength(sample.id), std::min(shortest, kMaxLength + 1)) << seed;
      const std::string text = pool.Shortest(sample.id);
      ASSERT_TRUE(pool.Matches(sample.id, text))
          << "seed " << seed << " text " << text << " length " << pool.ShortestLength(sample.id);
      ASSERT_EQ(text.size(), pool.ShortestLength(sample.id)) << seed;  // ASCII is always as short
    }
    ASSERT_FALSE(pool.exhausted()) << seed;
  }
}

TEST(RegexPoolTest, QuestionsAgreeWithDerivatives) {
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    RegexPool pool;
    const Sample sample = Generator(pool, seed + 1'000'000).Draw(static_cast<int>(1 + seed % 4));
    bool any_dead = false;
    bool loops = sample.id != RegexPool::kNothing;
    for (const std::string& text : Texts()) {
      RegexId id = sample.id;
      for (const char c : text) id = pool.Derive(id, c);
      any_dead |= !pool.Alive(id);
      if (text.size() > 2) continue;
      if (text.size() == 1) loops &= id == sample.id;
      std::optional<char32_t> best;
      for (const char32_t c : {U'a', U'b', U'x'}) {
        const RegexId next = pool.Derive(id, c);
        ASSERT_EQ(pool.AliveWithin(id, c, c), pool.Alive(next)) << seed;
        if (!pool.Alive(next)) continue;
        if (!best || pool.ShortestLength(next) < pool.ShortestLength(pool.Derive(id, *best))) {
          best = c;
        }
      }
      if (best == U'x') best = U'c';
      ASSERT_EQ(pool.BestWithin(id, 'a', 'z'), best) << seed;
      ASSERT_EQ(pool.AliveWithin(id, 'a', 'z'), best.has_value()) << seed;
    }
    ASSERT_TRUE(!any_dead || !pool.AliveAfterAnyPlain(sample.id)) << seed;
    if (!any_dead && sample.id != RegexPool::kAnything) pool.AliveAfterAnyPlain(sample.id);
    ASSERT_EQ(pool.LoopsOnPlain(sample.id), loops) << seed;
  }
}

RegexId Parsed(RegexPool& pool, std::string_view pattern) {
  const auto id = ParseRegex(pool, pattern, Anchoring::kWhole);
  EXPECT_TRUE(id.has_value()) << pattern;
  return id.value_or(RegexPool::kNothing);
}

RegexId Meet(RegexPool& pool, RegexId a, RegexId b) {
  return pool.Both(std::array{a, b});
}

TEST(RegexPoolTest, CountersCostNothing) {
  RegexPool pool;
  const RegexId a = Parsed(pool, "a{1,1000000000}");
  EXPECT_EQ(pool.ShortestLength(a), 1u);
  EXPECT_TRUE(pool.Matches(a, std::string(1000, 'a')));
  EXPECT_FALSE(pool.Matches(a, ""));
  const RegexId b = Parsed(pool, "(a|aa){5,1000000000}b");
  EXPECT_EQ(pool.Shortest(b), "aaaaab");
  EXPECT_TRUE(pool.Matches(b, std::string(1000, 'a') + "b"));
  const RegexId c = Parsed(pool, "((a{3}){1,1000000}){1,1000000}");
  EXPECT_EQ(pool.ShortestLength(c), 3u);
  EXPECT_FALSE(pool.exhausted());
}

TEST(RegexPoolTest, LengthsAreExactWithoutWalkingThem) {
  RegexPool pool;
  const auto shortest = [&](std::string_view pattern, uint64_t min, uint64_t max) {
    const auto id = ParseRegex(pool, pattern, Anchoring::kSearch);
    const RegexId both = Meet(pool, *id, pool.Length(min, max));
    return pool.Alive(both) ? pool.ShortestLength(both) : RegexPool::kUnbounded;
  };
  constexpr uint64_t kNever = RegexPool::kUnbounded;
  EXPECT_EQ(shortest("^[a-z]+$", 100'000, kNever), 100'000u);
  EXPECT_EQ(shortest("^[a-z][a-z0-9]{0,1000000}$", 500'000, 2'000'000), 500'000u);
  EXPECT_EQ(shortest("^(ab)*$", 100'001, kNever), 100'002u);
  EXPECT_EQ(shortest("^(ab)*$", 100'001, 100'001), kNever);
  EXPECT_EQ(shortest("^(aaa|bbbbb)*$", 1'000'000, kNever), 1'000'000u);
  EXPECT_EQ(shortest("^(aaa|bbbbb)*$", 7, 7), kNever);
  EXPECT_EQ(shortest("^(?!.*--)[a-z-]+$", 1'000'000, kNever), 1'000'000u);
  EXPECT_EQ(shortest("foo", 1'000'000'000, kNever), 1'000'000'000u);
  EXPECT_EQ(shortest("^foo$", 4, kNever), kNever);
  EXPECT_EQ(shortest("^a{3,5}$|^b{10}$", 6, 9), kNever);
  EXPECT_EQ(shortest("^a{3,5}$|^b{10}$", 6, 20), 10u);
  EXPECT_FALSE(pool.exhausted());
}

TEST(RegexPoolTest, ManyLiteralsAreQuick) {
  RegexPool pool;
  std::vector<RegexId> words;
  for (int i = 0; i < 10'000; ++i)
    words.push_back(pool.Literal("word number " + std::to_string(i)));
  const RegexId id = pool.Either(words);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(pool.Matches(id, "word number " + std::to_string(i)));
  }
  EXPECT_FALSE(pool.Matches(id, "word number 10000"));
  EXPECT_EQ(pool.ShortestLength(id), 13u);
  const RegexId some = Meet(pool, id, Parsed(pool, ".*77.*"));
  EXPECT_TRUE(pool.Alive(some));
  EXPECT_EQ(pool.Shortest(some), "word number 77");
  EXPECT_FALSE(pool.Alive(Meet(pool, id, Parsed(pool, ".*x.*"))));
  const RegexId others = Meet(pool, Parsed(pool, "[a-z]+"), pool.Not(id));
  EXPECT_EQ(pool.ShortestLength(others), 1u);
  EXPECT_FALSE(pool.exhausted());
}

TEST(RegexPoolTest, ShortestTextsAreReadable) {
  RegexPool pool;
  EXPECT_EQ(pool.Shortest(Parsed(pool, "[^x]")), "a");
  EXPECT_EQ(pool.Shortest(Parsed(pool, "[\"\\\\!]")), "!");
  EXPECT_EQ(pool.Shortest(Parsed(pool, "[\\d_]{3}")), "000");
  EXPECT_EQ(pool.Shortest(Parsed(pool, "[\\s\\\\]")), " ");
  EXPECT_EQ(pool.Shortest(Parsed(pool, "(?!a)[ab]+")), "b");
  EXPECT_EQ(pool.Shortest(Parsed(pool, "((?:ab{3}[^x]{2}){2}|c{99}){3}d{2}")),
            "abbbaaabbbaaabbbaaabbbaaabbbaaabbbaadd");
  EXPECT_EQ(pool.Shortest(Parsed(pool, "\"\"|b\"|ab|\\\\a")), "ab");
  EXPECT_EQ(pool.Shortest(Parsed(pool, "\\u{1F600}|\"\"")), "\xF0\x9F\x98\x80");
}

// Characters of one to four bytes, and of six in JSON.
const std::vector<std::string> kOfAllSizes = {"a", "\"", "\x01", "é", "€", "🀀"};

std::string RandomPattern(std::mt19937& random, int depth) {
  if (depth == 0) {
    std::string all;
    for (size_t n = 1 + random() % 3; n > 0; --n) all += kOfAllSizes[random() % kOfAllSizes.size()];
    return random() % 2 == 0 ? all : "[" + all + "]";
  }
  const std::string a = RandomPattern(random, depth - 1);
  switch (random() % 6) {
    case 0: return "(?:" + a + "|" + RandomPattern(random, depth - 1) + ")";
    case 1: return "(?:" + a + "){1,2}";
    case 2: return "(?!" + a + ")" + RandomPattern(random, depth - 1);
    case 3:
      return "(?=" + a + "|" + RandomPattern(random, depth - 1) + ")" +
             RandomPattern(random, depth - 1);
    default: return a + RandomPattern(random, depth - 1);
  }
}

size_t BytesIn(TextForm form, const std::string& text) {
  return form == TextForm::kJson ? JsonQuote(text).size() - 2 : text.size();
}

TEST(RegexPoolTest, FewestBytesAreThoseOfNoOtherText) {
  std::vector<std::string> texts = {""};
  for (size_t i = 0; texts[i].size() < 4; ++i) {
    for (const std::string& c : kOfAllSizes) texts.push_back(texts[i] + c);
  }
  std::mt19937 random(7);
  int alive = 0;
  int fewer = 0;  // than the text of the fewest code points has
  for (int i = 0; i < 2000; ++i) {
    RegexPool pool;
    const std::string pattern = RandomPattern(random, 1 + i % 3) + (i % 4 == 0 ? "[^z]{0,9}" : "");
    const RegexId id = *ParseRegex(pool, pattern, Anchoring::kWhole);
    for (const TextForm form : {TextForm::kUtf8, TextForm::kJson}) {
      if (!pool.Alive(id)) continue;
      ++alive;
      const std::string found = pool.FewestBytes(id, form);
      ASSERT_TRUE(pool.Matches(id, found)) << pattern;
      size_t least = ~size_t{0};
      for (const std::string& text : texts) {
        if (pool.Matches(id, text)) least = std::min(least, BytesIn(form, text));
      }
      ASSERT_LE(BytesIn(form, found), least) << pattern;
      ASSERT_LE(BytesIn(form, found), BytesIn(form, pool.Shortest(id))) << pattern;
      fewer += BytesIn(form, found) < BytesIn(form, pool.Shortest(id)) ? 1 : 0;
      // Written so far, its rest has no more than is left of it.
      RegexId at = id;
      std::string rest = found;
      while (!rest.empty()) {
        const DecodedChar c = DecodeUtf8(rest, 0);
        at = pool.Derive(at, c.code_point);
        rest = rest.substr(c.length);
        ASSERT_EQ(BytesIn(form, pool.FewestBytes(at, form)), BytesIn(form, rest)) << pattern;
      }
    }
    ASSERT_FALSE(pool.exhausted()) << pattern;
  }
  EXPECT_GT(alive, 2000);
  EXPECT_GT(fewer, 50);
}

TEST(RegexPoolTest, TheCheapestCharacterIsTheOneThatJsonWritesShortest) {
  RegexPool pool;
  size_t bytes = 0;
  for (char32_t c = CodePointSet::kLast; c > 0; --c) {
    if (c > 0x3000 && c % 0x1000 > 1) continue;
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    CodePointSet set = CodePointSet::Of(c, c);
    set.Add(0x10FFFF, 0x10FFFF);
    std::string text;
    AppendUtf8(c, text);
    bytes = std::min(JsonQuote(text).size(), JsonQuote("\U0010FFFF").size());
    ASSERT_EQ(JsonQuote(pool.FewestBytes(pool.Class(set), TextForm::kJson)).size(), bytes)
        << uint32_t{c};
  }
  EXPECT_EQ(bytes, 6U);  // 1: the last of U+0001 and what is four bytes long
}

TEST(RegexPoolTest, LookingForFewestBytesIsBounded) {
  RegexPool pool;
  const RegexId id = *ParseRegex(pool, "(?:\\p{L}\\P{ASCII}){200}|[b-d]{650}", Anchoring::kWhole);
  const std::string shortest = pool.Shortest(id);  // and all segments
  const uint64_t before = pool.work();
  EXPECT_EQ(pool.FewestBytes(id, TextForm::kJson), shortest);
  EXPECT_GT(pool.work() - before, 30'000U);
  EXPECT_LT(pool.work() - before, 70'000U);
  EXPECT_FALSE(pool.exhausted());
}

TEST(RegexPoolTest, KnowsWhatPlainTextLeavesAlive) {
  RegexPool pool;
  const RegexId search = *ParseRegex(pool, "foo", Anchoring::kSearch);
  EXPECT_TRUE(pool.AliveAfterAnyPlain(search));
  EXPECT_FALSE(pool.LoopsOnPlain(search));
  EXPECT_TRUE(pool.AliveAfterAnyPlain(RegexPool::kAnything));
  EXPECT_TRUE(pool.LoopsOnPlain(RegexPool::kAnything));
  EXPECT_TRUE(pool.LoopsOnPlain(Parsed(pool, "[^\"\\\\\\x00-\\x1F]*")));
  EXPECT_FALSE(pool.AliveAfterAnyPlain(Parsed(pool, "[a-z]*")));
  // Whatever was asked before: nothing is known yet of what follows "ab".
  const RegexId other = pool.Not(pool.Literal("ab"));
  EXPECT_TRUE(pool.AliveAfterAnyPlain(other));
  EXPECT_TRUE(pool.Alive(pool.Derive(pool.Derive(other, 'a'), 'b')));
  EXPECT_FALSE(pool.AliveAfterAnyPlain(pool.Length(0, 100'000)));
  EXPECT_TRUE(pool.AliveAfterAnyPlain(pool.Length(3, RegexPool::kUnbounded)));
}

// What is remembered of states that one leads to changes nothing.
TEST(RegexPoolTest, PlainTextLeavesTheSameAliveWhateverWasAskedBefore) {
  for (const bool before : {false, true}) {
    RegexPool pool;
    const RegexId x = pool.Class(CodePointSet::Of('x', 'x'));
    const RegexId id = pool.Not(pool.Repeat(x, 250, 250));  // it leads to 250 others
    RegexId later = id;
    for (int i = 0; i < 100; ++i) later = pool.Derive(later, 'x');
    if (before) EXPECT_TRUE(pool.AliveAfterAnyPlain(later));
    EXPECT_FALSE(pool.AliveAfterAnyPlain(id));
    EXPECT_EQ(pool.MostAfterPlain(later), 1U);  // of 150

    const RegexId search = *ParseRegex(pool, "foo", Anchoring::kSearch);
    if (before) EXPECT_EQ(pool.MostAfterPlain(RegexPool::kAnything), 0U);
    EXPECT_EQ(pool.MostAfterPlain(search), 3U);
    EXPECT_EQ(pool.MostAfterPlain(RegexPool::kAnything), 0U);
  }
}

TEST(RegexPoolTest, LimitsAreSaid) {
  RegexPool pool({.expressions = 1000, .states = 100});
  const RegexId id = *ParseRegex(pool, "[ab]*a[ab]{5}", Anchoring::kWhole);
  EXPECT_FALSE(pool.exhausted());
  RegexId state = id;
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) state = pool.Derive(state, random() % 2 == 0 ? 'a' : 'b');
  const auto hard =
      ParseRegex(pool, "(?=.*a.{20}b)(?=.*b.{20}a)(?!.*c.{9}d)(.{7})*e", Anchoring::kWhole);
  if (hard) pool.Alive(*hard);
  EXPECT_TRUE(pool.exhausted());
}

// Classes of hundreds of ranges: a state that is led to by many of them takes as long as thousands
// of others.
constexpr std::array kWideClasses = {
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M",  "Mn", "Mc", "N",  "Nd",         "Nl",      "No",
    "P", "Pc", "Pd", "Ps", "Po", "S",  "Sm", "Sc", "Sk", "So", "Alphabetic", "ID_Start"};

std::string WideClass(size_t i, char p) {
  return std::string("\\") + p + "{" + kWideClasses[i % kWideClasses.size()] + "}";
}

TEST(RegexPoolTest, WorkOnManyRangesIsBounded) {
  constexpr uint64_t kWork = 3'000'000;
  RegexPool pool({.work = kWork});
  std::vector<RegexId> parts;
  for (size_t i = 0; i < kWideClasses.size(); ++i) {
    const std::string pattern =
        WideClass(i, 'p') + WideClass(i + 1, 'p') + "{3}." + WideClass(i + 2, 'P');
    parts.push_back(*ParseRegex(pool, pattern, Anchoring::kSearch));
  }
  EXPECT_FALSE(pool.Alive(pool.Both(parts)));
  EXPECT_TRUE(pool.exhausted());
  EXPECT_LT(pool.work(), 2 * kWork);
}

// Questions that take little each, as many as they are.
TEST(RegexPoolTest, WorkIsLimitedInSum) {
  constexpr uint64_t kMost = 30'000;
  const auto ask = [](RegexPool& pool) {
    bool alive = true;
    for (int i = 0; i < 300; ++i) {
      const std::string n = std::to_string(i);
      const auto parse = [&](const std::string& pattern) {
        return ParseRegex(pool, pattern, Anchoring::kSearch).value_or(RegexPool::kNothing);
      };
      const std::array<RegexId, 2> both = {parse("^\\p{Lu}+" + n),
                                           parse("\\p{Ll}{1,3}x" + n + "$")};
      alive = pool.Alive(pool.Both(both)) && alive;
    }
    return alive;
  };
  RegexPool free;
  EXPECT_TRUE(ask(free));
  EXPECT_FALSE(free.exhausted());
  EXPECT_GT(free.work(), 2 * kMost);
  RegexPool limited;
  limited.LimitWork(kMost);
  EXPECT_FALSE(ask(limited));
  EXPECT_TRUE(limited.exhausted());
  EXPECT_LT(limited.work(), kMost + kMost / 10);
}

// States of many ranges that are met again at each length.
TEST(RegexPoolTest, LookingForManyTextsIsWork) {
  constexpr uint64_t kMost = 50'000;
  RegexPool pool;
  const RegexId id = *ParseRegex(pool, "^\\p{Lu}*z{101}$", Anchoring::kSearch);
  EXPECT_EQ(pool.LengthOfMany(id, 2), RegexPool::kUnbounded);
  for (const uint64_t many : {2, 500}) {
    const uint64_t before = pool.work();
    EXPECT_EQ(pool.LengthOfMany(id, many), RegexPool::kUnbounded);
    EXPECT_GT(pool.work() - before, kMost);
    EXPECT_LT(pool.work() - before, kMost + kMost / 10);
  }
  EXPECT_EQ(pool.LengthOfMany(*ParseRegex(pool, "^a\\p{Lu}*z$", Anchoring::kSearch), 500), 3U);
}

// The same where each code point is asked for alone, and where all ranges are found by classes.
TEST(RegexPoolTest, ManyRangesAreWhatTheirCodePointsAre) {
  RegexPool pool;
  std::vector<RegexId> parts;
  for (size_t i = 0; i < 3; ++i) {
    const std::string pattern = WideClass(i, 'p') + "+(?:" + WideClass(i + 4, 'P') + "x|" +
                                WideClass(i + 2, 'p') + "{2,5})";
    const RegexId id = *ParseRegex(pool, pattern, Anchoring::kSearch);
    parts.push_back(i == 1 ? pool.Not(id) : id);
  }
  RegexId id = pool.Both(parts);
  for (const char32_t step : {U'a', char32_t{0x4E2D}, U'B', char32_t{0x301}}) {
    std::vector<std::pair<char32_t, RegexId>> alone;
    for (char32_t c = 0; c < 0x20000; c += 1 + c / 40) {
      RegexPool::Memo memo;
      if (c < 0xD800 || c > 0xDFFF) alone.emplace_back(c, pool.DeriveAlone(id, c, memo));
    }
    pool.Leading(id, RegexPool::kNothing);  // all ranges
    for (const auto& [c, target] : alone) ASSERT_EQ(pool.Derive(id, c), target) << uint32_t{c};
    id = pool.Derive(id, step);
  }
}

// What may be asked next about states that are near is not worth that much.
TEST(RegexPoolTest, KnownAnswersTakeLittleWorkOnManyRanges) {
  constexpr size_t kParts = 3;
  RegexPool pool;
  std::vector<RegexId> parts;
  for (size_t i = 0; i < kParts; ++i) {
    const std::string pattern = ".*" + WideClass(i, 'p') + WideClass(i + 1, 'P') +
                                "{1,30}(?:" + WideClass(i + 2, 'p') + ".|" + WideClass(i + 3, 'p') +
                                "{2}){3}.*";
    parts.push_back(pool.Not(*ParseRegex(pool, pattern, Anchoring::kWhole)));
  }
  parts.push_back(*ParseRegex(pool, ".*(?:.b|a.){2}.*", Anchoring::kWhole));
  EXPECT_TRUE(pool.Alive(pool.Both(parts)));
  EXPECT_FALSE(pool.exhausted());
  EXPECT_LT(pool.work(), 3'000'000U);  // five million with all of them
}

}  // namespace
}  // namespace bantam::grammar
