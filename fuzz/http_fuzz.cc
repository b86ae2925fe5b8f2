// Fuzzes the reading of HTTP requests: a head, then its body if it is chunked. What is accepted
// must mean the same however the bytes arrive, and when it is written down and read again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "server/http/body_framing.h"
#include "server/http/host_name.h"
#include "server/http/request_head.h"
#include "server/http/syntax.h"

namespace bantam::server {
namespace {

constexpr HeadLimits kLimits = {.head_bytes = 512, .target_bytes = 128, .headers = 8};

// The status of a refusal as a negative number, the length of the head, or 0.
int Scan(std::string_view text, size_t step) {
  HeadScanner scanner(kLimits);
  for (size_t end = 0; end < text.size();) {
    end = std::min(text.size(), end + step);
    const auto length = scanner.Scan(text.substr(0, end));
    if (!length) return -length.error().status;
    if (*length > 0) return static_cast<int>(*length);
  }
  return 0;
}

// A chunked body read in pieces of `step` bytes: its text, and what became of it.
struct Body {
  std::string text;
  int status = 0;
  size_t used = 0;
  bool operator==(const Body&) const = default;
};

Body ReadChunks(std::string_view input, size_t step) {
  Body body;
  ChunkedReader reader;
  while (body.used < input.size() && !reader.done()) {
    std::string_view part = input.substr(body.used, step);
    const size_t size = part.size();
    while (!part.empty() && !reader.done()) {
      const auto piece = reader.Next(part);
      if (!piece) {
        body.status = piece.error().status;
        body.used = 0;  // how far it came depends on the pieces
        return body;
      }
      body.text += *piece;
    }
    body.used += size - part.size();
  }
  return body;
}

void CheckPath(const std::string& path) {
  CHECK(path.starts_with('/'));
  CHECK(ValidUtf8Prefix(path) == path.size());
  CHECK(std::none_of(path.begin(), path.end(), IsControl));
  const std::string closed = path + "/";
  CHECK(closed.find("/../") == std::string::npos && closed.find("/./") == std::string::npos);
}

std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    out += '%';
    out += kDigits[static_cast<uint8_t>(c) / 16];
    out += kDigits[static_cast<uint8_t>(c) % 16];
  }
  return out;
}

// The head written down in another way, which must be read as the same.
void CheckAgain(const RequestHead& head) {
  const HttpRequest& request = head.request;
  std::string text = request.method + " /" + PercentEncode(request.path.substr(1));
  char mark = '?';
  for (const auto& [key, value] : request.query) {
    text.append(1, mark).append(PercentEncode(key)).append("=").append(PercentEncode(value));
    mark = '&';
  }
  text += " HTTP/1." + std::to_string(head.minor_version) + "\r\n";
  for (const HttpHeader& header : request.headers) {
    text += header.name + ":" + header.value + "\r\n";
  }
  const auto again = ParseHead(text + "\r\n");
  CHECK(again.has_value());
  CHECK(again->request.path == request.path && again->request.query == request.query);
  CHECK(again->request.headers.size() == request.headers.size());
  CHECK(again->chunked == head.chunked && again->content_length == head.content_length);
  CHECK(again->keep_alive == head.keep_alive);
}

void CheckHead(const RequestHead& head) {
  const HttpRequest& request = head.request;
  CHECK(IsToken(request.method));
  CheckPath(request.path);
  CHECK(!head.chunked || (head.content_length == 0 && head.minor_version == 1));
  int hosts = 0;
  for (const HttpHeader& header : request.headers) {
    CHECK(IsToken(header.name) && header.name == LowerCase(header.name));
    CHECK(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    CHECK(!head.chunked || header.name != "content-length");
    hosts += header.name == "host" ? 1 : 0;
  }
  CHECK(hosts == 1 || (hosts == 0 && head.minor_version == 0));
  CheckAgain(head);
}

}  // namespace
}  // namespace bantam::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bantam::server;
  if (size == 0) return 0;
  const size_t step = 1 + data[0] % 16;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const int length = Scan(text, text.size() + 1);
  CHECK(length == Scan(text, step));
  std::string_view body = text;  // chunks without a head are a body too
  if (length > 0) {
    const auto head = ParseHead(text.substr(0, static_cast<size_t>(length)));
    if (head) CheckHead(*head);
    body = text.substr(static_cast<size_t>(length));
  }
  CHECK(ReadChunks(body, body.size() + 1) == ReadChunks(body, step));
  HostName::Parse(text);
  return 0;
}
