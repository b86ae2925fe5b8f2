// Framing of answers and their hand-over between threads.
#include "server/http/answer.h"

#include <algorithm>
#include <utility>

namespace bantam::server {
namespace {

// Small pieces share a string, so that many tokens leave in one packet.
constexpr size_t kShared = 16 * 1024;

std::string ChunkOf(std::string_view piece) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string size;
  for (size_t left = piece.size(); left > 0; left /= 16) size.insert(0, 1, kDigits[left % 16]);
  std::string chunk;
  chunk.reserve(size.size() + piece.size() + 4);
  return chunk.append(size).append("\r\n").append(piece).append("\r\n");
}

}  // namespace

bool Answer::KeepAlive(const std::vector<HttpHeader>& headers) {
  return framing_.keep_alive && !AsksToClose(headers) && !gate_->draining;
}

void Answer::Reply(int status, const std::vector<HttpHeader>& headers, std::string body) {
  std::function<void()> unneeded;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kOpen) return;
    state_ = State::kEnded;
    unneeded.swap(on_close_);
    framing_.keep_alive = KeepAlive(headers);
    Push(FormatResponseHead(status, headers, body.size(), framing_));
    if (!framing_.head_only && !HasNoBody(status)) Push(std::move(body));
  }
  Notify();
}

void Answer::Start(int status, const std::vector<HttpHeader>& headers) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kOpen) return;
    state_ = State::kStreaming;
    bodiless_ = framing_.head_only || HasNoBody(status);
    framing_.keep_alive = KeepAlive(headers) && (!framing_.http10 || bodiless_);
    Push(FormatResponseHead(status, headers, std::nullopt, framing_));
  }
  Notify();
}

bool Answer::Write(std::string piece) {
  bool cut = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || state_ != State::kStreaming) return false;
    if (piece.empty() || bodiless_) return true;
    cut = unsent_ > unsent_limit_;
    if (cut) {
      state_ = State::kCut;
    } else {
      Push(framing_.http10 ? std::move(piece) : ChunkOf(piece));
    }
  }
  Notify();
  return !cut;
}

void Answer::End() {
  std::function<void()> unneeded;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kStreaming) return;
    state_ = State::kEnded;
    unneeded.swap(on_close_);
    if (!framing_.http10 && !bodiless_) Push("0\r\n\r\n");
  }
  Notify();
}

void Answer::OnClose(std::function<void()> closed) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::kEnded) return;
    if (!closed_) {
      on_close_ = std::move(closed);
      return;
    }
  }
  if (!gate_->Post(closed)) closed();
}

void Answer::Abandon(const std::string& content_type, const std::string& error_body) {
  Reply(500, {{"Content-Type", content_type}}, error_body);
  std::function<void()> unneeded;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kStreaming) return;
    // Without its last chunk the client sees that the answer is not whole; where there are no
    // chunks, only a reset says so.
    state_ = framing_.http10 ? State::kCut : State::kEnded;
    framing_.keep_alive = false;
    unneeded.swap(on_close_);
  }
  Notify();
}

void Answer::Push(std::string piece) {
  if (closed_ || piece.empty()) return;
  unsent_ += piece.size();
  if (!pieces_.empty() && pieces_.back().size() + piece.size() <= kShared) {
    pieces_.back() += piece;
  } else {
    pieces_.push_back(std::move(piece));
  }
}

void Answer::Notify() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || notified_) return;
    notified_ = true;
  }
  gate_->Post([self = shared_from_this()] {
    {
      const std::lock_guard lock(self->mutex_);
      self->notified_ = false;
    }
    const std::function<void()> ready = self->ready_;  // may be replaced while it runs
    if (ready) ready();
  });
}

void Answer::Attach(std::function<void()> ready) {
  ready_ = std::move(ready);
}

Answer::Taken Answer::Take() {
  const std::lock_guard lock(mutex_);
  return {std::exchange(pieces_, {}), state_ == State::kEnded, state_ == State::kCut};
}

void Answer::Sent(size_t bytes) {
  const std::lock_guard lock(mutex_);
  unsent_ -= std::min(bytes, unsent_);  // "100 Continue" is not of the answer
}

void Answer::Close() {
  ready_ = nullptr;
  std::function<void()> closed;
  std::deque<std::string> unneeded;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    unneeded.swap(pieces_);
    closed.swap(on_close_);
  }
  if (closed) closed();
}

bool Answer::ended() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kEnded;
}

bool Answer::keep_alive() const {
  const std::lock_guard lock(mutex_);
  return framing_.keep_alive;
}

}  // namespace bantam::server
