// Tests of the APIs from request to answer, with a model whose replies are scripted.
#include "server/service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>
#include <tuple>

#include "base/json.h"
#include "server/test_service.h"

namespace bantam::server {
namespace {

TEST_F(ServiceTest, Chat) {
  script_->replies = {"hello"};
  const Json reply = Good("/v1/chat/completions", Body({kHi}));
  EXPECT_EQ(Choice(reply).Find("message")->Find("content")->AsString(), "hello");
  EXPECT_EQ(Choice(reply).Find("finish_reason")->AsString(), "stop");
  EXPECT_EQ(reply.Find("model")->AsString(), "fake");
  EXPECT_EQ(script_->Prompts(), std::vector<std::string>{"[user]hi[assistant]"});
}

TEST_F(ServiceTest, ChatStream) {
  script_->replies = {"abc"};
  const auto exchange =
      Post("/v1/chat/completions",
           Body({kHi, R"("stream": true)", R"("stream_options": {"include_usage": true})"}));
  EXPECT_EQ(exchange->Header("Content-Type"), "text/event-stream");
  std::string text;
  std::string_view rest = exchange->body();
  std::vector<Json> chunks;
  while (rest.starts_with("data: {")) {
    const size_t end = rest.find("\n\n");
    chunks.push_back(*Json::Parse(rest.substr(6, end - 6)));
    rest.remove_prefix(end + 2);
  }
  EXPECT_EQ(rest, "data: [DONE]\n\n");
  ASSERT_EQ(chunks.size(), 5);  // three letters, the end, the usage
  for (size_t i = 0; i < 3; ++i) {
    text += Choice(chunks[i]).Find("delta")->Find("content")->AsString();
  }
  EXPECT_EQ(text, "abc");
  EXPECT_NE(Choice(chunks[0]).Find("delta")->Find("role"), nullptr);
  EXPECT_EQ(Choice(chunks[1]).Find("delta")->Find("role"), nullptr);
  EXPECT_EQ(Choice(chunks[3]).Find("finish_reason")->AsString(), "stop");
  EXPECT_TRUE(chunks[4].Find("choices")->items().empty());
  EXPECT_EQ(*chunks[4].Find("usage")->Find("completion_tokens")->AsInt(), 4);
}

TEST_F(ServiceTest, Choices) {
  script_->replies = {"one", "two", "three"};
  const Json reply = Good("/v1/chat/completions", Body({kHi, R"("n": 3)", R"("seed": 5)"}));
  EXPECT_EQ(reply.Find("choices")->items().size(), 3);
  ASSERT_EQ(script_->requests.size(), 3);
  for (uint64_t i = 0; i < 3; ++i) EXPECT_EQ(script_->requests[i].sampling.seed, 5 + i);
}

TEST_F(ServiceTest, ACallWithoutAMarkIsMadeAgainWithItsShape) {
  model_->info_.chat_template = "<|python_tag|>";
  script_->replies = {R"({"name": "f", "par …)", R"({"name": "f", "parameters": {"a": 1}})"};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kTools}));
  EXPECT_EQ(Choice(reply).Find("finish_reason")->AsString(), "tool_calls");
  const Json& call = Choice(reply).Find("message")->Find("tool_calls")->items().at(0);
  EXPECT_EQ(call.Find("function")->Dump(), R"({"name":"f","arguments":"{\"a\": 1}"})");
  ASSERT_EQ(script_->requests.size(), 2);
  EXPECT_EQ(script_->requests[0].shape, nullptr);
  EXPECT_NE(script_->requests[1].shape, nullptr);
  EXPECT_EQ(script_->requests[0].prompt, script_->requests[1].prompt);
}

TEST_F(ServiceTest, CallsWithMarksOneAfterTheOther) {
  model_->info_.chat_template = "<tool_call>";
  script_->replies = {"<tool_call>", R"({"name": "f", "arguments": {}})", "\n<tool_call>",
                      R"({"name": "f", "arguments": {"b": 2}})", ""};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kTools}));
  EXPECT_EQ(Choice(reply).Find("message")->Find("tool_calls")->items().size(), 2);
  EXPECT_TRUE(Choice(reply).Find("message")->Find("content")->is_null());
  const auto prompts = script_->Prompts();
  ASSERT_EQ(prompts.size(), 5);
  EXPECT_EQ(prompts[1], "[tools][user]hi[assistant]<tool_call>\n");
  EXPECT_EQ(prompts[3],
            prompts[1] + R"({"name": "f", "arguments": {}})" + "\n</tool_call>\n<tool_call>\n");
}

