// Tests of the table of parameters.
#include "cli/parameters.h"

#include <gtest/gtest.h>

#include <limits>

namespace bantam::cli {
namespace {

Result<void> AcceptAll(const SamplingParams&) {
  return {};
}

ReplySettings FromOptions(const std::vector<std::string>& args) {
  ReplySettings settings;
  ArgParser parser("run", "");
  AddParameterOptions(parser, settings);
  const auto parsed = parser.Parse(args);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return settings;
}

TEST(Parameters, EveryOptionReachesItsField) {
  const ReplySettings s = FromOptions({"--temperature",
                                       "0.1",
                                       "--top-k",
                                       "2",
                                       "--top-p",
                                       "0.3",
                                       "--min-p",
                                       "0.4",
                                       "--typical-p",
                                       "0.5",
                                       "--repeat-penalty",
                                       "1.6",
                                       "--presence-penalty",
                                       "0.7",
                                       "--frequency-penalty",
                                       "0.8",
                                       "--repeat-last-n",
                                       "9",
                                       "--logit-bias",
                                       "10=-1.5",
                                       "--logit-bias",
                                       "11+2",
                                       "--logit-bias",
                                       "12-3",
                                       "--logit-bias",
                                       "13=-inf",
                                       "--seed",
                                       "14",
                                       "-n",
                                       "15",
                                       "--stop",
                                       "a",
                                       "--stop",
                                       "[b,c]",
                                       "--reply-language",
                                       "zh-Hans",
                                       "--ignore-end"});
  EXPECT_EQ(s.sampling.temperature, 0.1F);
  EXPECT_EQ(s.sampling.top_k, 2);
  EXPECT_EQ(s.sampling.top_p, 0.3F);
  EXPECT_EQ(s.sampling.min_p, 0.4F);
  EXPECT_EQ(s.sampling.typical_p, 0.5F);
  EXPECT_EQ(s.sampling.repeat_penalty, 1.6F);
  EXPECT_EQ(s.sampling.presence_penalty, 0.7F);
  EXPECT_EQ(s.sampling.frequency_penalty, 0.8F);
  EXPECT_EQ(s.sampling.repeat_last_n, 9);
  const std::vector<std::pair<TokenId, float>> bias{
      {10, -1.5F}, {11, 2.F}, {12, -3.F}, {13, -std::numeric_limits<float>::infinity()}};
  EXPECT_EQ(s.sampling.logit_bias, bias);
  EXPECT_EQ(s.sampling.seed, 14U);
  EXPECT_EQ(s.max_tokens, 15);
  EXPECT_EQ(s.stop, (std::vector<std::string>{"a", "[b,c]"}));
  EXPECT_EQ(s.language, FindLanguage("zh"));
  EXPECT_TRUE(s.ignore_end);
}

TEST(Parameters, LanguageIsOneOfAListOrAny) {
  EXPECT_EQ(FromOptions({"--reply-language", "any"}).language, nullptr);
  const auto wrong = ParseLanguage("Klingon");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(wrong.error().message.find(" en "), std::string::npos) << wrong.error().message;
}

TEST(Parameters, OtherNames) {
  EXPECT_EQ(FromOptions({"--temp", "0.5"}).sampling.temperature, 0.5F);
  EXPECT_EQ(FromOptions({"--n-predict", "5"}).max_tokens, 5);
  EXPECT_EQ(FromOptions({"--seed", "7", "--seed", "-1"}).sampling.seed, std::nullopt);
  EXPECT_EQ(FindParameter("num_predict"), FindParameter("max-tokens"));
  EXPECT_EQ(FindParameter("top_p")->name, std::string("top-p"));
  EXPECT_EQ(FindParameter("topp"), nullptr);
}

TEST(Parameters, BadValues) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"temperature", "warm"},
                                                        {"temperature", ""},
                                                        {"temperature", "1 2"},
                                                        {"top-k", "1.5"},
                                                        {"seed", "-2"},
                                                        {"max-tokens", "-5"},
                                                        {"logit-bias", "5"},
                                                        {"logit-bias", "=1"},
                                                        {"logit-bias", "x=1"},
                                                        {"logit-bias", "-1=1"},
                                                        {"stop", "\"\""},
                                                        {"tempature", "1"}}) {
    const auto changed = WithParameter({}, name, value, AcceptAll);
    ASSERT_FALSE(changed) << name << " " << value;
    EXPECT_EQ(changed.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(WithParameter({}, "tempature", "1", AcceptAll).error().message,
            "there is no parameter 'tempature'; did you mean 'temperature'?");
}

TEST(Parameters, SetReplacesLists) {
  ReplySettings settings;
  settings.stop = {"old"};
  settings = *WithParameter(settings, "stop", "\"two words\" END \"q\\\"q\"", AcceptAll);
  EXPECT_EQ(settings.stop, (std::vector<std::string>{"two words", "END", "q\"q"}));
  settings = *WithParameter(settings, "stop", "none", AcceptAll);
  EXPECT_TRUE(settings.stop.empty());
  settings = *WithParameter(settings, "logit_bias", "5=1 5=2 6=3", AcceptAll);
  EXPECT_EQ(settings.sampling.logit_bias.size(), 2U) << "the last one for an id counts";
}

TEST(Parameters, ValidationComesFromTheEngine) {
  const auto refuse = [](const SamplingParams&) -> Result<void> {
    return Fail(ErrorCode::kInvalidArgument, "no");
  };
  EXPECT_EQ(WithParameter({}, "temperature", "0.5", refuse).error().message, "no");
}

TEST(Parameters, DescriptionShowsAll) {
  const std::string text = DescribeParameters({});
  for (const Parameter& parameter : Parameters()) {
    EXPECT_NE(text.find(std::string("  ") + parameter.name + " "), std::string::npos);
  }
  EXPECT_NE(text.find("temperature        0.8\n"), std::string::npos) << text;
  EXPECT_NE(text.find("seed               random\n"), std::string::npos);
}

}  // namespace
}  // namespace bantam::cli
