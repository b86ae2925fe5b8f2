// Proxy variables and the list of exceptions.
#include "net/proxy.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string_view>

#include "base/ascii.h"
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

}  // namespace bantam::net