TEST_F(ServiceTest, ArgumentsAreStreamedAsTheyCome) {
  model_->info_.chat_template = "<tool_call>";
  const std::string call = R"({"name": "f", "arguments": {"a": "b c"}})";
  script_->replies = {"<tool_call>", call, ""};
  const auto exchange = Post("/v1/chat/completions", Body({kHi, kTools, R"("stream": true)"}));
  std::string arguments;
  size_t n = 0;
  std::string_view rest = exchange->body();
  for (size_t end = 0; rest.starts_with("data: {"); rest.remove_prefix(end + 2)) {
    end = rest.find("\n\n");
    const Json chunk = *Json::Parse(rest.substr(6, end - 6));
    const Json* calls = Choice(chunk).Find("delta")->Find("tool_calls");
    if (calls == nullptr) continue;
    const Json& piece = calls->items().at(0);
    EXPECT_EQ(piece.Find("id") != nullptr, n == 0);
    EXPECT_EQ(piece.Find("function")->Find("name") != nullptr, n == 0);
    arguments += piece.Find("function")->Find("arguments")->AsString();
    ++n;
  }
  EXPECT_EQ(arguments, R"({"a": "b c"})");
  EXPECT_GT(n, 5);
  script_->replies = {"<tool_call>", call, ""};
  const auto response =
      Post("/v1/responses", Body({R"("input": "hi")", kTools, R"("stream": true)"}));
  const std::string& events = response->body();
  EXPECT_NE(events.find(R"("arguments":"{\"a\": \"b c\"}")"), std::string::npos) << events;
  EXPECT_NE(events.find(R"("delta":"b")"), std::string::npos) << events;
}

TEST_F(ServiceTest, CallsInAList) {
  model_->info_.chat_template = "[TOOL_CALLS]";
  script_->replies = {"[TOOL_CALLS]",
                      R"([{"name": "f", "arguments": {}}, {"name": "f", "arguments": {"a": 1}}])"};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kTools}));
  EXPECT_EQ(Choice(reply).Find("message")->Find("tool_calls")->items().size(), 2);
  ASSERT_EQ(script_->requests.size(), 2);
  EXPECT_TRUE(script_->requests[0].keep_special);
}

TEST_F(ServiceTest, TaggedCalls) {
  model_->info_.chat_template = "<tool_call>\n<function=";
  script_->replies = {"Hm.\n<tool_call>", "<function=f>\n</function>", ""};
  const Json reply = Good("/v1/chat/completions", Body({kHi, kTools}));
  const Json& message = *Choice(reply).Find("message");
  EXPECT_EQ(message.Find("content")->AsString(), "Hm.\n");
  EXPECT_EQ(message.Find("tool_calls")->items().at(0).Find("function")->Dump(),
            R"({"name":"f","arguments":"{}"})");
  EXPECT_EQ(script_->Prompts()[2],
            script_->Prompts()[1] + "<function=f>\n</function>\n</tool_call>");
}

TEST_F(ServiceTest, OneCallWhereNoMoreAreWanted) {
  model_->info_.chat_template = "<tool_call>";
  script_->replies = {"<tool_call>", R"({"name": "f", "arguments": {}})", "<tool_call>"};
  const std::string one = R"("parallel_tool_calls": false)";
  const Json reply = Good("/v1/chat/completions", Body({kHi, kTools, one}));
  EXPECT_EQ(Choice(reply).Find("message")->Find("tool_calls")->items().size(), 1);
  EXPECT_EQ(script_->requests.size(), 2);
}

TEST_F(ServiceTest, TokenizerInfo) {
  const auto exchange = Send("GET", "/tokenizer_info");
  exchange->Wait();
  EXPECT_EQ(exchange->status(), 200);
  const Json info = *Json::Parse(exchange->body());
  EXPECT_TRUE(info.Find("bos_token")->is_null());
  EXPECT_NE(info.Find("eos_token"), nullptr);
}

TEST_F(ServiceTest, ForcedCalls) {
  model_->info_.chat_template = "<tool_call>";
  script_->replies = {R"({"name": "f", "arguments": {}})"};
  const std::string named = R"("tool_choice": {"type": "function", "function": {"name": "f"}})";
  const Json reply = Good("/v1/chat/completions", Body({kHi, kTools, named}));
  EXPECT_EQ(Choice(reply).Find("finish_reason")->AsString(), "stop");
  EXPECT_EQ(script_->Prompts(),
            std::vector<std::string>{"[tools][user]hi[assistant]<tool_call>\n"});
}

TEST_F(ServiceTest, TextIsNoCall) {
  for (const char* text : {"Hello", "{\"name\": \"Ada\"}", "```js"}) {
    script_->replies = {text};
    const Json reply = Good("/v1/chat/completions", Body({kHi, kTools}));
    EXPECT_EQ(Choice(reply).Find("message")->Find("tool_calls"), nullptr);
    EXPECT_EQ(Choice(reply).Find("finish_reason")->AsString(), "stop");
  }
}

TEST_F(ServiceTest, ModelsWhoseTemplateHasNoToolsAreTold) {
  script_->replies = {"x"};
  Good("/v1/chat/completions", Body({kHi, kTools}));
  const std::string prompt = script_->Prompts().at(0);
  EXPECT_TRUE(prompt.starts_with("[system]You can call functions")) << prompt;
  EXPECT_NE(prompt.find("\"name\":\"f\""), std::string::npos);
}

