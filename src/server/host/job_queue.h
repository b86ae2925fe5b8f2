// JobQueue: jobs that wait for a model; clients take turns.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/host/job.h"

namespace bantam::server {

// First come, first served among the jobs of a client; of several clients the one with the fewest
// running jobs, and among those the one that was served longest ago. Not thread-safe.
class JobQueue {
 public:
  void Push(Job job);

  // The next job to run, which then counts as running until Finished.
  std::optional<Job> Pop();
  void Finished(const std::string& client);

  // Takes out every job for which `gone` holds.
  std::vector<Job> TakeIf(const std::function<bool(const Job&)>& gone);

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

 private:
  struct Client {
    std::deque<Job> waiting;
    int running = 0;
    uint64_t last_served = 0;
  };

  void Forget(const std::string& name);

  std::map<std::string, Client, std::less<>> clients_;
  std::deque<Job> first_;  // that go on with a reply
  size_t size_ = 0;
  uint64_t served_ = 0;
};

}  // namespace bantam::server
