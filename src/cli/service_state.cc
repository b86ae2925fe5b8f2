// The datagram of sd_notify(3).
#include "cli/service_state.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/quote.h"

namespace bantam::cli {

Result<void> TellServiceManager(const std::optional<std::string>& socket, std::string_view state) {
  if (!socket || socket->empty()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool known = socket->front() == '/' || socket->front() == '@';
  if (!known || socket->size() < 2 || socket->size() >= sizeof address.sun_path) {
    return Fail(ErrorCode::kInvalidArgument,
                "NOTIFY_SOCKET must be a path or begin with '@', and have less than " +
                    std::to_string(sizeof address.sun_path) + " bytes, not " + Quote(*socket));
  }
  std::memcpy(address.sun_path, socket->data(), socket->size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int file = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket->size());
  const bool sent = file >= 0 && sendto(file, state.data(), state.size(), MSG_NOSIGNAL,
                                        reinterpret_cast<const sockaddr*>(&address),
                                        length) == static_cast<ssize_t>(state.size());
  const int error = errno;
  if (file >= 0) close(file);
  if (sent) return {};
  return Fail(ErrorCode::kIo, "the service manager's socket " + Quote(*socket) +
                                  " cannot be written to: " + std::strerror(error));
}

}  // namespace bantam::cli