TEST_F(ServiceTest, Completions) {
  script_->replies = {"cd", "x"};
  const Json reply =
      Good("/v1/completions",
           Body({R"("prompt": ["ab", [97]])", R"("echo": true)", R"("logprobs": 1)"}));
  EXPECT_EQ(Choice(reply).Find("text")->AsString(), "abcd");
  const Json& logprobs = *Choice(reply).Find("logprobs");
  EXPECT_EQ(logprobs.Find("tokens")->Dump(), R"(["a","b","c","d"])");
  EXPECT_EQ(logprobs.Find("token_logprobs")->Dump(), "[null,-1,-0.5,-0.5]");
  EXPECT_EQ(logprobs.Find("text_offset")->Dump(), "[0,1,2,3]");
  EXPECT_EQ(*Choice(reply, 1).Find("index")->AsInt(), 1);
}

TEST_F(ServiceTest, Ollama) {
  script_->replies = {"hey", "you", "raw"};
  const Json chat = Good("/api/chat", Body({kHi, R"("stream": false)", R"("model": "fake")"}));
  EXPECT_EQ(chat.Find("message")->Find("content")->AsString(), "hey");
  EXPECT_TRUE(chat.Find("done")->AsBool());
  const auto stream = Post("/api/generate", Body({R"("prompt": "a")", R"("system": "s")"}));
  EXPECT_EQ(stream->Header("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(std::ranges::count(stream->body(), '\n'), 4);
  Good("/api/generate", Body({R"("prompt": "a")", R"("raw": true)", R"("stream": false)"}));
  EXPECT_EQ(script_->Prompts(),
            (std::vector<std::string>{"[user]hi[assistant]", "[system]s[user]a[assistant]", "a"}));
  EXPECT_EQ(script_->requests[0].sampling.repeat_penalty, 1.1F);
}

std::string LongChat() {
  std::string messages = R"("messages": [{"role": "system", "content": "S"})";
  for (int i = 0; i < 60; ++i) {
    messages += R"(, {"role": "user", "content": "a question of some length"})";
    messages += R"(, {"role": "assistant", "content": "an answer"})";
  }
  return messages + R"(, {"role": "user", "content": "last"}])";
}

TEST_F(ServiceTest, OllamaTrimsAndOpenAiRefuses) {
  const std::string messages = LongChat();
  const auto refused = Post("/v1/chat/completions", Body({messages}));
  EXPECT_EQ(refused->status(), 400);
  EXPECT_NE(refused->body().find("context_length_exceeded"), std::string::npos);
  const Json trimmed = Good("/api/chat", Body({messages, R"("stream": false)"}));
  EXPECT_GT(*trimmed.Find("bantam")->Find("left_out_tokens")->AsInt(), 1000);
  const std::string prompt = script_->Prompts().at(0);
  EXPECT_TRUE(prompt.starts_with("[system]S[user]a question")) << prompt;
  EXPECT_TRUE(prompt.ends_with("[user]last[assistant]"));
  EXPECT_LT(prompt.size(), 1000);
}

TEST_F(ServiceTest, TrimsAsItIsTold) {
  const std::string messages = LongChat();
  for (const std::string path : {"/v1/chat/completions", "/v1/responses", "/api/chat"}) {
    std::string body = messages;
    if (path == "/v1/responses") body.replace(0, 10, "\"input\"");
    const std::string whole = R"("stream": false, "max_tokens": 5)";
    EXPECT_EQ(Post(path, Body({body, whole, R"("trim": "error")"}))->status(), 400) << path;
    EXPECT_EQ(Post(path, Body({body, whole, R"("trim": "newest")"}))->status(), 400) << path;
    for (const char* trim : {R"("trim": "oldest")", R"("trim": "relevant")"}) {
      script_->requests.clear();
      const auto reply = Post(path, Body({body, whole, trim}));
      ASSERT_EQ(reply->status(), 200) << path << reply->body();
      const std::string prompt = script_->Prompts().at(0);
      EXPECT_TRUE(prompt.starts_with("[system]S[")) << prompt;
      EXPECT_TRUE(prompt.ends_with("[user]last[assistant]")) << prompt;
      EXPECT_LT(prompt.size(), 1000);
      const std::string whole_chat = "[system]S[user]last[assistant]";
      const size_t turn = std::string("[user]a question of some length[assistant]an answer").size();
      const size_t full = whole_chat.size() + 60 * turn;
      EXPECT_EQ(reply->Header("X-Bantam-Left-Out-Tokens"), std::to_string(full - prompt.size()));
      EXPECT_NE(reply->body().find("\"left_out_tokens\":" + std::to_string(full - prompt.size())),
                std::string::npos);
    }
  }
  const auto fits = Post("/v1/chat/completions", Body({kHi, R"("trim": "relevant")"}));
  EXPECT_EQ(fits->Header("X-Bantam-Left-Out-Tokens"), "");
}

TEST_F(ServiceTest, SystemMessagesAndToolsAreNotTrimmed) {
  for (const char* knows : {"<tool_call>", ""}) {
    model_->info_.chat_template = knows;
    Make({});
    for (const char* trim : {R"("trim": "oldest")", R"("trim": "relevant")"}) {
      script_->requests.clear();
      Good("/v1/chat/completions", Body({LongChat(), kTools, trim, R"("max_tokens": 5)"}));
      const std::string prompt = script_->Prompts().at(0);
      const bool told = *knows == '\0';  // of tools in the system message
      EXPECT_TRUE(prompt.starts_with(told ? "[system]S\n\n" : "[tools][system]S[")) << prompt;
      EXPECT_EQ(prompt.find("\"f\"") != std::string::npos, told) << prompt;
      EXPECT_TRUE(prompt.ends_with("[user]last[assistant]")) << prompt;
      EXPECT_GT(prompt.size(), 900);
    }
  }
}

TEST_F(ServiceTest, OneOverlongPromptIsRefusedUnlessItMayBeCut) {
  std::string prompt = "Summarise this.";
  for (int i = 0; i < 60; ++i) prompt += "\\n\\nA paragraph on geese.";
  const std::string body = R"("stream": false, "prompt": ")" + prompt + "\"";
  for (const char* fields :
       {R"("truncate": true)", R"("truncate": false)", R"("raw": true, "trim": "relevant")"}) {
    const auto refused = Post("/api/generate", Body({body, fields}));
    EXPECT_EQ(refused->status(), 400) << fields;
    EXPECT_NE(refused->body().find("tokens"), std::string::npos) << refused->body();
  }
  const Json cut = Good("/api/generate", Body({body, R"("trim": "relevant")"}));
  EXPECT_GT(*cut.Find("bantam")->Find("left_out_tokens")->AsInt(), 100);
  EXPECT_TRUE(script_->Prompts().at(0).starts_with("[user]Summarise this."));
}

TEST_F(ServiceTest, PrefixesAreKeptWhereThereIsAPlace) {
  const std::string body =
      R"({"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "hi"}]})";
  Good("/v1/chat/completions", body);
  EXPECT_EQ(script_->requests.back().keep_tokens, 0);
  Make({}, {.context = 1000, .max_sequences = 2, .prefix_dir = "somewhere"});
  for (int i = 0; i < 2; ++i) {
    Good("/v1/chat/completions", body);
    EXPECT_EQ(script_->requests.back().keep_tokens, std::string("[system]S[user]").size());
  }
}

