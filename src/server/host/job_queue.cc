// Turns of the clients.
#include "server/host/job_queue.h"

#include <iterator>
#include <utility>

namespace bantam::server {

void JobQueue::Push(Job job) {
  ++size_;
  if (job.continues) {
    first_.push_back(std::move(job));
  } else {
    clients_[job.client].waiting.push_back(std::move(job));
  }
}

std::optional<Job> JobQueue::Pop() {
  std::deque<Job>* from = first_.empty() ? nullptr : &first_;
  Client* best = nullptr;
  if (from == nullptr) {
    for (auto& [name, client] : clients_) {
      if (client.waiting.empty()) continue;
      const bool better =
          best == nullptr || client.running < best->running ||
          (client.running == best->running && client.last_served < best->last_served);
      if (better) best = &client;
    }
    if (best == nullptr) return std::nullopt;
    from = &best->waiting;
  }
  Job job = std::move(from->front());
  from->pop_front();
  --size_;
  Client& client = clients_[job.client];
  ++client.running;
  client.last_served = ++served_;
  return job;
}

void JobQueue::Finished(const std::string& client) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  if (found->second.running > 0) --found->second.running;
  Forget(client);
}

// Clients come and go: nothing is kept of one that neither runs nor waits.
void JobQueue::Forget(const std::string& name) {
  const auto found = clients_.find(name);
  if (found != clients_.end() && found->second.running == 0 && found->second.waiting.empty()) {
    clients_.erase(found);
  }
}

std::vector<Job> JobQueue::TakeIf(const std::function<bool(const Job&)>& gone) {
  std::vector<Job> taken;
  const auto sift = [&](std::deque<Job>& jobs) {
    std::deque<Job> kept;
    for (Job& job : jobs) {
      if (gone(job)) {
        taken.push_back(std::move(job));
        --size_;
      } else {
        kept.push_back(std::move(job));
      }
    }
    jobs = std::move(kept);
  };
  sift(first_);
  for (auto& [name, client] : clients_) sift(client.waiting);
  for (const Job& job : taken) Forget(job.client);
  return taken;
}

}  // namespace bantam::server
