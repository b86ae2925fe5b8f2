// Taking requests out of the queue.
#include "server/host/load_queue.h"

#include <utility>

namespace bantam::server {

template <typename Gone>
std::vector<WaitingRequest> LoadQueue::TakeIf(const Gone& gone) {
  std::vector<WaitingRequest> taken;
  std::deque<WaitingRequest> left;
  for (WaitingRequest& waiting : waiting_) {
    if (gone(waiting)) {
      taken.push_back(std::move(waiting));
    } else {
      left.push_back(std::move(waiting));
    }
  }
  waiting_ = std::move(left);
  return taken;
}

std::vector<WaitingRequest> LoadQueue::TakeFirst() {
  const std::string path = first().path;
  const std::string identity = first().identity;
  return TakeIf([&](const WaitingRequest& waiting) {
    return waiting.request.path == path && waiting.request.identity == identity;
  });
}

std::vector<WaitingRequest> LoadQueue::TakeCancelled() {
  return TakeIf([](const WaitingRequest& waiting) {
    const auto& state = waiting.request.state;
    return state != nullptr && state->cancelled.load(std::memory_order_relaxed);
  });
}

std::vector<WaitingRequest> LoadQueue::TakeLate(double now_s) {
  return TakeIf([now_s](const WaitingRequest& waiting) {
    return now_s - waiting.since_s >= waiting.request.room_s;
  });
}

}  // namespace bantam::server
