// Patience: when to try again, how long to wait before, and when to give up.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bantam/result.h"
#include "net/http_client.h"

namespace bantam::store {

// What a download tells and asks while it goes on.
struct PullEvents {
  std::function<void(uint64_t done, uint64_t total)> on_progress;  // bytes of the whole model
  std::function<void(const std::string&)> on_note;                 // a line for people
  std::function<bool()> cancelled;
};

// Waits 1, 2, 4, … seconds between tries (BANTAM_RETRY_SECONDS in place of the first), or what the
// server asks for in Retry-After, up to two minutes. Gives up after five tries without progress,
// and at once on a server that has never been heard: another place may be better.
class Patience {
 public:
  Patience(double first_wait_s, const PullEvents& events)
      : first_wait_s_(first_wait_s), wait_s_(first_wait_s), events_(events) {}

  // A try failed. Waits and returns if another may help; else gives the error to report, which
  // is `error` or kCancelled.
  Result<void> AfterFailure(const net::HttpFailure& failure);
  // A try was answered with 429 or 5xx; other statuses must not come here.
  Result<void> AfterStatus(const net::HttpHop& answer, const Error& error);
  void Progress();

 private:
  Result<void> Wait(double seconds, const std::string& why);

  double first_wait_s_;
  double wait_s_;
  int tries_ = 0;
  bool heard_ = false;  // the server has answered something
  const PullEvents& events_;
};

// Whether a status says that it may be otherwise later.
bool IsTransientStatus(int status);

}  // namespace bantam::store
