// Tests of the server over real sockets: the good clients.
#include "server/http/http_server.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "server/http/test_client.h"
#include "server/http/test_handler.h"

namespace bantam::server {
namespace {

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  Serve();
  TestClient client(server_->port());
  for (int i = 0; i < 3; ++i) {
    const TestAnswer answer = client.Get("/hello");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.headers.at("content-length"), "5");
    EXPECT_EQ(answer.headers.at("content-type"), "text/plain");
    EXPECT_TRUE(answer.headers.contains("date"));
    EXPECT_FALSE(answer.headers.contains("connection"));
  }
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(ServerTest, ClosesWhenAsked) {
  Serve();
  TestClient client(server_->port());
  client.Send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().headers.at("connection"), "close");
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(ServerTest, Http10) {
  Serve();
  TestClient client(server_->port());
  client.Send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  TestAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.headers.at("connection"), "keep-alive");
  client.Send("GET /canary HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  answer = client.ReadAnswer();  // its end is the connection's
  EXPECT_EQ(answer.body, TestHandler::CanarySong());
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_FALSE(answer.headers.contains("transfer-encoding"));
}

TEST_F(ServerTest, HeadHasNoBody) {
  Serve();
  TestClient client(server_->port());
  for (const char* path : {"/hello", "/canary", "/locked"}) {
    client.Send(std::string("HEAD ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const TestAnswer answer = client.ReadAnswer(/*head_only=*/true);
    EXPECT_NE(answer.status, 0) << path;
  }
  EXPECT_EQ(client.Get("/hello").body, "hello");  // nothing of a body was left over
}

TEST_F(ServerTest, AnswersPipelinedRequestsInTheirOrder) {
  Serve();
  TestClient client(server_->port());
  std::string requests;
  for (int i = 0; i < 300; ++i) {
    const std::string body = "body " + std::to_string(i);
    requests += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body;
    if (i == 100) requests += "GET /canary HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  ASSERT_TRUE(client.Send(requests));
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(client.ReadAnswer().body, "body " + std::to_string(i));
    if (i == 100) EXPECT_EQ(client.ReadAnswer().body, TestHandler::CanarySong());
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsBeyondWhatItReadsAhead) {
  Serve();
  TestClient client(server_->port());
  std::string requests = "GET /canary HTTP/1.1\r\nHost: x\r\n\r\n";
  constexpr int kRequests = 10'000;
  for (int i = 0; i < kRequests; ++i) requests += "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
  std::thread sender([&] { EXPECT_TRUE(client.Send(requests)); });
  EXPECT_EQ(client.ReadAnswer().body, TestHandler::CanarySong());
  int good = 0;
  for (int i = 0; i < kRequests; ++i) good += client.ReadAnswer().body == "hello" ? 1 : 0;
  EXPECT_EQ(good, kRequests);
  sender.join();
}

TEST_F(ServerTest, ReadsRequestsByteByByte) {
  Serve();
  TestClient client(server_->port());
  for (const char c : std::string_view("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                                       "chunked\r\n\r\n3;a=b\r\nabc\r\n002\r\nde\r\n0\r\nX: y\r\n"
                                       "\r\n")) {
    ASSERT_TRUE(client.Send(std::string_view(&c, 1)));
  }
  EXPECT_EQ(client.ReadAnswer().body, "abcde");
  EXPECT_EQ(client.Get("/hello").body, "hello");
}

TEST_F(ServerTest, TakesEmptyLineBeforeRequest) {
  Serve();
  TestClient client(server_->port());
  client.Send("\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().body, "hello");
}

TEST_F(ServerTest, SaysContinue) {
  Serve();
  TestClient client(server_->port());
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("body");
  EXPECT_EQ(client.ReadAnswer().body, "body");
}

TEST_F(ServerTest, RefusesInsteadOfContinue) {
  Serve();
  TestClient client(server_->port());
  client.Send(
      "POST /locked HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  const TestAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(ServerTest, RefusalsReachClientsThatGoOnSending) {
  Serve();
  TestClient client(server_->port());
  client.Send("POST /locked HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
  client.Send(std::string(3'000'000, 'x'));
  EXPECT_EQ(client.ReadAnswer().body, "locked");
}

TEST_F(ServerTest, RefusalWithoutBodyKeepsTheConnection) {
  Serve();
  TestClient client(server_->port());
  EXPECT_EQ(client.Get("/locked").status, 401);
  EXPECT_EQ(client.Get("/forgotten").status, 500);
  EXPECT_EQ(client.Get("/hello").status, 200);
}

TEST_F(ServerTest, BodiesHaveLimits) {
  Serve();
  for (const std::string head :
       {"Content-Length: 1001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"}) {
    TestClient client(server_->port());
    client.Send("POST /echo HTTP/1.1\r\nHost: x\r\n" + head + std::string(1001, 'x'));
    const TestAnswer answer = client.ReadAnswer();
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.body, R"({"error":{"message":"the body is longer than 1000 bytes"}})");
  }
  TestClient client(server_->port());
  client.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" +
              std::string(1000, 'x'));
  EXPECT_EQ(client.ReadAnswer().body.size(), 1000);
}

TEST_F(ServerTest, BodiesTogetherHaveALimit) {
  HttpOptions options;
  options.body_bytes = 1500;
  Serve(options);
  TestClient first(server_->port());
  first.Send("POST /pending HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" +
             std::string(999, 'x'));
  ASSERT_TRUE(handler_.events.Await("head /pending"));
  TestClient second(server_->port());
  second.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 800\r\n\r\n" +
              std::string(800, 'x'));
  const TestAnswer answer = second.ReadAnswer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  first.Send("x");
  handler_.Next()->Reply(200, {}, "fine");
  EXPECT_EQ(first.ReadAnswer().body, "fine");
  TestClient third(server_->port());
  third.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 800\r\n\r\n" +
             std::string(800, 'x'));
  EXPECT_EQ(third.ReadAnswer().status, 200);
}

TEST_F(ServerTest, BodiesGoToSinks) {
  Serve();
  TestClient client(server_->port());
  client.Send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n");
  client.Send(std::string(9'000'000, 'x'));
  EXPECT_EQ(client.ReadAnswer().body, "9000000");
  EXPECT_TRUE(handler_.events.Await("sink gone"));
  client.Send("POST /upload/full HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde");
  const TestAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, R"({"error":{"message":"the disk is full"}})");
  EXPECT_TRUE(handler_.events.Await("sink gone"));
}

TEST_F(ServerTest, DroppedExchanges) {
  Serve();
  TestClient client(server_->port());
  EXPECT_EQ(client.Get("/dropped").status, 500);
  EXPECT_EQ(client.Get("/hello").status, 200);
  const TestAnswer cut = client.Get("/cut");
  EXPECT_EQ(cut.status, 200);
  EXPECT_FALSE(cut.whole);
}

TEST_F(ServerTest, LargeAnswers) {
  Serve();
  TestClient client(server_->port());
  EXPECT_EQ(client.Get("/big?n=20000000").body.size(), 20'000'000);
  EXPECT_EQ(client.Get("/hello").body, "hello");
}

TEST_F(ServerTest, AnswersFromOtherThreads) {
  Serve();
  TestClient client(server_->port());
  client.Send("GET /pending HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = handler_.Next();
  ASSERT_TRUE(exchange);
  EXPECT_EQ(exchange->request().peer, "127.0.0.1");
  EXPECT_TRUE(exchange->request().loopback);
  exchange->Start(200, {{"X-Evil", "a\r\nX-Injected: b"}, {"bad name", "c"}});
  EXPECT_TRUE(exchange->Write("first "));
  EXPECT_TRUE(exchange->Write(""));
  EXPECT_TRUE(exchange->Write("second"));
  exchange->End();
  exchange->Reply(500, {}, "too late");
  const TestAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.body, "first second");
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.headers.at("x-evil"), "a  X-Injected: b");
  EXPECT_FALSE(answer.headers.contains("bad name"));
  EXPECT_EQ(client.Get("/hello").body, "hello");
}

TEST_F(ServerTest, FormatsErrorsAsTold) {
  HttpOptions options;
  options.error_type = "text/plain";
  options.error_body = [](int status, std::string_view message) {
    return std::to_string(status) + ": " + std::string(message);
  };
  Serve(options);
  TestClient client(server_->port());
  client.Send("GET /hello HTTP/1.1\r\n\r\n");
  const TestAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.body, "400: there is no Host header");
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain");
}

