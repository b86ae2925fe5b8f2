// LoadQueue: requests for models that are not at hand, in the order in which they came.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "server/host/job.h"

namespace bantam::server {

class Lease;

// Which model somebody wants.
struct ModelRequest {
  std::string path;
  // Tells its files from those that had the path before: what was loaded under another one works on
  // for those who hold it, and goes after them.
  std::string identity = {};
  std::string name = {};                    // what it is called there
  std::optional<double> keep_alive_s = {};  // after this use; negative: for ever; 0: unload
  // How long to wait, in seconds, for room that models in use may leave; 0: not at all. Who holds a
  // lease must not wait: the room may be that one's.
  double room_s = 0;
  std::shared_ptr<const RequestState> state = {};  // once it is cancelled nobody waits; may be null
};

struct WaitingRequest {
  using Ready = std::function<void(Result<std::shared_ptr<Lease>>)>;
  ModelRequest request;
  Ready ready;
  double since_s = 0;
};

// Not thread-safe.
class LoadQueue {
 public:
  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }
  // There must be one.
  const ModelRequest& first() const { return waiting_.front().request; }

  void Push(WaitingRequest waiting) { waiting_.push_back(std::move(waiting)); }

  // The first, and all that want the same model: its being loaded serves them together.
  std::vector<WaitingRequest> TakeFirst();

  // Those that are cancelled.
  std::vector<WaitingRequest> TakeCancelled();

  // Those that have waited for room as long as they may.
  std::vector<WaitingRequest> TakeLate(double now_s);

 private:
  template <typename Gone>
  std::vector<WaitingRequest> TakeIf(const Gone& gone);

  std::deque<WaitingRequest> waiting_;
};

}  // namespace bantam::server
