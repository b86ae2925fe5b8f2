// OriginGuard: which web pages may use the server, and under which names it may be reached.
//
// Against DNS rebinding (a page whose name is made to lead to this machine) and against pages that
// send requests to other servers than their own. Handlers ask it in OnHead, before all else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "server/http/exchange.h"

namespace bantam::server {

struct GuardOptions {
  // The server listens on this machine only: Host must be a loopback name. Else it may also be an
  // address or a name of a private network (HostName::is_public), which no page can have.
  bool loopback_only = true;
  // Clients must have a key, which no page knows: then a server for others has any name, unless
  // `hosts` lists some.
  bool keyed = false;
  // Further Host names, without port: "bantam.example"; "*": any.
  std::vector<std::string> hosts = {};
  // Origins of other pages that may use the server: "https://app.example",
  // "http://localhost:*" (any port), "null" (files); "*": any. Empty: no CORS, only pages that
  // come from this server.
  std::vector<std::string> origins = {};
  // Headers of answers that pages of other origins may read: all of the APIs' own.
  std::string exposed_headers =
      "X-Bantam-Cache, X-Bantam-Left-Out-Tokens, X-Bantam-Next, Retry-After";
};

// Immutable; thread-safe.
class OriginGuard {
 public:
  // Fails with kInvalidArgument where `pattern` can match no Origin that a browser sends.
  static Result<void> CheckPattern(std::string_view pattern);

  explicit OriginGuard(GuardOptions options) : options_(std::move(options)) {}

  // Why the request must be answered with 403, if it must.
  std::optional<std::string> Refuse(const HttpRequest& request) const;

  // An OPTIONS request in which a browser asks whether a page may send another one. To be answered
  // with 204 and CorsHeaders, without a key.
  static bool IsPreflight(const HttpRequest& request);

  // What to add to each answer of a request that was not refused; empty for requests of our own
  // page and of programs.
  std::vector<HttpHeader> CorsHeaders(const HttpRequest& request) const;

 private:
  bool AllowsHost(std::string_view host) const;
  bool AllowsOrigin(std::string_view origin) const;

  const GuardOptions options_;
};

}  // namespace bantam::server
