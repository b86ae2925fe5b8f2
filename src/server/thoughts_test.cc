// Tests of models that think before they answer, in every API.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "server/test_service.h"

namespace bantam::server {
namespace {

TEST_F(ServiceTest, Thoughts) {
  model_->info_.chat_template = "<think>";
  script_->replies = {"<think>\nso so\n</think>\n\nhello"};
  Json reply = Good("/v1/chat/completions", Body({kHi}));
  const Json& message = *Choice(reply).Find("message");
  EXPECT_EQ(message.Find("content")->AsString(), "hello");
  EXPECT_EQ(message.Find("reasoning_content")->AsString(), "so so");
  script_->replies = {"<think>\nso so\n</think>\n\nhello"};
  reply = Good("/api/chat", Body({kHi, R"("stream": false)"}));
  EXPECT_EQ(reply.Find("message")->Find("content")->AsString(), "hello");
  EXPECT_EQ(reply.Find("message")->Find("thinking")->AsString(), "so so");
  script_->replies = {"<think>a</think>b"};
  const auto stream = Post("/v1/chat/completions", Body({kHi, R"("stream": true)"}));
  EXPECT_NE(stream->body().find(R"("reasoning_content":"a")"), std::string::npos);
  EXPECT_NE(stream->body().find(R"("content":"b")"), std::string::npos);
  model_->info_.chat_template = "no thoughts";
  script_->replies = {"<think>a</think>b"};
  reply = Good("/v1/chat/completions", Body({kHi}));
  EXPECT_EQ(Choice(reply).Find("message")->Find("content")->AsString(), "<think>a</think>b");
}

TEST_F(ServiceTest, TokensOfThoughtsAreCounted) {
  model_->info_.chat_template = "<think>";
  const std::string_view thought = "<think>\nso so\n</think>\n\n";  // a token a byte
  const std::string thinking = std::string(thought) + "hello";
  script_->replies = {thinking, thinking, "hello", thinking};
  Json usage = *Good("/v1/chat/completions", Body({kHi, R"("n": 2)"})).Find("usage");
  const auto reasoning = [](const Json& json, const char* details) {
    return json.Find(details)->Find("reasoning_tokens")->AsInt().value();
  };
  EXPECT_EQ(reasoning(usage, "completion_tokens_details"), 2 * std::ssize(thought));
  usage = *Good("/v1/chat/completions", Body({kHi})).Find("usage");
  EXPECT_EQ(reasoning(usage, "completion_tokens_details"), 0);
  usage = *Good("/v1/responses", Body({R"("input": "hi")"})).Find("usage");
  EXPECT_EQ(reasoning(usage, "output_tokens_details"), std::ssize(thought));
}

TEST_F(ServiceTest, ThoughtsThatAreClosedHaveRoomInTheContext) {
  Make({}, {.context = 100, .max_sequences = 2});
  model_->info_.chat_template = model_->opening_ = "<think>";
  const auto ask = [this](size_t bytes) {
    const std::string turns = R"({"role": "user", "content": "first"},
                                 {"role": "assistant", "content": "one"},
                                 {"role": "user", "content": ")" +
                              std::string(bytes, 'x') + "\"}";
    return Post("/v1/chat/completions",
                R"({"trim": "oldest", "max_tokens": 2, "guided_regex": "a*", "messages": [)" +
                    turns + "]}");
  };
  int fitting = 0;
  for (size_t bytes = 30; bytes < 80; ++bytes) {
    const auto exchange = ask(bytes);
    if (exchange->status() != 200) {
      EXPECT_NE(exchange->body().find("context_length_exceeded"), std::string::npos);
      continue;
    }
    ++fitting;
    const std::string prompt = script_->Prompts().back();
    EXPECT_TRUE(prompt.ends_with("<think>\n</think>\n\n")) << prompt;
    EXPECT_LT(prompt.size(), 100U) << "room for a token";
  }
  // "[user]" … "[assistant]<think>\n</think>\n\n" are 35 bytes, a token each; one is the reply's.
  EXPECT_EQ(fitting, 100 - 35 - 1 - 30 + 1);
}

TEST_F(ServiceTest, VariablesOfTheTemplate) {
  const std::string body = Body({kHi, R"("stream": false)", R"("think": false)"});
  Good("/api/chat", body);
  Good("/v1/chat/completions",
       Body({kHi, R"("chat_template_kwargs": {"enable_thinking": false})"}));
  for (const std::string& prompt : script_->Prompts()) {
    EXPECT_EQ(prompt, R"({"enable_thinking":false}[user]hi[assistant])");
  }
}

std::vector<Json> EventsOf(const std::string& stream) {
  std::vector<Json> events;
  constexpr std::string_view kData = "\ndata: ";
  for (size_t at = 0; (at = stream.find(kData, at)) != std::string::npos;) {
    at += kData.size();
    const std::string data = stream.substr(at, stream.find('\n', at) - at);
    if (data == "[DONE]") break;
    auto json = Json::Parse(data);
    EXPECT_TRUE(json) << stream;
    if (json) events.push_back(*std::move(json));
  }
  return events;
}

TEST_F(ServiceTest, ThoughtsOfResponsesAreAnItem) {
  model_->info_.chat_template = "<think>";
  script_->replies = {"<think>\nso so\n</think>\n\nhello"};
  const Json reply = Good("/v1/responses", R"({"input": "hi"})");
  const auto& output = reply.Find("output")->items();
  ASSERT_EQ(output.size(), 2U);
  EXPECT_EQ(output[0].Find("type")->AsString(), "reasoning");
  EXPECT_EQ(output[0].Find("content")->Dump(), R"([{"type":"reasoning_text","text":"so so"}])");
  EXPECT_EQ(output[1].Find("content")->items().at(0).Find("text")->AsString(), "hello");

  script_->replies = {"<think>ab</think>c"};
  const auto exchange = Post("/v1/responses", R"({"input": "hi", "stream": true})");
  std::string thought;
  std::vector<std::string> events;
  for (const Json& event : EventsOf(exchange->body())) {
    const std::string& type = event.Find("type")->AsString();
    if (type.ends_with(".delta")) {
      const int64_t index = event.Find("output_index")->AsInt().value_or(-1);
      EXPECT_EQ(index, type == "response.reasoning_text.delta" ? 0 : 1);
      if (index == 0) thought += event.Find("delta")->AsString();
    } else if (type.find("output_item") != std::string::npos) {
      events.push_back(type.substr(type.rfind('.')) + " " +
                       event.Find("item")->Find("type")->AsString());
    }
  }
  EXPECT_EQ(thought, "ab");
  EXPECT_EQ(events, (std::vector<std::string>{".added reasoning", ".done reasoning",
                                              ".added message", ".done message"}));
}

TEST_F(ServiceTest, ThoughtsOfResponsesMayBeAllOrNone) {
  model_->info_.chat_template = "<think>";
  const auto types = [this] {
    std::string text;
    const Json reply = Good("/v1/responses", R"({"input": "hi"})");
    for (const Json& item : reply.Find("output")->items()) {
      text += item.Find("type")->AsString() + " ";
    }
    return text;
  };
  script_->replies = {"<think>a"};
  EXPECT_EQ(types(), "reasoning ");
  script_->replies = {"<think></think>b"};
  EXPECT_EQ(types(), "message ");
}

TEST_F(ServiceTest, ItemsOfResponsesThatWereCutOffAreIncomplete) {
  model_->info_.chat_template = "{% if '<think>' in content %}";
  for (const auto& [text, types] :
       {std::pair("abcdefgh", R"(["message"])"), std::pair("<think>abcdefgh", R"(["reasoning"])"),
        std::pair("<think>a</think>bcdefgh", R"(["reasoning","message"])")}) {
    const std::string limit =
        R"("max_output_tokens": )" + std::to_string(std::string(text).size() - 3);
    script_->replies = {text, text};
    const Json whole = Good("/v1/responses", Body({R"("input": "hi")", limit}));
    EXPECT_EQ(whole.Find("status")->AsString(), "incomplete");
    Json found = Json::MakeArray();
    for (const Json& item : whole.Find("output")->items()) found.Append(*item.Find("type"));
    EXPECT_EQ(found.Dump(), types);
    const Json& last = whole.Find("output")->items().back();
    EXPECT_EQ(last.Find("status")->AsString(), "incomplete") << text;
    EXPECT_FALSE(last.Find("content")->items().empty()) << text;
    if (found.items().size() == 2) {
      EXPECT_EQ(whole.Find("output")->items()[0].Find("status")->AsString(), "completed");
    }
    const auto stream =
        Post("/v1/responses", Body({R"("input": "hi")", limit, R"("stream": true)"}));
    const std::string& events = stream->body();
    const size_t done = events.rfind("event: response.output_item.done");
    ASSERT_NE(done, std::string::npos) << events;
    const std::string event = events.substr(done, events.find("\n\n", done) - done);
    EXPECT_NE(event.find(R"("status":"incomplete")"), std::string::npos) << event;
  }
}

TEST_F(ServiceTest, ThoughtsOfResponsesComeBeforeCalls) {
  model_->info_.chat_template = "<think> [TOOL_CALLS]";
  script_->replies = {"<think>a</think>[TOOL_CALLS]", R"([{"name": "f", "arguments": {}}])"};
  const auto exchange =
      Post("/v1/responses", Body({R"("input": "hi")", kTools, R"("stream": true)"}));
  std::string done;
  for (const Json& event : EventsOf(exchange->body())) {
    if (event.Find("type")->AsString() != "response.output_item.done") continue;
    done += std::to_string(event.Find("output_index")->AsInt().value_or(-1)) +
            event.Find("item")->Find("type")->AsString() + " ";
  }
  EXPECT_EQ(done, "0reasoning 1function_call ") << exchange->body();
}

// Ids of the fake model are bytes.
std::string TextOf(const Json* ids) {
  std::string text;
  if (ids == nullptr) return text;
  for (const Json& id : ids->items()) text += static_cast<char>(id.AsInt().value_or(0));
  return text;
}

TEST_F(ServiceTest, TokensOfTheTagsAreNoneOfTheAnswers) {
  model_->info_.chat_template = "<think>";
  for (const char* reply : {"<think>\na\n</think>\n\nbc", "<think>\n\n</think>\n\nbc"}) {
    script_->replies = {reply};
    const auto exchange =
        Post("/v1/chat/completions", Body({kHi, R"("stream": true)", R"("return_token_ids": true)",
                                           R"("logprobs": true)", R"("top_logprobs": 1)"}));
    std::string thought;
    std::string said;
    for (const Json& event : EventsOf("\n" + exchange->body())) {
      if (event.Find("choices")->items().empty()) continue;
      const Json& choice = Choice(event);
      const Json& delta = *choice.Find("delta");
      (delta.Find("reasoning_content") != nullptr ? thought : said) +=
          TextOf(choice.Find("token_ids"));
    }
    EXPECT_EQ(said, "bc") << exchange->body();
    EXPECT_EQ(thought + said, reply);
  }
}

TEST_F(ServiceTest, ShowTellsWhichModelsThink) {
  const auto capabilities = [this] {
    return Good("/api/show", R"({"model": "fake"})").Find("capabilities")->Dump();
  };
  EXPECT_EQ(capabilities().find("thinking"), std::string::npos);
  model_->info_.chat_template = "{{ x }}<think>";
  Make({});
  EXPECT_EQ(capabilities(), R"(["completion","tools","thinking"])");
}

}  // namespace
}  // namespace bantam::server
