// The thread behind ReadAhead.
#include "base/read_ahead.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>

namespace bantam {

ReadAhead::ReadAhead(int fd, std::vector<FilePiece> pieces)
    : pieces_(std::move(pieces)), thread_([this, fd] { Run(fd); }) {}

ReadAhead::~ReadAhead() {
  stopping_.store(true, std::memory_order_relaxed);
  thread_.join();
}

void ReadAhead::Run(int fd) const {
  constexpr size_t kAtOnce = size_t{4} << 20;
  for (const FilePiece& piece : pieces_) {
    for (size_t at = 0; at < piece.size; at += kAtOnce) {
      if (stopping_.load(std::memory_order_relaxed)) return;
      const size_t n = std::min(kAtOnce, piece.size - at);
      ::posix_fadvise(fd, static_cast<off_t>(piece.offset + at), static_cast<off_t>(n),
                      POSIX_FADV_WILLNEED);
    }
  }
}

}  // namespace bantam
