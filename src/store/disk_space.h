// Whether the disk of the store has room.
#pragma once

#include <cstdint>
#include <string>

#include "bantam/result.h"

namespace bantam::store {

// Fails with kResourceExhausted, naming `what` needs the bytes, where they would leave less than
// 64 MiB. A disk that does not tell has room.
Result<void> CheckDiskSpace(const std::string& root, const std::string& what, uint64_t needed);

}  // namespace bantam::store
