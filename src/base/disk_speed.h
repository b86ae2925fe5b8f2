// DiskSpeed: how fast a file comes from its device, past the system's page cache.
#pragma once

#include <cstdint>
#include <string>

#include "bantam/result.h"

namespace bantam {

struct DiskRead {
  uint64_t bytes = 0;
  double seconds = 0;
};

// Reads the file from its beginning in large pieces, one after the other, with O_DIRECT: at most
// `max_bytes`, and no longer than about a second. What the device itself caches counts as its
// speed. Fails with kNotFound or kIo, and with kUnsupported where the file cannot be read past the
// cache or lies in memory anyway; the message says which.
Result<DiskRead> ReadPastCache(const std::string& path, uint64_t max_bytes);

}  // namespace bantam
