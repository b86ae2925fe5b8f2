// Tests of requests against a server of canned answers in this process.
#include "net/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <thread>

namespace bantam::net {
namespace {

// Answers each path with its bytes, then closes. Remembers the requests.
class Server {
 public:
  Server() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(fd_, 8), 0);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port = std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { Serve(); });
  }
  ~Server() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  std::string Url(const std::string& path) const { return "http://127.0.0.1:" + port + path; }

  std::string port;
  std::map<std::string, std::string> answers;  // to be filled before the first request
  std::vector<std::string> requests;           // to be read after the last answer

 private:
  void Serve() {
    while (true) {
      const int client = accept(fd_, nullptr, nullptr);
      if (client < 0) return;
      std::string request;
      char buffer[4096];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t n = read(client, buffer, sizeof buffer);
        if (n <= 0) break;
        request.append(buffer, static_cast<size_t>(n));
      }
      requests.push_back(request);
      const size_t start = request.find(' ') + 1;
      const std::string& answer = answers[request.substr(start, request.find(' ', start) - start)];
      (void)!send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
      close(client);
    }
  }
  int fd_;
  std::thread thread_;
};

std::string Answer(const std::string& status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string To(const std::string& location) {
  return Answer("302 Found", "Location: " + location + "\r\n", "elsewhere");
}

class HttpClientTest : public testing::Test {
 protected:
  void SetUp() override {
#ifndef BANTAM_NETWORK
    GTEST_SKIP() << "built without network";
#endif
    options.variable = [](const char*) { return std::nullopt; };
  }

  HttpResult Get(const std::string& path, HttpRequest request = {}) {
    request.url = path.starts_with("http") ? path : server.Url(path);
    if (request.max_bytes == 0) request.max_bytes = 1000;
    request.on_body = [this](std::span<const uint8_t> bytes) -> Result<void> {
      body.append(bytes.begin(), bytes.end());
      return {};
    };
    return HttpClient(options).Get(request);
  }
  std::string Refused(const std::string& path, HttpRequest request = {}) {
    const HttpResult result = Get(path, std::move(request));
    if (result) return "was not refused";
    EXPECT_FALSE(result.error().transient);
    return result.error().error.message;
  }

  Server server;
  HttpOptions options;
  std::string body;
};

TEST_F(HttpClientTest, GetsAndFollows) {
  server.answers["/a"] = To("b?secret=1");
  server.answers["/b?secret=1"] = Answer("200 OK", "ETag: \"x\"\r\n", "text");
  const auto answer = Get("/a");
  ASSERT_TRUE(answer) << answer.error().error.message;
  EXPECT_EQ(answer->status(), 200);
  EXPECT_EQ(answer->hops.size(), 2U);
  EXPECT_EQ(*answer->last().Find("etag"), "\"x\"");
  EXPECT_EQ(body, "text") << "not the redirect's";
  EXPECT_EQ(ShownUrl(answer->last().url), server.Url("/b?…"));
}

TEST_F(HttpClientTest, ErrorsAreAnswersWithoutBody) {
  server.answers["/a"] = Answer("404 Not Found", "", "nothing here");
  server.answers["/long"] = Answer("500 Oops", "", std::string(1 << 20, 'x'));
  EXPECT_EQ(Get("/a")->status(), 404);
  EXPECT_EQ(Get("/long")->status(), 500);
  EXPECT_EQ(body, "");
}

TEST_F(HttpClientTest, TheTokenStaysWithItsOrigin) {
  Server other;
  other.answers["/b"] = Answer("200 OK", "", "x");
  server.answers["/a"] = To("/a2");
  server.answers["/a2"] = To(other.Url("/b"));
  HttpRequest request;
  request.token = "secret";
  ASSERT_TRUE(Get("/a", request));
  EXPECT_NE(server.requests[0].find("Authorization: Bearer secret\r\n"), std::string::npos);
  EXPECT_NE(server.requests[1].find("Authorization: Bearer secret\r\n"), std::string::npos);
  EXPECT_EQ(other.requests[0].find("secret"), std::string::npos) << "another port";
}

TEST_F(HttpClientTest, RedirectsThatAreRefused) {
  server.answers["/loop"] = To("/loop");
  server.answers["/none"] = Answer("302 Found", "", "");
  server.answers["/file"] = To("file:///etc/passwd");
  server.answers["/meta"] = To("http://169.254.169.254/latest/meta-data");
  server.answers["/odd"] = To("http://0xA9FEA9FE/");
  server.answers["/private"] = To("http://10.0.0.1/");
  EXPECT_NE(Refused("/loop").find("more than 10 redirects"), std::string::npos);
  EXPECT_NE(Refused("/none").find("does not say where"), std::string::npos);
  EXPECT_NE(Refused("/file").find("is no https:// or http:// URL"), std::string::npos);
  EXPECT_NE(Refused("/meta").find("link-local address"), std::string::npos);
  EXPECT_NE(Refused("/odd").find("neither a name nor an address"), std::string::npos);
  EXPECT_NE(Refused("/private").find("private address"), std::string::npos);
}

TEST_F(HttpClientTest, NamesOfPrivateAddressesAreFoundOut) {
  options.resolve = {"inner.example:80:169.254.169.254"};
  server.answers["/a"] = To("http://inner.example/");
  EXPECT_NE(Refused("/a").find("whose address is link-local"), std::string::npos);
}

TEST_F(HttpClientTest, NamedHostsMayBePrivate) {
  options.trusted_hosts = {"inner.example"};
  options.resolve = {"inner.example:" + server.port + ":127.0.0.1"};
  server.answers["/a"] = To("http://inner.example:" + server.port + "/b");
  server.answers["/b"] = Answer("200 OK", "", "x");
  EXPECT_TRUE(Get("/a"));
}

TEST_F(HttpClientTest, RangesAreAskedFor) {
  server.answers["/a"] = Answer("206 Partial Content", "Content-Range: bytes 5-7/8\r\n", "abc");
  HttpRequest request;
  request.from = 5;
  request.if_range = "\"e\"";
  ASSERT_TRUE(Get("/a", request));
  EXPECT_NE(server.requests[0].find("\r\nRange: bytes=5-\r\n"), std::string::npos);
  EXPECT_NE(server.requests[0].find("\r\nIf-Range: \"e\"\r\n"), std::string::npos);
  EXPECT_NE(server.requests[0].find("\r\nAccept-Encoding: identity\r\n"), std::string::npos);
}

TEST_F(HttpClientTest, WhatIsHereIsAskedForOnlyIfItHasChanged) {
  server.answers["/a"] = "HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n\r\n";
  HttpRequest request;
  request.if_none_match = "\"e\"";
  const HttpResult answer = Get("/a", request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 304);
  EXPECT_NE(server.requests[0].find("\r\nIf-None-Match: \"e\"\r\n"), std::string::npos);
}

TEST_F(HttpClientTest, BodiesHaveLimits) {
  server.answers["/long"] = Answer("200 OK", "", std::string(1001, 'x'));
  server.answers["/short"] = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
  server.answers["/gzip"] = Answer("200 OK", "Content-Encoding: gzip\r\n", "x");
  server.answers["/te"] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n";
  EXPECT_NE(Refused("/long").find("more than the expected 1000 bytes"), std::string::npos);
  EXPECT_NE(Refused("/gzip").find("encoded as \"gzip\""), std::string::npos);
  EXPECT_NE(Refused("/te").find("encoded as \"gzip, chunked\""), std::string::npos);
  body.clear();
  const auto cut = Get("/short");
  ASSERT_FALSE(cut);
  EXPECT_TRUE(cut.error().transient);
  EXPECT_EQ(body, "abc");
}

TEST_F(HttpClientTest, HeadersHaveLimits) {
  std::string endless = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 5000; ++i) endless += "X-Header: " + std::string(100, 'x') + "\r\n";
  server.answers["/endless"] = endless;
  server.answers["/garbage"] = "GGUF\x03";
  EXPECT_NE(Refused("/endless").find("headers do not end"), std::string::npos);
  EXPECT_FALSE(Get("/garbage"));
}

