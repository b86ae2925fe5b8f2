// Temporary file, fsync, rename.
#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace bantam {
namespace {

constexpr size_t kBufferBytes = 1 << 18;

std::unexpected<Error> CannotWrite(const std::string& path, int error) {
  return Fail(ErrorCode::kIo, "cannot write '" + path + "': " + std::strerror(error));
}

// Can only be asked by setting it, for all threads: the first call does so, once.
mode_t Umask() {
  static const mode_t mask = [] {
    const mode_t found = umask(077);
    umask(found);
    return found;
  }();
  return mask;
}

}  // namespace

AtomicFile::AtomicFile(std::string path, std::string temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)) {}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(temporary_.c_str());
}

Result<AtomicFile> AtomicFile::Create(const std::string& path, bool shared) {
  struct stat info{};
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    // A rename would replace the device or fail over the directory.
    return Fail(ErrorCode::kInvalidArgument, "'" + path + "' is not a regular file");
  }
  std::string temporary = path + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return CannotWrite(path, errno);
  if (shared) (void)fchmod(fd, 0666 & ~Umask());
  return AtomicFile(path, std::move(temporary), fd);
}

Result<void> AtomicFile::Flush() {
  std::string_view bytes = buffer_;
  while (!bytes.empty()) {
    const ssize_t n = write(fd_, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return CannotWrite(path_, errno);
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  buffer_.clear();
  return {};
}

Result<void> AtomicFile::Write(std::string_view bytes) {
  buffer_.append(bytes);
  if (buffer_.size() >= kBufferBytes) return Flush();
  return {};
}

Result<void> AtomicFile::Commit() {
  TRY(Flush());
  if (fsync(fd_) != 0) return CannotWrite(path_, errno);
  if (rename(temporary_.c_str(), path_.c_str()) != 0) return CannotWrite(path_, errno);
  close(std::exchange(fd_, -1));
  SyncDirectoryOf(path_);
  return {};
}

void SyncDirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory =
      slash == std::string::npos ? "." : path.substr(0, std::max<size_t>(slash, 1));
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  close(fd);
}

Result<void> WriteFileAtomically(const std::string& path, std::string_view bytes, bool shared) {
  AtomicFile file = TRY(AtomicFile::Create(path, shared));
  TRY(file.Write(bytes));
  return file.Commit();
}

Result<void> MakeDirectories(const std::string& path, bool shared) {
  for (size_t slash = path.find('/', 1); true; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (mkdir(part.c_str(), shared ? 0777 : 0700) != 0 && errno != EEXIST && errno != EISDIR) {
      return Fail(ErrorCode::kIo,
                  "cannot make the directory '" + part + "': " + std::strerror(errno));
    }
    if (slash == std::string::npos) return {};
  }
}

}  // namespace bantam
