// NumberSet::Complete against trying out every short text.
#include "grammar/number/number_completion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grammar/number/number_set.h"
#include "grammar/number/number_syntax.h"
#include "grammar/number/test_decimal.h"

namespace bantam::grammar {
namespace {

NumberState Read(std::string_view text) {
  auto state = NumberState::kStart;
  for (const char c : text) state = Next(state, static_cast<uint8_t>(c));
  return state;
}

// Digits of the exponent of `text`.
size_t ExponentDigits(std::string_view text) {
  const size_t e = text.find('e');
  if (e == std::string_view::npos) return 0;
  return text.size() - e - (text.find_first_of("+-", e) == std::string_view::npos ? 1 : 2);
}

bool IsSpelled(std::string_view text, NumberSpelling spelling) {
  if (spelling == NumberSpelling::kAny) return true;
  if (text.find_first_of("eE") != std::string_view::npos) return false;
  if (!text.contains('.')) return true;
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return spelling == NumberSpelling::kDecimal && digits <= kMostDecimalDigits;
}

// All numbers that begin with a prefix and have at most `room` characters more, by length.
struct Listing {
  std::vector<std::pair<std::string, Decimal>> numbers;

  Listing(const std::string& prefix, size_t room) {
    std::vector<std::string> level = {prefix};
    for (size_t length = 0;; ++length) {
      for (const std::string& text : level) {
        if (IsComplete(Read(text))) numbers.emplace_back(text, D(text));
      }
      if (length == room) return;
      std::vector<std::string> longer;
      for (const std::string& text : level) {
        for (const char c : std::string_view("-+.e0123456789")) {
          std::string more = text + c;
          if (Read(more) == NumberState::kDead) continue;
          if (c != '-' && c != '+' && ExponentDigits(more) > NumberSet::kMaxExponentDigits &&
              ExponentDigits(more) > ExponentDigits(prefix)) {
            continue;
          }
          longer.push_back(std::move(more));
        }
      }
      level = std::move(longer);
    }
  }

  std::optional<size_t> Shortest(const NumberSet& set) const {
    for (const auto& [text, value] : numbers) {
      if (set.Has(value) && IsSpelled(text, set.spelling())) return text.size();
    }
    return std::nullopt;
  }
};

class Sets {
 public:
  explicit Sets(uint64_t seed) : random_(seed) {}
  std::mt19937_64& random() { return random_; }