TEST_F(HttpClientTest, NobodyThereMayComeLater) {
  const auto result = Get("http://127.0.0.1:1/");
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().transient);
  EXPECT_EQ(result.error().error.code, ErrorCode::kIo);
}

TEST_F(HttpClientTest, CanBeStopped) {
  server.answers["/a"] = Answer("200 OK", "", "x");
  options.cancelled = [] { return true; };
  const auto result = Get("/a");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error.code, ErrorCode::kCancelled);
}

TEST_F(HttpClientTest, Posts) {
  server.answers["/new"] = Answer("200 OK", "", "made");
  server.answers["/old"] = Answer("409 Conflict", "", R"({"error":"there already"})");
  server.answers["/away"] = To("/new");
  HttpRequest request;
  request.post = R"({"a":1})";
  ASSERT_TRUE(Get("/new", request));
  EXPECT_EQ(body, "made");
  const auto refused = Get("/old", request);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 409);
  EXPECT_EQ(refused->last().error_body, R"({"error":"there already"})");
  const auto away = Get("/away", request);
  ASSERT_TRUE(away);
  EXPECT_EQ(away->status(), 302);
  ASSERT_EQ(server.requests.size(), 3U);
  EXPECT_TRUE(server.requests[0].starts_with("POST /new HTTP/1.1\r\n"));
  EXPECT_NE(server.requests[0].find("Content-Length: 7\r\n"), std::string::npos);
}

}  // namespace
}  // namespace bantam::net