TEST_F(ServiceTest, ModelsInMemorySayTheirContextAloneAndInTheList) {
  const auto get = [this](const char* path) {
    const auto exchange = Send("GET", path);
    exchange->Wait();
    return *Json::Parse(exchange->body());
  };
  EXPECT_EQ(get("/v1/models/fake").Find("max_model_len"), nullptr);
  Good("/v1/chat/completions", Body({kHi}));
  const Json one = get("/v1/models/fake");
  ASSERT_NE(one.Find("max_model_len"), nullptr);
  EXPECT_EQ(*one.Find("max_model_len")->AsInt(), 1000);
  EXPECT_EQ(get("/v1/models").Find("data")->items().at(0).Dump(), one.Dump());
}

TEST_F(ServiceTest, LoadsAndUnloads) {
  const Json loaded = Good("/api/generate", R"({"model": "fake", "stream": false})");
  EXPECT_EQ(loaded.Find("done_reason")->AsString(), "load");
  EXPECT_EQ(service_->server().host.Loaded().size(), 1);
  const Json unloaded = Good("/api/chat", R"({"model": "fake", "stream": false, "keep_alive": 0})");
  EXPECT_EQ(unloaded.Find("done_reason")->AsString(), "unload");
}

TEST_F(ServiceTest, LoadedModelsAreNamedAsTheyWereUsedLast) {
  const auto names = [this] {
    const auto exchange = Send("GET", "/api/ps");
    exchange->Wait();
    std::string all;
    const Json body = *Json::Parse(exchange->body());
    for (const Json& model : body.Find("models")->items()) all += model.Find("name")->AsString();
    return all;
  };
  const auto use = [this](const std::string& model) {
    Good("/api/generate", R"({"stream": false, "prompt": "a", "model": ")" + model + "\"}");
  };
  Good("/api/create", R"({"model": "strict", "from": "fake", "system": "s", "stream": false})");
  use("fake");
  EXPECT_EQ(names(), "fake");
  use("Strict:latest");
  EXPECT_EQ(names(), "strict");
  Send("DELETE", "/api/delete", R"({"model": "strict"})")->Wait();
  EXPECT_EQ(names(), "fake") << "what is not there any more is named by another name of its files";
}

