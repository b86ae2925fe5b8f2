// Tests of slow clients, with short deadlines. What is asserted is what happens, never when.
#include <gtest/gtest.h>

#include "server/http/test_client.h"
#include "server/http/test_handler.h"

namespace bantam::server {
namespace {

using std::chrono::milliseconds;

// Sends a byte now and then until the server hangs up; false if it does not.
bool DripUntilClosed(TestClient& client, const std::string& byte) {
  for (int i = 0; i < 4000; ++i) {
    if (!client.Send(byte)) return true;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return false;
}

TEST_F(ServerTest, SlowHeadIsAnswered408) {
  HttpOptions options;
  options.head = milliseconds(60);
  Serve(options);
  TestClient client(server_->port());
  client.Send("GET /hello HTTP/1.1\r\nHost: ");
  const TestAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(ServerTest, DrippingHeadIsCutOff) {
  HttpOptions options;
  options.head = milliseconds(60);
  options.linger = milliseconds(60);
  Serve(options);
  TestClient client(server_->port());
  client.Send("GET /hello HTTP/1.1\r\nHost: ");
  EXPECT_TRUE(DripUntilClosed(client, "x"));
}

TEST_F(ServerTest, SlowSecondHeadIsAnswered408) {
  HttpOptions options;
  options.head = milliseconds(60);
  Serve(options);
  TestClient client(server_->port());
  client.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /he");
  EXPECT_EQ(client.ReadAnswer().status, 200);
  EXPECT_EQ(client.ReadAnswer().status, 408);
}

TEST_F(ServerTest, SlowBodyIsAnswered408) {
  HttpOptions options;
  options.body = milliseconds(60);
  Serve(options);
  TestClient client(server_->port());
  client.Send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_EQ(client.ReadAnswer().status, 408);
  EXPECT_TRUE(handler_.events.Await("sink gone"));
}

TEST_F(ServerTest, DrippingBodyIsCutOff) {
  HttpOptions options;
  options.body = milliseconds(60);
  options.linger = milliseconds(60);
  Serve(options);
  TestClient client(server_->port());
  client.Send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n");
  EXPECT_TRUE(DripUntilClosed(client, "x"));
}

TEST_F(ServerTest, SteadyBodyOutlivesTheDeadline) {
  HttpOptions options;
  options.body = milliseconds(1500);
  options.body_step = 10;
  Serve(options);
  TestClient client(server_->port());
  client.Send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 400\r\n\r\n");
  for (int i = 0; i < 40; ++i) {
    client.Send("ten bytes!");
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_EQ(client.ReadAnswer().body, "400");
}

TEST_F(ServerTest, IdleConnectionsAreClosedWithoutAWord) {
  HttpOptions options;
  options.idle = milliseconds(400);
  Serve(options);
  TestClient fresh(server_->port());
  TestClient used(server_->port());
  EXPECT_EQ(used.Get("/hello").status, 200);
  EXPECT_EQ(fresh.ReadToEnd(), "");
  EXPECT_EQ(used.ReadToEnd(), "");
}

TEST_F(ServerTest, PendingAnswersHaveNoDeadline) {
  HttpOptions options;
  options.head = options.body = options.idle = milliseconds(400);
  options.write = milliseconds(20);
  Serve(options);
  TestClient client(server_->port());
  client.Send("GET /pending HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = handler_.Next();
  std::this_thread::sleep_for(milliseconds(600));
  exchange->Start(200, {});
  exchange->Write("a");
  std::this_thread::sleep_for(milliseconds(120));
  exchange->Write("b");
  exchange->End();
  EXPECT_EQ(client.ReadAnswer().body, "ab");
}

// Writes until the answer is refused; false if that never happens.
bool WriteUntilRefused(Exchange& exchange) {
  for (int i = 0; i < 100'000; ++i) {
    if (!exchange.Write(std::string(10'000, 'x'))) return true;
  }
  return false;
}

TEST_F(ServerTest, SlowReaderOfAStreamIsCutOff) {
  Serve();
  TestClient client(server_->port(), /*receive_buffer=*/4096);
  client.Send("GET /pending HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = handler_.Next();
  exchange->Start(200, {});
  EXPECT_TRUE(WriteUntilRefused(*exchange));
  EXPECT_TRUE(handler_.events.Await("closed"));
  EXPECT_FALSE(exchange->Write("more"));
}

TEST_F(ServerTest, ReaderThatStopsIsCutOff) {
  HttpOptions options;
  options.write = milliseconds(60);
  Serve(options);
  TestClient client(server_->port(), 4096);
  client.Send("GET /big?n=30000000 HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_NE(client.ReadUntil("\r\n\r\n"), "");
  TestClient other(server_->port());
  EXPECT_EQ(other.Get("/hello").status, 200);  // both are counted from here on
  while (server_->connections() > 1) {
    EXPECT_EQ(other.Get("/hello").status, 200);
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_LT(client.ReadToEnd().size(), 30'000'000);
}

TEST_F(ServerTest, SlowReadersDoNotDisturbACanary) {
  Serve();
  std::vector<std::unique_ptr<TestClient>> readers;
  std::vector<std::shared_ptr<Exchange>> exchanges;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(std::make_unique<TestClient>(server_->port(), 4096));
    readers.back()->Send("GET /pending HTTP/1.1\r\nHost: x\r\n\r\n");
    exchanges.push_back(handler_.Next());
    exchanges.back()->Start(200, {});
  }
  std::thread producer([&] {
    for (const auto& exchange : exchanges) EXPECT_TRUE(WriteUntilRefused(*exchange));
  });
  TestClient canary(server_->port());
  EXPECT_EQ(canary.Get("/canary").body, TestHandler::CanarySong());
  producer.join();
}

}  // namespace
}  // namespace bantam::server
