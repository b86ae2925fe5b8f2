// Connection: one client, from its first byte to its last.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/answer.h"
#include "server/http/body_reader.h"
#include "server/http/event_loop.h"
#include "server/http/http_server.h"
#include "server/http/request_head.h"
#include "server/http/stream.h"

namespace bantam::server {

// What the connections of a server share; on its thread only.
struct ConnectionContext {
  std::shared_ptr<const HttpOptions> options;
  HttpHandler* handler = nullptr;
  std::shared_ptr<LoopGate> gate;
  std::vector<char> scratch;  // what is read, before it is known where it belongs
  uint64_t body_bytes = 0;    // held by all connections
  std::function<void(class Connection*)> closed;  // forgets the connection
};

// On the server's thread only. Held by the server; callbacks check that it is still there.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Connection(ConnectionContext& context, std::unique_ptr<FdWatch> watch,
             std::unique_ptr<Stream> stream, std::string peer, bool loopback);
  ~Connection();

  void Begin();
  void CheckDeadline(TimePoint now);
  void Close(bool reset);  // at once; a reset drops what the system still holds for the client
  bool idle() const { return state_ == State::kIdle; }
  TimePoint deadline() const { return deadline_; }  // of an idle one: the longer idle the sooner
  // Answers that the server is full, and closes.
  void RefuseService();

 private:
  enum class State : uint8_t {
    kHandshake,
    kIdle,      // between requests
    kHead,      // a head has begun
    kBody,      // … a body
    kExchange,  // the request is with the handler, or its answer on the way
    kLinger,    // the last answer is out; waiting for the client to hang up
    kClosed,
  };

  // Input.
  void WaitReadable();
  void ReadSoon();
  void OnReadable();
  void Shake();
  void Consume(std::string_view bytes);
  bool TakesInput() const;
  std::string_view Input() const { return std::string_view(in_).substr(in_start_); }
  void Keep(std::string_view bytes);  // at the end of `in_`
  void Drop(size_t bytes);            // off its front
  void DropAll();
  void ReadHead();
  void BeginRequest();
  void ReadBody(std::string_view& bytes);
  void Dispatch();
  void OnEnd();  // the client has closed its side
  // Output.
  void ExpectAnswer();
  void Fail(int status, const std::string& message);
  void Fail(const HttpError& error) { Fail(error.status, error.message); }
  void OnAnswer();
  void Flush();
  void OnWritable();
  void FinishAnswer();
  void Linger();

  void SetDeadline(std::chrono::milliseconds from_now);
  void NoDeadline() { deadline_ = TimePoint::max(); }
  // A call of `method`, if the connection is then still open.
  std::function<void()> Bind(void (Connection::*method)());

  ConnectionContext& context_;
  std::unique_ptr<FdWatch> watch_;
  std::unique_ptr<Stream> stream_;
  const std::string peer_;
  const bool loopback_;

  State state_ = State::kHandshake;
  TimePoint deadline_ = TimePoint::max();
  bool waits_readable_ = false;
  bool waits_writable_ = false;
  bool write_waits_for_input_ = false;  // TLS can want to read before it writes
  bool input_ended_ = false;
  size_t lingered_ = 0;  // bytes thrown away

  std::string in_;  // of a head, or of requests that follow the one being answered
  size_t in_start_ = 0;
  HeadScanner scanner_;
  std::unique_ptr<RequestHead> head_;
  std::unique_ptr<BodyReader> body_;

  std::shared_ptr<Answer> answer_;
  std::deque<std::string> out_;
  size_t out_offset_ = 0;  // sent of the first
  bool ended_ = false;     // nothing comes after `out_`
  bool last_ = false;      // … and the connection ends with it
};

}  // namespace bantam::server
