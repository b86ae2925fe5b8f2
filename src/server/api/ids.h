// Ids of replies and calls, and times as the APIs write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace bantam::server {

// Letters and digits from the system's random numbers. Thread-safe.
std::string RandomId(size_t length);

// "2026-01-02T03:04:05.678Z"
std::string IsoTime(double unix_seconds);
double UnixNow();

}  // namespace bantam::server
