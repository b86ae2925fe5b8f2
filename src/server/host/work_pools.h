// WorkPools: the threads that answer requests. How long reading, rendering and tokenising a request
// may take goes with its size: each size has threads of its own, so that large requests keep no
// small ones waiting.
#pragma once

#include <cstddef>

#include "server/host/task_pool.h"

namespace bantam::server {

// Thread-safe. With one thread for the largest, one of them at a time takes its memory (many times
// its bytes, where they are numbers).
class WorkPools {
 public:
  static constexpr size_t kLargeBytes = size_t{64} << 10;  // a prompt of some ten thousand tokens
  static constexpr size_t kHugeBytes = size_t{1} << 20;

  TaskPool& For(size_t body_bytes) {
    if (body_bytes > kHugeBytes) return huge_;
    return body_bytes > kLargeBytes ? large_ : small_;
  }

  void Stop() {
    small_.Stop();
    large_.Stop();
    huge_.Stop();
  }

 private:
  TaskPool small_{2, 1024};
  TaskPool large_{1, 256};
  TaskPool huge_{1, 64};
};

}  // namespace bantam::server
