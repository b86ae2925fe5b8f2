// statvfs, before bytes are written.
#include "store/disk_space.h"

#include <sys/statvfs.h>

namespace bantam::store {
namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20;
constexpr uint64_t kSpareBytes = 64 * kMebibyte;

}  // namespace

Result<void> CheckDiskSpace(const std::string& root, const std::string& what, uint64_t needed) {
  struct statvfs info{};
  if (statvfs(root.c_str(), &info) != 0) return {};
  const uint64_t free = static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  if (free >= needed && free - needed >= kSpareBytes) return {};
  return Fail(ErrorCode::kResourceExhausted,
              what + " needs " + std::to_string((needed + kMebibyte - 1) / kMebibyte) +
                  " MiB more and " + std::to_string(kSpareBytes / kMebibyte) + " to spare, but '" +
                  root + "' has " + std::to_string(free / kMebibyte) +
                  " MiB free; BANTAM_HOME names another place");
}

}  // namespace bantam::store
