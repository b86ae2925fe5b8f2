// Taking host names apart.
#include "server/http/host_name.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace bantam::server {
namespace {

bool IsNameChar(char c) {
  return IsAsciiAlphanumeric(c) || c == '.' || c == '-' || c == '_';
}

bool IsIpv6(const std::string& bracketed, in6_addr& address) {
  const std::string inner = bracketed.substr(1, bracketed.size() - 2);
  return inet_pton(AF_INET6, inner.c_str(), &address) == 1;
}

bool IsIpv4(const std::string& name, in_addr& address) {
  return inet_pton(AF_INET, name.c_str(), &address) == 1;
}

}  // namespace

std::optional<HostName> HostName::Parse(std::string_view text) {
  HostName host;
  size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    ++end;
    host.name = LowerCase(text.substr(0, end));
    in6_addr address;
    if (host.name.find('\0') != std::string::npos || !IsIpv6(host.name, address)) {
      return std::nullopt;
    }
  } else {
    while (end < text.size() && IsNameChar(text[end])) ++end;
    if (end == 0 || end > 255) return std::nullopt;
    host.name = LowerCase(text.substr(0, end));
  }
  std::string_view rest = text.substr(end);
  if (rest.empty()) return host;
  if (rest.front() != ':') return std::nullopt;
  rest.remove_prefix(1);
  uint16_t port = 0;
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (error != std::errc() || stop != rest.data() + rest.size()) return std::nullopt;
  host.port = port;
  return host;
}

bool HostName::loopback() const {
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  if (name.starts_with('[')) {
    in6_addr address;
    return IsIpv6(name, address) && IN6_IS_ADDR_LOOPBACK(&address);
  }
  in_addr address;
  return IsIpv4(name, address) && (ntohl(address.s_addr) >> 24) == 127;
}

bool HostName::is_public() const {
  constexpr std::string_view kPrivate[] = {".localhost", ".local", ".home.arpa",   ".internal",
                                           ".lan",       ".home",  ".localdomain", ".test"};
  in_addr address;
  if (name.starts_with('[') || IsIpv4(name, address)) return false;
  std::string_view rest = name;
  if (rest.ends_with('.')) rest.remove_suffix(1);
  return rest.find('.') != std::string_view::npos &&
         std::ranges::none_of(kPrivate,
                              [rest](std::string_view below) { return rest.ends_with(below); });
}

}  // namespace bantam::server
