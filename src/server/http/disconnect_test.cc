// Tests of clients that leave, at every stage, and of servers that stop.
#include <gtest/gtest.h>

#include "server/http/test_client.h"
#include "server/http/test_handler.h"

namespace bantam::server {
namespace {

constexpr char kPending[] = "GET /pending HTTP/1.1\r\nHost: x\r\n\r\n";

class DisconnectTest : public ServerTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override { Serve(); }
  void Leave(TestClient& client) { GetParam() ? client.Reset() : client.Close(); }
  void AwaitNoConnections() {
    for (int i = 0; i < 4000 && server_->connections() > 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(server_->connections(), 0);
  }
};

TEST_P(DisconnectTest, BeforeAByte) {
  TestClient client(server_->port());
  Leave(client);
  AwaitNoConnections();
}

TEST_P(DisconnectTest, InTheHead) {
  TestClient client(server_->port());
  client.Send("GET /hel");
  Leave(client);
  AwaitNoConnections();
}

TEST_P(DisconnectTest, InTheBody) {
  TestClient client(server_->port());
  client.Send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  ASSERT_TRUE(handler_.events.Await("head /upload"));
  Leave(client);
  EXPECT_TRUE(handler_.events.Await("sink gone"));
  AwaitNoConnections();
}

TEST_P(DisconnectTest, BeforeTheAnswer) {
  TestClient client(server_->port());
  client.Send(kPending);
  const auto exchange = handler_.Next();
  Leave(client);
  EXPECT_TRUE(handler_.events.Await("closed"));
  AwaitNoConnections();
  exchange->Start(200, {});
  EXPECT_FALSE(exchange->Write("for nobody"));
  exchange->End();
}

TEST_P(DisconnectTest, InTheStream) {
  TestClient client(server_->port());
  client.Send(kPending);
  const auto exchange = handler_.Next();
  exchange->Start(200, {});
  EXPECT_TRUE(exchange->Write("a"));
  EXPECT_NE(client.ReadUntil("a"), "");
  Leave(client);
  EXPECT_TRUE(handler_.events.Await("closed"));
  EXPECT_FALSE(exchange->Write("for nobody"));
}

TEST_P(DisconnectTest, WithPipelinedRequests) {
  TestClient client(server_->port());
  client.Send(std::string(kPending) + "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = handler_.Next();
  Leave(client);
  EXPECT_TRUE(handler_.events.Await("closed"));
  EXPECT_FALSE(handler_.events.Has("head /hello"));
}

TEST_P(DisconnectTest, AfterTheAnswer) {
  TestClient client(server_->port());
  client.Send(kPending);
  handler_.Next()->Reply(200, {}, "done");
  EXPECT_EQ(client.ReadAnswer().body, "done");
  Leave(client);
  AwaitNoConnections();
  EXPECT_FALSE(handler_.events.Has("closed"));
}

TEST_P(DisconnectTest, OnCloseAfterTheClientHasLeft) {
  TestClient client(server_->port());
  client.Send(kPending);
  const auto exchange = handler_.Next();
  Leave(client);
  EXPECT_TRUE(handler_.events.Await("closed"));
  exchange->OnClose([&] { handler_.events.Happened("closed later"); });
  EXPECT_TRUE(handler_.events.Await("closed later"));
}

TEST_P(DisconnectTest, ManyAtOnceBesideACanary) {
  std::string song;
  std::thread canary([&] {
    TestClient client(server_->port());
    song = client.Get("/canary").body;
  });
  const std::string request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  for (size_t i = 0; i < 400; ++i) {
    TestClient client(server_->port());
    client.Send(request.substr(0, i % (request.size() + 1)));
    Leave(client);
  }
  canary.join();
  EXPECT_EQ(song, TestHandler::CanarySong());
  AwaitNoConnections();
}

TEST_P(DisconnectTest, StreamsOfOthersAreWhole) {
  std::vector<std::thread> clients;
  for (size_t i = 0; i < 16; ++i) {
    clients.emplace_back([this, i] {
      TestClient client(server_->port());
      if (i % 2 == 0) {
        EXPECT_EQ(client.Get("/canary").body, TestHandler::CanarySong());
        return;
      }
      client.Send("GET /canary HTTP/1.1\r\nHost: x\r\n\r\n");
      client.ReadUntil("verse " + std::to_string(i * i * 25 * 25));
      Leave(client);
    });
  }
  for (std::thread& client : clients) client.join();
  AwaitNoConnections();
}

INSTANTIATE_TEST_SUITE_P(Ways, DisconnectTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Reset" : "Close"; });

TEST_F(ServerTest, HalfClosedClientGetsAnAnswerThatIsReady) {
  Serve();
  TestClient client(server_->port());
  client.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  client.Finish();
  EXPECT_EQ(client.ReadAnswer().body, "hello");
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(ServerTest, DrainLetsRunningAnswersEnd) {
  Serve();
  TestClient idle(server_->port());
  EXPECT_EQ(idle.Get("/hello").status, 200);
  TestClient busy(server_->port());
  busy.Send(kPending);
  TestClient streaming(server_->port());
  streaming.Send(kPending);
  const auto first = handler_.Next();
  const auto second = handler_.Next();
  second->Start(200, {});
  std::thread stopper([&] { server_->Stop(); });
  EXPECT_EQ(idle.ReadToEnd(), "");  // draining has begun
  EXPECT_FALSE(TestClient(server_->port()).connected());
  first->Reply(200, {}, "done");
  second->Write("done");
  second->End();
  for (TestClient* client : {&busy, &streaming}) {
    EXPECT_EQ(client->ReadAnswer().body, "done");
    EXPECT_EQ(client->ReadToEnd(), "");
    client->Close();
  }
  stopper.join();
  EXPECT_EQ(server_->connections(), 0);
  EXPECT_FALSE(handler_.events.Has("closed"));
  server_->Stop();
}

TEST_F(ServerTest, DrainHasADeadline) {
  HttpOptions options;
  options.drain = std::chrono::milliseconds(60);
  Serve(options);
  TestClient client(server_->port());
  client.Send(kPending);
  const auto exchange = handler_.Next();
  server_->Stop();
  EXPECT_TRUE(handler_.events.Has("closed"));
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(ServerTest, ExchangesOutliveTheirServer) {
  Serve();
  TestClient client(server_->port());
  client.Send(kPending);
  auto exchange = handler_.Next();
  server_.reset();
  EXPECT_TRUE(handler_.events.Has("closed"));
  bool closed = false;
  exchange->OnClose([&] { closed = true; });
  EXPECT_TRUE(closed);
  exchange->Start(200, {});
  EXPECT_FALSE(exchange->Write("for nobody"));
  exchange.reset();
}

}  // namespace
}  // namespace bantam::server
