// TaskPool: a few threads for work that may take a while (parsing, templates, downloads), so that
// the thread that serves the network never waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bantam::server {

// Thread-safe. Tasks that have not begun when it is stopped or destroyed are dropped.
class TaskPool {
 public:
  // At most `max_waiting` tasks wait.
  TaskPool(int threads, size_t max_waiting);
  ~TaskPool();
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  // False if too many wait already.
  bool Post(std::function<void()> task);

  // Waits for the tasks that run; after it Post takes no more.
  void Stop();

 private:
  void Run();

  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bantam::server
