// Natural: identities that tie its operations together, on sizes that reach every branch.
#include "grammar/number/natural.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>

namespace bantam::grammar {
namespace {

std::string RandomDigits(std::mt19937_64& random, size_t limit) {
  std::string digits(random() % limit, '0');
  // Runs of 0 and 9 make the carries and the rare corrections of the long division happen.
  for (char& c : digits)
    c = random() % 3 ? "09"[random() % 2] : static_cast<char>('0' + random() % 10);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

TEST(Natural, DivisionUndoesMultiplication) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = RandomDigits(random, 90);
    const Natural a = Natural::FromDigits(text);
    const Natural b = Natural::FromDigits(RandomDigits(random, 60));
    EXPECT_EQ(a.ToDigits(), text);
    EXPECT_EQ((a + b) - b, a);
    EXPECT_EQ(a * b, b * a);
    EXPECT_EQ(a <=> b, a.ToDigits().size() != b.ToDigits().size()
                           ? a.ToDigits().size() <=> b.ToDigits().size()
                           : a.ToDigits().compare(b.ToDigits()) <=> 0);
    if (b.is_zero()) continue;
    const Natural rest = a % b;
    EXPECT_LT(rest, b);
    EXPECT_EQ(a / b * b + rest, a);
    EXPECT_EQ((a * b + rest) / b, a);
    EXPECT_EQ((a * b + rest) % b, rest);
  }
}

TEST(Natural, AgreesWithSmallIntegers) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t a = random() >> (random() % 62 + 2), b = (random() >> (random() % 62 + 2)) + 1;
    EXPECT_EQ(Natural(a) + Natural(b), Natural(a + b));
    EXPECT_EQ(Natural(a) / Natural(b), Natural(a / b));
    EXPECT_EQ(Natural(a) % Natural(b), Natural(a % b));
    EXPECT_EQ(GreatestCommonDivisor(Natural(a), Natural(b)), Natural(std::gcd(a, b)));
  }
}

TEST(Natural, PowersOfTen) {
  EXPECT_EQ(Natural::PowerOfTen(20).ToDigits(), "1" + std::string(20, '0'));
  EXPECT_EQ(Natural::FromDigits("0012", 3), Natural(12'000));
  EXPECT_EQ(Natural().ToDigits(), "");
}

}  // namespace
}  // namespace bantam::grammar
