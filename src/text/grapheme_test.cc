// Tests of grapheme clusters: the rules of UAX #29, one text each.
#include "text/grapheme.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace bantam {
namespace {

// The clusters of `text` with a bar between them.
std::string Clusters(std::string_view text) {
  std::string out;
  for (size_t pos = 0; pos < text.size();) {
    const size_t end = GraphemeEnd(text, pos);
    out += (pos == 0 ? "" : "|") + std::string(text.substr(pos, end - pos));
    pos = end;
  }
  return out;
}

TEST(Grapheme, ClustersAreWhatReadersSeeAsOne) {
  EXPECT_EQ(Clusters("ab\r\nc\n\r"), "a|b|\r\n|c|\n|\r");
  EXPECT_EQ(Clusters("e\u0301\u0302x"), "e\u0301\u0302|x");
  EXPECT_EQ(Clusters("\n\u0301"), "\n|\u0301");  // nothing joins a control character
  EXPECT_EQ(Clusters("각가\u11a8\u1100\u1161"), "각|가\u11a8|\u1100\u1161");
  EXPECT_EQ(Clusters("\u0600x"), "\u0600x");  // a sign before numbers
  EXPECT_EQ(Clusters("\u0600\n"), "\u0600|\n");
  EXPECT_EQ(Clusters("👩\u200d👧👩"), "👩\u200d👧|👩");
  EXPECT_EQ(Clusters("a\u200d👧"), "a\u200d|👧");
  EXPECT_EQ(Clusters("👍🏽👍"), "👍🏽|👍");
}

}  // namespace
}  // namespace bantam
