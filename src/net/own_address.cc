// Sockets can be bound to own addresses only.
#include "net/own_address.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "net/address.h"

namespace bantam::net {
namespace {

bool CanBind(int family, const void* address, socklen_t size) {
  const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool bound = bind(fd, static_cast<const sockaddr*>(address), size) == 0;
  close(fd);
  return bound;
}

}  // namespace

bool IsThisMachine(std::string_view host) {
  const auto kind = KindOfHost(host);
  if (!kind) return false;
  if (*kind == AddressKind::kLoopback) return true;
  // Sockets can be bound to addresses of groups, too.
  if (const auto ipv4 = ParseIpv4(host)) {
    if (*ipv4 >= 0xE0000000) return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(*ipv4);
    return CanBind(AF_INET, &address, sizeof address);
  }
  const auto ipv6 = ParseIpv6(host);
  if (!ipv6 || (*ipv6)[0] == 0xFF) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  std::memcpy(&address.sin6_addr, ipv6->data(), ipv6->size());
  return CanBind(AF_INET6, &address, sizeof address);
}

}  // namespace bantam::net
