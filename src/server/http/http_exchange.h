// HttpExchange: the Exchange of a real connection.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/http/answer.h"
#include "server/http/exchange.h"
#include "server/http/http_server.h"
#include "server/http/status.h"

namespace bantam::server {

inline std::string ErrorBodyOf(const HttpOptions& options, int status, std::string_view message) {
  return options.error_body ? options.error_body(status, message) : ErrorBody(message);
}

class HttpExchange final : public Exchange {
 public:
  HttpExchange(HttpRequest request, std::unique_ptr<BodySink> sink, std::shared_ptr<Answer> answer,
               std::shared_ptr<const HttpOptions> options)
      : request_(std::move(request)),
        sink_(std::move(sink)),
        answer_(std::move(answer)),
        options_(std::move(options)) {}
  ~HttpExchange() override {
    if (!answer_->ended()) {
      answer_->Abandon(options_->error_type,
                       ErrorBodyOf(*options_, 500, "the request was given up"));
    }
  }

  const HttpRequest& request() const override { return request_; }
  BodySink* sink() override { return sink_.get(); }
  void Reply(int status, std::vector<HttpHeader> headers, std::string body) override {
    answer_->Reply(status, headers, std::move(body));
  }
  void Start(int status, std::vector<HttpHeader> headers) override {
    answer_->Start(status, headers);
  }
  bool Write(std::string piece) override { return answer_->Write(std::move(piece)); }
  void End() override { answer_->End(); }
  void OnClose(std::function<void()> closed) override { answer_->OnClose(std::move(closed)); }

 private:
  const HttpRequest request_;
  const std::unique_ptr<BodySink> sink_;
  const std::shared_ptr<Answer> answer_;
  const std::shared_ptr<const HttpOptions> options_;
};

}  // namespace bantam::server
