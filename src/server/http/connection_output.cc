// Connections: what leaves.
#include <utility>

#include "server/http/connection.h"
#include "server/http/http_exchange.h"

namespace bantam::server {

void Connection::ExpectAnswer() {
  const AnswerFraming framing{head_->request.method == "HEAD", head_->minor_version == 0,
                              head_->keep_alive};
  answer_ = std::make_shared<Answer>(context_.gate, framing, context_.options->unsent_bytes);
  answer_->Attach(Bind(&Connection::OnAnswer));
  state_ = State::kExchange;
  NoDeadline();
}

// Answers in the server's own name, and ends the connection: where the next request would begin
// cannot be trusted.
void Connection::Fail(int status, const std::string& message) {
  const bool head_only = head_ && head_->request.method == "HEAD";
  std::vector<HttpHeader> headers = {{"Content-Type", context_.options->error_type}};
  if (status == 503) headers.push_back({"Retry-After", "1"});
  std::string body = ErrorBodyOf(*context_.options, status, message);
  std::string answer =
      FormatResponseHead(status, headers, body.size(), {head_only, false, /*keep_alive=*/false});
  if (!head_only) answer += body;
  body_.reset();
  head_.reset();
  DropAll();
  out_.push_back(std::move(answer));
  ended_ = true;
  last_ = true;
  state_ = State::kExchange;
  SetDeadline(context_.options->write);
  Flush();
}

void Connection::RefuseService() {
  state_ = State::kIdle;
  Fail(503, "the server has too many connections; try again later");
}

void Connection::OnAnswer() {
  Answer::Taken taken = answer_->Take();
  for (std::string& piece : taken.pieces) out_.push_back(std::move(piece));
  if (taken.cut) return Close(true);
  ended_ = taken.ended;
  Flush();
}

void Connection::Flush() {
  if (waits_writable_ || write_waits_for_input_) return;
  while (!out_.empty()) {
    const StreamResult result = stream_->Write(std::string_view(out_.front()).substr(out_offset_));
    switch (result.kind) {
      case StreamResult::kDone: break;
      case StreamResult::kWantRead:
        write_waits_for_input_ = true;
        WaitReadable();
        return;
      case StreamResult::kWantWrite:
        if (state_ == State::kExchange && deadline_ == TimePoint::max()) {
          SetDeadline(context_.options->write);
        }
        waits_writable_ = true;
        watch_->WhenWritable(Bind(&Connection::OnWritable));
        return;
      case StreamResult::kEnd:
      case StreamResult::kBroken: Close(false); return;
    }
    if (state_ == State::kExchange) SetDeadline(context_.options->write);
    if (answer_) answer_->Sent(result.bytes);
    out_offset_ += result.bytes;
    if (out_offset_ == out_.front().size()) {
      out_.pop_front();
      out_offset_ = 0;
    }
  }
  if (state_ != State::kExchange) return;
  NoDeadline();
  if (ended_) FinishAnswer();
}

void Connection::OnWritable() {
  waits_writable_ = false;
  Flush();
}

void Connection::FinishAnswer() {
  const bool again = !last_ && !input_ended_ && answer_ && answer_->keep_alive();
  if (answer_) answer_->Close();
  answer_.reset();
  ended_ = false;
  if (!again) return Linger();
  if (Input().empty()) {
    if (context_.gate->draining) return Close(false);
    state_ = State::kIdle;
    SetDeadline(context_.options->idle);
  } else {
    state_ = State::kHead;
    SetDeadline(context_.options->head);
    ReadHead();
  }
  if (state_ != State::kClosed) ReadSoon();
}

// Closing at once would make the client's system drop what it has not read yet, if more of the
// request arrives (RFC 9112, section 9.6). So: no more from here, and wait for the client to go.
void Connection::Linger() {
  if (input_ended_) return Close(false);
  last_ = true;
  state_ = State::kLinger;
  DropAll();
  stream_->Finish();
  SetDeadline(context_.options->linger);
  WaitReadable();
}

}  // namespace bantam::server
