// TestHandler: what the servers of the tests serve.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/http/http_server.h"

namespace bantam::server {

// Counts what happens, so that tests wait for events and not for times.
class TestEvents {
 public:
  void Happened(const std::string& what) {
    const std::lock_guard lock(mutex_);
    happened_.push_back(what);
    changed_.notify_all();
  }
  // Whether it happens (or has) within about 30 s; each event is awaited once.
  bool Await(const std::string& what) {
    std::unique_lock lock(mutex_);
    const auto happened = [&] {
      const auto at = std::find(happened_.begin(), happened_.end(), what);
      if (at == happened_.end()) return false;
      happened_.erase(at);
      return true;
    };
    for (int i = 0; i < 30; ++i) {
      if (changed_.wait_for(lock, std::chrono::seconds(1), happened)) return true;
    }
    return false;
  }
  bool Has(const std::string& what) {
    const std::lock_guard lock(mutex_);
    return std::find(happened_.begin(), happened_.end(), what) != happened_.end();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> happened_;
};

// GET /hello: "hello". /echo: the body. /upload: body to a sink, answers its length; "/upload/full"
// fails. /pending: left to the test (Next). /canary: a stream of its own thread. /locked: 401
// without reading the body. /dropped: never answered. /cut: a stream that is given up.
// Bodies up to 1,000 bytes; to the sink 10 MB.
class TestHandler : public HttpHandler {
 public:
  ~TestHandler() override {
    for (std::thread& thread : threads_) thread.join();
  }

  TestEvents events;

  BodyRule OnHead(const HttpRequest& head) override {
    BodyRule rule;
    rule.limit = 1000;
    if (head.path == "/locked") {
      rule.refuse = [](Exchange& exchange) { exchange.Reply(401, {}, "locked"); };
    } else if (head.path == "/forgotten") {
      rule.refuse = [](Exchange&) {};
    } else if (head.path.starts_with("/upload")) {
      rule.limit = 10'000'000;
      rule.sink = std::make_unique<Sink>(events, head.path == "/upload/full");
    }
    events.Happened("head " + head.path);
    return rule;
  }

  void OnRequest(std::shared_ptr<Exchange> exchange) override {
    const HttpRequest& request = exchange->request();
    if (request.path == "/hello") {
      exchange->Reply(200, {{"Content-Type", "text/plain"}}, "hello");
    } else if (request.path == "/echo") {
      exchange->Reply(200, {}, request.body);
    } else if (request.path == "/big") {
      exchange->Reply(200, {}, std::string(std::stoul(std::string(request.Query("n"))), 'b'));
    } else if (request.path.starts_with("/upload")) {
      exchange->Reply(200, {}, std::to_string(static_cast<Sink*>(exchange->sink())->bytes));
    } else if (request.path == "/canary") {
      threads_.emplace_back([exchange = std::move(exchange)] { SingCanary(*exchange); });
    } else if (request.path == "/cut") {
      exchange->Start(200, {});
      exchange->Write("a part");
    } else if (request.path == "/pending") {
      exchange->OnClose([this] { events.Happened("closed"); });
      const std::lock_guard lock(mutex_);
      pending_.push_back(std::move(exchange));
      events.Happened("pending");
    } else if (request.path != "/dropped") {
      exchange->Reply(404, {}, "nothing here");
    }
  }

  // The exchange of the next GET /pending.
  std::shared_ptr<Exchange> Next() {
    if (!events.Await("pending")) return nullptr;
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Exchange> next = std::move(pending_.front());
    pending_.pop_front();
    return next;
  }

  static std::string CanarySong() {
    std::string song;
    for (int i = 0; i < kVerses; ++i) song += Verse(i);
    return song;
  }

 private:
  static constexpr int kVerses = 400;

  struct Sink : BodySink {
    Sink(TestEvents& happening, bool is_full) : events(happening), full(is_full) {}
    ~Sink() override { events.Happened("sink gone"); }
    Result<void> Write(std::string_view piece) override {
      if (full) return Fail(ErrorCode::kResourceExhausted, "the disk is full");
      bytes += piece.size();
      return {};
    }
    TestEvents& events;
    const bool full;
    size_t bytes = 0;
  };

  static std::string Verse(int i) { return "verse " + std::to_string(i * i) + " of the canary\n"; }

  static void SingCanary(Exchange& exchange) {
    exchange.Start(200, {{"Content-Type", "text/plain"}});
    for (int i = 0; i < kVerses; ++i) {
      if (!exchange.Write(Verse(i))) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    exchange.End();
  }

  std::mutex mutex_;
  std::deque<std::shared_ptr<Exchange>> pending_;
  std::vector<std::thread> threads_;  // the server's thread; joined after it
};

// A server on a free port, and its handler.
class ServerTest : public testing::Test {
 protected:
  void Serve(HttpOptions options = {}) {
    options.port = 0;
    auto server = HttpServer::Create(std::move(options), handler_);
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  TestHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace bantam::server
