// Tests of this machine's own addresses.
#include "net/own_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bantam::net {
namespace {

TEST(OwnAddress, LoopbackIsThisMachineAndOthersAreNot) {
  for (const char* own : {"localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1"}) {
    EXPECT_TRUE(IsThisMachine(own)) << own;
  }
  for (const char* other :
       {"203.0.113.77", "198.51.100.7", "8.8.8.8", "2001:db8::1", "2606:4700::1111", "224.0.0.1",
        "255.255.255.255", "ff02::1", "evil.example", "localhost.example", "127.0.0.1.example",
        "127.1", "", "[::1]"}) {
    EXPECT_FALSE(IsThisMachine(other)) << other;
  }
}

TEST(OwnAddress, TheAddressConnectionsLeaveFromIsThisMachine) {
  // A datagram socket that is connected has its address, though nothing is sent.
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  ASSERT_GE(fd, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  inet_pton(AF_INET, "198.51.100.7", &address.sin_addr);
  const bool routed = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  socklen_t size = sizeof address;
  const bool known = routed && getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!known) GTEST_SKIP() << "this machine has no network";
  char text[INET_ADDRSTRLEN];
  ASSERT_NE(inet_ntop(AF_INET, &address.sin_addr, text, sizeof text), nullptr);
  EXPECT_TRUE(IsThisMachine(text)) << text;
}

}  // namespace
}  // namespace bantam::net
