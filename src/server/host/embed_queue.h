// EmbedQueue: texts that wait for an encoder; they run in slices, between the steps of engines.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bantam/encoder.h"
#include "bantam/result.h"
#include "server/host/job.h"

namespace bantam::server {

// Texts of one request, as tokens.
struct EmbedJob {
  std::vector<std::vector<TokenId>> texts;  // not empty
  EmbedOptions options;
  Deadlines deadlines;  // of which the queue's counts
  std::shared_ptr<RequestState> state = std::make_shared<RequestState>();
  // Once, however it ends, on the engine's thread; must not block. Fails as Job::on_done does.
  std::function<void(Result<Embeddings>)> on_done;

  std::shared_ptr<void> ticket;  // a place in the queue, until the first slice
  double submitted_s = 0;
  Embeddings done;  // of the first texts
};

// Not thread-safe.
class EmbedQueue {
 public:
  void Push(std::unique_ptr<EmbedJob> job) { jobs_.push_back(std::move(job)); }
  bool empty() const { return jobs_.empty(); }

  // Ends those whose client has left or waits too long.
  void DropGone();
  // Some texts of the job whose turn it is: as many as take about a twentieth of a second by what
  // the slices before have taken. A text's vector does not depend on that.
  void RunSlice(Encoder& encoder);
  void FailAll(const Error& error);

 private:
  size_t SliceEnd(const EmbedJob& job, size_t first) const;

  std::deque<std::unique_ptr<EmbedJob>> jobs_;  // that whose turn it is first
  double tokens_per_s_ = 0;                     // 0: nothing has been measured
};

}  // namespace bantam::server
