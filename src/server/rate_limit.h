// RateLimit: how many requests a client may send in a time.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace bantam::server {

struct RateLimitOptions {
  double requests = 0;  // in `seconds`, and at once; 0: any
  double seconds = 60;
};

// A bucket of tokens for each client, filled steadily. Thread-safe.
class RateLimit {
 public:
  explicit RateLimit(const RateLimitOptions& options) : options_(options) {}

  // Counts a request at `now` (any clock, in seconds). If it is one too many: the whole seconds
  // after which the client may try again.
  std::optional<int> Refuse(const std::string& client, double now);

 private:
  struct Bucket {
    double tokens = 0;
    double filled_s = 0;
  };

  void ForgetFull(double now);

  const RateLimitOptions options_;
  std::mutex mutex_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace bantam::server
