// Turns and slices.
#include "server/host/embed_queue.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"

namespace bantam::server {
namespace {

constexpr double kSliceSeconds = 0.05;
constexpr double kFirstSliceTokens = 256;

std::string Seconds(double seconds) {
  return std::to_string(static_cast<int64_t>(seconds)) + " s";
}

void Append(const Embeddings& more, Embeddings& all) {
  all.dims = more.dims;
  all.values.insert(all.values.end(), more.values.begin(), more.values.end());
  all.tokens.insert(all.tokens.end(), more.tokens.begin(), more.tokens.end());
  all.left_out.insert(all.left_out.end(), more.left_out.begin(), more.left_out.end());
}

}  // namespace

void EmbedQueue::DropGone() {
  const double now = MonotonicSeconds();
  for (auto& job : jobs_) {
    const double most = job->deadlines.queue_s;
    const bool waits = job->done.tokens.empty();
    if (job->state->cancelled) {
      job->on_done(Fail(ErrorCode::kCancelled, "the request was cancelled"));
    } else if (waits && most > 0 && now - job->submitted_s > most) {
      job->on_done(Fail(ErrorCode::kResourceExhausted,
                        "the request has waited in the queue for more than " + Seconds(most)));
    } else {
      continue;
    }
    job.reset();
  }
  std::erase(jobs_, nullptr);
}

size_t EmbedQueue::SliceEnd(const EmbedJob& job, size_t first) const {
  const double most =
      tokens_per_s_ > 0 ? std::max(1.0, tokens_per_s_ * kSliceSeconds) : kFirstSliceTokens;
  double tokens = 0;
  size_t end = first;
  while (end < job.texts.size()) {
    tokens += static_cast<double>(job.texts[end].size());
    if (end > first && tokens > most) break;
    ++end;
  }
  return end;
}

void EmbedQueue::RunSlice(Encoder& encoder) {
  if (jobs_.empty()) return;
  std::unique_ptr<EmbedJob> job = std::move(jobs_.front());
  jobs_.pop_front();
  job->ticket.reset();
  const size_t first = job->done.tokens.size();
  const size_t end = SliceEnd(*job, first);
  const double start = MonotonicSeconds();
  auto slice = encoder.EmbedTokens(std::span(job->texts).subspan(first, end - first), job->options);
  if (!slice) return job->on_done(std::unexpected(slice.error()));
  double tokens = 0;
  for (const int n : slice->tokens) tokens += n;
  const double rate = tokens / std::max(1e-6, MonotonicSeconds() - start);
  tokens_per_s_ = tokens_per_s_ > 0 ? (tokens_per_s_ + rate) / 2 : rate;
  Append(*slice, job->done);
  if (end == job->texts.size()) return job->on_done(std::move(job->done));
  jobs_.push_back(std::move(job));
}

void EmbedQueue::FailAll(const Error& error) {
  while (!jobs_.empty()) {
    const std::unique_ptr<EmbedJob> job = std::move(jobs_.front());
    jobs_.pop_front();
    job->on_done(std::unexpected(error));
  }
}

}  // namespace bantam::server
