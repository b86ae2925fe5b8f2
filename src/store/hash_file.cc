// One loop over a file's bytes.
#include "store/hash_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <vector>

#include "base/check.h"
#include "store/system_error.h"

namespace bantam::store {

Result<void> HashRest(int fd, const std::string& path, Sha256& hash,
                      const std::function<void(uint64_t bytes)>& on_bytes,
                      const std::function<bool()>& cancelled) {
  std::vector<uint8_t> buffer(size_t{1} << 20);
  while (true) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return IoError("cannot read", path);
    if (n == 0) return {};
    hash.Update({buffer.data(), static_cast<size_t>(n)});
    if (on_bytes) on_bytes(static_cast<uint64_t>(n));
    if (cancelled && cancelled()) return Fail(ErrorCode::kCancelled, "stopped");
  }
}

Result<std::string> HashFile(const std::string& path,
                             const std::function<void(uint64_t bytes)>& on_bytes,
                             const std::function<bool()>& cancelled) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return IoError("cannot open", path);
  Sha256 hash;
  const Result<void> read = HashRest(fd, path, hash, on_bytes, cancelled);
  close(fd);
  TRY(read);
  return HexText(hash.Finish());
}

}  // namespace bantam::store
