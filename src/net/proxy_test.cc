// Tests of the proxy variables.
#include "net/proxy.h"

#include <gtest/gtest.h>

#include <map>

namespace bantam::net {
namespace {

std::string Proxy(const char* url, const std::map<std::string, std::string>& variables) {
  return ProxyFor(*Url::Parse(url), [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

TEST(Proxy, OneForEachScheme) {
  EXPECT_EQ(Proxy("https://a.b/", {}), "");
  EXPECT_EQ(Proxy("https://a.b/", {{"HTTPS_PROXY", "p"}}), "p");
  EXPECT_EQ(Proxy("https://a.b/", {{"HTTPS_PROXY", "p"}, {"https_proxy", "q"}}), "q");
  EXPECT_EQ(Proxy("https://a.b/", {{"http_proxy", "p"}}), "");
  EXPECT_EQ(Proxy("http://a.b/", {{"http_proxy", "p"}}), "p");
  EXPECT_EQ(Proxy("http://a.b/", {{"HTTP_PROXY", "p"}}), "") << "may be a client's Proxy header";
  EXPECT_EQ(Proxy("https://a.b/", {{"ALL_PROXY", "p"}, {"https_proxy", ""}}), "p");
}

TEST(Proxy, Exceptions) {
  const auto with = [](const char* url, const char* list) {
    return Proxy(url, {{"https_proxy", "p"}, {"NO_PROXY", list}}).empty();
  };
  EXPECT_TRUE(with("https://a.b/", "*"));
  EXPECT_TRUE(with("https://a.b/", "x.y, A.B"));
  EXPECT_TRUE(with("https://c.a.b/", "a.b"));
  EXPECT_TRUE(with("https://c.a.b/", ".a.b"));
  EXPECT_TRUE(with("https://c.a.b/", "*.a.b"));
  EXPECT_FALSE(with("https://ca.b/", "a.b"));
  EXPECT_TRUE(with("https://a.b:8/", "a.b:8"));
  EXPECT_FALSE(with("https://a.b:9/", "a.b:8"));
  EXPECT_TRUE(with("https://10.1.2.3/", "10.0.0.0/8"));
  EXPECT_FALSE(with("https://11.1.2.3/", "10.0.0.0/8"));
  EXPECT_FALSE(with("https://1.10.1.2/", "10.1.2"));
  EXPECT_TRUE(with("https://[::1]/", "::1"));
  EXPECT_FALSE(with("https://a.b/", ",,:,./,10.0.0.0/99,"));
}

TEST(Proxy, SecretsAreNotShown) {
  for (const char* proxy : {"http://a.b:3128", "a.b", "127.0.0.1:1/", "HTTP://u:p@a.b:1/",
                            "socks5h://u@[::1]:9", "https://u:p%40%23%2F@a.b"}) {
    const auto good = CheckProxy(proxy);
    EXPECT_TRUE(good) << good.error().message;
  }
  for (const char* proxy :
       {"http://u:SECRET#SECRET@a.b:1", "http://u:SECRET@a.b:99999", "socks9://u:SECRET@h:1",
        "http://u:SECRET@SECRET@a.b:1", "http://u:SECRET/SECRET@a.b:1", "u:SEC RET@a.b",
        "http://u:SECRET@[::1:3", "nonsense://SECRET@:x", "http://u:SECRET?SECRET@a.b",
        "http://u:SECRET@", "http://u:SECRET@a.b/x"}) {
    const auto bad = CheckProxy(proxy);
    ASSERT_FALSE(bad) << proxy;
    EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(bad.error().message.find("SEC"), std::string::npos) << bad.error().message;
  }
}

}  // namespace
}  // namespace bantam::net
