// NumberSet: its algebra against evaluation value by value.
#include "grammar/number/number_set.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "grammar/number/test_decimal.h"

namespace bantam::grammar {
namespace {

NumberSet Between(std::string_view low, std::string_view high) {
  return NumberSet::AtLeast(D(low), false).And(NumberSet::AtMost(D(high), false)).value();
}

NumberSet Both(const NumberSet& a, const NumberSet& b) {
  return a.And(b).value();
}
NumberSet Either(const NumberSet& a, const NumberSet& b) {
  return a.Or(b).value();
}
NumberSet Without(const NumberSet& a, const NumberSet& b) {
  return a.And(b.Not().value()).value();
}

TEST(NumberSet, Basics) {
  EXPECT_TRUE(NumberSet::All().is_all());
  EXPECT_TRUE(NumberSet::None().is_none());
  EXPECT_TRUE(NumberSet::None().Not().value().is_all());
  EXPECT_TRUE(NumberSet::All().Not().value().is_none());
  EXPECT_TRUE(NumberSet::Integers().Has(D("1.0")));
  EXPECT_TRUE(NumberSet::Integers().Has(D("1e3")));
  EXPECT_FALSE(NumberSet::Integers().Has(D("1.5")));
  EXPECT_FALSE(NumberSet::AtLeast(D("2"), true).Has(D("2.0")));
  EXPECT_TRUE(NumberSet::AtLeast(D("2"), false).Has(D("2.0")));
  const NumberSet common = Both(NumberSet::MultiplesOf(D("0.5")), NumberSet::MultiplesOf(D("0.3")));
  ASSERT_EQ(common.pieces().size(), 1u);
  EXPECT_EQ(common.pieces()[0].step, D("1.5"));
}

TEST(NumberSet, EmptinessIsExact) {
  const NumberSet integers = NumberSet::Integers();
  EXPECT_TRUE(Both(integers, Between("0.1", "0.9")).is_none());
  EXPECT_FALSE(Both(integers, Between("0.1", "1")).is_none());
  EXPECT_TRUE(Both(NumberSet::MultiplesOf(D("7")), Between("15", "20")).is_none());
  EXPECT_TRUE(Both(integers, integers.Not().value()).is_none());
  EXPECT_TRUE(Without(NumberSet::MultiplesOf(D("6")), NumberSet::MultiplesOf(D("2"))).is_none());
  // 24 … 28 are multiples of 2, 3 or 5: only 25 … without 5.
  NumberSet rest = Both(integers, Between("24", "28"));
  rest = Without(Without(rest, NumberSet::MultiplesOf(D("2"))), NumberSet::MultiplesOf(D("3")));
  EXPECT_FALSE(rest.is_none());
  EXPECT_TRUE(Without(rest, NumberSet::MultiplesOf(D("5"))).is_none());
  EXPECT_TRUE(Without(rest, NumberSet::Just(D("25"))).is_none());
  EXPECT_TRUE(Without(Both(integers, Between("1", "3")),
                      Either(Either(NumberSet::Just(D("1")), NumberSet::Just(D("2"))),
                             NumberSet::Just(D("3"))))
                  .is_none());
  EXPECT_TRUE(Without(Between("0.5", "0.5"), NumberSet::MultiplesOf(D("0.1"))).is_none());
}

TEST(NumberSet, UnionsStaySmall) {
  const NumberSet positive = NumberSet::AtLeast(Decimal(), true);
  const NumberSet negative = NumberSet::AtMost(Decimal(), true);
  EXPECT_TRUE(Either(Either(positive, negative), NumberSet::Just(Decimal())).is_all());
  EXPECT_TRUE(Either(positive, NumberSet::AtMost(Decimal(), false)).is_all());
  const NumberSet integers = NumberSet::Integers();
  EXPECT_TRUE(Either(integers, integers.Not().value()).is_all());
  EXPECT_EQ(Either(Both(integers, Between("0", "9")), Both(integers, Between("10", "20")))
                .pieces()
                .size(),
            1u);
  const NumberSet some = Both(integers, Between("3", "12"));
  EXPECT_TRUE(Either(some, some.Not().value()).is_all());
  EXPECT_TRUE(Either(some.Not().value(), some).is_all());
}

TEST(NumberSet, LongListsAndLimits) {
  NumberSet values;
  for (int i = 0; i < 300; ++i) values = Either(values, NumberSet::Just(Decimal::Int(i * 3)));
  EXPECT_EQ(values.pieces().size(), 300u);
  const NumberSet others = values.Not().value();
  EXPECT_EQ(others.pieces().size(), 1u);
  EXPECT_FALSE(others.Has(D("297")));
  EXPECT_TRUE(others.Has(D("298")));
  EXPECT_EQ(others.Not().value().pieces().size(), 300u);

  NumberSet ranges = NumberSet::None(), halves = NumberSet::None();
  for (int i = 0; i < 150; ++i) {
    const std::string n = std::to_string(i);
    ranges = Either(ranges, Between(n + ".1", n + ".7"));
    halves = Either(halves, Both(NumberSet::MultiplesOf(D("0.0" + std::to_string(i + 1))),
                                 Between("0", "1000")));
  }
  const auto product = ranges.And(halves);
  ASSERT_FALSE(product.has_value());
  EXPECT_EQ(product.error().code, ErrorCode::kResourceExhausted);
  const auto big = NumberSet::MultiplesOf(D("3e9000")).And(NumberSet::MultiplesOf(D("7e-9000")));
  ASSERT_FALSE(big.has_value());
  EXPECT_EQ(big.error().code, ErrorCode::kUnsupported);
}

using Predicate = std::function<bool(const Decimal&)>;

struct Formula {
  NumberSet set;
  Predicate has;
  std::string text;
};

class Formulas {
 public:
  explicit Formulas(uint64_t seed) : random_(seed) {}

