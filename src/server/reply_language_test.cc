// Tests of `reply_language` through the service.
#include "server/test_service.h"

namespace bantam::server {
namespace {

constexpr const char* kEnglish = "The sky is blue because the air scatters the light of the sun.";
constexpr const char* kChinese = "天空是蓝色的，因为空气会散射阳光。";
constexpr const char* kInChinese = R"("reply_language": "zh")";

class ReplyLanguage : public ServiceTest {
 protected:
  static const Json& Check(const Json& choice) {
    return *choice.Find("bantam")->Find("reply_language");
  }
  static std::string Dump(const char* asked, const char* found, bool retried) {
    return std::string(R"({"asked":")") + asked + R"(","found":)" + found + R"(,"retried":)" +
           (retried ? "true}" : "false}");
  }
  static std::string TextOf(const Json& reply) {
    return Choice(reply).Find("message")->Find("content")->AsString();
  }
};

TEST_F(ReplyLanguage, IsPassedToTheEngineAndCheckedAfterwards) {
  script_->replies = {kChinese};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kInChinese}));
  EXPECT_EQ(TextOf(reply), kChinese);
  EXPECT_EQ(Check(Choice(reply)).Dump(), Dump("zh", R"("zh")", false));
  ASSERT_EQ(script_->requests.size(), 1U);
  EXPECT_EQ(script_->requests[0].language, FindLanguage("zh"));
  EXPECT_FALSE(script_->requests[0].language_ascii);
}

TEST_F(ReplyLanguage, OfAnotherLanguageIsMadeOnceMore) {
  script_->replies = {kEnglish, kChinese};
  const Json reply =
      Good("/v1/chat/completions", Body({kHi, kInChinese, R"("seed": 7)", R"("n": 1)"}));
  EXPECT_EQ(TextOf(reply), kChinese);
  EXPECT_EQ(Check(Choice(reply)).Dump(), Dump("zh", R"("zh")", true));
  ASSERT_EQ(script_->requests.size(), 2U);
  EXPECT_EQ(script_->requests[0].sampling.seed, 7U);
  EXPECT_EQ(script_->requests[1].sampling.seed, 8U);
  EXPECT_EQ(script_->Prompts()[0], "[user]hi[assistant]");
  EXPECT_EQ(script_->Prompts()[1],
            "[system]Answer in Chinese only, whatever language the question is in."
            "[user]hi[assistant]");
}

TEST_F(ReplyLanguage, IsMadeNoMoreThanTwice) {
  script_->replies = {kEnglish, "And once more the light of the sun is scattered by the air."};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kInChinese}));
  EXPECT_EQ(TextOf(reply), "And once more the light of the sun is scattered by the air.");
  EXPECT_EQ(Check(Choice(reply)).Dump(), Dump("zh", R"("en")", true));
  EXPECT_EQ(script_->requests.size(), 2U);
}

TEST_F(ReplyLanguage, LineStandsAfterTheSystemsOwn) {
  script_->replies = {kEnglish, kChinese};
  Good("/v1/chat/completions", R"({"reply_language": "zh-Hans", "messages": [
      {"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]})");
  EXPECT_EQ(script_->Prompts()[1],
            "[system]Be brief.\n\nAnswer in Chinese only, whatever language the question is in."
            "[user]hi[assistant]");
}

TEST_F(ReplyLanguage, EachChoiceIsJudgedByItself) {
  script_->replies = {kChinese, kEnglish, kChinese};
  const Json reply =
      Good("/v1/chat/completions", Body({kHi, kInChinese, R"("n": 2)", R"("seed": 1)"}));
  int retried = 0;
  for (size_t i = 0; i < 2; ++i) {
    const Json& choice = Choice(reply, i);
    EXPECT_EQ(choice.Find("message")->Find("content")->AsString(), kChinese);
    retried += Check(choice).Find("retried")->AsBool() ? 1 : 0;
  }
  EXPECT_EQ(retried, 1);
  EXPECT_EQ(script_->requests.size(), 3U);
}

TEST_F(ReplyLanguage, OfAStreamIsFlaggedOnly) {
  script_->replies = {kEnglish};
  const auto exchange = Post("/v1/chat/completions", Body({kHi, kInChinese, R"("stream": true)"}));
  EXPECT_NE(exchange->body().find(Dump("zh", R"("en")", false)), std::string::npos)
      << exchange->body();
  EXPECT_EQ(script_->requests.size(), 1U);
}

TEST_F(ReplyLanguage, IsOllamasAndResponsesTooAndOfTexts) {
  script_->replies = {kEnglish, kChinese, kEnglish, kChinese, kEnglish, kChinese, kEnglish};
  const Json chat = Good("/api/chat", Body({kHi, kInChinese, R"("stream": false)"}));
  EXPECT_EQ(chat.Find("message")->Find("content")->AsString(), kChinese);
  EXPECT_EQ(Check(chat).Dump(), Dump("zh", R"("zh")", true));
  const Json text =
      Good("/api/generate", Body({R"("prompt": "hi")", kInChinese, R"("stream": false)"}));
  EXPECT_EQ(text.Find("response")->AsString(), kChinese);
  const Json response = Good("/v1/responses", Body({R"("input": "hi")", kInChinese}));
  EXPECT_EQ(Check(response).Dump(), Dump("zh", R"("zh")", true));
  const Json completion =
      Good("/v1/completions", Body({R"("prompt": "hi")", R"("max_tokens": 99)", kInChinese}));
  EXPECT_EQ(Check(Choice(completion)).Dump(), Dump("zh", R"("en")", false))
      << "there is no place for a line that asks";
}

TEST_F(ReplyLanguage, TextsThatSayNothingAreLeftAlone) {
  script_->replies = {"42"};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kInChinese}));
  EXPECT_EQ(Check(Choice(reply)).Dump(), Dump("zh", "null", false));
}

