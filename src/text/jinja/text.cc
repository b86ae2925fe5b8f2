// Python's str methods over UTF-8: counting, case, stripping and classes. Searching: search.cc.
#include "text/jinja/text.h"

#include "base/utf8.h"
#include "text/jinja/characters.h"

namespace bantam::jinja {
namespace {

constexpr uint32_t kCapitalSigma = 0x3A3;

// Whether the nearest character in one direction that is not case-ignorable is a cased one.
bool CasedBefore(std::string_view text, size_t at) {
  while (at > 0) {
    const Character c = CharacterBefore(text, at);
    const uint16_t flags = FlagsOf(c.code_point);
    if ((flags & kIgnorable) == 0) return (flags & (kUpper | kLower)) != 0;
    at -= c.length;
  }
  return false;
}

bool CasedAfter(std::string_view text, size_t at) {
  while (at < text.size()) {
    const Character c = CharacterAt(text, at);
    const uint16_t flags = FlagsOf(c.code_point);
    if ((flags & kIgnorable) == 0) return (flags & (kUpper | kLower)) != 0;
    at += c.length;
  }
  return false;
}

// Lower case of the character at `at`; a capital sigma at the end of a word becomes a final one.
void AppendLowerAt(std::string_view text, size_t at, const Character& c, std::string* out) {
  if (c.code_point == kCapitalSigma) {
    const bool final = CasedBefore(text, at) && !CasedAfter(text, at + c.length);
    AppendUtf8(final ? 0x3C2 : 0x3C3, *out);
  } else {
    AppendLower(c.code_point, out);
  }
}

bool IsOneOf(std::string_view chars, std::string_view c) {
  for (size_t at = 0; at < chars.size();) {
    const size_t length = CharacterAt(chars, at).length;
    if (chars.substr(at, length) == c) return true;
    at += length;
  }
  return false;
}

}  // namespace

size_t OffsetOfCharacter(std::string_view text, size_t index) {
  size_t at = 0;
  while (index > 0 && at < text.size()) {
    at += CharacterAt(text, at).length;
    --index;
  }
  return at;
}

bool IsUtf8(std::string_view text) {
  return ValidUtf8Prefix(text) == text.size();
}

std::string RepairUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8CharLength(text, at);
    out += length > 0 ? text.substr(at, length) : std::string_view("\xEF\xBF\xBD");
    at += length > 0 ? length : 1;
  }
  return out;
}

std::string UpperText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    AppendUpper(c.code_point, &out);
    at += c.length;
  }
  return out;
}

std::string LowerText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    AppendLowerAt(text, at, c, &out);
    at += c.length;
  }
  return out;
}

std::string SwapCaseText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    const uint16_t flags = FlagsOf(c.code_point);
    if ((flags & kUpper) != 0) {
      AppendLowerAt(text, at, c, &out);
    } else if ((flags & kLower) != 0) {
      AppendUpper(c.code_point, &out);
    } else {
      out += text.substr(at, c.length);
    }
    at += c.length;
  }
  return out;
}

std::string CapitalizeText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    if (at == 0) {
      AppendTitle(c.code_point, &out);
    } else {
      AppendLowerAt(text, at, c, &out);
    }
    at += c.length;
  }
  return out;
}

std::string TitleText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool inside = false;  // a word
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    if (inside) {
      AppendLowerAt(text, at, c, &out);
    } else {
      AppendTitle(c.code_point, &out);
    }
    inside = (FlagsOf(c.code_point) & (kUpper | kLower)) != 0;
    at += c.length;
  }
  return out;
}

std::string_view Strip(std::string_view text, Side side, std::optional<std::string_view> chars) {
  const auto goes = [&](const Character& c, size_t at) {
    return chars ? IsOneOf(*chars, text.substr(at, c.length)) : IsSpace(c.code_point);
  };
  if (side != Side::kRight) {
    while (!text.empty()) {
      const Character c = CharacterAt(text, 0);
      if (!goes(c, 0)) break;
      text.remove_prefix(c.length);
    }
  }
  if (side != Side::kLeft) {
    while (!text.empty()) {
      const Character c = CharacterBefore(text, text.size());
      if (!goes(c, text.size() - c.length)) break;
      text.remove_suffix(c.length);
    }
  }
  return text;
}

bool AllHave(std::string_view text, uint16_t flags) {
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    if ((FlagsOf(c.code_point) & flags) == 0) return false;
    at += c.length;
  }
  return !text.empty();
}

bool AllSpace(std::string_view text) {
  return !text.empty() && Strip(text, Side::kLeft).empty();
}

bool IsUpperText(std::string_view text) {
  bool cased = false;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    const uint16_t flags = FlagsOf(c.code_point);
    if ((flags & kLower) != 0) return false;
    cased |= (flags & kUpper) != 0;
    at += c.length;
  }
  return cased;
}

bool IsLowerText(std::string_view text) {
  bool cased = false;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    const uint16_t flags = FlagsOf(c.code_point);
    if ((flags & kUpper) != 0) return false;
    cased |= (flags & kLower) != 0;
    at += c.length;
  }
  return cased;
}

bool IsTitleText(std::string_view text) {
  bool cased = false;
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    const uint16_t flags = FlagsOf(c.code_point);
    if ((flags & kUpper) != 0 && inside) return false;
    if ((flags & kLower) != 0 && !inside) return false;
    inside = (flags & (kUpper | kLower)) != 0;
    cased |= inside;
    at += c.length;
  }
  return cased;
}

bool IsIdentifier(std::string_view text) {
  if (text.empty() || !AllHave(text, kInName)) return false;
  const uint32_t first = CharacterAt(text, 0).code_point;
  return first == '_' || (FlagsOf(first) & kAlpha) != 0;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\'': out += "&#39;"; break;
      case '"': out += "&#34;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace bantam::jinja