TEST_F(ServiceTest, Embeddings) {
  const Json reply = Good("/v1/embeddings", R"({"input": ["a", "bcd"], "dimensions": 2})");
  EXPECT_EQ(reply.Find("data")->Dump(), R"([{"object":"embedding","index":0,"embedding":[97,1]},)"
                                        R"({"object":"embedding","index":1,"embedding":[98,3]}])");
  EXPECT_EQ(reply.Find("model")->AsString(), "vectors");
  EXPECT_EQ(reply.Find("usage")->Dump(), R"({"prompt_tokens":4,"total_tokens":4})");
  const Json base64 = Good(
      "/v1/embeddings", R"({"model": "vectors", "input": [97, 98], "encoding_format": "base64"})");
  // 97 and 2 as floats.
  EXPECT_EQ(base64.Find("data")->items().at(0).Find("embedding")->AsString(), "AADCQgAAAEA=");
  const Json embed = Good("/api/embed", R"({"input": ["a", "too long, it is"]})");
  EXPECT_EQ(embed.Find("embeddings")->Dump(), "[[97,1],[116,8]]");
  EXPECT_EQ(*embed.Find("prompt_eval_count")->AsInt(), 9);
  EXPECT_EQ(Good("/api/embeddings", R"({"prompt": "b"})").Find("embedding")->Dump(), "[98,1]");
  EXPECT_EQ(Good("/api/embed", R"({"model": "vectors"})").Find("embeddings")->Dump(), "[]");
  const auto health = Send("GET", "/health");
  health->Wait();
  EXPECT_EQ(health->status(), 200);
  EXPECT_NE(health->body().find("decode_ms"), std::string::npos);
}

TEST_F(ServiceTest, Errors) {
  for (const auto& [path, body, status] :
       {std::tuple("/v1/chat/completions", "", 400),
        std::tuple("/v1/chat/completions", "{}", 400),
        std::tuple("/v1/chat/completions", R"({"model": "x", "messages": [{"role": "user",
                    "content": "a"}]})",
                   404),
        std::tuple("/v1/chat/completions", R"({"model": "broken", "messages": [{"role": "user",
                    "content": "a"}]})",
                   404),
        std::tuple("/v1/completions", R"({"prompt": "a", "suffix": "b"})", 400),
        std::tuple("/v1/completions", R"({"prompt": "a", "best_of": 2})", 400),
        std::tuple("/v1/completions", R"({"prompt": ""})", 400),
        std::tuple("/v1/completions", R"({"prompt": [300]})", 400),
        std::tuple("/v1/embeddings", R"({"input": "a", "model": "fake"})", 400),
        std::tuple("/v1/embeddings", R"({"input": []})", 400),
        std::tuple("/v1/embeddings", R"({"input": [""]})", 400),
        std::tuple("/v1/embeddings", R"({"input": ["a", [256]]})", 400),
        std::tuple("/v1/embeddings", R"({"input": "too long, it is"})", 400),
        std::tuple("/v1/embeddings", R"({"input": "a", "dimensions": 1})", 400),
        std::tuple("/v1/embeddings", R"({"input": ["a", "!"]})", 500),
        std::tuple("/api/embed", R"({"input": "too long, it is", "truncate": false})", 400),
        std::tuple("/v1/chat/completions", R"({"model": "vectors", "messages": [{"role": "user",
                    "content": "a"}]})",
                   400),
        std::tuple("/api/generate", R"({"prompt": "a", "template": "{{ .Prompt }}"})", 400),
        std::tuple("/api/generate", R"({"prompt": "a", "images": ["x"]})", 400),
        std::tuple("/v1/nothing", "{}", 404),
        std::tuple("/v1/models", "{}", 405)}) {
    const auto exchange = Post(path, body);
    EXPECT_EQ(exchange->status(), status) << path << body << exchange->body();
    const auto json = Json::Parse(exchange->body());
    ASSERT_TRUE(json && json->Find("error") != nullptr) << exchange->body();
  }
}

TEST_F(ServiceTest, TemplatesInOllamasNotationAreRefusedWithWhatCanBeGiven) {
  for (const char* text : {"{{ .Prompt }}", "{{- if .System }}{{- .System }}{{- end }}"}) {
    const auto refused =
        Post("/api/generate", std::string(R"({"prompt": "a", "template": ")") + text + "\"}");
    EXPECT_EQ(refused->status(), 400) << text;
    EXPECT_EQ(refused->body(),
              R"({"error":"template: is in Ollama's own notation (Go's), which is not supported: )"
              R"(give it in Jinja, or leave it out for the model's own"})");
  }
}

TEST_F(ServiceTest, ErrorsOfTheEngine) {
  script_->fail_step = Error{ErrorCode::kInternal, "the engine broke"};
  const auto exchange = Post("/v1/chat/completions", Body({kHi}));
  EXPECT_EQ(exchange->status(), 500);
}

TEST_F(ServiceTest, AModelWaitsForTheUsersOfAnother) {
  Make({}, {.context = 1000, .max_sequences = 2}, 150);
  auto held = Hold("path");
  const auto waits = Send("POST", "/api/generate", R"({"prompt": "a", "model": "twin"})");
  const auto leaves = Send("POST", "/api/generate", R"({"prompt": "a", "model": "twin"})");
  while (service_->server().host.figures().queued < 2) std::this_thread::yield();
  leaves->Leave();
  while (service_->server().host.figures().queued > 1) std::this_thread::yield();
  held = Fail(ErrorCode::kCancelled, "");
  waits->Wait();
  EXPECT_EQ(waits->status(), 200);
}

