// Tests of addresses.
#include "net/address.h"

#include <gtest/gtest.h>

#include <string>

namespace bantam::net {
namespace {

TEST(Address, Kinds) {
  const std::pair<const char*, AddressKind> cases[] = {
      {"8.8.8.8", AddressKind::kPublic},
      {"10.0.0.1", AddressKind::kPrivate},
      {"172.15.255.255", AddressKind::kPublic},
      {"172.16.0.0", AddressKind::kPrivate},
      {"172.31.255.255", AddressKind::kPrivate},
      {"172.32.0.0", AddressKind::kPublic},
      {"192.168.1.1", AddressKind::kPrivate},
      {"100.64.0.1", AddressKind::kPrivate},
      {"127.8.9.1", AddressKind::kLoopback},
      {"0.0.0.0", AddressKind::kLoopback},
      {"169.254.169.254", AddressKind::kLinkLocal},
      {"224.0.0.1", AddressKind::kReserved},
      {"255.255.255.255", AddressKind::kReserved},
      {"::1", AddressKind::kLoopback},
      {"::", AddressKind::kLoopback},
      {"::ffff:10.1.2.3", AddressKind::kPrivate},
      {"::7f00:1", AddressKind::kLoopback},
      {"64:ff9b::a9fe:a9fe", AddressKind::kLinkLocal},
      {"2002:c0a8:101::", AddressKind::kPrivate},
      {"fe80::1", AddressKind::kLinkLocal},
      {"fd00:ec2::254", AddressKind::kPrivate},
      {"fec0::1", AddressKind::kPrivate},
      {"ff02::1", AddressKind::kReserved},
      {"2606:4700::1111", AddressKind::kPublic},
      {"localhost", AddressKind::kLoopback},
      {"a.localhost", AddressKind::kLoopback},
  };
  for (const auto& [host, kind] : cases) {
    ASSERT_TRUE(KindOfHost(host)) << host;
    EXPECT_EQ(*KindOfHost(host), kind) << host << " " << AddressKindName(*KindOfHost(host));
  }
  for (const char* host :
       {"example.com", "localhost.example", "notlocalhost", "", "1.2.3", "a::g"}) {
    EXPECT_FALSE(KindOfHost(host)) << host;
  }
}

TEST(Address, OnlyFourDecimalNumbers) {
  EXPECT_EQ(ParseIpv4("1.2.3.4"), 0x01020304U);
  for (const char* text : {"1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1..2.3", "1.2.3.4 ",
                           " 1.2.3.4", "-1.2.3.4", "0x1.2.3.4", ""}) {
    EXPECT_FALSE(ParseIpv4(text)) << text;
  }
}

}  // namespace
}  // namespace bantam::net
