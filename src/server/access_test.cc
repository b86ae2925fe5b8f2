// Tests of who may ask for what: keys, pages of others, this machine, proxies.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/routes.h"
#include "server/test_service.h"

namespace bantam::server {
namespace {

TEST_F(ServiceTest, EveryRouteHasAPolicyAndAHandler) {
  ServiceOptions options;
  options.api_keys = {"one", "two"};
  Make(options);
  for (const Route& route : Routes()) {
    ASSERT_NE(route.handler, nullptr) << route.path;
    const bool open = route.access == Access::kOpen;
    for (const auto& [key, right] :
         {std::pair("", false), std::pair("Bearer", false), std::pair("Bearer ", false),
          std::pair("Bearer on", false), std::pair("Bearer onee", false),
          std::pair("Bearer two", true), std::pair("bearer two", true),
          std::pair("BEARER Two", false), std::pair("Basic one", false)}) {
      HttpRequest head;
      head.method = route.method;
      head.path = route.path;
      head.query = {{"name", "x.gguf"}};
      if (*key != '\0') head.headers = {{"authorization", key}};
      const BodyRule rule = service_->OnHead(head);
      FakeExchange exchange(head);
      if (rule.refuse) rule.refuse(exchange);
      EXPECT_EQ(exchange.status() != 401, open || right) << route.path << " " << key;
    }
  }
}

TEST_F(ServiceTest, PagesOfOthersAreRefused) {
  const std::vector<HttpHeader> evil = {{"host", "127.0.0.1:1"},
                                        {"origin", "https://evil.example"}};
  EXPECT_EQ(Send("GET", "/v1/models", "", evil)->status(), 403);
  EXPECT_EQ(Send("GET", "/v1/models", "", {{"host", "evil.example"}})->status(), 403);
  ServiceOptions options;
  options.guard.origins = {"https://good.example"};
  Make(options);
  const std::vector<HttpHeader> good = {{"host", "127.0.0.1:1"},
                                        {"origin", "https://good.example"}};
  auto exchange = Send("GET", "/v1/models", "", good);
  exchange->Wait();
  EXPECT_EQ(exchange->status(), 200);
  EXPECT_EQ(exchange->Header("Access-Control-Allow-Origin"), "https://good.example");
  auto preflight = good;
  preflight.push_back({"access-control-request-method", "POST"});
  EXPECT_EQ(Send("OPTIONS", "/v1/chat/completions", "", preflight)->status(), 204);
}

// 0 if a request to the route is taken, else with what status its head is refused.
class WhoMayAskTest : public ServiceTest {
 protected:
  int Status(const Route& route, bool loopback, std::vector<HttpHeader> headers = {}) {
    HttpRequest head;
    head.method = route.method;
    head.path = route.path;
    if (head.path.ends_with("/*")) {
      head.path.replace(head.path.size() - 1, 1, "sha256:" + std::string(64, 'a'));
    }
    head.query = {{"name", "a.gguf"}};
    head.loopback = loopback;
    head.headers = std::move(headers);
    FakeExchange exchange(head);
    const BodyRule rule = service_->OnHead(head);
    if (rule.refuse) rule.refuse(exchange);
    return exchange.status();
  }

  void MakeWithKeys(std::vector<std::string> keys) {
    ServiceOptions options;
    options.api_keys = std::move(keys);
    Make(options);
  }

  static constexpr const char* kOfProxies[] = {"x-forwarded-for", "forwarded", "x-real-ip", "via"};
};

TEST_F(WhoMayAskTest, FilesComeFromThisMachineAlone) {
  size_t n = 0;
  for (const Route& route : Routes()) {
    if (route.access != Access::kFile && route.access != Access::kKept) continue;
    ++n;
    EXPECT_EQ(Status(route, true), 0) << route.path;
    EXPECT_EQ(Status(route, false), 403) << route.path;
    // A proxy on this machine asks for somebody else.
    for (const char* header : kOfProxies) {
      EXPECT_EQ(Status(route, true, {{header, "192.0.2.1"}}), 403) << route.path << " " << header;
      EXPECT_EQ(Status(route, true, {{header, ""}}), 403) << route.path << " " << header;
      EXPECT_EQ(Status(route, true, {{header, ""}, {header, "192.0.2.1"}}), 403) << header;
    }
  }
  EXPECT_EQ(n, 8U);
  EXPECT_EQ(Send("POST", "/lora-adapters", "[]", {{"x-forwarded-for", "192.0.2.1"}})->status(),
            403);
}

TEST_F(WhoMayAskTest, WithoutAKeyModelsAreNotChangedThroughAProxy) {
  size_t n = 0;
  for (const Route& route : Routes()) {
    if (route.access != Access::kStore) continue;
    ++n;
    EXPECT_EQ(Status(route, true), 0) << route.path;
    EXPECT_EQ(Status(route, false), 0) << route.path;
    for (const char* header : kOfProxies) {
      EXPECT_EQ(Status(route, true, {{header, ""}}), 403) << route.path << " " << header;
      EXPECT_EQ(Status(route, false, {{header, "192.0.2.1"}}), 403) << route.path << " " << header;
    }
  }
  EXPECT_EQ(n, 4U);
  const auto refused = Send("DELETE", "/api/delete", R"({"model": "fake"})", {{"via", "1.1 p"}});
  EXPECT_NE(refused->body().find("with a key only (--api-key)"), std::string::npos);
}

TEST_F(WhoMayAskTest, AKeyOpensWhatIsItsOwn) {
  MakeWithKeys({"one"});
  const HttpHeader key = {"authorization", "Bearer one"};
  for (const Route& route : Routes()) {
    EXPECT_EQ(Status(route, false, {key, {"x-forwarded-for", "192.0.2.1"}}), 0) << route.path;
  }
  MakeWithKeys({"one", "two"});
  for (const Route& route : Routes()) {
    const int wanted = route.access == Access::kKept ? 403 : 0;
    EXPECT_EQ(Status(route, false, {key}), wanted) << route.path;
    EXPECT_EQ(Status(route, true, {key}), 0) << route.path;
  }
}

}  // namespace
}  // namespace bantam::server
