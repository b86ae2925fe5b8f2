// Plain TCP streams.
#include "server/http/stream.h"

#include <sys/socket.h>

#include <cerrno>

namespace bantam::server {
namespace {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(int fd) : fd_(fd) {}

  StreamResult Handshake() override { return {}; }

  StreamResult Read(std::span<char> buffer) override {
    const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
    if (count > 0) return {StreamResult::kDone, static_cast<size_t>(count)};
    if (count == 0) return {StreamResult::kEnd, 0};
    return Failed(StreamResult::kWantRead);
  }

  StreamResult Write(std::string_view bytes) override {
    const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) return {StreamResult::kDone, static_cast<size_t>(count)};
    return Failed(StreamResult::kWantWrite);
  }

  void Finish() override { shutdown(fd_, SHUT_WR); }

 private:
  static StreamResult Failed(StreamResult::Kind again) {
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return {later ? again : StreamResult::kBroken, 0};
  }

  const int fd_;
};

}  // namespace

std::unique_ptr<Stream> MakePlainStream(int fd) {
  return std::make_unique<PlainStream>(fd);
}

}  // namespace bantam::server
