// Tests of the statistics' text.
#include "cli/reply_stats.h"

#include <gtest/gtest.h>

namespace bantam::cli {
namespace {

TEST(ReplyStats, OneReply) {
  GenerationResult result;
  result.seed = 42;
  result.stats = {.prompt_tokens = 1300,
                  .cached_tokens = 300,
                  .generated_tokens = 101,
                  .prefill_s = 2,
                  .decode_s = 4,
                  .first_token_s = 2.25};
  EXPECT_EQ(DescribeReply(result, 512 << 20),
            "prompt        1,300 tokens (300 from the cache) in 2.00 s, 500 tok/s\n"
            "reply         101 tokens in 4.00 s, 25.0 tok/s\n"
            "first token   2.25 s\n"
            "ended by      end of text\n"
            "seed          42\n"
            "peak memory   512.0 MiB\n");
}

TEST(ReplyStats, NothingIsDividedByZero) {
  GenerationResult result;
  result.finish = FinishReason::kCancelled;
  result.stats.prompt_tokens = 1;
  const std::string text = DescribeReply(result, 0);
  EXPECT_NE(text.find("1 token in 0.00 s, -"), std::string::npos) << text;
  EXPECT_NE(text.find("0 tokens in 0.00 s, -"), std::string::npos) << text;
  EXPECT_NE(text.find("stopped by the user"), std::string::npos);
}

TEST(ReplyStats, SessionsAddUp) {
  SessionStats stats;
  stats.Add({.prompt_tokens = 10, .generated_tokens = 11, .prefill_s = 1, .decode_s = 1});
  stats.Add({.prompt_tokens = 30,
             .cached_tokens = 20,
             .generated_tokens = 11,
             .prefill_s = 1,
             .decode_s = 1});
  EXPECT_EQ(DescribeSession(stats, 1 << 20),
            "replies       2\n"
            "prompt        40 tokens (20 from the cache) in 2.00 s, 10.0 tok/s\n"
            "reply         22 tokens in 2.00 s, 10.0 tok/s\n"
            "peak memory   1.0 MiB\n");
}

}  // namespace
}  // namespace bantam::cli
