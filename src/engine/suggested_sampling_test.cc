// Tests of what model files suggest about sampling: both kinds of file, and values nobody can use.
#include "engine/suggested_sampling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bantam/sampling.h"

namespace bantam {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(SuggestedSampling, NumbersOfTheGenerationConfig) {
  // As Qwen2.5-0.5B-Instruct has it.
  const SuggestedSampling sampling = SamplingOfConfig(R"({"bos_token_id": 151643,
      "do_sample": true, "eos_token_id": [151645, 151643], "pad_token_id": 151643,
      "repetition_penalty": 1.1, "temperature": 0.7, "top_k": 20, "top_p": 0.8,
      "min_p": null, "transformers_version": "4.37.0"})");
  EXPECT_EQ(sampling.note, "");
  EXPECT_FALSE(sampling.min_p);
  SamplingParams params;
  params.min_p = 0.25F;
  Apply(sampling, params);
  EXPECT_EQ(params.temperature, 0.7F);
  EXPECT_EQ(params.top_p, 0.8F);
  EXPECT_EQ(params.top_k, 20);
  EXPECT_EQ(params.repeat_penalty, 1.1F);
  EXPECT_EQ(params.min_p, 0.25F);
  EXPECT_TRUE(Validate(params));
}

TEST(SuggestedSampling, NothingSaysNothing) {
  EXPECT_TRUE(SamplingOfConfig("").empty());
  EXPECT_TRUE(SamplingOfConfig("{}").empty());
  EXPECT_TRUE(SamplingOfKeys(Metadata()).empty());
  EXPECT_EQ(SamplingOfKeys(Metadata()).note, "");
}

TEST(SuggestedSampling, HostileConfigsAreLeftOutByName) {
  const SuggestedSampling sampling = SamplingOfConfig(
      R"({"temperature": -1, "top_p": 1e999, "min_p": "0.1", "repetition_penalty": 0,
          "top_k": 2.5, "typical_p": 0.5})");
  EXPECT_EQ(sampling.typical_p, 0.5F);
  EXPECT_FALSE(sampling.temperature || sampling.top_p || sampling.min_p ||
               sampling.repeat_penalty || sampling.top_k);
  EXPECT_THAT(sampling.note,
              AllOf(HasSubstr("temperature is -1"), HasSubstr("top_p"), HasSubstr("min_p"),
                    HasSubstr("repetition_penalty is 0"), HasSubstr("top_k is 2.5")));
  EXPECT_THAT(SamplingOfConfig("[]").note, HasSubstr("expected an object"));
  EXPECT_THAT(SamplingOfConfig("{").note, HasSubstr("generation_config.json"));
  EXPECT_TRUE(SamplingOfConfig("{").empty());
}

TEST(SuggestedSampling, KeysOfGguf) {
  Metadata metadata;
  ASSERT_TRUE(metadata.Add("general.sampling.temp", 0.6));
  ASSERT_TRUE(metadata.Add("general.sampling.top_k", int64_t{20}));
  ASSERT_TRUE(metadata.Add("general.sampling.penalty_last_n", int64_t{-1}));
  ASSERT_TRUE(
      metadata.Add("general.sampling.penalty_repeat", std::numeric_limits<double>::quiet_NaN()));
  ASSERT_TRUE(metadata.Add("general.sampling.top_p", std::string("0.9")));
  ASSERT_TRUE(metadata.Add("general.sampling.mirostat", int64_t{2}));
  ASSERT_TRUE(metadata.Add("general.sampling.xtc_probability", 0.0));
  const SuggestedSampling sampling = SamplingOfKeys(metadata);
  EXPECT_EQ(sampling.temperature, 0.6F);
  EXPECT_EQ(sampling.top_k, 20);
  EXPECT_EQ(sampling.repeat_last_n, -1);
  EXPECT_FALSE(sampling.repeat_penalty || sampling.top_p);
  EXPECT_THAT(sampling.note, AllOf(HasSubstr("penalty_repeat"), HasSubstr("top_p is no number"),
                                   HasSubstr("mirostat is not done here")));
  EXPECT_EQ(sampling.note.find("xtc"), std::string::npos);
}

}  // namespace
}  // namespace bantam
