// RequestHead: the first part of a request, found in the bytes that arrive and read strictly
// (RFC 9112). Whatever two servers could understand differently is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/http/exchange.h"
#include "server/http/status.h"

namespace bantam::server {

struct HeadLimits {
  size_t head_bytes = 32 * 1024;
  size_t target_bytes = 8 * 1024;
  size_t headers = 100;
};

// Finds the end of a head. Looks at every byte once, however the bytes arrive.
class HeadScanner {
 public:
  explicit HeadScanner(const HeadLimits& limits) : limits_(limits) {}

  // `bytes`: all of the head that has arrived, a longer view at each call. The length of the head
  // with its empty line, or 0 if more is needed. Refuses as soon as it can be known: bare CR or
  // LF and NUL (400), a long first line (414), a long head or too many headers (431).
  HttpResult<size_t> Scan(std::string_view bytes);

 private:
  HttpResult<size_t> EndLine(size_t next);

  HeadLimits limits_;
  size_t scanned_ = 0;
  size_t line_start_ = 0;
  size_t lines_ = 0;
  bool empty_line_ = false;  // one before the first line, which old clients send after a body
};

struct RequestHead {
  HttpRequest request;  // all but body, peer and loopback
  int minor_version = 1;
  bool keep_alive = true;
  bool expects_continue = false;
  bool chunked = false;
  uint64_t content_length = 0;  // unless chunked

  bool has_body() const { return chunked || content_length > 0; }
};

// `head`: what HeadScanner found. Statuses: 400, 415 (encoded bodies), 417, 501 (transfer codings
// other than chunked), 505.
HttpResult<RequestHead> ParseHead(std::string_view head);

}  // namespace bantam::server
