// Stream: the bytes of one connection, plain or over TLS, on a socket that does not block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace bantam::server {

// What a call on a stream came to.
struct StreamResult {
  enum Kind : uint8_t {
    kDone,       // `bytes` were read or written
    kWantRead,   // try again when the socket can be read
    kWantWrite,  // … written
    kEnd,        // the client has closed its side
    kBroken,     // reset, or what came is no TLS
  };
  Kind kind = kDone;
  size_t bytes = 0;
};

// Not thread-safe. Does not own the socket.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual StreamResult Handshake() = 0;                    // first, until kDone
  virtual StreamResult Read(std::span<char> buffer) = 0;   // bytes > 0 if kDone
  virtual StreamResult Write(std::string_view bytes) = 0;  // a part of them
  virtual void Finish() = 0;  // says that nothing more will be written; reading goes on
};

std::unique_ptr<Stream> MakePlainStream(int fd);

}  // namespace bantam::server
