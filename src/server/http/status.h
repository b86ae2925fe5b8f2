// Status codes: their phrases, how errors map to them, and the small JSON that carries a message.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::server {

// Why a request is refused, before it reaches the handler.
struct HttpError {
  int status;
  std::string message;
};

template <typename T>
using HttpResult = std::expected<T, HttpError>;

inline std::unexpected<HttpError> Refuse(int status, std::string message) {
  return std::unexpected<HttpError>(HttpError{status, std::move(message)});
}

// "Not Found"; "Status" for codes without a phrase of their own.
std::string_view ReasonPhrase(int status);

// The one place where errors become a status: 400, 404, 500, 503, …
int HttpStatus(ErrorCode code);

// {"error":{"message":…}}
std::string ErrorBody(std::string_view message);

}  // namespace bantam::server