TEST_F(ServiceTest, AModelThatIsReplacedWhileItWaitsIsLookedUpAgain) {
  Make({}, {.context = 1000, .max_sequences = 2}, 150);
  Library& library = service_->server().library;
  Recipe recipe;
  recipe.from = "broken";
  ASSERT_TRUE(library.Create("mine", recipe));
  auto held = Hold("path");
  const auto waits = Send("POST", "/api/generate", R"({"prompt": "a", "model": "mine"})");
  while (service_->server().host.figures().queued < 1) std::this_thread::yield();
  recipe.from = "twin";
  ASSERT_TRUE(library.Create("mine", recipe));
  held = Fail(ErrorCode::kCancelled, "");
  waits->Wait();
  EXPECT_EQ(waits->status(), 200) << waits->body();
}

TEST_F(ServiceTest, WhatDoesNotFitIsNamedAsTheClientDid) {
  ServiceOptions options;
  options.deadlines.queue_s = 0.001;
  Make(options, {.context = 1000, .max_sequences = 2}, 150);
  auto held = Hold("path");
  const auto refused = Post("/api/generate", R"({"prompt": "a", "model": "Twin:latest"})");
  EXPECT_EQ(refused->status(), 503);
  EXPECT_EQ(refused->Header("Retry-After"), "2");
  EXPECT_EQ(refused->body(),
            R"({"error":"there is no room for another model while those that are loaded are in )"
            R"(use (Twin:latest: needs 100 bytes); try again later"})");
  held = Fail(ErrorCode::kCancelled, "");
  Make({}, {.context = 1000, .max_sequences = 2}, 50);
  const auto large = Post("/api/generate", R"({"prompt": "a", "model": "twin"})");
  EXPECT_EQ(large->status(), 503);
  EXPECT_EQ(large->body(), R"({"error":"twin: needs 100 bytes"})");
}

TEST_F(ServiceTest, WhoLeavesIsCancelled) {
  script_->endless = true;
  const auto exchange = Send("POST", "/v1/chat/completions", Body({kHi, R"("stream": true)"}));
  exchange->WaitForWrite();
  exchange->Leave();
  exchange->Wait();
  while (service_->server().host.figures().running > 0) std::this_thread::yield();
}

TEST_F(ServiceTest, HealthProvesADecode) {
  auto exchange = Send("GET", "/health");
  exchange->Wait();
  EXPECT_NE(exchange->body().find("\"model_loaded\":false"), std::string::npos);
  Good("/v1/chat/completions", Body({kHi}));
  exchange = Send("GET", "/health");
  exchange->Wait();
  EXPECT_EQ(exchange->status(), 200);
  EXPECT_NE(exchange->body().find("decode_ms"), std::string::npos);
}

TEST_F(ServiceTest, MetricsCount) {
  Good("/v1/chat/completions", Body({kHi}));
  const auto exchange = Send("GET", "/metrics");
  exchange->Wait();
  for (const char* line :
       {"bantam_generated_tokens_total 3\n", "bantam_queue_length 0\n",
        "bantam_requests_total{route=\"/v1/chat/completions\",status=\"200\"} 1\n",
        "bantam_first_token_seconds_count 1\n", "bantam_loaded_models 1\n",
        "bantam_kv_total_bytes 640\n", "process_resident_memory_bytes "}) {
    EXPECT_NE(exchange->body().find(line), std::string::npos) << line << exchange->body();
  }
}

TEST_F(ServiceTest, ToolsWhoseSchemaCannotBeUsedAreNamed) {
  const std::string tools =
      R"("tools": [{"type": "function", "function": {"name": "good", "parameters": {}}},
         {"type": "function", "function": {"name": "broken", "parameters": {"type": "nothing"}}}])";
  const auto reply = Post("/v1/chat/completions", Body({kHi, tools}));
  EXPECT_EQ(reply->status(), 400);
  EXPECT_NE(reply->body().find("tools[1].function.parameters"), std::string::npos) << reply->body();
  EXPECT_NE(reply->body().find("broken"), std::string::npos);
}

TEST_F(ServiceTest, AdaptersThatAreNotThere) {
  for (const char* lora : {R"("lora": [{"id": 0, "scale": 1}])", R"("lora": [{"id": 0}])",
                           R"("lora": [1])", R"("lora": {})"}) {
    EXPECT_EQ(Post("/v1/chat/completions", Body({kHi, lora}))->status(), 400) << lora;
  }
  Good("/v1/chat/completions", Body({kHi, R"("lora": [])"}));
}

TEST_F(ServiceTest, RefusedRequestsAreLogged) {
  ServiceOptions options;
  options.api_keys = {"one"};
  std::vector<std::string> lines;
  options.on_call = [&lines](const CallRecord& record) {
    lines.push_back(record.method + " " + record.route + " " + std::to_string(record.status) + " " +
                    record.error);
  };
  Make(options);
  Send("POST", "/v1/completions", "{}", {{"authorization", "Bearer secret"}})->Wait();
  Send("GET", "/nowhere", "", {})->Wait();
  Send("DELETE", "/v1/completions", "", {})->Wait();
  Send("GET", "/v1/models", "", {{"host", "evil.example"}})->Wait();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_TRUE(lines[0].starts_with("POST /v1/completions 401 this server wants a key")) << lines[0];
  EXPECT_EQ(lines[0].find("secret"), std::string::npos);
  EXPECT_TRUE(lines[1].starts_with("GET other 404 ")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("DELETE other 405 ")) << lines[2];
  EXPECT_TRUE(lines[3].starts_with("GET /v1/models 403 ")) << lines[3];
}

