// Against the same set without the numbers that have come, one by one.
#include "grammar/number/shortest_numbers.h"

#include <gtest/gtest.h>

#include "grammar/number/number_syntax.h"
#include "grammar/number/test_decimal.h"

namespace bantam::grammar {
namespace {

// The lengths of the first `count` texts, which are written numbers of the set, none twice.
std::vector<size_t> Lengths(const NumberSet& set, size_t count) {
  ShortestNumbers numbers(std::make_shared<const NumberSet>(set));
  std::vector<size_t> lengths;
  std::set<Decimal> seen;
  while (lengths.size() < count) {
    const auto text = numbers.Next();
    if (!text) break;
    const Decimal value = *Decimal::Parse(*text);
    EXPECT_TRUE(set.Has(value, *text) && IsWrittenNumber(*text)) << *text;
    EXPECT_TRUE(seen.insert(value).second) << *text;
    lengths.push_back(text->size());
  }
  return lengths;
}

std::vector<size_t> LengthsOneByOne(NumberSet set, size_t count) {
  std::vector<size_t> lengths;
  while (lengths.size() < count) {
    const auto text = set.Complete("");
    if (!text) break;
    lengths.push_back(text->size());
    set = *set.And(*NumberSet::Just(*Decimal::Parse(*text)).Not());
  }
  return lengths;
}

TEST(ShortestNumbers, AreThoseThatAreLeft) {
  const auto number = [](const char* text) { return *Decimal::Parse(text); };
  const NumberSet integers = NumberSet::Integers();
  const std::vector<NumberSet> sets = {
      NumberSet::All(),
      integers,
      *integers.And(NumberSet::AtLeast(number("-7"), true)),
      *NumberSet::AtLeast(number("0.25"), false).And(NumberSet::AtMost(number("0.26"), true)),
      NumberSet::MultiplesOf(number("7")),
      *NumberSet::MultiplesOf(number("0.125")).And(NumberSet::AtMost(number("-100"), false)),
      *integers.And(
          *NumberSet::AtLeast(number("5"), false).And(NumberSet::AtMost(number("11"), false))),
      *NumberSet::Among({number("1e40"), number("3"), number("-2.5")}),
      NumberSet::None(),
  };
  for (size_t i = 0; i < sets.size(); ++i) {
    EXPECT_EQ(Lengths(sets[i], 150), LengthsOneByOne(sets[i], 150)) << i;
  }
  EXPECT_EQ(Lengths(sets[6], 150).size(), 7U);
  EXPECT_TRUE(Lengths(sets.back(), 1).empty());
}

}  // namespace
}  // namespace bantam::grammar
