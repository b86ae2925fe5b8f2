// Buffered, checked writes to file descriptors.
#include "cli/output.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "cli/utf8.h"

namespace bantam::cli {
namespace {

constexpr size_t kBufferBytes = 1 << 16;

}  // namespace

void Output::WriteUntrusted(std::string_view text) {
  if (is_terminal()) {
    Write(TerminalSafe(text));
  } else {
    Write(text);
  }
}

FdOutput::FdOutput(int fd) : fd_(fd), is_terminal_(isatty(fd) == 1) {}

void FdOutput::Write(std::string_view text) {
  if (error_ != 0) return;
  buffer_.append(text);
  if (buffer_.size() >= kBufferBytes) Flush();
}

void FdOutput::Flush() {
  if (error_ == 0) Send(buffer_);
  buffer_.clear();
}

void FdOutput::Send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd_, text.data(), text.size());
    if (n > 0) {
      text.remove_prefix(static_cast<size_t>(n));
    } else if (n < 0 && errno == EAGAIN) {  // somebody made the shared descriptor non-blocking
      pollfd wait{.fd = fd_, .events = POLLOUT, .revents = 0};
      poll(&wait, 1, 1000);
    } else if (n < 0 && errno != EINTR) {
      error_ = errno;
      return;
    }
  }
}

int FdOutput::columns() const {
  winsize size{};
  if (ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace bantam::cli
