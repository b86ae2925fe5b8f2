// Clock: time for statistics. Nothing that shapes an answer may read it.
#pragma once

#include <cstdint>

namespace bantam {

// Nanoseconds on a clock that never goes back; its zero means nothing. Thread-safe.
uint64_t MonotonicNanoseconds();

// The same in seconds.
double MonotonicSeconds();

// Seconds since 1970-01-01 UTC, for templates that print a date.
int64_t UnixSeconds();

}  // namespace bantam
