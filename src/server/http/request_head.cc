// Scanning and reading of request heads.
#include "server/http/request_head.h"

#include "base/ascii.h"
#include "base/check.h"
#include "base/quote.h"
#include "server/http/body_framing.h"
#include "server/http/host_name.h"
#include "server/http/syntax.h"
#include "server/http/target.h"

namespace bantam::server {
namespace {

constexpr size_t kMaxMethod = 32;  // bytes

// What follows up to CRLF, taken off the front. HeadScanner saw to it that there is one.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  return line;
}

HttpResult<void> ReadVersion(std::string_view version, RequestHead& head) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") {
    head.minor_version = version.back() - '0';
    return {};
  }
  const bool other = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
                     HexDigit(version[5]) >= 0 && HexDigit(version[7]) >= 0;
  if (other) return Refuse(505, "this server speaks HTTP/1.1");
  return Refuse(400, "the request line does not end with HTTP/1.1");
}

// METHOD SP target SP version, one blank each (section 3).
HttpResult<std::string> ReadRequestLine(std::string_view line, RequestHead& head) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return Refuse(400, "the request line is not METHOD TARGET HTTP/1.1");
  }
  const std::string_view method = line.substr(0, first);
  if (!IsToken(method) || method.size() > kMaxMethod) {
    return Refuse(400, "the method is not a word");
  }
  TRY(ReadVersion(line.substr(last + 1), head));
  Target target = TRY(ParseTarget(line.substr(first + 1, last - first - 1)));
  head.request.method = method;
  head.request.path = std::move(target.path);
  head.request.query = std::move(target.query);
  return std::move(target.authority);
}

// name ":" OWS value OWS; no blank before the colon, no continuation lines (section 5).
HttpResult<HttpHeader> ReadHeader(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {
    return Refuse(400, "a header is folded over two lines");
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Refuse(400, "a header has no colon");
  const std::string_view name = line.substr(0, colon);
  if (!IsToken(name)) return Refuse(400, "a header's name is not a word: " + Quote(name, 40));
  const std::string_view value = TrimBlanks(line.substr(colon + 1));
  for (const char c : value) {
    if (IsControl(c) && c != '\t') {
      return Refuse(400, "the header " + Quote(name, 40) + " has a control character");
    }
  }
  return HttpHeader{LowerCase(name), std::string(value)};
}

HttpResult<void> CheckHost(const RequestHead& head, const std::string& authority) {
  const HttpHeader* host = nullptr;
  for (const HttpHeader& header : head.request.headers) {
    if (header.name != "host") continue;
    if (host != nullptr) return Refuse(400, "there are several Host headers");
    host = &header;
  }
  if (host == nullptr) {
    if (head.minor_version == 0) return {};
    return Refuse(400, "there is no Host header");
  }
  const auto name = HostName::Parse(host->value);
  if (!name) return Refuse(400, "the Host header is no host: " + Quote(host->value, 80));
  if (!authority.empty() && HostName::Parse(authority) != name) {
    return Refuse(400, "the target names another host than the Host header");
  }
  return {};
}

HttpResult<void> ReadConnection(RequestHead& head) {
  bool close = false;
  bool keep = false;
  for (const HttpHeader& header : head.request.headers) {
    if (header.name != "connection") continue;
    ForListItems(header.value, [&](std::string_view item) {
      close = close || EqualIgnoringCase(item, "close");
      keep = keep || EqualIgnoringCase(item, "keep-alive");
    });
  }
  head.keep_alive = !close && (head.minor_version == 1 || keep);
  return {};
}

HttpResult<void> ReadExpectations(RequestHead& head) {
  for (const HttpHeader& header : head.request.headers) {
    if (header.name == "expect" && head.minor_version == 1) {
      if (!EqualIgnoringCase(header.value, "100-continue")) {
        return Refuse(417, "the only expectation that can be met is 100-continue");
      }
      head.expects_continue = true;
    }
    if (header.name == "content-encoding" && !header.value.empty() &&
        !EqualIgnoringCase(header.value, "identity")) {
      return Refuse(415, "encoded bodies are not taken: send it without Content-Encoding");
    }
  }
  return {};
}

}  // namespace

HttpResult<size_t> HeadScanner::EndLine(size_t next) {
  const size_t length = next - line_start_;
  line_start_ = next;
  if (length > 2) {
    if (++lines_ > limits_.headers + 1) {
      return Refuse(431, "more than " + std::to_string(limits_.headers) + " headers");
    }
    return 0;
  }
  if (lines_ > 0) return next;
  if (empty_line_) return Refuse(400, "empty lines come before the request");
  empty_line_ = true;
  return 0;
}

HttpResult<size_t> HeadScanner::Scan(std::string_view bytes) {
  const size_t most = std::min(bytes.size(), limits_.head_bytes);
  for (; scanned_ < most; ++scanned_) {
    const char c = bytes[scanned_];
    const bool after_cr = scanned_ > 0 && bytes[scanned_ - 1] == '\r';
    if (c == '\0') return Refuse(400, "the head has a NUL byte");
    if (after_cr != (c == '\n')) {
      return Refuse(400, "the head has a line that does not end with CR LF");
    }
    if (lines_ == 0 && scanned_ - line_start_ > limits_.target_bytes + kMaxMethod) {
      return Refuse(414,
                    "the target is longer than " + std::to_string(limits_.target_bytes) + " bytes");
    }
    if (c != '\n') continue;
    const size_t length = TRY(EndLine(scanned_ + 1));
    if (length > 0) {
      ++scanned_;
      return length;
    }
  }
  if (bytes.size() > limits_.head_bytes) {
    return Refuse(431, "the head is longer than " + std::to_string(limits_.head_bytes) + " bytes");
  }
  return 0;
}

HttpResult<RequestHead> ParseHead(std::string_view text) {
  RequestHead head;
  if (text.starts_with("\r\n")) text.remove_prefix(2);
  const std::string authority = TRY(ReadRequestLine(TakeLine(text), head));
  for (std::string_view line = TakeLine(text); !line.empty(); line = TakeLine(text)) {
    head.request.headers.push_back(TRY(ReadHeader(line)));
  }
  TRY(CheckHost(head, authority));
  TRY(ReadConnection(head));
  const BodyFraming framing = TRY(ReadFraming(head.request.headers, head.minor_version));
  head.chunked = framing.chunked;
  head.content_length = framing.content_length;
  TRY(ReadExpectations(head));
  return head;
}

}  // namespace bantam::server
