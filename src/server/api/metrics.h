// Metrics: what the server has done, in Prometheus' text format.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bantam::server {

// Counts values into buckets. Thread-safe.
class Histogram {
 public:
  static constexpr std::array<double, 14> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                     0.25,  0.5,    1,     2.5,  5,     10,   30};
  void Add(double seconds);
  // `name` with its buckets, sum and count.
  std::string Text(std::string_view name, std::string_view help) const;

 private:
  std::array<std::atomic<uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<uint64_t> sum_us_{0};
};

// Thread-safe.
class Metrics {
 public:
  void CountRequest(std::string_view route, int status);

  Histogram first_token;  // from the request's submission
  Histogram between;      // between two pieces of a reply
  Histogram request;      // whole requests
  std::atomic<uint64_t> prompt_tokens{0};
  std::atomic<uint64_t> cached_tokens{0};
  std::atomic<uint64_t> generated_tokens{0};
  std::atomic<uint64_t> embedded_tokens{0};
  std::atomic<uint64_t> cancelled{0};
  std::atomic<uint64_t> shortened{0};
  std::atomic<int> open_requests{0};

  // A gauge or counter: name, help, type and value.
  struct Sample {
    const char* name;
    const char* help;
    const char* type;
    double value;
  };
  std::string Text(std::span<const Sample> more) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, uint64_t> requests_;  // by route and status
};

}  // namespace bantam::server
