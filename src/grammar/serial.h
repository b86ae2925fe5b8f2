// NextSerial: numbers that tell the objects of this process apart, also after some are gone.
#pragma once

#include <atomic>
#include <cstdint>

namespace bantam::grammar {

// Thread-safe.
inline uint64_t NextSerial() {
  static std::atomic<uint64_t> next = 0;
  return next++;
}

}  // namespace bantam::grammar