TEST_F(ReplyLanguage, OfJsonIsThatOfItsStrings) {
  const std::string document =
      R"({"what_the_weather_is_like": ["今天的天气非常好，没有下雨。"], "is_it_true": true})";
  script_->replies = {document};
  const Json reply = Good("/v1/chat/completions",
                          Body({kHi, kInChinese, R"("response_format": {"type": "json_object"})"}));
  EXPECT_EQ(Check(Choice(reply)).Dump(), Dump("zh", R"("zh")", false));
  EXPECT_EQ(script_->requests[0].language, FindLanguage("zh"));
}

TEST_F(ReplyLanguage, OfCopiesIsCheckedWithoutAMask) {
  script_->replies = {R"({"a": "x"})"};
  Good("/v1/chat/completions",
       Body({kHi, kInChinese,
             R"("guided_json": {"type": "object", "properties": {"a": {"type": "string",
                "x-copy": true}}})"}));
  EXPECT_EQ(script_->requests[0].language, nullptr);
}

TEST_F(ReplyLanguage, CallsMayBeWrittenInAscii) {
  script_->replies = {kChinese};
  Good("/v1/chat/completions", Body({kHi, kInChinese, kTools}));
  EXPECT_EQ(script_->requests[0].language, FindLanguage("zh"));
  EXPECT_TRUE(script_->requests[0].language_ascii);
}

TEST_F(ReplyLanguage, OfTheServerCountsForChatsThatDoNotSay) {
  ServiceOptions options;
  options.reply_language = FindLanguage("zh");
  Make(options);
  script_->replies = {kEnglish, kChinese};
  EXPECT_EQ(TextOf(Good("/v1/chat/completions", Body({kHi}))), kChinese);
  script_->replies = {kEnglish};
  const Json any = Good("/v1/chat/completions", Body({kHi, R"("reply_language": "any")"}));
  EXPECT_EQ(TextOf(any), kEnglish);
  EXPECT_EQ(Choice(any).Find("bantam"), nullptr);
  script_->replies = {kEnglish};
  Good("/v1/completions", Body({R"("prompt": "hi")"}));
  EXPECT_EQ(script_->requests.back().language, nullptr);
}

TEST_F(ReplyLanguage, MustBeKnown) {
  const auto exchange = Post("/v1/chat/completions", Body({kHi, R"("reply_language": "tlh")"}));
  EXPECT_EQ(exchange->status(), 400);
  EXPECT_NE(exchange->body().find("reply_language: must be"), std::string::npos);
  EXPECT_NE(exchange->body().find(" zh, not"), std::string::npos) << exchange->body();
}

// A second reply would go on for the rest of the context.
TEST_F(ReplyLanguage, SecondReplyHasNoTimeOfItsOwn) {
  ServiceOptions options;
  options.deadlines.total_s = 0.2;
  Make(options, {.context = 1 << 30, .max_sequences = 2});
  script_->endless = true;
  script_->replies = {kEnglish, kChinese};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kInChinese}));
  EXPECT_TRUE(TextOf(reply).starts_with(kEnglish));
  EXPECT_EQ(Choice(reply).Find("finish_reason")->AsString(), "length");
  EXPECT_EQ(script_->requests.size(), 1U);
}

TEST_F(ReplyLanguage, FirstReplyIsGivenWhereASecondSaysNothing) {
  script_->replies = {kEnglish, ""};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kInChinese}));
  EXPECT_EQ(TextOf(reply), kEnglish);
  EXPECT_EQ(Check(Choice(reply)).Dump(), Dump("zh", R"("en")", true));
  EXPECT_EQ(script_->requests.size(), 2U);
}

TEST_F(ReplyLanguage, FirstReplyIsGivenWhereASecondHasNoRoom) {
  Make({}, {.context = 60, .max_sequences = 2});
  script_->replies = {"It is the air that does it."};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kInChinese}));
  EXPECT_EQ(TextOf(reply), "It is the air that does it.");
  EXPECT_EQ(Check(Choice(reply)).Dump(), Dump("zh", R"("en")", false));
}

}  // namespace
}  // namespace bantam::server
