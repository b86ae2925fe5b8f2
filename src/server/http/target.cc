// Decoding of targets.
#include "server/http/target.h"

#include "base/check.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "server/http/syntax.h"

namespace bantam::server {
namespace {

HttpResult<std::string> PercentDecode(std::string_view text, bool form) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return Refuse(400, "the target has a '%' without two hexadecimal digits");
      }
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && form) {
      c = ' ';
    }
    if (c == '\0' || (!form && IsControl(c))) {
      return Refuse(400, "the target has an encoded control character");
    }
    out += c;
  }
  if (ValidUtf8Prefix(out) != out.size()) return Refuse(400, "the target is not UTF-8");
  return out;
}

bool HasDotSegment(std::string_view path) {
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
  return false;
}

HttpResult<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view item = text.substr(0, end);
    if (!item.empty()) {
      const size_t equals = item.find('=');
      std::string key = TRY(PercentDecode(item.substr(0, equals), true));
      std::string value;
      if (equals != std::string_view::npos) {
        value = TRY(PercentDecode(item.substr(equals + 1), true));
      }
      query.emplace_back(std::move(key), std::move(value));
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return query;
}

// Takes "http://authority" off the front of an absolute form.
HttpResult<std::string> TakeAuthority(std::string_view& text) {
  const size_t scheme = text.find("://");
  const std::string_view name = text.substr(0, scheme == std::string_view::npos ? 0 : scheme);
  if (!EqualIgnoringCase(name, "http") && !EqualIgnoringCase(name, "https")) {
    return Refuse(400, "the target must be a path or an http address, not " + Quote(text, 40));
  }
  text.remove_prefix(scheme + 3);
  const size_t end = text.find_first_of("/?");
  std::string authority(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  if (authority.empty()) return Refuse(400, "the target names no host");
  return authority;
}

}  // namespace

HttpResult<Target> ParseTarget(std::string_view text) {
  for (const char c : text) {
    if (c == ' ' || IsControl(c) || c == '#') {
      return Refuse(400, "the target has a character that must be percent-encoded");
    }
    if (static_cast<uint8_t>(c) >= 0x80) return Refuse(400, "the target is not ASCII");
  }
  Target target;
  if (!text.starts_with('/')) target.authority = TRY(TakeAuthority(text));
  const size_t question = text.find('?');
  target.path = TRY(PercentDecode(text.substr(0, question), false));
  if (target.path.empty()) target.path = "/";  // http://host, http://host?query
  if (HasDotSegment(target.path)) return Refuse(400, "the target has a dot segment");
  if (question != std::string_view::npos) {
    target.query = TRY(ParseQuery(text.substr(question + 1)));
  }
  return target;
}

}  // namespace bantam::server