TEST_F(ServiceTest, ManyRequestsOfAKeyAreRefused) {
  ServiceOptions options;
  options.api_keys = {"one", "two"};
  options.rate_limit = {.requests = 2, .seconds = 3600};
  Make(options);
  const auto ask = [this](const std::string& key) {
    auto exchange =
        Send("POST", "/v1/completions", R"({"prompt": "a"})", {{"authorization", "Bearer " + key}});
    exchange->Wait();
    return exchange;
  };
  EXPECT_EQ(ask("one")->status(), 200);
  EXPECT_EQ(ask("one")->status(), 200);
  const auto refused = ask("one");
  EXPECT_EQ(refused->status(), 429);
  EXPECT_EQ(refused->Header("Retry-After"), "1800");
  EXPECT_NE(refused->body().find("rate_limit_exceeded"), std::string::npos);
  EXPECT_EQ(ask("two")->status(), 200);
  EXPECT_EQ(ask("wrong")->status(), 401);
}

TEST_F(ServiceTest, MakersSuggestionsStandWhereARequestSaysNothing) {
  suggested_.temperature = 0.6F;
  suggested_.top_k = 20;
  const std::string chat = R"({"messages": [{"role": "user", "content": "hi"}], "top_k": 7})";
  Good("/v1/chat/completions", chat);
  Good("/v1/completions", R"({"prompt": "hi", "temperature": 0})");
  Good("/v1/responses", R"({"input": "hi"})");
  Good("/api/generate", R"({"prompt": "hi", "stream": false, "options": {"temperature": 0.1}})");
  const auto sampling = [this](size_t i) { return script_->requests.at(i).sampling; };
  EXPECT_EQ(sampling(0).temperature, 0.6F);
  EXPECT_EQ(sampling(0).top_k, 7);
  EXPECT_EQ(sampling(1).temperature, 0);
  EXPECT_EQ(sampling(1).top_k, 20);
  EXPECT_EQ(sampling(2).temperature, 0.6F);
  EXPECT_EQ(sampling(3).temperature, 0.1F);
  EXPECT_EQ(sampling(3).top_k, 20);
  EXPECT_EQ(sampling(3).repeat_penalty, 1.1F);  // Ollama's own
}

