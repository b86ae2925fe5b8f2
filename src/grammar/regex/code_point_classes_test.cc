// Classes against asking every set.
#include "grammar/regex/code_point_classes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace bantam::grammar {
namespace {

CodePointClasses::Id ClassOf(const CodePointClasses& classes, char32_t c) {
  const auto intervals = classes.intervals();
  const auto it = std::ranges::upper_bound(intervals, c, {}, &CodePointClasses::Interval::first);
  return std::prev(it)->of;
}

// Two code points are of one class exactly if every set has both or neither.
TEST(CodePointClasses, TellApartWhatSomeSetDoes) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 20; ++trial) {
    CodePointClasses classes;
    std::vector<CodePointSet> sets;
    for (int round = 0; round < 6; ++round) {
      CodePointSet& set = sets.emplace_back();
      for (int i = 0; i < 4; ++i) {
        const auto first = static_cast<char32_t>(random() % 300);
        set.Add(first, first + static_cast<char32_t>(random() % 20));
      }
      classes.Learn(sets);
      ASSERT_FALSE(classes.gave_up());
      ASSERT_EQ(classes.known(), sets.size());
      std::map<std::vector<bool>, CodePointClasses::Id> seen;
      for (char32_t c = 0; c < 400; ++c) {
        std::vector<bool> in;
        for (const CodePointSet& one : sets) in.push_back(one.Has(c));
        const auto [it, added] = seen.emplace(in, ClassOf(classes, c));
        ASSERT_EQ(it->second, ClassOf(classes, c)) << uint32_t{c};
      }
      ASSERT_EQ(seen.size() + 1, classes.count()) << "one are the surrogates";
      for (size_t i = 0; i < classes.count(); ++i) {
        ASSERT_EQ(ClassOf(classes, classes.representatives()[i]), i);
      }
    }
    EXPECT_FALSE(classes.Learn(sets));  // nothing new
  }
}

TEST(CodePointClasses, ToldApartTooFinely) {
  std::vector<CodePointSet> sets;
  for (char32_t c = 0; c < 2 * CodePointClasses::kMost; c += 2) {
    sets.push_back(CodePointSet::Of(c, c));
  }
  CodePointClasses classes;
  classes.Learn(sets);
  EXPECT_TRUE(classes.gave_up());
}

}  // namespace
}  // namespace bantam::grammar
