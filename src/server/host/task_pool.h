// TaskPool: a few threads for work that may take a while (parsing, templates, downloads), so that
// the thread that serves the network never waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bantam::server {

// Thread-safe. Clients take turns; tasks of one client begin in the order in which they came. Tasks
// that have not begun when it is stopped or destroyed are dropped.
class TaskPool {
 public:
  // At most `max_waiting` tasks wait.
  TaskPool(int threads, size_t max_waiting);
  ~TaskPool();
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  // False if too many wait already.
  bool Post(std::function<void()> task, const std::string& client = {});

  // Waits for the tasks that run; after it Post takes no more.
  void Stop();

 private:
  using Tasks = std::deque<std::function<void()>>;

  void Run();
  std::function<void()> TakeNext();  // with the lock, when there is one

  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Tasks, std::less<>> tasks_;  // of clients that wait
  std::deque<std::string> turns_;                    // those clients, the next first
  size_t waiting_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bantam::server
