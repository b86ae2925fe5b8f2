// The proxy for a URL, as the environment names it (the conventions of curl).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "net/url.h"

namespace bantam::net {

// getenv, or a stand-in for it.
using Variables = std::function<std::optional<std::string>(const char*)>;

// What https_proxy or HTTPS_PROXY (for https), http_proxy (for http; the upper-case name is what a
// web server would set from a client's header), all_proxy or ALL_PROXY say; empty for none.
// no_proxy or NO_PROXY lists hosts to reach without: names with all below them, addresses, CIDR
// blocks of IPv4, each with or without a port, or "*".
std::string ProxyFor(const Url& url, const Variables& variable);

// Whether that is "[SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/]" with a scheme of curl's. Fails with
// kInvalidArgument; the message shows neither user nor password.
Result<void> CheckProxy(std::string_view proxy);

}  // namespace bantam::net
