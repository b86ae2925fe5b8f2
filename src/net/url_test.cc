// Tests of URLs.
#include "net/url.h"

#include <gtest/gtest.h>

namespace bantam::net {
namespace {

TEST(Url, TakesApart) {
  const auto url = Url::Parse("HTTPS://Hub.Example:8443/a b/ü?x=1#fragment");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->host, "hub.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a%20b/%C3%BC?x=1");
  EXPECT_EQ(url->Text(), "https://hub.example:8443/a%20b/%C3%BC?x=1");
  EXPECT_EQ(Url::Parse("http://a.b")->Text(), "http://a.b/");
  EXPECT_EQ(Url::Parse("http://a.b:80?q")->Text(), "http://a.b/?q");
  EXPECT_EQ(Url::Parse("https://[2001:db8::1]:9/x")->Text(), "https://[2001:db8::1]:9/x");
  EXPECT_EQ(Url::Parse("https://[2001:db8::1]/x")->host, "2001:db8::1");
}

TEST(Url, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "a.b/c",
                           "ftp://a.b/",
                           "file:///etc/passwd",
                           "https://",
                           "https:///x",
                           "https://user@a.b/",
                           "https://a.b@evil/",
                           "https://a..b/",
                           "https://.a/",
                           "https://a.b./",
                           "https://a b/",
                           "https://a.b:0/",
                           "https://a.b:65536/",
                           "https://a.b:x/",
                           "https://[::1/",
                           "https://[a.b]/",
                           "https://[::1]x/",
                           "https://a.b/\n",
                           "https://a.b/\x7F",
                           "https://127.1/",
                           "https://2130706433/",
                           "https://0x7f000001/",
                           "https://0177.0.0.1/",
                           "https://a.0x7f/",
                           "https://a\\b/",
                           "https://ü.de/"}) {
    const auto url = Url::Parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(Url::Parse("https://a.b/" + std::string(Url::kMaxBytes, 'x')));
  EXPECT_FALSE(Url::Parse(std::string_view("https://a\0b/", 12)));
}

TEST(Url, SecretsAreNotShown) {
  EXPECT_EQ(WithoutSecrets("https://a.b/c"), "https://a.b/c");
  EXPECT_EQ(WithoutSecrets("https://a.b/c?key=SECRET"), "https://a.b/c?***");
  EXPECT_EQ(WithoutSecrets("https://user:SECRET@a.b/c?key=SECRET"), "https://***@a.b/c?***");
  EXPECT_EQ(WithoutSecrets("https://user:SEC@RET@a.b/"), "https://***@a.b/");
  EXPECT_EQ(WithoutSecrets("https://user:SEC/RET@a.b/"), "https://***@a.b/");
  EXPECT_EQ(WithoutSecrets("https://user:SEC?RET@a.b/"), "https://***");
  EXPECT_EQ(WithoutSecrets("user:SECRET@a.b"), "***@a.b");
  for (const char* text :
       {"https://user:SECRET@a.b/", "https://SECRET@a.b/", "SECRET@a.b", "ftp://u:SECRET@a.b/",
        "https://u:SECRET/@a.b/", "https://a..b/?SECRET", "https://u:SECRET#@a.b/"}) {
    const auto url = Url::Parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().message.find("SECRET"), std::string::npos) << url.error().message;
  }
}

TEST(Url, ResolvesReferences) {
  const Url base = *Url::Parse("https://a.b:444/c/d?q=1");
  for (const auto& [reference, expected] :
       std::initializer_list<std::pair<const char*, const char*>>{
           {"https://x.y/z", "https://x.y/z"},
           {"//x.y/z", "https://x.y/z"},
           {"/z?r", "https://a.b:444/z?r"},
           {"z", "https://a.b:444/c/z"},
           {"?r", "https://a.b:444/c/d?r"},
           {"#f", "https://a.b:444/c/d"},
           {"z:1/x", nullptr},
           {"javascript:alert(1)", nullptr},
           {"", nullptr}}) {
    const auto url = base.Resolve(reference);
    ASSERT_EQ(url.has_value(), expected != nullptr) << reference;
    if (url) EXPECT_EQ(url->Text(), expected) << reference;
  }
}

TEST(Url, EncodesPaths) {
  EXPECT_EQ(EncodePath("a/b c+ü?#%.gguf"), "a/b%20c%2B%C3%BC%3F%23%25.gguf");
}

}  // namespace
}  // namespace bantam::net
