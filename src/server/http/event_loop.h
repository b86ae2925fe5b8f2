// EventLoop: one thread that waits for sockets, timers and work from other threads (Asio inside).
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "bantam/result.h"

namespace bantam::server {

class EventLoop {
 public:
  static Result<std::unique_ptr<EventLoop>> Create();
  ~EventLoop();

  // Runs callbacks on the calling thread until Stop.
  void Run();
  void Finish();                          // after Run: runs what was posted meanwhile
  void Stop();                            // thread-safe
  void Post(std::function<void()> task);  // thread-safe
  // Once, after that time; on the loop's thread only.
  void After(std::chrono::milliseconds delay, std::function<void()> task);

 private:
  friend class FdWatch;
  struct Impl;
  explicit EventLoop(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Owns a file descriptor and tells when it can be read or written. Not thread-safe. Destroyed
// before its loop; a callback that was due may still run afterwards, so it must not hold pointers
// that it does not check.
class FdWatch {
 public:
  // Takes `fd` even if it fails.
  static Result<std::unique_ptr<FdWatch>> Create(EventLoop& loop, int fd);
  ~FdWatch();  // closes

  int fd() const;
  // Each runs its callback once, as soon as a read (write) would not block or would fail.
  void WhenReadable(std::function<void()> ready);
  void WhenWritable(std::function<void()> ready);

 private:
  struct Impl;
  explicit FdWatch(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bantam::server
