// Url: an absolute http or https URL, taken apart strictly (RFC 3986).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::net {

struct Url {
  bool secure = true;  // https
  std::string host;    // lower case; an IPv6 address without its brackets
  uint16_t port = 443;
  std::string path = "/";  // with the query, percent-encoded; begins with '/'

  // Longer ones are refused.
  static constexpr size_t kMaxBytes = 8192;

  // Fails with kInvalidArgument, naming the URL, for other schemes, for user names and passwords,
  // for hosts that are neither a name, an IPv4 address of four decimal numbers nor an IPv6 address
  // in brackets, and for control characters. A fragment is dropped; blanks and bytes that are not
  // ASCII in the path are percent-encoded.
  static Result<Url> Parse(std::string_view text);

  // The URL that `reference` (of a Location header) means, seen from this one.
  Result<Url> Resolve(std::string_view reference) const;

  // "https://host[:port]", the port only where it is not the scheme's own.
  std::string Origin() const;
  std::string Text() const { return Origin() + path; }

  bool operator==(const Url&) const = default;
};

// A URL as people wrote it, valid or not, for messages: its user and password are "***", and so is
// its query, which may hold secrets too.
std::string WithoutSecrets(std::string_view text);

// `text` with everything percent-encoded but unreserved characters and '/'.
std::string EncodePath(std::string_view text);

}  // namespace bantam::net
