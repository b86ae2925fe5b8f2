// Tests of reading heads. Hostile forms are in hostile_test.cc, over real sockets.
#include "server/http/request_head.h"

#include <gtest/gtest.h>

#include "server/http/response_head.h"
#include "server/http/target.h"

namespace bantam::server {
namespace {

TEST(HeadScannerTest, FindsTheEndHoweverTheBytesArrive) {
  const std::string head = "\r\nGET / HTTP/1.1\r\nA: b\r\n\r\n";
  const std::string text = head + "body\r\n\r\n";
  for (size_t step = 1; step <= text.size(); ++step) {
    HeadScanner scanner({});
    size_t length = 0;
    for (size_t end = step; length == 0 && end < text.size() + step; end += step) {
      const auto found = scanner.Scan(std::string_view(text).substr(0, end));
      ASSERT_TRUE(found);
      length = *found;
    }
    EXPECT_EQ(length, head.size()) << step;
  }
}

TEST(HeadScannerTest, LimitsAreExact) {
  const HeadLimits limits{.head_bytes = 40, .target_bytes = 1000, .headers = 2};
  const auto scan = [&](const std::string& text) {
    const auto length = HeadScanner(limits).Scan(text);
    return length ? static_cast<int>(*length) : -length.error().status;
  };
  const std::string line = "GET / HTTP/1.1\r\n";  // 16 bytes
  EXPECT_EQ(scan(line + "A: " + std::string(17, 'b') + "\r\n\r\n"), 40);
  EXPECT_EQ(scan(line + "A: " + std::string(18, 'b') + "\r\n\r\n"), -431);
  EXPECT_EQ(scan(line + "A: b\r\nA: b\r\n\r\n"), 30);
  EXPECT_EQ(scan(line + "A: b\r\nA: b\r\nA:\r\n\r\n"), -431);
  EXPECT_EQ(scan(line + "A: b\r\n\r\n" + std::string(100, 'x')), 24);
}

TEST(ParseHeadTest, ReadsAll) {
  const auto head = ParseHead(
      "POST /v1/a%20b%2Fc?x=1&y=%E4%B8%AD+z&flag HTTP/1.1\r\nHost: Localhost:80\r\nX-A:\t 1 \r\n"
      "x-a: 2\r\nContent-Length: 12\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(head) << head.error().message;
  const HttpRequest& request = head->request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v1/a b/c");
  EXPECT_EQ(request.query.size(), 3);
  EXPECT_EQ(request.Query("x"), "1");
  EXPECT_EQ(request.Query("y"), "中 z");
  EXPECT_EQ(request.Query("flag"), "");
  EXPECT_EQ(request.Header("x-a"), "1");
  EXPECT_EQ(request.Header("none"), "");
  EXPECT_EQ(request.headers[2].value, "2");
  EXPECT_EQ(head->content_length, 12);
  EXPECT_TRUE(head->has_body());
  EXPECT_TRUE(head->keep_alive);
  EXPECT_TRUE(head->expects_continue);
  EXPECT_FALSE(head->chunked);
}

TEST(ParseHeadTest, KeepAlive) {
  const auto keeps = [](const std::string& version, const std::string& connection) {
    return ParseHead("GET / HTTP/" + version + "\r\nHost: x\r\n" + connection + "\r\n")->keep_alive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: CLOSE\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: keep-alive\r\nConnection: x,close\r\n"));
  EXPECT_TRUE(keeps("1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: Keep-Alive\r\n"));
}

TEST(ParseTargetTest, Forms) {
  const auto path = [](const char* text) { return ParseTarget(text)->path; };
  EXPECT_EQ(path("/"), "/");
  EXPECT_EQ(path("http://x"), "/");
  EXPECT_EQ(path("http://x?a=b"), "/");
  EXPECT_EQ(path("http://x:80/a"), "/a");
  EXPECT_EQ(path("/a//b/"), "/a//b/");
  EXPECT_EQ(path("/..."), "/...");
  EXPECT_EQ(path("/a+b"), "/a+b");
  EXPECT_EQ(path("/http://y/"), "/http://y/");
  EXPECT_EQ(ParseTarget("http://x:80/a")->authority, "x:80");
  EXPECT_EQ(ParseTarget("/?a==&b&&=c")->query,
            (std::vector<std::pair<std::string, std::string>>{{"a", "="}, {"b", ""}, {"", "c"}}));
}

TEST(ResponseHeadTest, Dates) {
  EXPECT_EQ(FormatHttpDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110's example
  EXPECT_EQ(FormatHttpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(FormatHttpDate(1709210096), "Thu, 29 Feb 2024 12:34:56 GMT");
}

TEST(ResponseHeadTest, NoBodyWhereNoneMayBe) {
  EXPECT_EQ(FormatResponseHead(204, {}, 0, {}).find("Content-Length"), std::string::npos);
  EXPECT_EQ(FormatResponseHead(304, {}, {}, {}).find("Transfer"), std::string::npos);
  EXPECT_NE(FormatResponseHead(200, {}, {}, {}).find("Transfer-Encoding: chunked\r\n"),
            std::string::npos);
  const std::string head = FormatResponseHead(
      200, {{"content-length", "7"}, {"Transfer-Encoding", "x"}, {"Date", "now"}}, 5, {});
  EXPECT_NE(head.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(head.find("content-length"), std::string::npos);
  EXPECT_EQ(head.find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(head.find("now"), std::string::npos);
}

TEST(StatusTest, Bodies) {
  EXPECT_EQ(ErrorBody("a \"b\"\n"), R"({"error":{"message":"a \"b\"\n"}})");
  EXPECT_EQ(HttpStatus(ErrorCode::kNotFound), 404);
  EXPECT_EQ(ReasonPhrase(404), "Not Found");
  EXPECT_EQ(ReasonPhrase(299), "Status");
}

}  // namespace
}  // namespace bantam::server