  std::string Number() {
    std::string text = random_() % 4 ? "" : "-";
    const int kind = static_cast<int>(random_() % 6);
    if (kind == 0) return text + "0";
    if (kind < 3) return text + std::to_string(random_() % (kind == 1 ? 20 : 3'000) + 1);
    std::string digits = std::to_string(random_() % (kind == 3   ? 10
                                                     : kind == 4 ? 100
                                                                 : 10'000) +
                                        1);
    const int exponent = static_cast<int>(random_() % (random_() % 4 ? 7 : 400)) - 3;
    return text + digits + "e" + std::to_string(random_() % 2 ? exponent : -exponent);
  }

  NumberSet Leaf() {
    const bool exclusive = random_() % 2;
    switch (random_() % 5) {
      case 0: return NumberSet::AtLeast(D(Number()), exclusive);
      case 1: return NumberSet::AtMost(D(Number()), exclusive);
      case 2: return random_() % 2 ? NumberSet::Integers() : Range();
      case 3: return random_() % 3 ? Range() : NumberSet::Just(D(Number()));
      default: break;
    }
    std::string step = Number();
    if (step.starts_with('-')) step.erase(0, 1);
    return NumberSet::MultiplesOf(D(step).is_zero() ? D("3") : D(step));
  }

  NumberSet Range() {
    Decimal low = D(Number()), high = D(Number());
    if (random_() % 2) high = Sum(low, D("0.37")).value_or(high);
    if (high < low) std::swap(low, high);
    return NumberSet::AtLeast(low, random_() % 2)
        .And(NumberSet::AtMost(high, random_() % 2))
        .value();
  }

  NumberSet MakeSpelled() {
    constexpr NumberSpelling kSpellings[] = {NumberSpelling::kAny, NumberSpelling::kDecimal,
                                             NumberSpelling::kDigits};
    return Make().Spelled(kSpellings[random_() % 3]);
  }

  NumberSet Make() {
    NumberSet set = Leaf();
    for (size_t i = random_() % 4; i > 0; --i) {
      NumberSet other = Leaf();
      if (random_() % 4 == 0) other = other.Not().value();
      set = (random_() % 3 ? set.And(other) : set.Or(other)).value_or(set);
    }
    return set;
  }

 private:
  std::mt19937_64 random_;
};

std::string Describe(const NumberSet& set) {
  std::string text;
  for (const NumberPiece& piece : set.pieces()) {
    text += (piece.low_open ? "(" : "[") + (piece.low ? piece.low->ToString() : "-inf") + ", " +
            (piece.high ? piece.high->ToString() : "inf") + (piece.high_open ? ")" : "]");
    if (piece.step) text += " %" + piece.step->ToString();
    for (const Decimal& n : piece.not_steps) text += " !%" + n.ToString();
    for (const Decimal& v : piece.left_out) text += " !=" + v.ToString();
    text += "; ";
  }
  return text;
}

const std::vector<std::string>& Prefixes() {
  static const std::vector<std::string> prefixes = {
      "",      "-",     "0",     "-0",   "1",    "2",    "7",     "-3",   "12",    "10",    "100",
      "2999",  "0.",    "-0.",   "0.0",  "0.00", "1.",   "-1.",   "1.5",  "0.5",   "0.03",  "12.0",
      "12.34", "-9.9",  "1e",    "1E",   "-2e",  "0e",   "0.0e",  "1e+",  "1e-",   "1e2",   "1e-3",
      "1e00",  "15e-1", "-0.5e", "2.5e", "3e-0", "9e29", "1e300", "30e-", "12.0e", "1e0001"};
  return prefixes;
}

TEST(NumberCompletion, ShortestOfAllTexts) {
  // Three characters everywhere, four where it is cheap.
  std::vector<Listing> listings;
  for (const std::string& prefix : Prefixes()) {
    listings.emplace_back(prefix, prefix.find('e') == std::string::npos ? 3 : 4);
  }
  Sets sets(11);
  size_t compared = 0, none = 0;
  for (int i = 0; i < 1'500; ++i) {
    const NumberSet set = sets.MakeSpelled();
    for (size_t p = 0; p < listings.size(); ++p) {
      const std::string& prefix = Prefixes()[p];
      const auto completion = set.Complete(prefix);
      const auto length = set.CompletionLength(prefix);
      ASSERT_EQ(length.has_value(), completion.has_value());
      if (completion) {
        ASSERT_EQ(*length, completion->size()) << Describe(set) << prefix << '|' << *completion;
        const auto value = Decimal::Parse(prefix + *completion);
        ASSERT_TRUE(value.has_value()) << prefix << '|' << *completion;
        ASSERT_TRUE(set.Has(*value)) << Describe(set) << prefix << '|' << *completion;
        ASSERT_TRUE(IsSpelled(prefix + *completion, set.spelling()))
            << prefix << '|' << *completion;
      } else {
        ++none;
      }
      if (const auto shortest = listings[p].Shortest(set)) {
        ++compared;
        ASSERT_TRUE(completion.has_value()) << Describe(set) << prefix << " +" << *shortest;
        ASSERT_EQ(prefix.size() + completion->size(), *shortest)
            << Describe(set) << prefix << '|' << *completion;
      } else if (completion) {
        const size_t room = prefix.find('e') == std::string::npos ? 3 : 4;
        ASSERT_GT(completion->size(), room) << Describe(set) << prefix << '|' << *completion;
      }
    }
  }
  EXPECT_GT(compared, 10'000u);
  EXPECT_GT(none, 1'000u);
}

TEST(NumberCompletion, FiveCharacters) {
  const std::vector<std::string> prefixes = {"", "-", "0", "3", "0.", "1.", "0.0", "12."};
  std::vector<Listing> listings;
  for (const std::string& prefix : prefixes) listings.emplace_back(prefix, prefix.empty() ? 4 : 5);
  Sets sets(12);
  for (int i = 0; i < 40; ++i) {
    const NumberSet set = sets.Make();
    for (size_t p = 0; p < prefixes.size(); ++p) {
      const auto shortest = listings[p].Shortest(set);
      const auto completion = set.Complete(prefixes[p]);
      if (!shortest) continue;
      ASSERT_TRUE(completion.has_value()) << Describe(set) << prefixes[p];
      ASSERT_EQ(prefixes[p].size() + completion->size(), *shortest)
          << Describe(set) << prefixes[p] << '|' << *completion;
    }
  }
}

// One character of a completion at a time: each is one shorter than the one before.
TEST(NumberCompletion, EveryStepComesNearer) {
  Sets sets(13);
  for (int i = 0; i < 1'500; ++i) {
    const NumberSet set = sets.MakeSpelled();
    std::string text;
    auto left = set.Complete(text);
    while (left && !left->empty()) {
      text += left->front();
      const size_t before = left->size();
      left = set.Complete(text);
      ASSERT_TRUE(left.has_value()) << Describe(set) << text;
      ASSERT_EQ(left->size(), before - 1) << Describe(set) << text;
    }
  }
}

TEST(NumberCompletion, ByHand) {
  const auto range = [](const char* low, const char* high) {
    return NumberSet::AtLeast(D(low), false).And(NumberSet::AtMost(D(high), false)).value();
  };
  const NumberSet integers = NumberSet::Integers();
  EXPECT_EQ(NumberSet::All().Complete(""), "0");
  EXPECT_EQ(NumberSet::All().Complete("-"), "0");
  EXPECT_EQ(NumberSet::All().Complete("1."), "0");
  EXPECT_EQ(NumberSet::All().Complete("1e"), "0");
  EXPECT_EQ(NumberSet::None().Complete(""), std::nullopt);
  EXPECT_EQ(NumberSet::All().Complete("01"), std::nullopt);
  EXPECT_EQ(NumberSet::All().Complete("x"), std::nullopt);
  EXPECT_EQ(integers.Complete("1."), "0");
  EXPECT_EQ(integers.Complete("1.25"), "e2");
  EXPECT_EQ(integers.Complete("1e-"), "0");
  EXPECT_EQ(integers.Complete("10e-"), "0");
  EXPECT_EQ(integers.Complete("15e-1"), std::nullopt);
  EXPECT_EQ(range("1000", "2000").Complete(""), "1e3");
  EXPECT_EQ(range("15", "18").Complete("1"), "5");
  EXPECT_EQ(range("1.95", "1.97").Complete("1"), ".95");
  EXPECT_EQ(range("1e-5", "2e-5").Complete("1"), "e-5");
  EXPECT_EQ(range("-3", "-2").Complete(""), "-2");
  // The exponent alone would need four digits.
  EXPECT_EQ(NumberSet::Just(D("1.5e-999")).Complete("1"), ".5e-999");
  EXPECT_EQ(range("5", "6").Complete("0"), ".5e1");
  EXPECT_EQ(range("5", "6").Complete("-0"), std::nullopt);
  EXPECT_EQ(range("0", "6").Complete("-0"), "");
  EXPECT_EQ(range("5", "6").Complete("-"), std::nullopt);
  EXPECT_EQ(NumberSet::Just(D("123456789012345678901234567890")).Complete("123"),
            "456789012345678901234567890");
}

TEST(NumberCompletion, PlainSpellings) {
  const NumberSet sevens =
      NumberSet::MultiplesOf(D("7")).And(NumberSet::AtLeast(D("1"), false)).value();
  const NumberSet digits = sevens.Spelled(NumberSpelling::kDigits);
  EXPECT_EQ(digits.Complete(""), "7");
  EXPECT_EQ(digits.Complete("1"), "4");
  for (const char* prefix : {"0", "-", "1.", "1e", "7e0"}) {
    EXPECT_EQ(digits.Complete(prefix), std::nullopt) << prefix;
  }
  EXPECT_EQ(digits.Complete(std::string(29, '1')).value().size(), 1U);
  EXPECT_TRUE(digits.Has(D("7.0"), "7.0"));
  const NumberSet share = NumberSet::AtLeast(D("0"), true)
                              .And(NumberSet::AtMost(D("1"), true))
                              ->Spelled(NumberSpelling::kDecimal);
  EXPECT_EQ(share.Complete(""), "0.1");
  EXPECT_EQ(share.Complete("0." + std::string(13, '0')), "1");
  EXPECT_EQ(share.Complete("0." + std::string(14, '9')), "");
  EXPECT_EQ(share.Complete("0." + std::string(15, '9')), std::nullopt);
  EXPECT_EQ(share.Complete("0." + std::string(14, '0')), std::nullopt);
  EXPECT_EQ(share.Complete("1e"), std::nullopt);
  const NumberSet large = NumberSet::AtLeast(D("1e20"), false).Spelled(NumberSpelling::kDecimal);
  EXPECT_EQ(large.Complete("1"), std::string(20, '0'));
  EXPECT_EQ(large.Complete("0."), std::nullopt);
  EXPECT_EQ(large.Complete("100000000000000000000."), std::nullopt);
}

TEST(NumberCompletion, LongNumbers) {
  const std::string pi = "3.14159265358979323846264338327950288419716939937510582097494459230781";
  const NumberSet just = NumberSet::Just(D(pi));
  EXPECT_EQ(just.Complete("3.1"), pi.substr(3));
  EXPECT_EQ(just.Complete("3.2"), std::nullopt);
  EXPECT_EQ(just.Complete("3" + pi.substr(2) + "e-"), "68");
  const NumberSet odd = NumberSet::MultiplesOf(D("1234567890123456789012345678901234567"));
  const auto multiple = odd.Complete("7");
  ASSERT_TRUE(multiple.has_value());
  EXPECT_TRUE(odd.Has(D("7" + *multiple)));
  EXPECT_EQ(NumberSet::All().Complete(std::string(400, '7')), "");
  EXPECT_EQ(NumberSet::All().Complete(std::string(999, '7')), "");
  EXPECT_EQ(NumberSet::All().Complete(std::string(1'100, '7')), std::nullopt);
  const NumberSet long_step = NumberSet::MultiplesOf(D(std::string(900, '7')));
  EXPECT_EQ(long_step.Complete(""), "0");
  EXPECT_EQ(long_step.Complete("1"), std::nullopt);
  EXPECT_EQ(NumberSet::AtLeast(D("1e5000"), false).Complete(""), std::nullopt);
  EXPECT_EQ(NumberSet::AtLeast(D("1e999"), false).Complete(""), "1e999");
}

}  // namespace
}  // namespace bantam::grammar
