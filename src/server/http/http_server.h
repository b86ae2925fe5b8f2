// HttpServer: HTTP/1.1 (and 1.0) over TCP or TLS, for clients that are not trusted.
//
// One thread does all input and output; nothing a client sends or leaves out can stop it, or cost
// more than the limits below. Requests that two servers could understand differently are refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "server/http/exchange.h"
#include "server/http/request_head.h"

namespace bantam::server {

struct HttpOptions {
  std::string host = "127.0.0.1";  // an address, "localhost" (IPv4 and IPv6) or "*" (everybody)
  uint16_t port = 11434;           // 0: a free one
  std::string tls_certificate;     // PEM files, both or none
  std::string tls_key;

  // Deadlines. Those who miss them are answered 408 where a request has begun, and cut off.
  std::chrono::milliseconds head{10'000};   // for a whole head (and the TLS handshake)
  std::chrono::milliseconds body{30'000};   // for each further `body_step` bytes of a body
  std::chrono::milliseconds idle{75'000};   // between requests
  std::chrono::milliseconds write{30'000};  // without the client taking a byte
  std::chrono::milliseconds linger{2'000};  // for the client to hang up after the last answer
  std::chrono::milliseconds drain{30'000};  // for running answers when the server stops
  uint64_t body_step = 64 * 1024;

  HeadLimits head_limits;
  size_t connections = 2048;                // idle ones make room for new ones; then 503
  size_t unsent_bytes = 256 * 1024;         // waiting for a slow reader; more cuts it off
  uint64_t body_bytes = 256 * 1024 * 1024;  // held of all bodies together; then 503

  // The body of an answer that the server itself gives (400, 408, 413, …). On any thread.
  std::string error_type = "application/json";
  std::function<std::string(int status, std::string_view message)> error_body;  // or ErrorBody()
};

class HttpServer {
 public:
  // Listens, and serves on a thread of its own from now on. `handler` must outlive the server and
  // must not throw. Fails with kInvalidArgument (host, TLS files), kUnsupported (no TLS here) or
  // kIo (the port is taken).
  static Result<std::unique_ptr<HttpServer>> Create(HttpOptions options, HttpHandler& handler);
  ~HttpServer();  // cuts everything off

  uint16_t port() const;
  const std::vector<std::string>& addresses() const;  // "127.0.0.1:11434", "[::1]:11434"
  size_t connections() const;                         // open now; thread-safe

  // Stops gracefully: takes no new connections, closes idle ones, lets running requests end up to
  // the drain deadline, and returns when all is closed. On any thread but the server's.
  void Stop();

  // Runs `task` on the server's thread, now or after a delay. Thread-safe; dropped once it stops.
  void Post(std::function<void()> task);
  void After(std::chrono::milliseconds delay, std::function<void()> task);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bantam::server
