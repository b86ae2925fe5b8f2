// Error codes and statuses.
#include "server/api/status_of.h"

#include "base/ascii.h"

namespace bantam::server {

int StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kTooLong:
    case ErrorCode::kUnsupported: return 400;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kResourceExhausted: return 503;
    case ErrorCode::kCancelled: return 499;  // nginx's "client closed request"
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kInternal: return 500;
  }
  return 500;
}

std::string_view FieldOf(std::string_view message) {
  const size_t colon = message.find(": ");
  if (colon == std::string_view::npos || colon == 0) return {};
  for (const char c : message.substr(0, colon)) {
    if (!IsAsciiAlphanumeric(c) && c != '_' && c != '.' && c != '[' && c != ']') return {};
  }
  return message.substr(0, colon);
}

}  // namespace bantam::server
