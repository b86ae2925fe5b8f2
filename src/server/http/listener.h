// Listening sockets, and what is known about who connects to them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bantam/result.h"

namespace bantam::server {

struct ListeningSocket {
  int fd;
  std::string address;  // "127.0.0.1:11434", "[::1]:11434"
};

// Opens sockets that do not block on `host`: an IPv4 or IPv6 address ("0.0.0.0" and "::" are all of
// that kind, "*" all of both) or "localhost", which means both loopback addresses (one is enough).
// `port` 0 takes a free one, the same for all. Fails with kInvalidArgument for other hosts, and
// with kIo, naming the address, if it cannot be had.
Result<std::vector<ListeningSocket>> Listen(const std::string& host, uint16_t port);

uint16_t PortOf(int fd);

// Whether only this machine can connect to what Listen(host) opens.
bool IsLoopbackHost(const std::string& host);

struct Accepted {
  int fd = -1;       // -1: nobody waits, or `out_of_files`
  std::string peer;  // the client's address, IPv4 where mapped into IPv6
  bool loopback = false;
  bool out_of_files = false;  // the process or the machine has no more descriptors or memory
};

// Takes one waiting client; its socket does not block. A client whose machine is gone counts as
// gone after `silence` without an answer to what was sent, or after a minute.
Accepted AcceptClient(int listener, std::chrono::milliseconds silence);

// Lets the process open at least that many files, as far as the system allows.
void RaiseFileLimit(size_t files);

}  // namespace bantam::server