TEST_F(ServiceTest, ParametersOfACreatedModelStandWhereARequestSaysNothing) {
  Good("/api/create", R"({"model": "strict", "from": "fake", "stream": false, "system": "s",
    "parameters": {"temperature": 0, "num_predict": 5, "num_ctx": 60, "stop": ["zzz"],
                   "logit_bias": {"1": 2}}})");
  const std::string model = R"("model": "strict")";
  const std::string own = R"("temperature": 1, "stop": null, "logit_bias": {"3": 4})";
  for (const auto& [path, prompt, limit] :
       {std::tuple("/v1/chat/completions", kHi, "max_completion_tokens"),
        std::tuple("/v1/completions", R"("prompt": "hi")", "max_tokens"),
        std::tuple("/v1/responses", R"("input": "hi")", "max_output_tokens"),
        std::tuple("/api/chat", kHi, "")}) {
    script_->requests.clear();
    Good(path, Body({model, prompt, R"("stream": false)"}));
    const GenerationRequest& kept = script_->requests.at(0);
    EXPECT_EQ(kept.sampling.temperature, 0) << path;
    EXPECT_EQ(kept.max_tokens, 5) << path;
    EXPECT_EQ(kept.stop, std::vector<std::string>{"zzz"}) << path;
    if (std::string_view(prompt) == kHi) {
      EXPECT_EQ(script_->Prompts(), std::vector<std::string>{"[system]s[user]hi[assistant]"});
    }
    if (*limit == '\0') continue;  // Ollama's own are in "options"
    Good(path, Body({model, prompt, own, '"' + std::string(limit) + "\": 7"}));
    const GenerationRequest& changed = script_->requests.at(1);
    EXPECT_EQ(changed.sampling.temperature, 1) << path;
    EXPECT_EQ(changed.max_tokens, 7) << path;
    EXPECT_EQ(changed.stop, std::vector<std::string>{"zzz"}) << path;
    EXPECT_EQ(changed.sampling.logit_bias.size(), 1) << path;
  }
  Good("/v1/completions", Body({model, R"("prompt": "hi")", R"("stop": [])"}));
  EXPECT_TRUE(script_->requests.back().stop.empty());
  const std::string many(60, 'x');
  EXPECT_EQ(Post("/v1/completions", Body({model, R"("prompt": ")" + many + '"'}))->status(), 400);
  EXPECT_EQ(Post("/v1/responses", Body({model, R"("input": ")" + many + '"'}))->status(), 400);
}

TEST_F(ServiceTest, RepliesEndWithStopTokensAndHaveStopStringsOnRequest) {
  const auto end = [this](const char* path, const char* prompt, const std::string& more) {
    script_->replies = {"he##x"};
    const Json reply = Good(path, Body({prompt, R"("max_tokens": 20)", more}));
    const Json* message = Choice(reply).Find("message");
    const Json& text =
        *(message == nullptr ? Choice(reply).Find("text") : message->Find("content"));
    const Json* reason = Choice(reply).Find("stop_reason");
    return text.AsString() + " " + (reason == nullptr ? "-" : reason->Dump());
  };
  for (const auto& [path, prompt] : {std::pair("/v1/chat/completions", kHi),
                                     std::pair("/v1/completions", R"("prompt": "hi")")}) {
    EXPECT_EQ(end(path, prompt, R"("stop": "##")"), R"(he "##")");
    EXPECT_EQ(end(path, prompt, R"("stop": "##", "include_stop_str_in_output": true)"),
              R"(he## "##")");
    EXPECT_EQ(end(path, prompt, R"("include_stop_str_in_output": true)"), "he##x -");
    EXPECT_EQ(end(path, prompt, R"("stop_token_ids": [120, 35])"), "he 35");
    EXPECT_EQ(end(path, prompt, R"("skip_special_tokens": false)"), "he##x -");
    EXPECT_TRUE(script_->requests.back().keep_special);
    for (const char* bad :
         {R"("stop_token_ids": ["a"])", R"("stop_token_ids": [-1])",
          R"("stop_token_ids": [1], "guided_choice": ["a"])",
          R"("include_stop_str_in_output": true, "stop": "a", "guided_choice": ["a"])"}) {
      EXPECT_EQ(Post(path, Body({prompt, bad}))->status(), 400) << bad;
    }
  }
}

TEST_F(ServiceTest, ScalesOfAdaptersAreListedAndSet) {
  adapters_ = {{"a.gguf", 1}, {"b", 0.5F}};
  const auto listed = [this] { return Send("GET", "/lora-adapters"); };
  auto list = listed();
  list->Wait();
  EXPECT_EQ(list->body(),
            R"([{"id":0,"path":"a.gguf","scale":1},{"id":1,"path":"b","scale":0.5}])");
  const std::string chat = R"({"messages": [{"role": "user", "content": "hi"}]})";
  Good("/v1/chat/completions", chat);
  Good("/lora-adapters", R"([{"id": 1, "scale": 0.25}])");
  list = listed();
  list->Wait();
  EXPECT_EQ(list->body(),
            R"([{"id":0,"path":"a.gguf","scale":0},{"id":1,"path":"b","scale":0.25}])");
  Good("/v1/chat/completions", chat);
  Good("/v1/completions", R"({"prompt": "hi", "lora": [{"id": 0, "scale": 2}]})");
  Good("/v1/completions", R"({"prompt": "hi"})");
  using Scales = std::vector<float>;
  const auto scales = [this](size_t i) { return script_->requests.at(i).adapter_scales; };
  EXPECT_EQ(scales(0), Scales());
  EXPECT_EQ(scales(1), (Scales{0, 0.25F}));
  EXPECT_EQ(scales(2), (Scales{2, 0}));
  EXPECT_EQ(scales(3), (Scales{0, 0.25F}));
  for (const char* bad :
       {"{}", "[1]", R"([{"id": 0}])", R"([{"id": 2, "scale": 1}])", R"([{"id": 0, "scale": "1"}])",
        "[", R"([{"id": 1, "scale": 1}, {"id": 1, "scale": 2}])",
        R"([{"id": 0, "scale": 1}, {"id": 1, "scale": 1}, {"id": 2, "scale": 1}])"}) {
    EXPECT_EQ(Post("/lora-adapters", bad)->status(), 400) << bad;
  }
  loopback_ = false;
  EXPECT_EQ(Post("/lora-adapters", "[]")->status(), 403);
  loopback_ = true;
  Good("/lora-adapters", "[]");  // none counts
  Good("/v1/completions", R"({"prompt": "hi"})");
  EXPECT_EQ(scales(4), (Scales{0, 0}));
}

TEST_F(ServiceTest, ScalesAreOfOneModel) {
  adapters_ = {{"a.gguf", 1}};
  const auto prompt = [](const char* model) {
    return std::string(R"({"prompt": "hi", "model": ")") + model + "\"}";
  };
  Good("/lora-adapters", R"([{"id": 0, "scale": 0.25}])");
  Good("/v1/completions", prompt("fake"));
  Good("/v1/completions", prompt("twin"));
  EXPECT_EQ(script_->requests.at(0).adapter_scales, std::vector<float>{0.25F});
  EXPECT_EQ(script_->requests.at(1).adapter_scales, std::vector<float>());
}

}  // namespace
}  // namespace bantam::server
