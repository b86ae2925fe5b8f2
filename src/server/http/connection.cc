// Connections: what arrives. What leaves is in connection_output.cc.
#include "server/http/connection.h"

#include <sys/socket.h>

#include <span>
#include <utility>

#include "server/http/http_exchange.h"

namespace bantam::server {
namespace {

// Of requests that follow the one being answered; more stays with the client's system.
constexpr size_t kMaxAhead = 16 * 1024;
// What is read at once before it is known that a body comes: it may have to be kept.
constexpr size_t kSmallRead = 16 * 1024;
constexpr size_t kMaxLingered = 4 * 1024 * 1024;
constexpr int kReadsAtOnce = 4;  // then others have their turn

}  // namespace

Connection::Connection(ConnectionContext& context, std::unique_ptr<FdWatch> watch,
                       std::unique_ptr<Stream> stream, std::string peer, bool loopback)
    : context_(context),
      watch_(std::move(watch)),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      loopback_(loopback),
      scanner_(context.options->head_limits) {}

Connection::~Connection() = default;

std::function<void()> Connection::Bind(void (Connection::*method)()) {
  return [weak = weak_from_this(), method] {
    const std::shared_ptr<Connection> self = weak.lock();
    if (self && self->state_ != State::kClosed) ((*self).*method)();
  };
}

void Connection::SetDeadline(std::chrono::milliseconds from_now) {
  deadline_ = std::chrono::steady_clock::now() + from_now;
}

void Connection::Begin() {
  SetDeadline(context_.options->head);
  Shake();
}

void Connection::Shake() {
  switch (stream_->Handshake().kind) {
    case StreamResult::kDone:
      state_ = State::kIdle;
      SetDeadline(context_.options->idle);
      OnReadable();
      return;
    case StreamResult::kWantRead: WaitReadable(); return;
    case StreamResult::kWantWrite: watch_->WhenWritable(Bind(&Connection::Shake)); return;
    case StreamResult::kEnd:
    case StreamResult::kBroken: Close(false); return;
  }
}

void Connection::WaitReadable() {
  if (waits_readable_ || input_ended_) return;
  waits_readable_ = true;
  watch_->WhenReadable(Bind(&Connection::OnReadable));
}

bool Connection::TakesInput() const {
  return state_ != State::kExchange || Input().size() <= kMaxAhead;
}

void Connection::OnReadable() {
  waits_readable_ = false;
  if (state_ == State::kHandshake) return Shake();
  if (write_waits_for_input_) {
    write_waits_for_input_ = false;
    Flush();
  }
  for (int i = 0; i < kReadsAtOnce && state_ != State::kClosed; ++i) {
    if (!TakesInput()) return;  // FinishAnswer goes on
    const std::span<char> scratch(context_.scratch);
    const bool bulk = state_ == State::kBody || state_ == State::kLinger;
    const StreamResult result = stream_->Read(bulk ? scratch : scratch.first(kSmallRead));
    switch (result.kind) {
      case StreamResult::kDone: Consume(std::string_view(scratch.data(), result.bytes)); break;
      case StreamResult::kWantRead: WaitReadable(); return;
      case StreamResult::kWantWrite: watch_->WhenWritable(Bind(&Connection::OnReadable)); return;
      case StreamResult::kEnd: OnEnd(); return;
      case StreamResult::kBroken: Close(false); return;
    }
  }
  if (state_ != State::kClosed) ReadSoon();
}

// Not WaitReadable: what is to be read may already be here, decrypted.
void Connection::ReadSoon() {
  if (waits_readable_ || input_ended_) return;
  waits_readable_ = true;
  context_.gate->Post(Bind(&Connection::OnReadable));
}

void Connection::OnEnd() {
  input_ended_ = true;
  // Who has closed his side while the whole answer is on its way may still be reading it.
  const bool answered = last_ || (answer_ && answer_->ended());
  if (state_ != State::kExchange || !answered) Close(false);
}

void Connection::Keep(std::string_view bytes) {
  if (in_start_ > 0) in_.erase(0, in_start_);
  in_start_ = 0;
  in_.append(bytes);
}

void Connection::Drop(size_t bytes) {
  in_start_ += bytes;
  if (in_start_ == in_.size()) DropAll();
}

// An idle connection holds no buffer; assigning an empty string would keep it.
void Connection::DropAll() {
  std::string().swap(in_);
  in_start_ = 0;
}

void Connection::Consume(std::string_view bytes) {
  if (state_ == State::kLinger || last_) {
    lingered_ += bytes.size();
    if (lingered_ > kMaxLingered) Close(true);
    return;
  }
  if (state_ == State::kBody) {
    ReadBody(bytes);
    if (bytes.empty() || last_ || state_ == State::kClosed) return;
  }
  Keep(bytes);
  if (state_ == State::kExchange) return;
  if (state_ == State::kIdle) {
    state_ = State::kHead;
    SetDeadline(context_.options->head);
  }
  ReadHead();
}

void Connection::ReadHead() {
  const auto length = scanner_.Scan(Input());
  if (!length) return Fail(length.error());
  if (*length == 0) return;
  scanner_ = HeadScanner(context_.options->head_limits);
  auto head = ParseHead(Input().substr(0, *length));
  if (!head) return Fail(head.error());
  Drop(*length);
  head_ = std::make_unique<RequestHead>(std::move(*head));
  head_->request.peer = peer_;
  head_->request.loopback = loopback_;
  BeginRequest();
}

void Connection::BeginRequest() {
  BodyRule rule = context_.handler->OnHead(head_->request);
  if (rule.refuse) {
    head_->keep_alive = head_->keep_alive && !head_->has_body();
    ExpectAnswer();
    HttpExchange exchange(std::move(head_->request), nullptr, answer_, context_.options);
    head_.reset();
    rule.refuse(exchange);
    return;
  }
  body_ = std::make_unique<BodyReader>(*head_, std::move(rule), context_.body_bytes,
                                       context_.options->body_bytes);
  const auto fits = body_->Check();
  if (!fits) return Fail(fits.error());
  state_ = State::kBody;
  SetDeadline(context_.options->body);
  if (head_->expects_continue && head_->has_body() && Input().empty()) {
    out_.emplace_back("HTTP/1.1 100 Continue\r\n\r\n");
    Flush();
    if (state_ != State::kBody) return;
  }
  std::string_view input = Input();
  const size_t before = input.size();
  ReadBody(input);
  if (state_ != State::kClosed) Drop(before - input.size());
}

// Takes the body's bytes off the front of `bytes`; hands the request over when it is whole.
void Connection::ReadBody(std::string_view& bytes) {
  const uint64_t step = context_.options->body_step;
  const uint64_t before = body_->received() / step;
  const auto read = body_->Read(bytes);
  if (!read) return Fail(read.error());
  if (body_->received() / step != before) SetDeadline(context_.options->body);
  if (body_->done()) Dispatch();
}

void Connection::Dispatch() {
  head_->request.body = body_->TakeBody();
  ExpectAnswer();
  auto exchange = std::make_shared<HttpExchange>(std::move(head_->request), body_->TakeSink(),
                                                 answer_, context_.options);
  body_.reset();
  head_.reset();
  context_.handler->OnRequest(std::move(exchange));
}

void Connection::CheckDeadline(TimePoint now) {
  if (now < deadline_ || state_ == State::kClosed) return;
  switch (state_) {
    case State::kHead: return Fail(408, "the request's head did not arrive in time");
    case State::kBody: return Fail(408, "the request's body did not arrive in time");
    case State::kExchange: return Close(true);
    default: return Close(false);
  }
}

void Connection::Close(bool reset) {
  if (state_ == State::kClosed) return;
  const std::shared_ptr<Connection> self = shared_from_this();
  state_ = State::kClosed;
  if (reset) {
    const linger at_once{1, 0};
    setsockopt(watch_->fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  stream_.reset();
  watch_.reset();
  body_.reset();
  if (answer_) answer_->Close();
  context_.closed(this);
}

}  // namespace bantam::server
