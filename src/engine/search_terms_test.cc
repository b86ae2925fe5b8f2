// Which texts share terms.
#include "engine/search_terms.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

TEST(SearchTermsTest, WordsAreFoldedAndReducedToStems) {
  EXPECT_EQ(SearchTerms("Schedules"), SearchTerms("scheduled"));
  EXPECT_EQ(SearchTerms("booking"), SearchTerms("BOOKED"));
  EXPECT_EQ(SearchTerms("stopped"), SearchTerms("stops"));
  EXPECT_EQ(SearchTerms("batteries"), SearchTerms("battery"));
  EXPECT_EQ(SearchTerms("Fauré"), SearchTerms("faure"));
  EXPECT_EQ(SearchTerms("ＷｉＦｉ"), SearchTerms("wifi"));
  EXPECT_EQ(SearchTerms("Müller, ÅSE"), SearchTerms("muller ase"));
  EXPECT_NE(SearchTerms("glass"), SearchTerms("glas"));
  EXPECT_NE(SearchTerms("5W-30"), SearchTerms("5W-40"));
}

TEST(SearchTermsTest, FunctionWordsAreNoTerms) {
  EXPECT_TRUE(SearchTerms("What is it that you were?").empty());
  EXPECT_TRUE(SearchTerms("请你们…").empty());
  EXPECT_TRUE(SearchTerms("").empty());
  EXPECT_TRUE(SearchTerms(" \n!?—").empty());
  EXPECT_EQ(SearchTerms("Where is the key?"), SearchTerms("key"));
}

TEST(SearchTermsTest, ScriptsWithoutSpacesGivePairs) {
  EXPECT_EQ(SearchTerms("备用钥匙").size(), 3U);
  EXPECT_EQ(SearchTerms("猫").size(), 1U);
  EXPECT_EQ(SearchTerms("我的猫"), SearchTerms("猫"));
  EXPECT_EQ(SearchTerms("钥匙 wifi"),
            (std::vector{SearchTerms("钥匙")[0], SearchTerms("wifi")[0]}));
  EXPECT_EQ(SearchTerms("鍵はどこ").size(), 3U);
}

TEST(SearchTermsTest, AnyBytesAreTaken) {
  EXPECT_EQ(SearchTerms("\xff key \xc3"), SearchTerms("key"));
}

}  // namespace
}  // namespace bantam