  Formula Make(int depth) {
    if (depth == 0 || random_() % 4 == 0) return Leaf();
    if (random_() % 4 == 0) {
      Formula a = Make(depth - 1);
      return {a.set.Not().value(), [has = a.has](const Decimal& v) { return !has(v); },
              "!" + a.text};
    }
    Formula a = Make(depth - 1), b = Make(depth - 1);
    if (random_() % 2) {
      return {a.set.And(b.set).value(),
              [x = a.has, y = b.has](const Decimal& v) { return x(v) && y(v); },
              "(" + a.text + " & " + b.text + ")"};
    }
    return {a.set.Or(b.set).value(),
            [x = a.has, y = b.has](const Decimal& v) { return x(v) || y(v); },
            "(" + a.text + " | " + b.text + ")"};
  }

 private:
  template <size_t kCount>
  Decimal Pick(const char* const (&list)[kCount]) {
    return D(list[random_() % kCount]);
  }

  Formula Leaf() {
    static constexpr const char* kSteps[] = {"1",   "2", "3",   "0.5", "0.3",
                                             "0.1", "7", "1e3", "0.25"};
    static constexpr const char* kValues[] = {"0", "1",   "-1",  "2.5", "10",  "-7.25", "12",
                                              "6", "100", "1e3", "3",   "0.3", "1e300", "-0.1"};
    const bool exclusive = random_() % 2;
    const Decimal value = Pick(kValues);
    switch (random_() % 4) {
      case 0:
        return {NumberSet::AtLeast(value, exclusive),
                [=](const Decimal& v) { return exclusive ? v > value : v >= value; },
                (exclusive ? ">" : ">=") + value.ToString()};
      case 1:
        return {NumberSet::AtMost(value, exclusive),
                [=](const Decimal& v) { return exclusive ? v < value : v <= value; },
                (exclusive ? "<" : "<=") + value.ToString()};
      case 2:
        return {NumberSet::Just(value), [=](const Decimal& v) { return v == value; },
                "=" + value.ToString()};
      default: {
        const Decimal step = Pick(kSteps);
        return {NumberSet::MultiplesOf(step),
                [=](const Decimal& v) { return v.IsMultipleOf(step); }, "%" + step.ToString()};
      }
    }
  }

