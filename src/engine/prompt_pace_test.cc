// Tests of the pace at which prompts are read beside replies.
#include "engine/prompt_pace.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

TEST(PromptPaceTest, WithoutABoundTheChunkCounts) {
  PromptPace pace(0, 512);
  EXPECT_EQ(pace.tokens(), 512);
  pace.Measure(512, 100);
  EXPECT_EQ(pace.tokens(), 512);
}

TEST(PromptPaceTest, FollowsWhatStepsTake) {
  PromptPace pace(0.1, 512);
  EXPECT_EQ(pace.tokens(), 64) << "careful at first";
  pace.Measure(100, 0.1);
  EXPECT_EQ(pace.tokens(), 96) << "whole tiles";
  for (int i = 0; i < 20; ++i) pace.Measure(100, 1);
  EXPECT_EQ(pace.tokens(), 32) << "never less than two tiles";
  for (int i = 0; i < 20; ++i) pace.Measure(100, 0.001);
  EXPECT_EQ(pace.tokens(), 512);
}

TEST(PromptPaceTest, ShortStepsSayNothing) {
  PromptPace pace(0.1, 512);
  pace.Measure(1, 0.5);
  pace.Measure(100, 0);
  EXPECT_EQ(pace.tokens(), 64);
  EXPECT_EQ(PromptPace(0.1, 16).tokens(), 16);
}

}  // namespace
}  // namespace bantam
