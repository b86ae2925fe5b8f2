// BodyReader: takes a request's body to memory or to its sink, within its limits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/body_framing.h"
#include "server/http/exchange.h"
#include "server/http/request_head.h"
#include "server/http/status.h"

namespace bantam::server {

// Not thread-safe.
class BodyReader {
 public:
  // `held`: bytes of bodies in memory, of all connections together; at most `most_held`.
  BodyReader(const RequestHead& head, BodyRule rule, uint64_t& held, uint64_t most_held);
  ~BodyReader();
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  // Refuses what Content-Length alone shows to be too long (413).
  HttpResult<void> Check() const;

  // Takes the body's bytes off the front of `input`. Refuses with 400 (malformed chunks), 413,
  // 503 (all bodies together), or with the status of the sink's error.
  HttpResult<void> Read(std::string_view& input);
  bool done() const;
  uint64_t received() const { return received_; }
  std::string TakeBody() { return std::move(body_); }
  std::unique_ptr<BodySink> TakeSink() { return std::move(rule_.sink); }

 private:
  HttpResult<void> Keep(std::string_view piece);
  std::unexpected<HttpError> TooLong() const;

  const bool is_chunked_;
  ChunkedReader chunks_;
  uint64_t left_;  // of Content-Length
  BodyRule rule_;
  uint64_t received_ = 0;
  uint64_t own_held_ = 0;
  std::string body_;
  uint64_t& held_;
  const uint64_t most_held_;
};

}  // namespace bantam::server
