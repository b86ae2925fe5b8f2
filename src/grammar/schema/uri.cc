// URI references by the algorithms of RFC 3986: appendix B and section 5.2.
#include "grammar/schema/uri.h"

#include "base/hex.h"

namespace bantam::grammar {
namespace {

bool IsAlpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsSchemeChar(char c) {
  return IsAlpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// Takes what stands before the first of `ends` off the front of `text`.
std::string_view TakeUntil(std::string_view* text, std::string_view ends) {
  const size_t length = text->find_first_of(ends);
  const std::string_view taken = text->substr(0, length);
  text->remove_prefix(taken.size());
  return taken;
}

// Section 5.2.4, on whole segments: "." goes, ".." takes the segment before it along. Only a path
// that begins with '/' is rooted; ".." never climbs above its beginning.
std::string RemoveDotSegments(std::string_view path) {
  std::string out;
  if (path.starts_with('/')) out = "/";
  const size_t root = out.size();
  size_t at = root;
  while (at <= path.size()) {
    const size_t slash = path.find('/', at);
    const bool last = slash == std::string_view::npos;
    const std::string_view segment = path.substr(at, last ? slash : slash - at);
    if (segment == "..") {
      if (out.size() > root) out.pop_back();  // the slash behind the segment that goes
      while (out.size() > root && out.back() != '/') out.pop_back();
    } else if (segment != ".") {
      out += segment;
      if (!last) out += '/';
    }
    if (last) break;
    at = slash + 1;
  }
  return out;
}

// Section 5.2.3.
std::string MergePaths(const UriParts& base, std::string_view path) {
  if (base.authority && base.path.empty()) return "/" + std::string(path);
  const size_t slash = base.path.rfind('/');
  if (slash == std::string_view::npos) return std::string(path);
  return std::string(base.path.substr(0, slash + 1)) + std::string(path);
}

}  // namespace

UriParts SplitUri(std::string_view text) {
  UriParts parts;
  const size_t colon = text.find_first_of(":/?#");
  if (colon != std::string_view::npos && text[colon] == ':' && colon > 0 && IsAlpha(text[0])) {
    bool scheme = true;
    for (const char c : text.substr(0, colon)) scheme = scheme && IsSchemeChar(c);
    if (scheme) {
      parts.scheme = text.substr(0, colon);
      text.remove_prefix(colon + 1);
    }
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    parts.authority = TakeUntil(&text, "/?#");
  }
  parts.path = TakeUntil(&text, "?#");
  if (text.starts_with('?')) {
    text.remove_prefix(1);
    parts.query = TakeUntil(&text, "#");
  }
  if (text.starts_with('#')) parts.fragment = text.substr(1);
  return parts;
}

std::string ResolveUri(std::string_view base, std::string_view reference) {
  const UriParts from = SplitUri(base);
  UriParts to = SplitUri(reference);
  std::string path;
  if (!to.scheme.empty() || to.authority) {
    path = RemoveDotSegments(to.path);
  } else if (to.path.empty()) {
    path = from.path;
    if (!to.query) to.query = from.query;
  } else if (to.path.starts_with('/')) {
    path = RemoveDotSegments(to.path);
  } else {
    path = RemoveDotSegments(MergePaths(from, to.path));
  }
  if (to.scheme.empty()) {
    to.scheme = from.scheme;
    if (!to.authority) to.authority = from.authority;
  }
  std::string out;
  if (!to.scheme.empty()) out.append(to.scheme).append(":");
  if (to.authority) out.append("//").append(*to.authority);
  out += path;
  if (to.query) out.append("?").append(*to.query);
  return out;
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = HexDigit(text[at + 1]);
    const int low = HexDigit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

}  // namespace bantam::grammar
