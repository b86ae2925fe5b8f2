// Direct reads on Linux; elsewhere there is no portable way past the cache.
#include "base/disk_speed.h"

#include <cerrno>
#include <system_error>

#include "base/check.h"
#include "base/clock.h"
#include "base/page_memory.h"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>
#endif

namespace bantam {
namespace {

std::unexpected<Error> Refused(const std::string& path, const char* reason) {
  return Fail(ErrorCode::kUnsupported, path + ": " + reason);
}

}  // namespace

#if defined(__linux__) && defined(O_DIRECT)

namespace {

constexpr size_t kPieceBytes = size_t{4} << 20;
constexpr double kLongest_s = 1;

// Closes on destruction.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

// File systems that take O_DIRECT and read from memory all the same (magic numbers of statfs(2)).
bool LiesInMemory(int fd) {
  struct statfs status;
  if (::fstatfs(fd, &status) != 0) return false;
  constexpr uint32_t kTmpfs = 0x01021994;
  constexpr uint32_t kRamfs = 0x858458f6;
  constexpr uint32_t kZfs = 0x2fc12fc1;  // through a cache of its own
  const auto type = static_cast<uint32_t>(status.f_type);
  return type == kTmpfs || type == kRamfs || type == kZfs;
}

std::unexpected<Error> SystemFailure(const std::string& path, int error) {
  if (error == EINVAL) return Refused(path, "its file system has no direct reads");
  const bool missing = error == ENOENT || error == ENOTDIR;
  return Fail(missing ? ErrorCode::kNotFound : ErrorCode::kIo,
              path + ": cannot read: " + std::generic_category().message(error));
}

}  // namespace

Result<DiskRead> ReadPastCache(const std::string& path, uint64_t max_bytes) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT)};
  if (file.fd < 0) return SystemFailure(path, errno);
  if (LiesInMemory(file.fd)) return Refused(path, "it lies in memory, not on a disk");
  const PageMemory piece = TRY(PageMemory::Allocate(kPieceBytes, true, "reading from the disk"));
  DiskRead read;
  const double start = MonotonicSeconds();
  while (read.bytes < max_bytes && read.seconds < kLongest_s) {
    const ssize_t n = ::pread(file.fd, piece.data(), kPieceBytes, static_cast<off_t>(read.bytes));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemFailure(path, errno);
    read.bytes += static_cast<uint64_t>(n);
    read.seconds = MonotonicSeconds() - start;
    if (static_cast<size_t>(n) < kPieceBytes) break;  // the end: what follows is not aligned
  }
  if (read.bytes == 0) return Refused(path, "it is empty");
  return read;
}

#else

Result<DiskRead> ReadPastCache(const std::string& path, uint64_t) {
  return Refused(path, "this system has no direct reads");
}

#endif

}  // namespace bantam
