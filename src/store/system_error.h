// What the system says is wrong with a file of the store.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "bantam/result.h"

namespace bantam::store {

// "WHAT 'PATH': why", of errno as it is: kNotFound where there is no such file, kResourceExhausted
// where the disk is full.
inline std::unexpected<Error> SystemError(const std::string& what, const std::string& path) {
  const ErrorCode code = errno == ENOENT                      ? ErrorCode::kNotFound
                         : errno == ENOSPC || errno == EDQUOT ? ErrorCode::kResourceExhausted
                                                              : ErrorCode::kIo;
  return Fail(code, what + " '" + path + "': " + std::strerror(errno));
}

// The same as kIo, whatever errno is.
inline std::unexpected<Error> IoError(const std::string& what, const std::string& path) {
  return Fail(ErrorCode::kIo, what + " '" + path + "': " + std::strerror(errno));
}

}  // namespace bantam::store
