// Buckets.
#include "server/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace bantam::server {

std::optional<int> RateLimit::Refuse(const std::string& client, double now) {
  constexpr size_t kMostClients = 10'000;
  if (options_.requests <= 0) return std::nullopt;
  const double per_s = options_.requests / options_.seconds;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= kMostClients && !buckets_.contains(client)) ForgetFull(now);
  Bucket& bucket = buckets_.try_emplace(client, Bucket{options_.requests, now}).first->second;
  bucket.tokens = std::min(options_.requests, bucket.tokens + (now - bucket.filled_s) * per_s);
  bucket.filled_s = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  return std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / per_s)));
}

// Whoever has not asked for long is as good as new.
void RateLimit::ForgetFull(double now) {
  std::erase_if(buckets_,
                [&](const auto& item) { return now - item.second.filled_s >= options_.seconds; });
}

}  // namespace bantam::server
