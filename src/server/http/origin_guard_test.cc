// Tests of Host and Origin checks.
#include "server/http/origin_guard.h"

#include <gtest/gtest.h>

#include "server/http/host_name.h"

namespace bantam::server {
namespace {

HttpRequest Request(const std::string& host, const std::string& origin = "") {
  HttpRequest request;
  request.method = "POST";
  if (!host.empty()) request.headers.push_back({"host", host});
  if (!origin.empty()) request.headers.push_back({"origin", origin});
  return request;
}

HttpRequest Preflight(const std::string& origin) {
  HttpRequest request = Request("localhost:11434", origin);
  request.method = "OPTIONS";
  request.headers.push_back({"access-control-request-method", "POST"});
  request.headers.push_back({"access-control-request-headers", "authorization, Content-Type, a b"});
  return request;
}

std::string_view Value(const std::vector<HttpHeader>& headers, std::string_view name) {
  for (const HttpHeader& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

TEST(HostNameTest, Parse) {
  for (const char* good :
       {"a", "a.b-c_d", "localhost:1", "127.0.0.1:65535", "[::1]", "[FE80::1]:8", "a:0"}) {
    EXPECT_TRUE(HostName::Parse(good)) << good;
  }
  for (const char* bad :
       {"",           ":80",     "a:",    "a:b",  "a:-1", "a:+1", "a:65536", "a b",
        "a@b",        "a/b",     "a,b",   "[::1", "::1",  "[]",   "[g]",     "[::1]x",
        "[::1%25lo]", "a:80:80", "a:80 ", " a",   "a?b",  "a#b",  "a\\b",    "\xC3\xA4"}) {
    EXPECT_FALSE(HostName::Parse(bad)) << bad;
  }
  EXPECT_EQ(HostName::Parse("LocalHost:80")->name, "localhost");
  EXPECT_FALSE(HostName::Parse(std::string(256, 'a')));
}

TEST(HostNameTest, Loopback) {
  for (const char* near : {"localhost", "a.localhost", "127.0.0.1", "127.1.2.3", "[::1]",
                           "[0:0:0:0:0:0:0:1]", "LOCALHOST:5"}) {
    EXPECT_TRUE(HostName::Parse(near)->loopback()) << near;
  }
  for (const char* far : {"localhost.evil.example", "127.0.0.1.evil.example", "notlocalhost",
                          "128.0.0.1", "0.0.0.0", "[::2]", "127.1", "10.0.0.1", "2130706433"}) {
    EXPECT_FALSE(HostName::Parse(far)->loopback()) << far;
  }
}

TEST(OriginGuardTest, LoopbackServerKnowsLoopbackNamesOnly) {
  const OriginGuard guard({.hosts = {"Bantam.lan"}});
  for (const char* good : {"localhost:11434", "127.0.0.1", "[::1]:11434", "bantam.LAN:1", ""}) {
    EXPECT_FALSE(guard.Refuse(Request(good))) << good;
  }
  for (const char* bad : {"evil.example", "evil.example:11434", "192.168.0.7", "x.bantam.lan"}) {
    EXPECT_TRUE(guard.Refuse(Request(bad))) << bad;
  }
  EXPECT_FALSE(OriginGuard({.hosts = {"*"}}).Refuse(Request("any.example")));
}

// A page whose name is made to lead here has a name that somebody owns.
TEST(OriginGuardTest, OpenServerKnowsNamesThatNobodyOwns) {
  const OriginGuard guard({.loopback_only = false, .hosts = {"bantam.example"}});
  for (const char* good :
       {"localhost", "192.168.0.7:11434", "8.8.8.8", "[fe80::1]:1", "bantam", "pi.local",
        "pi.lan:80", "a.b.home.arpa", "x.internal.", "bantam.example", ""}) {
    EXPECT_FALSE(guard.Refuse(Request(good))) << good;
  }
  for (const char* bad : {"evil.example", "evil.example.:11434", "local.evil.example",
                          "192.168.0.7.evil.example", "127.1", "evil.arpa", "a b"}) {
    EXPECT_TRUE(guard.Refuse(Request(bad))) << bad;
    EXPECT_TRUE(guard.Refuse(Request(bad, std::string("http://") + bad))) << bad;
  }
}

TEST(OriginGuardTest, ServerWithKeysMayListItsNames) {
  const OriginGuard any({.loopback_only = false, .keyed = true});
  EXPECT_FALSE(any.Refuse(Request("any.example")));
  const OriginGuard listed({.loopback_only = false, .keyed = true, .hosts = {"a.example"}});
  EXPECT_FALSE(listed.Refuse(Request("a.example")));
  EXPECT_FALSE(listed.Refuse(Request("localhost")));
  EXPECT_TRUE(listed.Refuse(Request("b.example")));
  EXPECT_TRUE(OriginGuard({.keyed = true}).Refuse(Request("any.example")));
}

TEST(OriginGuardTest, OnlyTheServersOwnPagesByDefault) {
  const OriginGuard guard({});
  EXPECT_FALSE(guard.Refuse(Request("localhost:11434", "http://localhost:11434")));
  EXPECT_FALSE(guard.Refuse(Request("LOCALHOST:11434", "https://localhost:11434")));
  EXPECT_FALSE(guard.Refuse(Request("[::1]:11434", "http://[::1]:11434")));
  for (const char* origin :
       {"http://localhost:3000", "http://localhost", "http://127.0.0.1:11434", "null", "file://",
        "http://evil.example", "http://localhost:11434.evil.example", "http://localhost:11434/",
        "ftp://localhost:11434", "http://", "localhost:11434", "http://a@localhost:11434"}) {
    EXPECT_TRUE(guard.Refuse(Request("localhost:11434", origin))) << origin;
  }
  EXPECT_TRUE(guard.Refuse(Request("", "http://")));
  EXPECT_TRUE(guard.CorsHeaders(Request("localhost:11434", "http://localhost:11434")).empty());
  HttpRequest two = Request("localhost:11434", "http://localhost:11434");
  two.headers.push_back({"origin", "http://evil.example"});
  EXPECT_TRUE(guard.Refuse(two));
}

TEST(OriginGuardTest, ListedOrigins) {
  const OriginGuard guard({.origins = {"https://app.example", "http://localhost:*", "null"}});
  for (const char* good : {"https://app.example", "HTTPS://APP.example", "http://localhost",
                           "http://localhost:3000", "null"}) {
    EXPECT_FALSE(guard.Refuse(Request("localhost", good))) << good;
    EXPECT_EQ(Value(guard.CorsHeaders(Request("localhost", good)), "Access-Control-Allow-Origin"),
              good);
  }
  for (const char* bad : {"http://app.example", "https://app.example:444", "https://x.app.example",
                          "http://localhost:3000a", "http://localhost:", "http://localhost.evil",
                          "https://localhost:1"}) {
    EXPECT_TRUE(guard.Refuse(Request("localhost", bad))) << bad;
  }
  const auto headers = guard.CorsHeaders(Request("localhost", "null"));
  EXPECT_EQ(Value(headers, "Vary"), "Origin");
  EXPECT_EQ(Value(headers, "Access-Control-Expose-Headers"),
            "X-Bantam-Cache, X-Bantam-Left-Out-Tokens, X-Bantam-Next, Retry-After");
  EXPECT_FALSE(OriginGuard({.origins = {"*"}}).Refuse(Request("localhost", "http://x.example")));
}

TEST(OriginGuardTest, PatternsThatMatchNoOriginAreRefused) {
  for (const char* good : {"*", "null", "https://app.example", "http://localhost:*",
                           "http://[::1]:8080", "chrome-extension://abcdef", "file://"}) {
    EXPECT_TRUE(OriginGuard::CheckPattern(good)) << good;
  }
  for (const char* bad : {"", "javascript:x", "https://a.b/", "https://a.b/path", "https://a.b?q",
                          "app.example", "https://", "https://:*", "https://*.a.b", "https://u@a.b",
                          "https://a.b:x", "https://a.b:*:*", "://a.b", "a b://c", "**"}) {
    const auto checked = OriginGuard::CheckPattern(bad);
    ASSERT_FALSE(checked) << bad;
    EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(checked.error().message.find("expected scheme, host"), std::string::npos);
  }
}

TEST(OriginGuardTest, Preflight) {
  const OriginGuard guard({.origins = {"https://app.example"}});
  const HttpRequest preflight = Preflight("https://app.example");
  EXPECT_TRUE(OriginGuard::IsPreflight(preflight));
  EXPECT_FALSE(OriginGuard::IsPreflight(Request("localhost", "https://app.example")));
  const auto headers = guard.CorsHeaders(preflight);
  EXPECT_EQ(Value(headers, "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(Value(headers, "Access-Control-Allow-Headers"), "authorization, Content-Type");
  EXPECT_NE(Value(headers, "Access-Control-Allow-Methods").find("POST"), std::string_view::npos);
  EXPECT_TRUE(guard.Refuse(Preflight("https://evil.example")));
}

}  // namespace
}  // namespace bantam::server
