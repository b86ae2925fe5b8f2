// Bodies on their way to memory or a sink.
#include "server/http/body_reader.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bantam::server {

BodyReader::BodyReader(const RequestHead& head, BodyRule rule, uint64_t& held, uint64_t most_held)
    : is_chunked_(head.chunked),
      left_(head.content_length),
      rule_(std::move(rule)),
      held_(held),
      most_held_(most_held) {}

BodyReader::~BodyReader() {
  held_ -= own_held_;
}

std::unexpected<HttpError> BodyReader::TooLong() const {
  return Refuse(413, "the body is longer than " + std::to_string(rule_.limit) + " bytes");
}

HttpResult<void> BodyReader::Check() const {
  if (left_ > rule_.limit) return TooLong();
  return {};
}

bool BodyReader::done() const {
  return is_chunked_ ? chunks_.done() : left_ == 0;
}

HttpResult<void> BodyReader::Read(std::string_view& input) {
  if (is_chunked_) {
    while (!input.empty() && !chunks_.done()) {
      const std::string_view piece = TRY(chunks_.Next(input));
      TRY(Keep(piece));
      if (chunks_.announced() > rule_.limit - received_) return TooLong();
    }
    return {};
  }
  const size_t length = static_cast<size_t>(std::min<uint64_t>(left_, input.size()));
  TRY(Keep(input.substr(0, length)));
  left_ -= length;
  input.remove_prefix(length);
  return {};
}

HttpResult<void> BodyReader::Keep(std::string_view piece) {
  if (piece.empty()) return {};
  if (piece.size() > rule_.limit - received_) return TooLong();
  if (rule_.sink) {
    const Result<void> written = rule_.sink->Write(piece);
    if (!written) return Refuse(HttpStatus(written.error().code), written.error().message);
    received_ += piece.size();
    return {};
  }
  if (piece.size() > most_held_ - std::min(held_, most_held_)) {
    return Refuse(503, "the server holds too many requests; try again later");
  }
  body_.append(piece);
  received_ += piece.size();
  own_held_ += piece.size();
  held_ += piece.size();
  return {};
}

}  // namespace bantam::server
