// Replies from the response cache, through the APIs: whose, which, and in what form.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/test_directory.h"
#include "server/fake_world.h"
#include "server/service.h"

namespace bantam::server {
namespace {

class CachedReplies : public testing::Test {
 protected:
  void SetUp() override {
    store::CacheOptions options;
    options.normalize = true;
    auto cache = store::ResponseCache::Open(directory_.File("cache.db"), options);
    if (!cache && cache.error().code == ErrorCode::kUnsupported) GTEST_SKIP() << "no SQLite";
    ASSERT_TRUE(cache) << cache.error().message;
    options_.cache.cache = *std::move(cache);
    Make();
  }

  void Make() {
    service_.reset();
    auto library = std::make_unique<Library>(
        std::nullopt, [](const std::string&) { return Result<ModelInfo>(ModelInfo{}); });
    library->Add(path_, {"fake"});
    Backend backend = FakeBackend(model_, script_, engine_);
    backend.load = [this, load = backend.load](const std::string& path, const LoadRoom& room) {
      ++loads_;
      auto loaded = load(path, room);
      if (on_load_) on_load_();
      return loaded;
    };
    service_ =
        std::make_unique<Service>(std::move(library), std::move(backend), HostOptions{}, options_);
  }

  void ImportFaq(const std::string& question, const std::string& answer) {
    const std::vector<store::FaqItem> items = {{.questions = {question}, .answer = answer}};
    ASSERT_TRUE(options_.cache.cache->ImportFaq(items, "", false));
  }

  // "HOW: CONTENT" of a chat about `content`, whose other members are `more`.
  std::string Ask(const std::string& content, const std::string& more = "\"temperature\": 0",
                  const std::string& key = "") {
    return AskChat(Message("user", content), more, key);
  }

  std::string AskWith(std::vector<HttpHeader> headers, const std::string& content) {
    return Send(std::move(headers), Message("user", content), "\"temperature\": 0");
  }

  static std::string Message(const std::string& role, const std::string& content) {
    return R"({"role": ")" + role + R"(", "content": ")" + content + "\"}";
  }

  std::string AskChat(const std::string& messages, const std::string& more,
                      const std::string& key = "") {
    std::vector<HttpHeader> headers;
    if (!key.empty()) headers = {{"authorization", "Bearer " + key}};
    return Send(std::move(headers), messages, more);
  }

  std::string Send(std::vector<HttpHeader> headers, const std::string& messages,
                   const std::string& more) {
    HttpRequest request;
    request.headers = std::move(headers);
    request.method = "POST";
    request.path = "/v1/chat/completions";
    request.body = R"({"messages": [)" + messages + "], " + more + "}";
    auto exchange = std::make_shared<FakeExchange>(request);
    service_->OnRequest(exchange);
    exchange->Wait();
    const auto body = Json::Parse(exchange->body());
    if (!body || body->Find("choices") == nullptr) return exchange->body();
    std::string how(exchange->Header("X-Bantam-Cache"));
    how = how.substr(0, how.find("; age"));
    choice_ = body->Find("choices")->items().at(0);
    return how + ": " + choice_.Find("message")->Find("content")->AsString();
  }