  std::mt19937_64 random_;
};

std::vector<Decimal> Samples() {
  std::vector<Decimal> samples;
  for (int i = -26; i <= 26; ++i) {
    for (const char* tail : {"", ".5", ".25", ".1", ".3", ".7", ".125"}) {
      samples.push_back(D((i < 0 ? "-" : "") + std::to_string(i < 0 ? -i : i) + tail));
    }
  }
  for (const char* text : {"99",         "100",
                           "99.9",       "101",
                           "102",        "105",
                           "999",        "1e3",
                           "1001",       "1050",
                           "2e3",        "1e300",
                           "-1e300",     "2e300",
                           "1e299",      "1e-300",
                           "-1e-300",    "7e299",
                           "21e300",     "0.3e-5",
                           "-0.1000001", "123456789.123456789",
                           "6e300"}) {
    samples.push_back(D(text));
  }
  return samples;
}

TEST(NumberSet, AlgebraAgreesValueByValue) {
  const std::vector<Decimal> samples = Samples();
  Formulas formulas(5);
  size_t most = 0;
  for (int i = 0; i < 3'000; ++i) {
    const Formula formula = formulas.Make(4);
    most = std::max(most, formula.set.pieces().size());
    bool any = false, all = true;
    for (const Decimal& value : samples) {
      const bool has = formula.has(value);
      ASSERT_EQ(formula.set.Has(value), has) << formula.text << " at " << value.ToString();
      any |= has;
      all &= has;
    }
    if (any) ASSERT_FALSE(formula.set.is_none()) << formula.text;
    if (!all) ASSERT_FALSE(formula.set.is_all()) << formula.text;
    // A set that is not empty has a member, and Complete finds it.
    const auto member = formula.set.Complete("");
    ASSERT_EQ(member.has_value(), !formula.set.is_none()) << formula.text;
    if (member) ASSERT_TRUE(formula.has(D(*member))) << formula.text << ' ' << *member;
  }
  RecordProperty("most_pieces", static_cast<int>(most));
  EXPECT_LT(most, 100u);
}

// All numbers of up to four characters, read from the left.
TEST(NumberSet, HowNumbersAreWrittenCanMatter) {
  const NumberSet plain = NumberSet::PlainIntegers();
  EXPECT_TRUE(plain.Has(D("12"), "12") && !plain.Has(D("12"), "12.0"));
  EXPECT_FALSE(plain.Has(D("100"), "1e2") || plain.is_all() || plain.is_none());
  EXPECT_TRUE(Both(plain, plain.Not().value()).is_none());
  EXPECT_TRUE(Both(plain, Between("0.1", "0.9")).is_none());
  const NumberSet sets[] = {plain,
                            plain.Not().value(),
                            Either(plain, Between("2", "2.5")),
                            Both(plain.Not().value(), Between("1", "12")),
                            Both(plain, NumberSet::MultiplesOf(D("11"))),
                            Without(Between("1", "1"), plain)};
  std::vector<std::string> texts = {""};
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() == 4) break;
    for (const char c : std::string_view("012.e-")) texts.push_back(texts[i] + c);
  }
  for (const NumberSet& set : sets) {
    for (const std::string& text : texts) {
      const auto rest = set.Complete(text);
      EXPECT_EQ(rest.has_value(), set.CompletionLength(text).has_value());
      const auto value = Decimal::Parse(text);
      if (value && set.Has(*value, text)) EXPECT_EQ(rest, "") << text;
      if (!rest) continue;
      const std::string whole = text + *rest;
      EXPECT_TRUE(set.Has(D(whole), whole)) << text << " | " << *rest;
      for (size_t n = 0; n < text.size(); ++n) {  // nor is a way lost before
        EXPECT_TRUE(set.Complete(text.substr(0, n)).has_value()) << text << " | " << n;
      }
      if (rest->empty()) continue;
      const auto next = set.CompletionLength(text + (*rest)[0]);
      EXPECT_TRUE(next && *next < rest->size()) << text << " | " << *rest;
    }
  }
}

// Beyond 2^53, with many digits and large exponents; multiples.py says what is right.
TEST(NumberSet, MultiplesAreExact) {
  std::ifstream file(BANTAM_SOURCE_DIR "/tests/golden/schemas/multiples.jsonl");
  size_t numbers = 0;
  for (std::string line; std::getline(file, line);) {
    const auto json = Json::Parse(line);
    ASSERT_TRUE(json.has_value());
    const std::string of = json->Find("of")->AsString();
    const NumberSet multiples = NumberSet::MultiplesOf(D(of));
    for (const char* key : {"multiples", "others"}) {
      for (const Json& text : json->Find(key)->items()) {
        const bool right = key == std::string_view("multiples");
        EXPECT_EQ(multiples.Has(D(text.AsString())), right) << text.AsString() << " of " << of;
        ++numbers;
      }
    }
  }
  EXPECT_GT(numbers, 1'500U);
}

}  // namespace
}  // namespace bantam::grammar
