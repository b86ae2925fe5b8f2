// Upkeep: checking what is kept, and removing what nobody needs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "bantam/result.h"
#include "store/manifest.h"
#include "store/store.h"

namespace bantam::store {

// Reads every file of a model and compares its SHA-256 with its name. Fails with kCorrupt, naming
// the file, what mends it, and the other models that have it; and with kCancelled.
Result<void> Verify(const Store& store, const Manifest& manifest,
                    const std::function<void(uint64_t done)>& on_progress,
                    const std::function<bool()>& cancelled);

// Whether there is a blob of that name, of that many bytes; without a number its checksum is
// compared, which reads it all, unless `cancelled`, if given, says so: then it counts as not whole.
bool IsWhole(const Store& store, const std::string& sha256, std::optional<uint64_t> bytes,
             const std::function<bool()>& cancelled);

// Parts of downloads, files that were cut off on their way in (Incoming), and whole files that no
// model has.
struct Leftovers {
  int count = 0;
  uint64_t bytes = 0;
  int kept = 0;  // whole files that somebody may be adding as a model now: not counted above
};
Leftovers FindLeftovers(const Store& store);
// Removes them. What somebody works on at this moment is left alone.
Result<Leftovers> RemoveLeftovers(const Store& store);

}  // namespace bantam::store
