// Formatting of answers' heads.
#include "server/http/response_head.h"

#include <chrono>
#include <iterator>

#include "base/ascii.h"
#include "base/clock.h"
#include "server/http/status.h"
#include "server/http/syntax.h"

namespace bantam::server {
namespace {

bool IsFramingHeader(std::string_view name) {
  for (const std::string_view own :
       {"connection", "content-length", "transfer-encoding", "date", "keep-alive"}) {
    if (EqualIgnoringCase(name, own)) return true;
  }
  return false;
}

void AppendHeader(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ");
  for (const char c : value) out += IsControl(c) ? ' ' : c;
  out += "\r\n";
}

void AppendTwoDigits(unsigned number, std::string& out) {
  out += static_cast<char>('0' + number / 10 % 10);
  out += static_cast<char>('0' + number % 10);
}

}  // namespace

std::string FormatHttpDate(int64_t unix_seconds) {
  constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text(kDays.substr(std::chrono::weekday(day).c_encoding() * 3, 3));
  text += ", ";
  AppendTwoDigits(static_cast<unsigned>(date.day()), text);
  text += ' ';
  text += kMonths.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3);
  text += ' ' + std::to_string(static_cast<int>(date.year())) + ' ';
  AppendTwoDigits(static_cast<unsigned>(clock.hours().count()), text);
  text += ':';
  AppendTwoDigits(static_cast<unsigned>(clock.minutes().count()), text);
  text += ':';
  AppendTwoDigits(static_cast<unsigned>(clock.seconds().count()), text);
  return text + " GMT";
}

bool AsksToClose(const std::vector<HttpHeader>& headers) {
  for (const HttpHeader& header : headers) {
    if (EqualIgnoringCase(header.name, "connection") && EqualIgnoringCase(header.value, "close")) {
      return true;
    }
  }
  return false;
}

bool HasNoBody(int status) {
  return status < 200 || status == 204 || status == 304;
}

std::string FormatResponseHead(int status, const std::vector<HttpHeader>& headers,
                               std::optional<uint64_t> content_length,
                               const AnswerFraming& framing) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + ' ';
  out.append(ReasonPhrase(status)).append("\r\n");
  AppendHeader("Date", FormatHttpDate(UnixSeconds()), out);
  for (const HttpHeader& header : headers) {
    if (IsToken(header.name) && !IsFramingHeader(header.name)) {
      AppendHeader(header.name, header.value, out);
    }
  }
  if (!HasNoBody(status)) {
    if (content_length) {
      AppendHeader("Content-Length", std::to_string(*content_length), out);
    } else if (!framing.http10) {
      AppendHeader("Transfer-Encoding", "chunked", out);
    }
  }
  if (!framing.keep_alive) {
    AppendHeader("Connection", "close", out);
  } else if (framing.http10) {
    AppendHeader("Connection", "keep-alive", out);
  }
  return out + "\r\n";
}

}  // namespace bantam::server
