// Answer: the bytes of one answer on their way from the thread that makes them to the connection.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/http/exchange.h"
#include "server/http/loop_gate.h"
#include "server/http/response_head.h"

namespace bantam::server {

// Shared by an Exchange (any thread) and its connection (the server's thread), whichever lives
// longer. Thread-safe, but for what is said to be the connection's.
class Answer : public std::enable_shared_from_this<Answer> {
 public:
  // `unsent_limit`: bytes that may wait for the client before a stream is cut off.
  Answer(std::shared_ptr<LoopGate> gate, AnswerFraming framing, size_t unsent_limit)
      : gate_(std::move(gate)), framing_(framing), unsent_limit_(unsent_limit) {}

  // As in Exchange. Calls that come out of order (a second Reply, a Write before Start) do nothing.
  void Reply(int status, const std::vector<HttpHeader>& headers, std::string body);
  void Start(int status, const std::vector<HttpHeader>& headers);
  bool Write(std::string piece);
  void End();
  void OnClose(std::function<void()> closed);

  // The Exchange is gone: 500 if it gave no answer (with `error_body`); a stream that
  // did not end is followed by the end of the connection.
  void Abandon(const std::string& content_type, const std::string& error_body);

  // For the connection. `ready` runs on the server's thread whenever there is something to Take.
  void Attach(std::function<void()> ready);
  struct Taken {
    std::deque<std::string> pieces;
    bool ended = false;  // nothing comes after these
    bool cut = false;  // close at once: the client is too slow, or must see that bytes are missing
  };
  Taken Take();
  void Sent(size_t bytes);  // has left for the client
  void Close();             // the connection is gone; runs OnClose if the answer had not ended
  bool ended() const;
  bool keep_alive() const;  // once ended: the connection may be used again

 private:
  enum class State : uint8_t { kOpen, kStreaming, kEnded, kCut };

  void Push(std::string piece);  // with the lock held
  void Notify();                 // without
  bool KeepAlive(const std::vector<HttpHeader>& headers);

  const std::shared_ptr<LoopGate> gate_;
  AnswerFraming framing_;
  const size_t unsent_limit_;

  mutable std::mutex mutex_;
  State state_ = State::kOpen;
  bool closed_ = false;
  bool bodiless_ = false;  // HEAD, 204, 304
  bool notified_ = false;
  size_t unsent_ = 0;
  std::deque<std::string> pieces_;
  std::function<void()> on_close_;

  std::function<void()> ready_;  // the server's thread only
};

}  // namespace bantam::server
