// ResponseHead: the status line and headers of an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/http/exchange.h"

namespace bantam::server {

// What the request says about how its answer must be framed.
struct AnswerFraming {
  bool head_only = false;  // HEAD
  bool http10 = false;
  bool keep_alive = true;
};

// The head with its empty line. `content_length`: nothing for a body of unknown length, which is
// chunked (HTTP/1.0: ended by closing). Adds Date, Content-Length or Transfer-Encoding, and
// Connection; such headers in `headers` are left out. Control characters in values become blanks
// and headers with bad names are left out, so that no value can add a header. Thread-safe.
std::string FormatResponseHead(int status, const std::vector<HttpHeader>& headers,
                               std::optional<uint64_t> content_length,
                               const AnswerFraming& framing);

// Whether `headers` ask for the connection to be closed after the answer.
bool AsksToClose(const std::vector<HttpHeader>& headers);

// Whether an answer of that status has no body whatever the request (204, 304).
bool HasNoBody(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7), whatever the locale.
std::string FormatHttpDate(int64_t unix_seconds);

}  // namespace bantam::server
