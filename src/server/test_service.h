// ServiceTest: a Service whose models and replies are scripted, and requests to it.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/test_directory.h"
#include "server/fake_world.h"
#include "server/service.h"

namespace bantam::server {

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() { Make({}); }

  void Make(ServiceOptions options,
            const EngineOptions& engine = {.context = 1000, .max_sequences = 2},
            uint64_t memory = 0) {
    service_.reset();
    auto library =
        std::make_unique<Library>(store::Store(directory_.path()), [this](const std::string& path) {
          ModelInfo info;
          info.sampling = suggested_;
          info.chat_template = model_->info_.chat_template;
          info.encoder = path == "encoder";
          return Result<ModelInfo>(info);
        });
    library->Add("path", {"fake"});
    library->Add("missing", {"broken"});
    library->Add("other", {"twin"});
    library->Add("encoder", {"vectors"});
    service_ =
        std::make_unique<Service>(std::move(library), FakeBackend(model_, script_, engine, memory),
                                  HostOptions{}, std::move(options));
  }

  std::shared_ptr<FakeExchange> Send(const std::string& method, const std::string& path,
                                     const std::string& body = "",
                                     std::vector<HttpHeader> headers = {}) {
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.body = body;
    request.headers = std::move(headers);
    request.peer = "127.0.0.1";
    request.loopback = loopback_;
    auto exchange = std::make_shared<FakeExchange>(request);
    const BodyRule rule = service_->OnHead(request);
    if (rule.refuse) {
      rule.refuse(*exchange);
    } else {
      service_->OnRequest(exchange);
    }
    return exchange;
  }

  std::shared_ptr<FakeExchange> Post(const std::string& path, const std::string& body) {
    auto exchange = Send("POST", path, body);
    exchange->Wait();
    return exchange;
  }

  // Keeps a model in use.
  Result<std::shared_ptr<Lease>> Hold(const std::string& path) {
    std::promise<Result<std::shared_ptr<Lease>>> in_use;
    service_->server().host.Acquire({.path = path},
                                    [&](auto lease) { in_use.set_value(std::move(lease)); });
    return in_use.get_future().get();
  }

  Json Good(const std::string& path, const std::string& body) {
    const auto exchange = Post(path, body);
    EXPECT_EQ(exchange->status(), 200) << exchange->body();
    auto json = Json::Parse(exchange->body());
    EXPECT_TRUE(json) << exchange->body();
    return json ? *std::move(json) : Json();
  }

  static const Json& Choice(const Json& reply, size_t i = 0) {
    return reply.Find("choices")->items().at(i);
  }

  TestDirectory directory_;
  SuggestedSampling suggested_;
  bool loopback_ = true;
  std::shared_ptr<FakeModel> model_ = std::make_shared<FakeModel>();
  std::vector<AdapterSource>& adapters_ = model_->adapters_;
  std::shared_ptr<FakeScript> script_ = std::make_shared<FakeScript>();
  std::unique_ptr<Service> service_;
};

inline constexpr const char* kHi = R"("messages": [{"role": "user", "content": "hi"}])";
inline constexpr const char* kTools =
    R"("tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}])";

inline std::string Body(std::initializer_list<std::string> members) {
  std::string text;
  for (const std::string& member : members) text += (text.empty() ? "{" : ", ") + member;
  return text + "}";
}

}  // namespace bantam::server
