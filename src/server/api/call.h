// Call: one request of an API while it is answered: replies in the API's own form, logged and
// counted once it has ended.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "server/host/job.h"
#include "server/http/exchange.h"

namespace bantam::server {

// How an API writes its errors.
enum class Flavour : uint8_t { kOpenAi, kOllama };

// The body of an error.
Json ErrorBody(Flavour flavour, int status, const Error& error);

// What is known of a call when it has ended, for the log. Nothing of it is secret.
struct CallRecord {
  std::string method;
  std::string route;  // of the table, or "other"
  std::string peer;
  int status = 0;
  double seconds = 0;
  bool left = false;  // the client went away
  std::string error;  // of the server's own errors; why a request was refused before it was read
  std::string model;
  int prompt_tokens = -1;
  int generated_tokens = -1;
  double first_token_s = 0;
};

// Thread-safe as Exchange is; Reply and the like end it once. Note* before that.
class Call : public std::enable_shared_from_this<Call> {
 public:
  using Ended = std::function<void(const CallRecord&)>;
  Call(std::shared_ptr<Exchange> exchange, Flavour flavour, std::string route, std::string client,
       std::vector<HttpHeader> headers, Ended ended);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Sets the flag when the client leaves. Once, after construction.
  void WatchClient();

  const HttpRequest& request() const { return exchange_->request(); }
  BodySink* sink() const { return exchange_->sink(); }
  Flavour flavour() const { return flavour_; }
  const std::string& client() const { return client_; }
  const std::shared_ptr<RequestState>& state() const { return state_; }

  // One more header of the answer, before it.
  void AddHeader(HttpHeader header) { headers_.push_back(std::move(header)); }

  void Reply(int status, std::string content_type, std::string body,
             std::vector<HttpHeader> headers = {});
  void ReplyJson(int status, const Json& body);
  // Before Start: a response with its status. After it: nothing but the end of the stream.
  void ReplyError(const Error& error);
  void ReplyError(int status, const Error& error);

  // A stream of events or lines.
  void Start(std::string content_type);
  bool started() const { return started_; }
  bool Write(std::string piece);
  void End();

  // The key it came with; empty: none is asked for. A secret: not for logs.
  void set_key(std::string key) { key_ = std::move(key); }
  const std::string& key() const { return key_; }

  void NoteModel(const std::string& model) { record_.model = model; }
  void NoteTokens(int prompt, int generated, double first_token_s);

 private:
  bool Finish();

  const std::shared_ptr<Exchange> exchange_;
  const Flavour flavour_;
  const std::string client_;
  std::string key_;
  std::vector<HttpHeader> headers_;  // of every answer
  const Ended ended_;
  const double started_s_;
  const std::shared_ptr<RequestState> state_ = std::make_shared<RequestState>();
  CallRecord record_;
  bool started_ = false;
  std::atomic<bool> finished_{false};
};

}  // namespace bantam::server
