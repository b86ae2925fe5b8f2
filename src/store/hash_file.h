// Reading files of the store into a SHA-256, with progress.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "bantam/result.h"
#include "base/sha256.h"

namespace bantam::store {

// Reads an open file from where it stands to its end into `hash`; `path` is for messages.
// `on_bytes`, if given, gets the size of each piece. Fails with kIo, or with kCancelled once
// `cancelled`, if given, says so.
Result<void> HashRest(int fd, const std::string& path, Sha256& hash,
                      const std::function<void(uint64_t bytes)>& on_bytes,
                      const std::function<bool()>& cancelled);

// The SHA-256 of a whole file in hexadecimal digits. Fails like HashRest.
Result<std::string> HashFile(const std::string& path,
                             const std::function<void(uint64_t bytes)>& on_bytes,
                             const std::function<bool()>& cancelled);

}  // namespace bantam::store
