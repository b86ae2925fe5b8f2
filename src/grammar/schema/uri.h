// URI references: splitting and resolving (RFC 3986), as far as JSON Schema needs them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bantam::grammar {

// The parts of a URI reference (RFC 3986, appendix B); views into the text that was split. Any text
// is taken: what is no URI comes out as a path.
struct UriParts {
  std::string_view scheme;  // without ':'
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;  // without '#'
};
UriParts SplitUri(std::string_view text);

// `reference` resolved against `base` (RFC 3986, section 5.2), without a fragment. An empty base
// leaves relative references relative.
std::string ResolveUri(std::string_view base, std::string_view reference);

// %41 → A. Nothing if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view text);

}  // namespace bantam::grammar
