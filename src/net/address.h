// Addresses: whether an IP address or a host lies on this machine, in its network, or outside.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bantam::net {

// After the special-purpose registries (RFC 6890 and its updates).
enum class AddressKind : uint8_t {
  kPublic,
  kPrivate,    // 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7
  kLoopback,   // 127/8, 0/8, ::1, ::
  kLinkLocal,  // 169.254/16 (where clouds keep their metadata services), fe80::/10
  kReserved,   // multicast, documentation, 240/4
};

const char* AddressKindName(AddressKind kind);  // "private", "loopback", …

using Ipv6 = std::array<uint8_t, 16>;

// Four decimal numbers; other forms are none.
std::optional<uint32_t> ParseIpv4(std::string_view text);
std::optional<Ipv6> ParseIpv6(std::string_view text);  // without brackets and zone

AddressKind KindOfIpv4(uint32_t address);
// Addresses that hold an IPv4 address (mapped, NAT64, 6to4) are of its kind.
AddressKind KindOfIpv6(const Ipv6& address);

// The kind of a host as it is written: an address, or "localhost" and names below it. Nothing for
// other names, which only a resolver can tell.
std::optional<AddressKind> KindOfHost(std::string_view host);

}  // namespace bantam::net
