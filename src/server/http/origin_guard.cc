// Host and Origin rules (RFC 6454; the Fetch standard's CORS protocol).
#include "server/http/origin_guard.h"

#include "base/quote.h"
#include "server/http/host_name.h"
#include "server/http/syntax.h"

namespace bantam::server {
namespace {

constexpr std::string_view kAnyPort = ":*";

// "https://app.example" without its scheme, if it has one of the web's.
std::string_view HostOf(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return origin.substr(scheme.size());
  }
  return {};
}

// Whether the page came from the server itself, by the name it is reached under.
bool IsSameOrigin(std::string_view origin, std::string_view host) {
  const std::string_view other = HostOf(origin);
  return !other.empty() && HostName::Parse(other) == HostName::Parse(host) &&
         HostName::Parse(host).has_value();
}

bool Matches(std::string_view pattern, std::string_view origin) {
  if (pattern == "*" || EqualIgnoringCase(pattern, origin)) return true;
  if (!pattern.ends_with(kAnyPort)) return false;
  pattern.remove_suffix(kAnyPort.size());
  if (origin.size() < pattern.size() ||
      !EqualIgnoringCase(origin.substr(0, pattern.size()), pattern)) {
    return false;
  }
  const std::string_view port = origin.substr(pattern.size());
  return port.empty() || (port.front() == ':' && port.size() > 1 &&
                          port.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

// The header names a page wants to send, as far as they are names.
std::string WantedHeaders(std::string_view list) {
  std::string wanted;
  ForListItems(list, [&](std::string_view name) {
    if (!IsToken(name)) return;
    if (!wanted.empty()) wanted += ", ";
    wanted += name;
  });
  return wanted;
}

// Whether it is "scheme://host", with a port or `:*` or neither. Files have no host.
bool IsOriginPattern(std::string_view pattern) {
  const size_t colon = pattern.find("://");
  if (colon == std::string_view::npos || !IsToken(pattern.substr(0, colon))) return false;
  std::string_view host = pattern.substr(colon + 3);
  if (host.empty()) return EqualIgnoringCase(pattern, "file://");
  if (host.ends_with(kAnyPort)) host.remove_suffix(kAnyPort.size());
  return HostName::Parse(host).has_value();
}

}  // namespace

Result<void> OriginGuard::CheckPattern(std::string_view pattern) {
  if (pattern == "*" || pattern == "null" || IsOriginPattern(pattern)) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "expected scheme, host and port alone (https://app.example, http://localhost:*), "
              "null or *, got " +
                  Quote(pattern));
}

bool OriginGuard::AllowsHost(std::string_view host) const {
  if (!options_.loopback_only && options_.keyed && options_.hosts.empty()) return true;
  const auto name = HostName::Parse(host);
  for (const std::string& allowed : options_.hosts) {
    if (allowed == "*" || (name && EqualIgnoringCase(allowed, name->name))) return true;
  }
  // HTTP/1.0 programs may leave Host out; browsers never do.
  if (host.empty()) return true;
  return name && (name->loopback() || (!options_.loopback_only && !name->is_public()));
}

bool OriginGuard::AllowsOrigin(std::string_view origin) const {
  for (const std::string& pattern : options_.origins) {
    if (Matches(pattern, origin)) return true;
  }
  return false;
}

std::optional<std::string> OriginGuard::Refuse(const HttpRequest& request) const {
  const std::string_view host = request.Header("host");
  if (!AllowsHost(host)) {
    return "this server is not known as " + Quote(host) + "; it can be allowed with --allowed-host";
  }
  std::string_view origin;
  for (const HttpHeader& header : request.headers) {
    if (header.name != "origin") continue;
    if (!origin.empty()) return "there are several Origin headers";
    origin = header.value;
  }
  if (origin.empty() || IsSameOrigin(origin, host) || AllowsOrigin(origin)) return std::nullopt;
  return "pages of " + Quote(origin) +
         " may not use this server; they can be allowed with "
         "--cors-origin";
}

bool OriginGuard::IsPreflight(const HttpRequest& request) {
  return request.method == "OPTIONS" && !request.Header("origin").empty() &&
         !request.Header("access-control-request-method").empty();
}

std::vector<HttpHeader> OriginGuard::CorsHeaders(const HttpRequest& request) const {
  const std::string_view origin = request.Header("origin");
  if (options_.origins.empty()) return {};
  std::vector<HttpHeader> headers = {{"Vary", "Origin"}};
  if (origin.empty() || !AllowsOrigin(origin)) return headers;
  headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
  if (!IsPreflight(request)) {
    headers.push_back({"Access-Control-Expose-Headers", options_.exposed_headers});
    return headers;
  }
  headers.push_back({"Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE, OPTIONS"});
  const std::string wanted = WantedHeaders(request.Header("access-control-request-headers"));
  if (!wanted.empty()) headers.push_back({"Access-Control-Allow-Headers", wanted});
  if (request.Header("access-control-request-private-network") == "true") {
    headers.push_back({"Access-Control-Allow-Private-Network", "true"});
  }
  headers.push_back({"Access-Control-Max-Age", "600"});
  return headers;
}

}  // namespace bantam::server
