// Names and exit codes of errors, and the end of the road for failed CHECKs.
#include "bantam/result.h"

#include <cstdio>
#include <cstdlib>

#include "base/check.h"

namespace bantam {

int ExitCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return 2;
    case ErrorCode::kCancelled: return 130;  // 128 + SIGINT, as shells report it
    default: return 1;
  }
}

const char* ErrorName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid argument";
    case ErrorCode::kNotFound: return "not found";
    case ErrorCode::kIo: return "input/output error";
    case ErrorCode::kCorrupt: return "corrupt data";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kTooLong: return "too long";
    case ErrorCode::kResourceExhausted: return "resource exhausted";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kInternal: return "internal error";
  }
  return "unknown error";
}

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "bantam: internal error: %s failed at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace bantam
