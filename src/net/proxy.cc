// Proxy variables and the list of exceptions.
#include "net/proxy.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <iterator>

#include "base/ascii.h"
#include "base/quote.h"
#include "net/address.h"

namespace bantam::net {
namespace {

std::string FirstSet(const Variables& variable, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto value = variable(name); value && !value->empty()) return *value;
  }
  return "";
}

bool InBlock(std::string_view host, std::string_view block) {
  const size_t slash = block.find('/');
  if (slash == std::string_view::npos) return false;
  const auto address = ParseIpv4(host);
  const auto first = ParseIpv4(block.substr(0, slash));
  const std::string_view digits = block.substr(slash + 1);
  int bits = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (!address || !first || bits < 0 || bits > 32) return false;
  return bits == 0 || (*address ^ *first) >> (32 - bits) == 0;
}

bool Matches(const Url& url, std::string_view entry) {
  if (entry == "*") return true;
  if (InBlock(url.host, entry)) return true;
  // A port, unless the colon is one of an IPv6 address.
  const size_t colon = entry.rfind(':');
  if (colon != std::string_view::npos && entry.find(':') == colon) {
    if (entry.substr(colon + 1) != std::to_string(url.port)) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with('*')) entry.remove_prefix(1);
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  const bool below = entry.starts_with('.');
  if (below) entry.remove_prefix(1);
  if (entry.empty()) return false;
  if (url.host == entry) return true;
  return url.host.size() > entry.size() && url.host.ends_with(entry) &&
         url.host[url.host.size() - entry.size() - 1] == '.' && !KindOfHost(url.host);
}

std::unexpected<Error> BadProxy(std::string_view proxy, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument,
              "the proxy " + Quote(WithoutSecrets(proxy)) + " (from the environment) " + why);
}

}  // namespace

std::string ProxyFor(const Url& url, const Variables& variable) {
  const std::string proxy =
      url.secure ? FirstSet(variable, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                 : FirstSet(variable, {"http_proxy", "all_proxy", "ALL_PROXY"});
  if (proxy.empty()) return proxy;
  const std::string exceptions = LowerCase(FirstSet(variable, {"no_proxy", "NO_PROXY"}));
  std::string_view rest = exceptions;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find_first_of(", \t"), rest.size());
    if (end > 0 && Matches(url, rest.substr(0, end))) return "";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return proxy;
}

Result<void> CheckProxy(std::string_view proxy) {
  static constexpr std::string_view kSchemes[] = {"http",    "https",  "socks4",
                                                  "socks4a", "socks5", "socks5h"};
  std::string_view rest = proxy;
  if (const size_t end = proxy.find("://"); end != std::string_view::npos) {
    if (std::ranges::find(kSchemes, LowerCase(proxy.substr(0, end))) == std::end(kSchemes)) {
      return BadProxy(proxy, "has a scheme that is none of http, https, socks4[a] and socks5[h]");
    }
    rest.remove_prefix(end + 3);
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#") != std::string_view::npos || std::ranges::count(rest, '@') > 1) {
    return BadProxy(proxy,
                    "has more than a host and a port; of a user and password '/', '?', '#' "
                    "and '@' are written %2F, %3F, %23 and %40");
  }
  const size_t at = rest.find('@');
  const std::string_view host = at == std::string_view::npos ? rest : rest.substr(at + 1);
  const std::string_view user = rest.substr(0, rest.size() - host.size());
  if (std::ranges::any_of(user, [](char c) { return static_cast<unsigned char>(c) <= 0x20; })) {
    return BadProxy(proxy, "has blanks in its user or password, which are written %20");
  }
  if (!Url::Parse("http://" + std::string(host))) {
    return BadProxy(proxy, "has no valid host and port");
  }
  return {};
}

}  // namespace bantam::net