  TestDirectory directory_;
  std::shared_ptr<FakeModel> model_ = std::make_shared<FakeModel>();
  std::shared_ptr<FakeScript> script_ = std::make_shared<FakeScript>();
  ServiceOptions options_;
  EngineOptions engine_ = {.context = 1000, .max_sequences = 2};
  std::string path_ = "path";
  std::atomic<int> loads_ = 0;
  std::function<void()> on_load_;
  Json choice_;  // of the last chat
  std::unique_ptr<Service> service_;
};

TEST_F(CachedReplies, AreGivenAgain) {
  script_->replies = {"one", "two", "three"};
  EXPECT_EQ(Ask("What is it?"), "miss: one");
  EXPECT_EQ(Ask("What is it?"), "hit; match=exact: one");
  ASSERT_TRUE(options_.cache.cache->Flush().has_value());
  EXPECT_EQ(Ask("  what is it, please"), "hit; match=normalized: one");
  EXPECT_EQ(Ask("What was it?"), "miss: two");
  EXPECT_EQ(Ask("What is it?", R"("temperature": 0, "max_tokens": 2)"), "miss: th");
  EXPECT_EQ(script_->Prompts().size(), 3U);
}

TEST_F(CachedReplies, OfSampledRequestsAreKeptWhereThatIsAskedFor) {
  script_->replies = {"one", "two", "three", "four"};
  EXPECT_EQ(Ask("Hi", R"("temperature": 1)"), ": one");
  EXPECT_EQ(Ask("Hi", R"("temperature": 1)"), ": two");
  EXPECT_EQ(Ask("Hi", R"("temperature": 1, "seed": 7)"), "miss: three");
  EXPECT_EQ(Ask("Hi", R"("temperature": 1, "seed": 7)"), "hit; match=exact: three");
  options_.cache.sampled = true;
  Make();
  EXPECT_EQ(Ask("Hi", R"("temperature": 1)"), "miss: four");
  EXPECT_EQ(Ask("Hi", R"("temperature": 1)"), "hit; match=exact: four");
}

TEST_F(CachedReplies, ArePassedOverForOneRequestThatAsksForThat) {
  script_->replies = {"one", "two", "three"};
  EXPECT_EQ(Ask("Hi"), "miss: one");
  EXPECT_EQ(AskWith({{"cache-control", "max-age=0, No-Cache"}}, "Hi"), "bypass: two");
  EXPECT_EQ(Ask("Hi"), "hit; match=exact: two");
  EXPECT_EQ(AskWith({{"cache-control", "no-transform"}, {"cache-control", "no-cache"}}, "Hi"),
            "bypass: three");
  EXPECT_EQ(AskWith({{"cache-control", "x-no-cache, no-transform"}}, "Hi"),
            "hit; match=exact: three");
}

TEST_F(CachedReplies, OfServersWithATimeLimitAreGivenAgain) {
  options_.deadlines.total_s = 600;
  Make();
  script_->replies = {"one", "two"};
  EXPECT_EQ(Ask("Hi"), "miss: one");
  EXPECT_EQ(Ask("Hi"), "hit; match=exact: one");
}

TEST_F(CachedReplies, ThatTheTimeLimitCutOffAreNotKept) {
  options_.deadlines.total_s = 0.1;
  engine_.context = 1 << 30;
  Make();
  script_->endless = true;
  script_->replies = {"one", "two"};
  EXPECT_TRUE(Ask("Hi").starts_with("miss: one"));
  EXPECT_TRUE(Ask("Hi").starts_with("miss: two"));
}

TEST_F(CachedReplies, InALanguageAreForRequestsThatMayRunAgainAlike) {
  const std::string english = "The sky is blue because the air scatters the light of the sun.";
  const std::string chinese = "天空是蓝色的，因为空气会散射阳光。";
  const std::string once = R"("temperature": 0, "reply_language": "zh")";
  const std::string stream = once + R"(, "stream": true)";
  script_->replies = {english, english, chinese, english};
  const std::string streamed = Ask("Why?", stream);
  EXPECT_NE(streamed.find(R"("found":"en","retried":false)"), std::string::npos) << streamed;
  const auto flags = [this] { return choice_.Find("bantam")->Find("reply_language")->Dump(); };
  EXPECT_EQ(Ask("Why?", once), "miss: " + chinese);
  const std::string made = flags();
  EXPECT_EQ(made, R"({"asked":"zh","found":"zh","retried":true})");
  EXPECT_EQ(Ask("Why?", once), "hit; match=exact: " + chinese);
  EXPECT_EQ(flags(), made);
  const std::string again = Ask("Why?", stream);
  EXPECT_NE(again.find(R"("found":"en","retried":false)"), std::string::npos) << again;
  EXPECT_EQ(script_->Prompts().size(), 4U);
}

TEST_F(CachedReplies, OfTheFaqAreGivenWhateverTheSampling) {
  ImportFaq("When are you open?", "From 9 to 18.");
  for (const char* more : {R"("temperature": 0)", R"("temperature": 1)", R"("model": "fake")",
                           R"("temperature": 1, "seed": 7)"}) {
    EXPECT_EQ(Ask("when are you open", more), "hit; match=faq: From 9 to 18.") << more;
  }
  EXPECT_EQ(script_->Prompts().size(), 0U);
}

TEST_F(CachedReplies, OfTheFaqAreForTheFirstQuestionOfAChat) {
  ImportFaq("When are you open?", "From 9 to 18.");
  const std::string question = Message("user", "When are you open?");
  EXPECT_EQ(AskChat(Message("system", "You are a shop.") + ", " + question, R"("n": 1)"),
            "hit; match=faq: From 9 to 18.");
  const std::string chat = Message("user", "Be the Louvre.") + ", " +
                           Message("assistant", "I am the Louvre.") + ", " + question;
  script_->replies = {"at 10", "at 11"};
  EXPECT_EQ(AskChat(chat, R"("temperature": 1)"), ": at 10");
  EXPECT_EQ(AskChat(chat, R"("temperature": 0)"), "miss: at 11");
  EXPECT_EQ(AskChat(chat, R"("temperature": 0)"), "hit; match=exact: at 11");
}

TEST_F(CachedReplies, OfTheFaqMustFitTheLimitsOfTheRequest) {
  ImportFaq("When?", "From 9 to 18.");
  script_->replies = {"always", "never"};
  EXPECT_EQ(Ask("When?", R"("stop": ["18"])"), ": always");
  EXPECT_EQ(Ask("When?", R"("stop": ["noon"])"), "hit; match=faq: From 9 to 18.");
  EXPECT_EQ(Ask("When?", R"("max_tokens": 12)"), ": never");
  EXPECT_EQ(Ask("When?", R"("max_tokens": 13)"), "hit; match=faq: From 9 to 18.");
}

TEST_F(CachedReplies, OfOneKeyAreNotGivenToAnother) {
  options_.api_keys = {"ann", "bob"};
  Make();
  script_->replies = {"one", "two"};
  EXPECT_EQ(Ask("Hi", R"("temperature": 0)", "ann"), "miss: one");
  EXPECT_EQ(Ask("Hi", R"("temperature": 0)", "bob"), "miss: two");
  EXPECT_EQ(Ask("Hi", R"("temperature": 0)", "ann"), "hit; match=exact: one");
}

TEST_F(CachedReplies, OfRequestsForMoreThanTextAreNotKept) {
  for (const char* more :
       {R"("temperature": 0, "n": 2)", R"("temperature": 0, "logprobs": true)",
        R"("temperature": 0, "stop_token_ids": [1])",
        R"("temperature": 0, "tools": [{"type": "function", "function": {"name": "f"}}])"}) {
    script_->replies = {"zip", "zip", "zip", "zip"};
    EXPECT_EQ(Ask("Hi", more), ": zip") << more;
    EXPECT_EQ(Ask("Hi", more), ": zip") << more;
  }
}

TEST_F(CachedReplies, WithTheirStopStringAreNotThoseWithoutIt) {
  const std::string stop = R"("temperature": 0, "stop": "##")";
  script_->replies = {"one##", "two##"};
  EXPECT_EQ(Ask("Hi", stop), "miss: one");
  EXPECT_EQ(Ask("Hi", stop + R"(, "include_stop_str_in_output": true)"), "miss: two##");
}

TEST_F(CachedReplies, OfAModelAreNotGivenForTheOneThatReplacesIt) {
  path_ = directory_.Write("m.gguf", "first");
  Make();
  script_->replies = {"one", "two", "three"};
  EXPECT_EQ(Ask("Hi"), "miss: one");
  EXPECT_EQ(Ask("Hi"), "hit; match=exact: one");
  EXPECT_EQ(loads_, 1);
  directory_.Write("m.gguf", "the second");
  EXPECT_EQ(Ask("Hi"), "miss: two");
  EXPECT_EQ(Ask("Hi"), "hit; match=exact: two");
  EXPECT_EQ(loads_, 2);
}

TEST_F(CachedReplies, AreNotKeptForAModelThatIsReplacedWhileItLoads) {
  path_ = directory_.Write("m.gguf", "first");
  Make();
  on_load_ = [this] {
    if (loads_ == 1) directory_.Write("m.gguf", "the second");
  };
  script_->replies = {"one", "two"};
  EXPECT_EQ(Ask("Hi"), "miss: one");
  EXPECT_EQ(loads_, 2);
  directory_.Write("m.gguf", "a third");
  on_load_ = [this] { directory_.Write("m.gguf", std::string(static_cast<size_t>(loads_), 'x')); };
  EXPECT_NE(Ask("Hi").find("is being replaced"), std::string::npos);
}

}  // namespace
}  // namespace bantam::server
