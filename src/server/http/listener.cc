// Sockets by POSIX.
#include "server/http/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/quote.h"

namespace bantam::server {
namespace {

constexpr int kBacklog = 1024;

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr_in& v4() { return reinterpret_cast<sockaddr_in&>(storage); }
  sockaddr_in6& v6() { return reinterpret_cast<sockaddr_in6&>(storage); }

  bool Parse(const std::string& host, uint16_t port) {
    if (host.find('\0') != std::string::npos) return false;
    if (inet_pton(AF_INET, host.c_str(), &v4().sin_addr) == 1) {
      storage.ss_family = AF_INET;
      v4().sin_port = htons(port);
      length = sizeof(sockaddr_in);
      return true;
    }
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    const std::string inner = bracketed ? host.substr(1, host.size() - 2) : host;
    if (inet_pton(AF_INET6, inner.c_str(), &v6().sin6_addr) != 1) return false;
    storage.ss_family = AF_INET6;
    v6().sin6_port = htons(port);
    length = sizeof(sockaddr_in6);
    return true;
  }

  std::string Host() {
    char text[INET6_ADDRSTRLEN] = "";
    if (storage.ss_family == AF_INET) {
      inet_ntop(AF_INET, &v4().sin_addr, text, sizeof text);
    } else if (IN6_IS_ADDR_V4MAPPED(&v6().sin6_addr)) {
      inet_ntop(AF_INET, &v6().sin6_addr.s6_addr[12], text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &v6().sin6_addr, text, sizeof text);
    }
    return text;
  }

  bool loopback() {
    if (storage.ss_family == AF_INET) return (ntohl(v4().sin_addr.s_addr) >> 24) == 127;
    const in6_addr& address = v6().sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&address)) return address.s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(&address);
  }
};

std::string AddressText(const std::string& host, uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

// `taken`: whether it fails because somebody else has the port.
Result<int> ListenAt(const std::string& host, uint16_t port, bool& taken) {
  Address address;
  if (!address.Parse(host, port)) {
    return Fail(ErrorCode::kInvalidArgument,
                "cannot listen on " + Quote(host) +
                    ": expected an IPv4 or IPv6 address, \"localhost\" or \"*\"");
  }
  const auto failed = [&](int fd) {
    const int error = errno;
    taken = error == EADDRINUSE;
    if (fd >= 0) close(fd);
    std::string message = "cannot listen on " + AddressText(host, port) + ": ";
    message +=
        taken ? "another program already does; stop it or choose another port" : strerror(error);
    return Fail(ErrorCode::kIo, std::move(message));
  };
  const int fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failed(fd);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.storage.ss_family == AF_INET6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  if (bind(fd, address.get(), address.length) != 0 || listen(fd, kBacklog) != 0) return failed(fd);
  return fd;
}

}  // namespace

uint16_t PortOf(int fd) {
  Address address;
  address.length = sizeof address.storage;
  if (getsockname(fd, address.get(), &address.length) != 0) return 0;
  return ntohs(address.storage.ss_family == AF_INET ? address.v4().sin_port
                                                    : address.v6().sin6_port);
}

namespace {

// A machine without IPv6 is well served by IPv4 alone, and the other way round; but a port that
// somebody else has on one of the addresses would answer half of the clients.
Result<std::vector<ListeningSocket>> ListenAtAll(const std::vector<std::string>& hosts,
                                                 uint16_t port, bool& taken) {
  std::vector<ListeningSocket> sockets;
  Error failure;
  for (const std::string& host : hosts) {
    auto fd = ListenAt(host, port, taken);
    if (fd) {
      port = PortOf(*fd);
      sockets.push_back({*fd, AddressText(host, port)});
      continue;
    }
    failure = std::move(fd).error();
    if (taken) break;
  }
  if (!taken && !sockets.empty()) return sockets;
  for (const ListeningSocket& socket : sockets) close(socket.fd);
  return std::unexpected(std::move(failure));
}

}  // namespace

Result<std::vector<ListeningSocket>> Listen(const std::string& host, uint16_t port) {
  std::vector<std::string> hosts = {host};
  if (host == "localhost") hosts = {"127.0.0.1", "::1"};
  if (host == "*") hosts = {"0.0.0.0", "::"};
  for (int attempt = 1;; ++attempt) {
    bool taken = false;
    auto sockets = ListenAtAll(hosts, port, taken);
    // The port that was free on the first address need not be on the second.
    if (sockets || !taken || port != 0 || attempt == 10) return sockets;
  }
}

bool IsLoopbackHost(const std::string& host) {
  Address address;
  return host == "localhost" || (address.Parse(host, 0) && address.loopback());
}

Accepted AcceptClient(int listener, std::chrono::milliseconds silence) {
  Address address;
  address.length = sizeof address.storage;
  Accepted client;
  client.fd = accept4(listener, address.get(), &address.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client.fd < 0) {
    client.out_of_files = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    return client;
  }
  client.peer = address.Host();
  client.loopback = address.loopback();
  // Tokens leave at once, not when more have come.
  const auto set = [&](int level, int option, int value) {
    setsockopt(client.fd, level, option, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(silence.count()));
  return client;
}

void RaiseFileLimit(size_t files) {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files) return;
  limit.rlim_cur = std::min<rlim_t>(files, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace bantam::server
