// Tests of suggestions.
#include "cli/suggest.h"

#include <gtest/gtest.h>

#include <vector>

namespace bantam::cli {
namespace {

TEST(Suggest, Distances) {
  EXPECT_EQ(EditDistance("run", "run"), 0);
  EXPECT_EQ(EditDistance("rnu", "run"), 1) << "neighbours swapped";
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_GE(EditDistance(std::string(100000, 'a'), std::string(100000, 'b')), 64);
}

TEST(Suggest, OnlyWhatCouldBeMeant) {
  const std::vector<std::string> names{"run", "show", "tokenize", "detokenize"};
  EXPECT_EQ(Closest("rnu", names), "run");
  EXPECT_EQ(Closest("tokenise", names), "tokenize");
  EXPECT_EQ(Closest("tok", names), "tokenize");
  EXPECT_EQ(Closest("xyz", names), "");
  EXPECT_EQ(Closest("", names), "");
}

}  // namespace
}  // namespace bantam::cli
