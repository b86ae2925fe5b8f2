// MemorySize: an amount of memory as people write it: "700M", "1.5 GiB", "50%".
#pragma once

#include <cstdint>
#include <string_view>

#include "bantam/result.h"

namespace bantam::cli {

struct MemorySize {
  uint64_t bytes = 0;
  double share = 0;  // of the machine's memory or the cgroup's limit, if not 0
};

// A number with k, M, G or T (powers of 1,000; a B may follow) or Ki, Mi, Gi, Ti (of 1,024), in any
// letter case; or with %, up to 100. At least 1 MiB. Fails with kInvalidArgument, saying what was
// expected.
Result<MemorySize> ParseMemorySize(std::string_view text);

// In bytes. Fails with kUnsupported if a share is asked for and `total` is 0: not known.
Result<uint64_t> BytesOf(const MemorySize& size, uint64_t total);

}  // namespace bantam::cli
