// Tests of the search for added tokens: leftmost, then longest.
#include "text/special_tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bantam {
namespace {

std::string Found(const SpecialTokens& tokens, std::string_view text) {
  std::string out;
  size_t pos = 0;
  while (const auto match = tokens.Find(text, pos)) {
    out += std::to_string(match->id) + "@" + std::to_string(match->begin) + "-" +
           std::to_string(match->end) + " ";
    pos = match->end;
  }
  return out;
}

TEST(SpecialTokens, TakesTheLongestAtTheLeftmostPlace) {
  const SpecialTokens tokens({{"<|im", 1}, {"<|im_end|>", 2}, {"<|im_end|>\n", 3}, {"end|>", 4}});
  EXPECT_EQ(Found(tokens, "<|im_end|>"), "2@0-10 ");
  EXPECT_EQ(Found(tokens, "<|im_end|>\n"), "3@0-11 ");
  EXPECT_EQ(Found(tokens, "a<|im_end|"), "1@1-5 ");
  EXPECT_EQ(Found(tokens, "<|i<|im<|im_end|>end|>"), "1@3-7 2@7-17 4@17-22 ");
  EXPECT_EQ(Found(tokens, ""), "");
}

TEST(SpecialTokens, CopesWithRunsAndHighBytes) {
  const SpecialTokens tokens({{"  ", 2}, {"    ", 4}, {"õ", 7}, {"\U0001F600", 8}});
  EXPECT_EQ(Found(tokens, "       x"), "4@0-4 2@4-6 ");
  EXPECT_EQ(Found(tokens, "öõ\U0001F600"), "7@2-4 8@4-8 ");
}

TEST(SpecialTokens, MayBeNoneOrTheSameTwice) {
  EXPECT_EQ(Found(SpecialTokens({}), "abc"), "");
  const SpecialTokens twice({{"ab", 2}, {"ab", 1}});
  EXPECT_EQ(Found(twice, "xab"), "1@1-3 ");
}

}  // namespace
}  // namespace bantam
