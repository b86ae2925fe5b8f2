// Reading and classing of IP addresses.
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>
#include <string>

namespace bantam::net {
namespace {

struct Ipv4Block {
  uint32_t first;
  int bits;
  AddressKind kind;
};

constexpr Ipv4Block kIpv4Blocks[] = {
    {0x00000000, 8, AddressKind::kLoopback},  // "this network": connects to this machine
    {0x0A000000, 8, AddressKind::kPrivate},
    {0x64400000, 10, AddressKind::kPrivate},  // shared, RFC 6598
    {0x7F000000, 8, AddressKind::kLoopback},
    {0xA9FE0000, 16, AddressKind::kLinkLocal},
    {0xAC100000, 12, AddressKind::kPrivate},
    {0xC0000000, 24, AddressKind::kReserved},  // protocol assignments
    {0xC0000200, 24, AddressKind::kReserved},  // documentation
    {0xC0A80000, 16, AddressKind::kPrivate},
    {0xC6120000, 15, AddressKind::kPrivate},   // benchmarks between networks
    {0xC6336400, 24, AddressKind::kReserved},  // documentation
    {0xCB007100, 24, AddressKind::kReserved},  // documentation
    {0xE0000000, 4, AddressKind::kReserved},   // multicast
    {0xF0000000, 4, AddressKind::kReserved},
};

bool StartsWith(const Ipv6& address, const uint8_t* prefix, int bits) {
  const auto bytes = static_cast<size_t>(bits / 8);
  if (std::memcmp(address.data(), prefix, bytes) != 0) return false;
  if (bits % 8 == 0) return true;
  const int mask = 0xFF << (8 - bits % 8) & 0xFF;
  return (address[bytes] & mask) == (prefix[bytes] & mask);
}

uint32_t Ipv4At(const Ipv6& address, size_t at) {
  return static_cast<uint32_t>(address[at]) << 24 | static_cast<uint32_t>(address[at + 1]) << 16 |
         static_cast<uint32_t>(address[at + 2]) << 8 | address[at + 3];
}

}  // namespace

const char* AddressKindName(AddressKind kind) {
  switch (kind) {
    case AddressKind::kPublic: return "public";
    case AddressKind::kPrivate: return "private";
    case AddressKind::kLoopback: return "loopback";
    case AddressKind::kLinkLocal: return "link-local";
    case AddressKind::kReserved: return "reserved";
  }
  return "unknown";
}

std::optional<uint32_t> ParseIpv4(std::string_view text) {
  uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    uint8_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto length = static_cast<size_t>(end - text.data());
    if (error != std::errc() || (length > 1 && text[0] == '0')) return std::nullopt;
    address = address << 8 | value;
    text.remove_prefix(length);
    if (part == 3) break;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return address;
}

std::optional<Ipv6> ParseIpv6(std::string_view text) {
  Ipv6 address{};
  if (text.find(':') == std::string_view::npos || text.find('\0') != std::string_view::npos ||
      inet_pton(AF_INET6, std::string(text).c_str(), address.data()) != 1) {
    return std::nullopt;
  }
  return address;
}

AddressKind KindOfIpv4(uint32_t address) {
  for (const Ipv4Block& block : kIpv4Blocks) {
    if ((address ^ block.first) >> (32 - block.bits) == 0) return block.kind;
  }
  return AddressKind::kPublic;
}

AddressKind KindOfIpv6(const Ipv6& address) {
  static constexpr uint8_t kZero[16] = {};
  static constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  static constexpr uint8_t kNat64[12] = {0, 0x64, 0xFF, 0x9B};
  static constexpr uint8_t k6To4[2] = {0x20, 0x02};
  static constexpr uint8_t kUnique[1] = {0xFC};
  static constexpr uint8_t kLinkLocal[2] = {0xFE, 0x80};
  static constexpr uint8_t kSiteLocal[2] = {0xFE, 0xC0};
  static constexpr uint8_t kMulticast[1] = {0xFF};
  static constexpr uint8_t kDocumentation[4] = {0x20, 0x01, 0x0D, 0xB8};
  if (StartsWith(address, kZero, 120) && address[15] <= 1) return AddressKind::kLoopback;
  if (StartsWith(address, kMapped, 96) || StartsWith(address, kNat64, 96) ||
      StartsWith(address, kZero, 96)) {
    return KindOfIpv4(Ipv4At(address, 12));
  }
  if (StartsWith(address, k6To4, 16)) return KindOfIpv4(Ipv4At(address, 2));
  if (StartsWith(address, kUnique, 7)) return AddressKind::kPrivate;
  if (StartsWith(address, kLinkLocal, 10)) return AddressKind::kLinkLocal;
  if (StartsWith(address, kSiteLocal, 10)) return AddressKind::kPrivate;
  if (StartsWith(address, kMulticast, 8) || StartsWith(address, kDocumentation, 32)) {
    return AddressKind::kReserved;
  }
  return AddressKind::kPublic;
}

std::optional<AddressKind> KindOfHost(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost")) return AddressKind::kLoopback;
  if (const auto address = ParseIpv4(host)) return KindOfIpv4(*address);
  if (const auto address = ParseIpv6(host)) return KindOfIpv6(*address);
  return std::nullopt;
}

}  // namespace bantam::net
