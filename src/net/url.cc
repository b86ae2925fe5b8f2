// Parsing, resolving and writing of URLs.
#include "net/url.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/check.h"
#include "base/quote.h"
#include "net/address.h"

namespace bantam::net {
namespace {

std::unexpected<Error> Bad(std::string_view text, std::string_view why) {
  return Fail(ErrorCode::kInvalidArgument,
              "the URL " + Quote(WithoutSecrets(text)) + " " + std::string(why));
}

void AppendEncoded(char c, std::string& out) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
}

// A name whose last label is a number would be read as an IPv4 address in one of its odd forms
// ("127.1", "0x7f000001") by some resolvers.
bool LooksNumeric(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !last.empty() && last[0] >= '0' && last[0] <= '9' &&
         (last.starts_with("0x") ||
          std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; }));
}

bool IsHostName(std::string_view host) {
  size_t label = 0;
  for (const char c : host) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else if (IsAsciiAlphanumeric(c) || c == '-' || c == '_') {
      if (++label > 63) return false;
    } else {
      return false;
    }
  }
  return label > 0 && host.size() <= 253;
}

// Takes "host[:port]" apart; `text` is for messages.
Result<void> ParseAuthority(std::string_view authority, std::string_view text, Url& url) {
  if (authority.find('@') != std::string_view::npos) {
    return Bad(text, "holds a user name; give a token by HF_TOKEN instead");
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return Bad(text, "has no ']' after its address");
    url.host = authority.substr(1, end - 1);
    if (!ParseIpv6(url.host)) return Bad(text, "has no IPv6 address in its brackets");
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority[0] != ':') return Bad(text, "has text after its address");
    port = authority.empty() ? authority : authority.substr(1);
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    url.host = LowerCase(authority.substr(0, colon));
    port = authority.substr(std::min(colon + 1, authority.size()));
    if (!IsHostName(url.host)) return Bad(text, "has no valid host");
    if (LooksNumeric(url.host) && !ParseIpv4(url.host)) {
      return Bad(text, "has a host that is neither a name nor an address of four numbers");
    }
  }
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc() || end != port.data() + port.size() || url.port == 0) {
      return Bad(text, "has no valid port");
    }
  }
  return {};
}

// Drops the fragment, encodes what may not stand in a request line.
Result<std::string> CleanPath(std::string_view path, std::string_view text) {
  path = path.substr(0, path.find('#'));
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return Bad(text, "holds control characters");
    if (byte == ' ' || byte >= 0x80 || c == '\\' || c == '"' || c == '<' || c == '>') {
      AppendEncoded(c, out);
    } else {
      out += c;
    }
  }
  if (!out.starts_with('/')) out.insert(0, 1, '/');
  return out;
}

bool HasScheme(std::string_view text, std::string_view scheme) {
  return LowerCase(text.substr(0, scheme.size())) == scheme;
}

}  // namespace

Result<Url> Url::Parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return Bad(text, "is longer than " + std::to_string(kMaxBytes) + " bytes");
  }
  Url url;
  std::string_view rest = text;
  if (HasScheme(text, "https://")) {
    rest.remove_prefix(8);
  } else if (HasScheme(text, "http://")) {
    rest.remove_prefix(7);
    url.secure = false;
    url.port = 80;
  } else {
    return Bad(text, "is no https:// or http:// URL");
  }
  const size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  TRY(ParseAuthority(rest.substr(0, end), text, url));
  url.path = TRY(CleanPath(rest.substr(end), text));
  return url;
}

Result<Url> Url::Resolve(std::string_view reference) const {
  if (reference.empty()) return Bad(reference, "is empty");
  if (reference.starts_with("//")) {
    return Parse((secure ? "https:" : "http:") + std::string(reference));
  }
  if (reference.starts_with('/')) return Parse(Origin() + std::string(reference));
  const size_t end = reference.find_first_of("/?#");
  if (reference.substr(0, end).find(':') != std::string_view::npos) return Parse(reference);
  const std::string_view own = std::string_view(path).substr(0, path.find('?'));
  if (reference.starts_with('?') || reference.starts_with('#')) {
    return Parse(Origin() + std::string(own) + std::string(reference));
  }
  return Parse(Origin() + std::string(own.substr(0, own.rfind('/') + 1)) + std::string(reference));
}

std::string Url::Origin() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  std::string out = secure ? "https://" : "http://";
  out += ipv6 ? "[" + host + "]" : host;
  if (port != (secure ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::string WithoutSecrets(std::string_view text) {
  const size_t scheme = text.find("://");
  const size_t start = scheme == std::string_view::npos ? 0 : scheme + 3;
  std::string out(text.substr(0, start));
  text.remove_prefix(start);
  const size_t query = text.find('?');
  const size_t at = text.rfind('@');  // passwords may hold '/', '?' and '@', in what is no URL
  if (at == std::string_view::npos) {
    out += text.substr(0, query);
  } else if (query < at) {
    return out + "***";  // where the password ends cannot be told
  } else {
    out += "***" + std::string(text.substr(at, query - at));
  }
  return out + (query == std::string_view::npos ? "" : "?***");
}

std::string EncodePath(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsAsciiAlphanumeric(c) || std::string_view("-._~/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      AppendEncoded(c, out);
    }
  }
  return out;
}

}  // namespace bantam::net
