// Reading Content-Length, Transfer-Encoding and chunks.
#include "server/http/body_framing.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/quote.h"
#include "server/http/syntax.h"

namespace bantam::server {
namespace {

constexpr size_t kMaxLengthDigits = 18;  // below 2^63
constexpr int kMaxChunkDigits = 15;      // below 2^60
constexpr size_t kMaxExtra = 16 * 1024;  // bytes of extensions and trailers in one body

HttpResult<uint64_t> ReadContentLength(std::string_view text) {
  if (text.empty() || text.size() > kMaxLengthDigits) {
    return Refuse(400, "Content-Length is not a number: " + Quote(text, 40));
  }
  uint64_t length = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return Refuse(400, "Content-Length is not a number: " + Quote(text, 40));
    }
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  return length;
}

}  // namespace

HttpResult<BodyFraming> ReadFraming(const std::vector<HttpHeader>& headers, int minor_version) {
  BodyFraming framing;
  std::optional<uint64_t> length;
  bool encoded = false;
  int chunked = 0;
  bool other = false;
  for (const HttpHeader& header : headers) {
    if (header.name == "content-length") {
      if (length) return Refuse(400, "there are several Content-Length headers");
      length = TRY(ReadContentLength(header.value));
    } else if (header.name == "transfer-encoding") {
      encoded = true;
      ForListItems(header.value, [&](std::string_view item) {
        const bool is_chunked = EqualIgnoringCase(item, "chunked");
        chunked += is_chunked ? 1 : 0;
        other = other || !is_chunked;
      });
    }
  }
  if (encoded && length) return Refuse(400, "both Transfer-Encoding and Content-Length are given");
  if (encoded && minor_version == 0) return Refuse(400, "HTTP/1.0 has no Transfer-Encoding");
  if (other) return Refuse(501, "the only transfer coding that is taken is chunked");
  if (encoded && chunked != 1) return Refuse(400, "Transfer-Encoding must be chunked, once");
  framing.chunked = encoded;
  framing.content_length = length.value_or(0);
  return framing;
}

HttpResult<std::string_view> ChunkedReader::Next(std::string_view& input) {
  while (!input.empty() && state_ != State::kDone) {
    if (state_ == State::kData) {
      const size_t length = static_cast<size_t>(std::min<uint64_t>(left_, input.size()));
      const std::string_view piece = input.substr(0, length);
      input.remove_prefix(length);
      left_ -= length;
      if (left_ == 0) state_ = State::kDataCr;
      return piece;
    }
    TRY(Step(input.front()));
    input.remove_prefix(1);
  }
  return std::string_view();
}

HttpResult<void> ChunkedReader::Step(char c) {
  switch (state_) {
    case State::kSize:
    case State::kMoreSize:
    case State::kExtension:
    case State::kSizeLf: return SizeStep(c);
    case State::kDataCr:
      if (c != '\r') return Refuse(400, "a chunk is longer than its size says");
      state_ = State::kDataLf;
      return {};
    case State::kDataLf:
      if (c != '\n') return Refuse(400, "a chunk does not end with CR LF");
      state_ = State::kSize;
      return {};
    case State::kTrailer:
    case State::kInTrailer:
    case State::kTrailerLf:
    case State::kLastLf: return TrailerStep(c);
    case State::kData:
    case State::kDone: break;
  }
  return {};
}

HttpResult<void> ChunkedReader::SizeStep(char c) {
  if (state_ == State::kSizeLf) {
    if (c != '\n') return Refuse(400, "a chunk's size does not end with CR LF");
    state_ = left_ > 0 ? State::kData : State::kTrailer;
    return {};
  }
  if (c == '\r' && state_ != State::kSize) {
    digits_ = 0;
    state_ = State::kSizeLf;
    return {};
  }
  if (state_ == State::kExtension) {
    if (IsControl(c) && c != '\t')
      return Refuse(400, "a chunk's extension has a control character");
    if (++extra_ > kMaxExtra) return Refuse(400, "the chunks' extensions are too long");
    return {};
  }
  if (c == ';' && state_ == State::kMoreSize) {
    state_ = State::kExtension;
    return {};
  }
  const int digit = HexDigit(c);
  if (digit < 0) return Refuse(400, "a chunk's size is not a hexadecimal number");
  if (++digits_ > kMaxChunkDigits) return Refuse(400, "a chunk's size has too many digits");
  left_ = left_ * 16 + static_cast<uint64_t>(digit);
  state_ = State::kMoreSize;
  return {};
}

HttpResult<void> ChunkedReader::TrailerStep(char c) {
  if (state_ == State::kTrailerLf || state_ == State::kLastLf) {
    if (c != '\n') return Refuse(400, "a trailer does not end with CR LF");
    state_ = state_ == State::kLastLf ? State::kDone : State::kTrailer;
    return {};
  }
  if (c == '\r') {
    state_ = state_ == State::kTrailer ? State::kLastLf : State::kTrailerLf;
    return {};
  }
  if (state_ == State::kTrailer && !IsTokenChar(c)) return Refuse(400, "a trailer is no header");
  if (IsControl(c) && c != '\t') return Refuse(400, "a trailer has a control character");
  if (++extra_ > kMaxExtra) return Refuse(400, "the trailers are too long");
  state_ = State::kInTrailer;
  return {};
}

}  // namespace bantam::server
