// Reads whole descriptors and files.
#include "cli/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bantam::cli {
namespace {

Result<std::string> ReadDescriptor(int fd, const std::string& what, size_t max_bytes) {
  std::string text;
  char buffer[1 << 16];
  while (true) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n == 0) return text;
    if (n < 0) {
      if (errno == EINTR) continue;
      return Fail(ErrorCode::kIo, "cannot read " + what + ": " + std::strerror(errno));
    }
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > max_bytes) {
      return Fail(ErrorCode::kResourceExhausted,
                  what + " has more than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

}  // namespace

bool FdInput::is_terminal() const {
  return isatty(fd_) == 1;
}

Result<std::string> FdInput::ReadAll() {
  if (fcntl(fd_, F_GETFD) == -1 && errno == EBADF) return std::string();
  constexpr int kPatienceMs = 2000;
  pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
  if (on_waiting_ && poll(&ready, 1, kPatienceMs) == 0) on_waiting_();
  return ReadDescriptor(fd_, "standard input", kMaxInputBytes);
}

Result<std::string> FdInput::ReadLine() {
  constexpr size_t kMaxLine = 4096;
  std::string line;
  char c = 0;
  while (line.size() < kMaxLine) {
    const ssize_t n = read(fd_, &c, 1);  // no more: what follows is for whoever reads next
    if (n < 0 && errno == EINTR) return Fail(ErrorCode::kCancelled, "stopped");
    if (n <= 0 || c == '\n') break;
    line += c;
  }
  return line;
}

Result<std::string> ReadTextFile(const std::string& path, size_t max_bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
    return Fail(code, "cannot open '" + path + "': " + std::strerror(errno));
  }
  struct stat info{};
  if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    close(fd);
    return Fail(ErrorCode::kIo, "'" + path + "' is a directory, expected a file");
  }
  auto text = ReadDescriptor(fd, "'" + path + "'", max_bytes);
  close(fd);
  return text;
}

Result<std::string> ReadTextFileOr(Input& in, const std::string& path) {
  return path == "-" ? in.ReadAll() : ReadTextFile(path);
}

}  // namespace bantam::cli
