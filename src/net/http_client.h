// HttpClient: GET and POST over HTTP and HTTPS from servers that are not trusted.
//
// Redirects are followed here, not by the library: at most ten, never from https to http, never to
// a private, loopback, link-local or reserved address from outside of it. A token goes to the
// first URL's origin alone, and crosses no public network outside of TLS. Bodies are limited,
// stalls and endless headers end the request, and nothing is decompressed.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "net/address.h"
#include "net/proxy.h"
#include "net/url.h"

namespace bantam::net {

struct HttpOptions {
  Variables
      variable;  // proxies; SSL_CERT_FILE, SSL_CERT_DIR: what to trust instead of the system's
  std::string user_agent = "bantam";
  // Hosts the user named: redirects may lead there whatever their addresses are.
  std::vector<std::string> trusted_hosts;
  // Asked about once a second and for each piece of a body; true ends the request.
  std::function<bool()> cancelled;
  int connect_s = 15;                // for name, connection and handshake
  int stall_s = 60;                  // with less than a hundred bytes a second
  std::vector<std::string> resolve;  // "host:port:address": answers in place of a resolver's
};

// One answer on the way. Names of headers are lower case; repeated ones stand repeatedly.
struct HttpHop {
  Url url;
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string error_body;  // of an answer that is no 2xx, the first 4 KiB

  // The first header of that (lower-case) name, or nullptr.
  const std::string* Find(std::string_view name) const;
};

struct HttpRequest {
  std::string url;
  std::string token;          // sent as "Authorization: Bearer" to this URL's origin only
  uint64_t from = 0;          // above 0: the body from this byte on
  std::string if_range;       // and only if the entity still has this ETag (else all of it)
  std::string if_none_match;  // unless the entity still has this ETag: then the answer is a 304
  uint64_t max_bytes = 0;     // of the body; more is an error
  int total_s = 0;            // for everything; 0: no limit but stall_s
  // Set: a POST with this JSON as body. Redirects are then the last answer.
  std::optional<std::string> post;
  // Called before the body of a 2xx answer; an error ends the request. Here and in on_body kCorrupt
  // stands for what the server did wrong: the URL is added.
  std::function<Result<void>(const HttpHop&)> on_answer;
  // Pieces of the body of a 2xx answer, in order; an error ends the request.
  std::function<Result<void>(std::span<const uint8_t>)> on_body;
};

// All answers, the last one final. Its status may be any but a redirect's.
struct HttpAnswer {
  std::vector<HttpHop> hops;
  const HttpHop& last() const { return hops.back(); }
  int status() const { return last().status; }
};

struct HttpFailure {
  Error error;
  bool transient = false;    // trying again may help: connections that fail, break or stall
  bool unreachable = false;  // nothing at all was heard from there
};

using HttpResult = std::expected<HttpAnswer, HttpFailure>;

class HttpClient {
 public:
  explicit HttpClient(HttpOptions options) : options_(std::move(options)) {}

  // A GET, unless `request.post` is set. Blocks. Errors name the URL, without its query. Safe to
  // call from several threads if the functions of the options are. Where a server sends the token
  // back, in a header or an error's text, it is hidden; redirects that hold it are refused.
  HttpResult Get(const HttpRequest& request) const;

 private:
  HttpOptions options_;
};

// Whether a token is sent to a URL: over https, or to an address (not a name) that is not public.
bool MayCarryToken(const Url& url);

// `text` with "***" wherever the token stood, if there is one.
std::string HideToken(std::string text, std::string_view token);

// A URL as messages show it: signed links hold secrets in their query.
std::string ShownUrl(const Url& url);

}  // namespace bantam::net
