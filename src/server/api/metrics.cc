// The text exposition format, version 0.0.4.
#include "server/api/metrics.h"

#include <cmath>

#include "base/json.h"

namespace bantam::server {
namespace {

std::string Number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) {
    return std::to_string(static_cast<int64_t>(value));
  }
  return Json::Double(value).Dump();
}

std::string Head(std::string_view name, std::string_view help, std::string_view type) {
  const std::string full(name);
  return "# HELP " + full + " " + std::string(help) + "\n# TYPE " + full + " " + std::string(type) +
         "\n";
}

}  // namespace

void Histogram::Add(double seconds) {
  size_t at = 0;
  while (at < kBounds.size() && seconds > kBounds[at]) ++at;
  counts_[at].fetch_add(1, std::memory_order_relaxed);
  if (seconds > 0) sum_us_.fetch_add(static_cast<uint64_t>(seconds * 1e6));
}

std::string Histogram::Text(std::string_view name, std::string_view help) const {
  std::string out = Head(name, help, "histogram");
  const std::string full(name);
  uint64_t total = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    total += counts_[i].load(std::memory_order_relaxed);
    const std::string bound = i < kBounds.size() ? Number(kBounds[i]) : "+Inf";
    out += full + "_bucket{le=\"" + bound + "\"} " + std::to_string(total) + "\n";
  }
  out += full + "_sum " + Number(static_cast<double>(sum_us_.load()) / 1e6) + "\n";
  return out + full + "_count " + std::to_string(total) + "\n";
}

void Metrics::CountRequest(std::string_view route, int status) {
  const std::lock_guard lock(mutex_);
  ++requests_[{std::string(route), status}];
}

std::string Metrics::Text(std::span<const Sample> more) const {
  const Sample own[] = {
      {"bantam_prompt_tokens_total", "Prompt tokens of finished replies", "counter",
       static_cast<double>(prompt_tokens.load())},
      {"bantam_cached_tokens_total", "Of these, found in the prefix cache", "counter",
       static_cast<double>(cached_tokens.load())},
      {"bantam_generated_tokens_total", "Tokens of replies, as they come", "counter",
       static_cast<double>(generated_tokens.load())},
      {"bantam_embedded_tokens_total", "Tokens of texts that became vectors", "counter",
       static_cast<double>(embedded_tokens.load())},
      {"bantam_cancelled_total", "Replies whose client left", "counter",
       static_cast<double>(cancelled.load())},
      {"bantam_shortened_total", "Replies that were made shorter to be whole within their limit",
       "counter", static_cast<double>(shortened.load())},
      {"bantam_open_requests", "Requests being answered", "gauge",
       static_cast<double>(open_requests.load())},
  };
  std::string out;
  const auto add = [&out](const Sample& sample) {
    out += Head(sample.name, sample.help, sample.type) + sample.name + " " + Number(sample.value) +
           "\n";
  };
  for (const Sample& sample : own) add(sample);
  for (const Sample& sample : more) add(sample);
  out += Head("bantam_requests_total", "Requests by route and status", "counter");
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, count] : requests_) {
      out += "bantam_requests_total{route=" + JsonQuote(key.first) + ",status=\"" +
             std::to_string(key.second) + "\"} " + std::to_string(count) + "\n";
    }
  }
  out += first_token.Text("bantam_first_token_seconds", "From submission to the first token");
  out += between.Text("bantam_between_tokens_seconds", "Between two pieces of a reply");
  out += request.Text("bantam_request_seconds", "Whole requests");
  return out;
}

}  // namespace bantam::server