TEST_F(ServerTest, IdleConnectionsHoldNoBuffers) {
  Serve();
  const auto use = [&](TestClient& client) {
    client.Send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" +
                std::string(300'000, 'x'));
    EXPECT_EQ(client.ReadAnswer().body, "300000");
  };
  TestClient first(server_->port());
  use(first);
  const size_t before = mallinfo2().uordblks;  // 0 under sanitizers
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<TestClient>(server_->port()));
    use(*clients.back());
  }
  EXPECT_LT(mallinfo2().uordblks, before + 50 * 8000);
}

TEST_F(ServerTest, RunsTasks) {
  Serve();
  std::atomic<bool> later = false;
  server_->After(std::chrono::milliseconds(20), [&] {
    later = true;
    handler_.events.Happened("later");
  });
  server_->Post([&] { handler_.events.Happened(later ? "wrong order" : "now"); });
  EXPECT_TRUE(handler_.events.Await("now"));
  EXPECT_TRUE(handler_.events.Await("later"));
}

TEST_F(ServerTest, MakesRoomForNewConnections) {
  HttpOptions options;
  options.connections = 3;
  Serve(options);
  TestClient busy(server_->port());
  busy.Send("GET /pending HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = handler_.Next();
  TestClient oldest(server_->port());
  EXPECT_EQ(oldest.Get("/hello").status, 200);
  TestClient newer(server_->port());
  EXPECT_EQ(newer.Get("/hello").status, 200);
  TestClient newest(server_->port());
  EXPECT_EQ(newest.Get("/hello").status, 200);
  EXPECT_EQ(oldest.ReadToEnd(), "");  // closed
  EXPECT_EQ(newer.Get("/hello").status, 200);
  newest.Send("GET /pending HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto second = handler_.Next();
  newer.Send("GET /pending HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto third = handler_.Next();
  TestClient refused(server_->port());
  EXPECT_EQ(refused.ReadAnswer().status, 503);
  exchange->Reply(200, {}, "done");
  EXPECT_EQ(busy.ReadAnswer().body, "done");
}

TEST(HttpServerTest, SaysWhyItCannotListen) {
  TestHandler handler;
  HttpOptions options;
  options.port = 0;
  const auto first = HttpServer::Create(options, handler);
  ASSERT_TRUE(first);
  options.port = (*first)->port();
  auto second = HttpServer::Create(options, handler);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kIo);
  EXPECT_NE(second.error().message.find(std::to_string(options.port)), std::string::npos);
  EXPECT_NE(second.error().message.find("another program"), std::string::npos);
  options.host = "nowhere.example";
  second = HttpServer::Create(options, handler);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kInvalidArgument);
}

TEST(HttpServerTest, LocalhostIsIpv4AndWhereThereIsOneIpv6) {
  TestHandler handler;
  HttpOptions options;
  options.host = "localhost";
  options.port = 0;
  const auto server = HttpServer::Create(options, handler);
  ASSERT_TRUE(server) << server.error().message;
  const std::string port = std::to_string((*server)->port());
  ASSERT_FALSE((*server)->addresses().empty());
  EXPECT_EQ((*server)->addresses()[0], "127.0.0.1:" + port);
  if ((*server)->addresses().size() > 1) EXPECT_EQ((*server)->addresses()[1], "[::1]:" + port);
  TestClient client((*server)->port());
  EXPECT_EQ(client.Get("/hello").body, "hello");
}

}  // namespace
}  // namespace bantam::server
