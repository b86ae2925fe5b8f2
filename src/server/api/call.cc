// Replies, errors and the record of a call.
#include "server/api/call.h"

#include <utility>

#include "base/clock.h"
#include "server/api/status_of.h"

namespace bantam::server {
namespace {

const char* ErrorType(int status) {
  switch (status) {
    case 401: return "authentication_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 429: return "rate_limit_error";
    case 503: return "overloaded_error";
    default: return status < 500 ? "invalid_request_error" : "server_error";
  }
}

const char* ErrorCodeText(int status, ErrorCode code) {
  if (code == ErrorCode::kTooLong) return "context_length_exceeded";
  if (status == 401) return "invalid_api_key";
  if (status == 404) return "not_found";
  if (status == 429) return "rate_limit_exceeded";
  if (status == 503) return "server_overloaded";
  if (code == ErrorCode::kUnsupported) return "unsupported";
  return nullptr;
}

}  // namespace

Json ErrorBody(Flavour flavour, int status, const Error& error) {
  Json body = Json::MakeObject();
  if (flavour == Flavour::kOllama) {
    body.Set("error", Json::String(error.message));
    return body;
  }
  const std::string_view field =
      error.code == ErrorCode::kInvalidArgument ? FieldOf(error.message) : std::string_view();
  const char* code = ErrorCodeText(status, error.code);
  Json inner = Json::MakeObject();
  inner.Set("message", Json::String(error.message));
  inner.Set("type", Json::String(ErrorType(status)));
  inner.Set("param", field.empty() ? Json() : Json::String(std::string(field)));
  inner.Set("code", code == nullptr ? Json() : Json::String(code));
  body.Set("error", std::move(inner));
  return body;
}

Call::Call(std::shared_ptr<Exchange> exchange, Flavour flavour, std::string route,
           std::string client, std::vector<HttpHeader> headers, Ended ended)
    : exchange_(std::move(exchange)),
      flavour_(flavour),
      client_(std::move(client)),
      headers_(std::move(headers)),
      ended_(std::move(ended)),
      started_s_(MonotonicSeconds()) {
  record_.method = request().method;
  record_.route = std::move(route);
  record_.peer = request().peer;
}

Call::~Call() {
  if (!finished_) ReplyError({ErrorCode::kInternal, "the request was given up"});
}

void Call::WatchClient() {
  exchange_->OnClose([flag = state_] { flag->cancelled = true; });
}

// True for the first caller alone. What is counted is counted before the client knows the end.
bool Call::Finish() {
  if (finished_.exchange(true)) return false;
  record_.seconds = MonotonicSeconds() - started_s_;
  record_.left = state_->cancelled;
  if (ended_) ended_(record_);
  return true;
}

void Call::Reply(int status, std::string content_type, std::string body,
                 std::vector<HttpHeader> headers) {
  if (finished_) return;
  record_.status = status;
  headers.push_back({"Content-Type", std::move(content_type)});
  headers.insert(headers.end(), headers_.begin(), headers_.end());
  if (Finish()) exchange_->Reply(status, std::move(headers), std::move(body));
}

void Call::ReplyJson(int status, const Json& body) {
  Reply(status, "application/json", body.Dump());
}

void Call::ReplyError(const Error& error) {
  ReplyError(StatusOf(error.code), error);
}

void Call::ReplyError(int status, const Error& error) {
  if (finished_) return;
  if (status >= 500) record_.error = error.message;
  if (started_) return End();
  std::vector<HttpHeader> headers;
  if (status == 503 || status == 429) headers.push_back({"Retry-After", "2"});
  if (status == 401) headers.push_back({"WWW-Authenticate", "Bearer"});
  Reply(status, "application/json", ErrorBody(flavour_, status, error).Dump(), std::move(headers));
}

void Call::Start(std::string content_type) {
  if (finished_ || started_) return;
  started_ = true;
  record_.status = 200;
  std::vector<HttpHeader> headers = {{"Content-Type", std::move(content_type)},
                                     {"Cache-Control", "no-cache"},
                                     {"X-Accel-Buffering", "no"}};
  headers.insert(headers.end(), headers_.begin(), headers_.end());
  exchange_->Start(200, std::move(headers));
}

bool Call::Write(std::string piece) {
  return !finished_ && exchange_->Write(std::move(piece));
}

void Call::End() {
  if (Finish()) exchange_->End();
}

void Call::NoteTokens(int prompt, int generated, double first_token_s) {
  record_.prompt_tokens = prompt;
  record_.generated_tokens = generated;
  record_.first_token_s = first_token_s;
}

}  // namespace bantam::server
