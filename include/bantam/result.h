// Result and Error: how every fallible function in Bantam reports failure.
//
// Errors that come from files, users, schemas or the network are values, never exceptions or
// aborts. The message names what was wrong, where (file, key, offset) and what was expected.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace bantam {

// The kind of failure. Mapped in one place to an exit code and in one place to an HTTP status.
enum class ErrorCode : uint8_t {
  kInvalidArgument,    // the caller asked for something that makes no sense
  kNotFound,           // a file, model or name does not exist
  kIo,                 // the operating system refused a read, write or map
  kCorrupt,            // bytes that do not follow their format
  kUnsupported,        // well-formed, but not something this build can do
  kTooLong,            // a prompt that does not fit the context
  kResourceExhausted,  // memory, queue or step limits reached
  kCancelled,          // the caller stopped it
  kInternal,           // a bug in Bantam
};

struct [[nodiscard]] Error {
  ErrorCode code;
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

// Makes the failing half of a Result: `return Fail(ErrorCode::kCorrupt, "…")`.
inline std::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

// The process exit code of a failed command: 2 for wrong usage, 130 when the user stopped it, 1
// otherwise.
int ExitCode(ErrorCode code);

// "invalid argument", "corrupt file", … for logs and messages.
const char* ErrorName(ErrorCode code);

}  // namespace bantam
