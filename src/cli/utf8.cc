// What base/utf8.h says of UTF-8, and what terminals are sent.
#include "cli/utf8.h"

#include "base/utf8.h"

namespace bantam::cli {
Utf8Char DecodeUtf8(std::string_view text) {
  const Utf8Prefix prefix = ScanUtf8(text);
  if (prefix.kind != Utf8Prefix::kValid) return {0xFFFD, prefix.length, false};
  return {bantam::DecodeUtf8(text, 0).code_point, prefix.length, true};
}

bool IsValidUtf8(std::string_view text) {
  return ValidUtf8Prefix(text) == text.size();
}

std::string TerminalSafe(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    const uint32_t code = c.code_point;
    if (!c.valid || (code >= 0x80 && code < 0xA0)) {
      out.append("\xEF\xBF\xBD");
    } else if (code == 0x7F) {
      out.append("^?");
    } else if (code < 0x20 && code != '\n' && code != '\t') {
      out.push_back('^');
      out.push_back(static_cast<char>(code + '@'));
    } else {
      out.append(text.substr(0, c.size));
    }
    text.remove_prefix(c.size);
  }
  return out;
}

}  // namespace bantam::cli
