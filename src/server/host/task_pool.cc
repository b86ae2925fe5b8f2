// A queue and its threads.
#include "server/host/task_pool.h"

#include <utility>

namespace bantam::server {

TaskPool::TaskPool(int threads, size_t max_waiting) : max_waiting_(max_waiting) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

TaskPool::~TaskPool() {
  Stop();
}

void TaskPool::Stop() {
  std::map<std::string, Tasks, std::less<>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(tasks_);
    turns_.clear();
    waiting_ = 0;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool TaskPool::Post(std::function<void()> task, const std::string& client) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_ >= max_waiting_) return false;
    Tasks& tasks = tasks_[client];
    if (tasks.empty()) turns_.push_back(client);
    tasks.push_back(std::move(task));
    ++waiting_;
  }
  wake_.notify_one();
  return true;
}

std::function<void()> TaskPool::TakeNext() {
  const auto client = tasks_.find(turns_.front());
  Tasks& tasks = client->second;
  std::function<void()> task = std::move(tasks.front());
  tasks.pop_front();
  --waiting_;
  if (tasks.empty()) {
    tasks_.erase(client);
  } else {
    turns_.push_back(std::move(turns_.front()));
  }
  turns_.pop_front();
  return task;
}

void TaskPool::Run() {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || waiting_ > 0; });
      if (stopping_) return;
      task = TakeNext();
    }
    task();
  }
}

}  // namespace bantam::server
