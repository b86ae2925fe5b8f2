// HostName: the host and port of a Host header, an Origin or a target in absolute form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bantam::server {

struct HostName {
  std::string name;              // lower case; an IPv6 address keeps its brackets
  std::optional<uint16_t> port;  // as written

  // "host", "host:8080", "[::1]:8080". Nothing for other forms: user names, blanks, paths, empty
  // names, ports over 65535.
  static std::optional<HostName> Parse(std::string_view text);

  // "localhost" and names below it, 127.0.0.0/8, [::1].
  bool loopback() const;

  // Whether somebody may own the name and lead it anywhere: names with a dot, but for those below
  // the domains of private networks (RFC 6761, RFC 6762, RFC 8375, ICANN's "internal", and some
  // that are no domains of the public). Addresses are not.
  bool is_public() const;

  bool operator==(const HostName&) const = default;
};

}  // namespace bantam::server
