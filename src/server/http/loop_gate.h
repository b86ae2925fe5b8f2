// LoopGate: lets any thread run things on the server's thread, for as long as there is one.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

namespace bantam::server {

// Exchanges may outlive their server; they share this with it. Thread-safe.
class LoopGate {
 public:
  using Task = std::function<void()>;

  explicit LoopGate(std::function<void(Task)> post) : post_(std::move(post)) {}

  // False if the server is gone: the task was not taken.
  bool Post(Task task) {
    const std::lock_guard lock(mutex_);
    if (!post_) return false;
    post_(std::move(task));
    return true;
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    post_ = nullptr;
  }

  // The server is stopping: answers end their connections.
  std::atomic<bool> draining = false;

 private:
  std::mutex mutex_;
  std::function<void(Task)> post_;
};

}  // namespace bantam::server
