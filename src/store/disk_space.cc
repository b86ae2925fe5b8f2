// statvfs, before bytes are written.
#include "store/disk_space.h"

#include <sys/statvfs.h>

namespace bantam::store {
namespace {

constexpr uint64_t kSpareBytes = uint64_t{64} << 20;

}  // namespace

Result<void> CheckDiskSpace(const std::string& root, const std::string& what, uint64_t needed) {
  struct statvfs info{};
  if (statvfs(root.c_str(), &info) != 0) return {};
  const uint64_t free = static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  if (free >= needed && free - needed >= kSpareBytes) return {};
  return Fail(ErrorCode::kResourceExhausted,
              what + " needs " + std::to_string(needed >> 20) + " MiB more, but '" + root +
                  "' has " + std::to_string(free >> 20) +
                  " MiB free (64 of them are left alone); BANTAM_HOME names another place");
}

}  // namespace bantam::store
