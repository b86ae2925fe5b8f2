// Tests of hostile requests over real sockets: each form is refused with its status and the
// connection ends, while a stream beside them stays byte-identical.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/http/test_client.h"
#include "server/http/test_handler.h"

namespace bantam::server {
namespace {

using std::string_literals::operator""s;

struct Hostile {
  const char* name;
  std::string bytes;
  int status;
};

// With a second request behind the body, which must never be answered.
std::string Post(const std::string& headers, const std::string& body = "") {
  return "POST /echo HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body +
         "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::string Line(const std::string& line) {
  return line + "\r\nHost: x\r\n\r\n";
}
std::string Target(const std::string& target) {
  return Line("GET " + target + " HTTP/1.1");
}
std::string Header(const std::string& header) {
  return "GET /hello HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n";
}
std::string Chunks(const std::string& body) {
  return Post("Transfer-Encoding: chunked\r\n", body);
}

std::vector<Hostile> Bodies() {
  return {
      {"te and cl", Post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400},
      {"cl and te", Post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"two cl", Post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400},
      {"two equal cl", Post("Content-Length: 3\r\ncontent-length: 3\r\n", "abc"), 400},
      {"cl list", Post("Content-Length: 3, 3\r\n", "abc"), 400},
      {"cl negative", Post("Content-Length: -1\r\n"), 400},
      {"cl plus", Post("Content-Length: +5\r\n", "abcde"), 400},
      {"cl hex", Post("Content-Length: 0x5\r\n", "abcde"), 400},
      {"cl letters", Post("Content-Length: a\r\n", "abcdeabcde"), 400},
      {"cl blank inside", Post("Content-Length: 1 0\r\n", "abcdeabcde"), 400},
      {"cl empty", Post("Content-Length:\r\n"), 400},
      {"cl fraction", Post("Content-Length: 3.0\r\n", "abc"), 400},
      {"cl underscore", Post("Content-Length: 1_0\r\n", "abcdeabcde"), 400},
      {"cl 2^64+3", Post("Content-Length: 18446744073709551619\r\n", "abc"), 400},
      {"cl 2^63", Post("Content-Length: 9223372036854775808\r\n"), 400},
      {"cl too long", Post("Content-Length: 999999999999999999\r\n"), 413},
      {"te gzip", Post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"te identity", Post("Transfer-Encoding: identity\r\n"), 501},
      {"te unknown", Post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501},
      {"te quoted", Post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 501},
      {"te chunked, identity", Post("Transfer-Encoding: chunked, identity\r\n"), 501},
      {"te twice", Post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
      {"te two lines", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"te empty", Post("Transfer-Encoding:\r\n"), 400},
      {"te vertical tab",
       Post("Transfer-Encoding: \x0b"
            "chunked\r\n",
            "0\r\n\r\n"),
       400},
      {"te in 1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"te blank before colon", Post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
      {"encoded body", Post("Content-Encoding: gzip\r\nContent-Length: 3\r\n", "abc"), 415},
      {"expectation", Post("Expect: 200-ok\r\nContent-Length: 3\r\n", "abc"), 417},
      {"chunk negative", Chunks("-2\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk plus", Chunks("+2\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk 0x", Chunks("0x2\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk garbage", Chunks("2 \r\nab\r\n0\r\n\r\n"), 400},
      {"chunk letters", Chunks("2g\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk without size", Chunks("\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk extension only", Chunks(";a\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk overflow", Chunks("10000000000000002\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk many digits", Chunks("0000000000000002\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk huge", Chunks("fffffffffffffff\r\nab\r\n"), 413},
      {"chunk bare lf", Chunks("2\nab\r\n0\r\n\r\n"), 400},
      {"chunk bare cr", Chunks("2\rab\r\n0\r\n\r\n"), 400},
      {"chunk lf in extension", Chunks("2;a\nb\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk nul in extension", Chunks("2;a\0b\r\nab\r\n0\r\n\r\n"s), 400},
      {"chunk longer than told", Chunks("2\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk shorter than told", Chunks("4\r\nab\r\n0\r\n\r\n"), 400},
      {"chunk end bare lf", Chunks("2\r\nab\n0\r\n\r\n"), 400},
      {"chunk extensions endless", Chunks("1;" + std::string(17'000, 'x')), 400},
      {"trailer folded", Chunks("0\r\n a: b\r\n\r\n"), 400},
      {"trailer bare lf", Chunks("0\r\na: b\n\r\n"), 400},
      {"trailers endless", Chunks("0\r\na: " + std::string(17'000, 'x')), 400},
  };
}

std::vector<Hostile> Heads() {
  return {
      {"no host", "GET /hello HTTP/1.1\r\n\r\n", 400},
      {"two hosts", Header("Host: x"), 400},
      {"empty host", "GET /hello HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"host with user", "GET /hello HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
      {"host with path", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"host list", "GET /hello HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      {"host with bad port", "GET /hello HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400},
      {"absolute form of another", Target("http://y/hello"), 400},
      {"absolute form of another port", Target("http://x:81/hello"), 400},
      {"absolute form of another scheme", Target("ftp://x/hello"), 400},
      {"absolute form without host", Target("http:///hello"), 400},
      {"absolute form with user", Target("http://x@x/hello"), 400},
      {"folded header", Header("A: b\r\n c"), 400},
      {"folded first header", "GET /hello HTTP/1.1\r\n Host: x\r\n\r\n", 400},
      {"bare lf", "GET /hello HTTP/1.1\nHost: x\n\n", 400},
      {"bare lf in head", "GET /hello HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400},
      {"bare cr", Header("A: b\rC: d"), 400},
      {"cr cr lf", "GET /hello HTTP/1.1\r\nHost: x\r\r\n\r\n", 400},
      {"blank before colon", Header("A : b"), 400},
      {"tab before colon", Header("A\t: b"), 400},
      {"no colon", Header("abc"), 400},
      {"empty name", Header(": b"), 400},
      {"name not ascii", Header("\xC3\xA4: b"), 400},
      {"name in brackets", Header("a[b]: c"), 400},
      {"nul in value", Header("A: b\0c"s), 400},
      {"nul in name", Header("A\0: b"s), 400},
      {"control in value", Header("A: b\x01"), 400},
      {"delete in value", Header("A: b\x7f"), 400},
  };
}

std::vector<Hostile> Lines() {
  return {
      {"nul in target", Target("/he\0llo"s), 400},
      {"no target", Line("GET HTTP/1.1"), 400},
      {"no version", Line("GET /hello"), 400},
      {"http 0.9", "GET /hello\r\n\r\n", 400},
      {"two blanks", Line("GET  /hello HTTP/1.1"), 400},
      {"blank at end", Line("GET /hello HTTP/1.1 "), 400},
      {"tab between", Line("GET\t/hello\tHTTP/1.1"), 400},
      {"blank in target", Target("/hel lo"), 400},
      {"lower case version", Line("GET /hello http/1.1"), 400},
      {"version 1.10", Line("GET /hello HTTP/1.10"), 400},
      {"version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"version 1.2", Line("GET /hello HTTP/1.2"), 505},
      {"method with colon", Line("GET: /hello HTTP/1.1"), 400},
      {"no method", Line(" /hello HTTP/1.1"), 400},
      {"long method", Line(std::string(33, 'A') + " /hello HTTP/1.1"), 400},
      {"asterisk", Line("OPTIONS * HTTP/1.1"), 400},
      {"connect", Line("CONNECT x:443 HTTP/1.1"), 400},
      {"fragment", Target("/hello#a"), 400},
      {"relative", Target("hello"), 400},
      {"target not ascii", Target("/h\xC3\xA4llo"), 400},
      {"percent alone", Target("/hello%"), 400},
      {"percent one digit", Target("/hello%4"), 400},
      {"percent letters", Target("/hello%zz"), 400},
      {"percent nul", Target("/hello%00"), 400},
      {"percent cr lf", Target("/hello%0d%0a"), 400},
      {"percent not utf-8", Target("/hello%ff"), 400},
      {"percent overlong", Target("/%c0%ae%c0%ae/hello"), 400},
      {"percent surrogate", Target("/%ed%a0%80"), 400},
      {"dot segments", Target("/a/../hello"), 400},
      {"dot segment at end", Target("/a/.."), 400},
      {"single dot", Target("/./hello"), 400},
      {"encoded dot segments", Target("/a/%2e%2E/hello"), 400},
      {"encoded slash and dots", Target("/a%2f..%2fhello"), 400},
      {"query broken", Target("/hello?a=%"), 400},
      {"query nul", Target("/hello?a=%00"), 400},
      {"query not utf-8", Target("/hello?a=%80"), 400},
      {"two empty lines", "\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"tls to plain", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
      {"long target", Target("/" + std::string(9'000, 'a')), 414},
      {"endless target", "GET /" + std::string(40'000, 'a'), 414},
      {"endless method", std::string(40'000, 'A'), 414},
      {"long header", Header("A: " + std::string(40'000, 'a')), 431},
      {"endless header", "GET / HTTP/1.1\r\nA: " + std::string(40'000, 'a'), 431},
      {"many headers",
       [] {
         std::string many;
         for (int i = 0; i < 101; ++i) many += "A: b\r\n";
         return "GET /hello HTTP/1.1\r\n" + many;
       }(),
       431},
  };
}

class HostileTest : public ServerTest {
 protected:
  void SetUp() override { Serve(); }

  void Refused(const Hostile& hostile) {
    SCOPED_TRACE(hostile.name);
    TestClient client(server_->port());
    client.Send(hostile.bytes);
    TestAnswer answer = client.ReadAnswer();
    EXPECT_EQ(answer.status, hostile.status) << answer.body;
    EXPECT_EQ(answer.headers["connection"], "close");
    EXPECT_TRUE(answer.body.starts_with(R"({"error":{"message":")")) << answer.body;
    EXPECT_EQ(client.ReadToEnd(), "") << "an answer came to what followed";
  }

  // All of them, in turn, for as long as a canary beside them sings; at least once.
  void AllRefusedBesideCanary(const std::vector<Hostile>& all) {
    std::atomic<bool> singing = true;
    std::string song;
    std::thread canary([&] {
      TestClient client(server_->port());
      song = client.Get("/canary").body;
      singing = false;
    });
    do {
      for (const Hostile& hostile : all) Refused(hostile);
    } while (singing && !HasFailure());
    canary.join();
    EXPECT_EQ(song, TestHandler::CanarySong());
    EXPECT_FALSE(handler_.events.Has("head /hello"));
  }
};

TEST_F(HostileTest, BodiesAreRefused) {
  AllRefusedBesideCanary(Bodies());
}

TEST_F(HostileTest, HeadsAreRefused) {
  AllRefusedBesideCanary(Heads());
}

TEST_F(HostileTest, RequestLinesAreRefused) {
  AllRefusedBesideCanary(Lines());
}

TEST_F(HostileTest, WhatIsOnlyUnusualIsServed) {
  const std::vector<std::string> heads = {
      Target("http://X/hello"),
      Target("HTTPS://x/hello"),
      Target("/%68ello?a=b+c%20&&d"),
      Header("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk"),
      Header("Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: YQ=="),
      Header("A:b"),
      Header("A:\t b \t"),
      Header("A:"),
      Header("Latin-1: \xE4\xF6\xFC"),
      Header("Content-Length: 0"),
      Header("Content-Length: 000"),
      Header("Content-Encoding: identity"),
      "GET /hello HTTP/1.1\r\nHost: [::1]:11434\r\n\r\n",
  };
  TestClient client(server_->port());
  for (const std::string& head : heads) {
    client.Send(head);
    EXPECT_EQ(client.ReadAnswer().body, "hello") << head;
  }
}

TEST_F(HostileTest, EveryPrefixAndEveryFlippedByteBesideCanary) {
  const std::string good =
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
  std::string song;
  std::thread canary([&] {
    TestClient client(server_->port());
    song = client.Get("/canary").body;
  });
  for (size_t i = 0; i < good.size(); ++i) {
    TestClient prefix(server_->port());
    prefix.Send(good.substr(0, i));
    for (const int bit : {1, 16, 128}) {
      std::string flipped = good;
      flipped[i] = static_cast<char>(flipped[i] ^ bit);
      TestClient client(server_->port());
      client.Send(flipped);
      client.Finish();
      client.ReadToEnd();
    }
  }
  canary.join();
  EXPECT_EQ(song, TestHandler::CanarySong());
}

}  // namespace
}  // namespace bantam::server
