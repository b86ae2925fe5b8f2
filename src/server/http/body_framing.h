// BodyFraming: where a request's body ends (RFC 9112, section 6), and the reader of chunks.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/http/exchange.h"
#include "server/http/status.h"

namespace bantam::server {

struct BodyFraming {
  bool chunked = false;
  uint64_t content_length = 0;
};

// Refused with 400: Transfer-Encoding beside Content-Length or in HTTP/1.0, several or malformed
// Content-Lengths (even equal ones), chunked twice. With 501: other transfer codings.
HttpResult<BodyFraming> ReadFraming(const std::vector<HttpHeader>& headers, int minor_version);

// Takes a chunked body apart as it arrives (section 7.1). Extensions and trailers are checked and
// dropped, both bounded.
class ChunkedReader {
 public:
  // Takes bytes off the front of `input` up to the end of a piece of the body, and returns the
  // piece: empty if the input is used up or the body has ended.
  HttpResult<std::string_view> Next(std::string_view& input);
  bool done() const { return state_ == State::kDone; }
  uint64_t announced() const { return left_; }  // bytes still to come, as far as is known

 private:
  enum class State : uint8_t {
    kSize,       // at the first digit
    kMoreSize,   // digits, then ';' or CR
    kExtension,  // up to CR
    kSizeLf,     // LF after the size
    kData,       // inside a chunk
    kDataCr,     // CR after a chunk
    kDataLf,     // LF after a chunk
    kTrailer,    // at the start of a trailer line
    kInTrailer,  // inside of one
    kTrailerLf,  // LF after one
    kLastLf,     // LF of the empty line
    kDone,
  };

  HttpResult<void> Step(char c);
  HttpResult<void> SizeStep(char c);
  HttpResult<void> TrailerStep(char c);

  State state_ = State::kSize;
  int digits_ = 0;
  uint64_t left_ = 0;  // bytes of this chunk
  size_t extra_ = 0;   // bytes of extensions and trailers so far
};

}  // namespace bantam::server
