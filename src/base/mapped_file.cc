// The POSIX memory map behind MappedFile.
#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/read_ahead.h"

namespace bantam {
namespace {

std::unexpected<Error> SystemFailure(const std::string& path, const char* action, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  return Fail(missing ? ErrorCode::kNotFound : ErrorCode::kIo,
              path + ": cannot " + action + ": " + std::generic_category().message(error));
}

// Opens for reading. Never as descriptor 0, 1 or 2, which others would read and write as theirs if
// this program was started without them.
int OpenFile(const std::string& path) {
  // O_NONBLOCK: opening a pipe must not wait for a writer. It means nothing for regular files.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = errno;
  ::close(fd);
  errno = error;
  return moved;
}

// Maps the open file.
Result<std::span<const uint8_t>> Map(int fd, const std::string& path) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return SystemFailure(path, "examine", errno);
  if (S_ISDIR(status.st_mode)) {
    return Fail(ErrorCode::kIo, path + ": is a directory, expected a file");
  }
  if (!S_ISREG(status.st_mode)) {
    return Fail(ErrorCode::kIo, path + ": is a device, pipe or socket, expected a file");
  }
  if (status.st_size == 0) return Fail(ErrorCode::kCorrupt, path + ": is empty");
  if (!std::in_range<size_t>(status.st_size)) {
    return Fail(ErrorCode::kUnsupported, path + ": is larger than the address space");
  }
  const auto size = static_cast<size_t>(status.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) return SystemFailure(path, "map into memory", errno);
  return std::span<const uint8_t>(static_cast<const uint8_t*>(data), size);
}

}  // namespace

bool IsDirectory(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool IsEmptyFile(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
}

MappedFile::MappedFile() = default;

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      fd_(std::exchange(other.fd_, -1)),
      read_ahead_(std::move(other.read_ahead_)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(fd_, other.fd_);
  std::swap(read_ahead_, other.read_ahead_);
  return *this;
}

MappedFile::~MappedFile() {
  read_ahead_.reset();  // uses the descriptor
  if (data_ != nullptr) ::munmap(const_cast<uint8_t*>(data_), size_);
  if (fd_ >= 0) ::close(fd_);
}

Result<MappedFile> MappedFile::Open(const std::string& path) {
  const int fd = OpenFile(path);
  if (fd < 0) return SystemFailure(path, "open", errno);
  const auto bytes = Map(fd, path);
  if (!bytes) {
    ::close(fd);
    return std::unexpected(bytes.error());
  }
  MappedFile file;
  file.fd_ = fd;
  file.data_ = bytes->data();
  file.size_ = bytes->size();
  return file;
}

void MappedFile::Read(size_t offset, std::span<uint8_t> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {  // the map knows, or ends the program as any use of it would
      std::memcpy(out.data(), data_ + offset, out.size());
      return;
    }
    out = out.subspan(static_cast<size_t>(n));
    offset += static_cast<size_t>(n);
  }
}

void MappedFile::StartReadAhead(std::vector<FilePiece> pieces) {
  if (fd_ >= 0) read_ahead_ = std::make_unique<ReadAhead>(fd_, std::move(pieces));
}

void MappedFile::AwaitReadAhead(size_t offset) const {
  if (read_ahead_) read_ahead_->Await(offset);
}

void MappedFile::Release(size_t offset, size_t size) const {
  if (offset >= size_) return;
  const size_t end = size < size_ - offset ? offset + size : size_;
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t first = (offset + page - 1) / page * page;
  const size_t last = end / page * page;
  if (first < last) ::madvise(const_cast<uint8_t*>(data_) + first, last - first, MADV_DONTNEED);
}

}  // namespace bantam
