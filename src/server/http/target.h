// Target: what a request asks for (RFC 9112, section 3.2), taken apart and decoded strictly.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/status.h"

namespace bantam::server {

struct Target {
  std::string path;  // percent-decoded valid UTF-8; begins with '/'; no dot segments, no controls
  std::vector<std::pair<std::string, std::string>> query;  // decoded, '+' is a blank
  std::string authority;                                   // of the absolute form, else empty
};

// Origin form ("/path?query") and absolute form ("http://host/path") only; everything else is
// refused with 400: "*", CONNECT's authority, fragments, bytes that are not printable ASCII,
// broken percent-encodings, encoded controls, dot segments (encoded or not), invalid UTF-8.
HttpResult<Target> ParseTarget(std::string_view text);

}  // namespace bantam::server
