// Exchange: one HTTP request and the way to answer it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"

namespace bantam::server {

struct HttpHeader {
  std::string name;
  std::string value;
};

// A request as it was read: its head is checked (RFC 9112), its body is whole or went to a sink.
struct HttpRequest {
  std::string method;  // as sent: "GET", "POST", "HEAD", …
  std::string path;    // percent-decoded, begins with '/', without dot segments or NUL
  std::vector<std::pair<std::string, std::string>> query;  // percent-decoded, in their order
  std::vector<HttpHeader> headers;                         // names in lower case
  std::string body;                                        // empty if a sink took it
  std::string peer;       // the client's address, for logs and limits
  bool loopback = false;  // the client is on this machine

  std::string_view Header(std::string_view name) const;  // the first of that name, or empty
  std::string_view Query(std::string_view name) const;
};

// Takes a body piece by piece, so that a file of gigabytes is never held in memory.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual Result<void> Write(std::string_view piece) = 0;  // an error ends the request with it
};

// The answer to one request: either Reply, or Start, Write …, End. Every call is thread-safe and
// returns at once; the bytes are sent by the server's own thread. An Exchange that is dropped
// unanswered answers 500; one dropped in a stream closes the connection.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const HttpRequest& request() const = 0;
  // The sink of the request's BodyRule, which took the whole body; null if there was none.
  virtual BodySink* sink() { return nullptr; }

  // A whole response. Content-Length, Date and Connection are added; a HEAD gets no body.
  virtual void Reply(int status, std::vector<HttpHeader> headers, std::string body) = 0;

  // A response whose length is not known: chunked (closed by its end for HTTP/1.0).
  virtual void Start(int status, std::vector<HttpHeader> headers) = 0;
  // False once the client is gone, or so slow that more than the limit is waiting for it (it is
  // then cut off): the producer should stop.
  virtual bool Write(std::string piece) = 0;
  virtual void End() = 0;

  // Runs once, on the server's thread, if the client leaves before the answer has ended (at once
  // if it already has).
  virtual void OnClose(std::function<void()> closed) = 0;
};

// What to do with the body of a request whose head has been read.
struct BodyRule {
  uint64_t limit = 0;              // bytes; more is answered with 413
  std::unique_ptr<BodySink> sink;  // null: keep it in HttpRequest::body
  // Set: answer now, within the call, and do not read the body (401, 403, 404, 405, 503).
  std::function<void(Exchange&)> refuse;
};

// What an HTTP server serves. Both run on the server's thread and must not block.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual BodyRule OnHead(const HttpRequest& head) = 0;
  virtual void OnRequest(std::shared_ptr<Exchange> exchange) = 0;
};

}  // namespace bantam::server
