// The monotonic and the wall clock of the standard library.
#include "base/clock.h"

#include <chrono>

namespace bantam {

uint64_t MonotonicNanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

double MonotonicSeconds() {
  return static_cast<double>(MonotonicNanoseconds()) * 1e-9;
}

int64_t UnixSeconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace bantam
