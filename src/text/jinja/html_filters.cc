// Filters for HTML and URLs.
#include <charconv>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "text/jinja/arguments.h"
#include "text/jinja/filters.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

Result<Value> EscapeAlways(Interpreter& in, const Value& input) {
  const std::string text = TRY(ToStr(in, input));
  TRY(in.CheckSize(text.size() * 2));
  return in.Text(EscapeHtml(text), true);
}

Result<Value> Escape(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "escape", {}));
  return IsMarkup(input) ? input : EscapeAlways(in, input);
}

Result<Value> ForceEscape(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "forceescape", {}));
  return EscapeAlways(in, input);
}

Result<Value> Safe(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "safe", {}));
  return in.Text(TRY(ToStr(in, input)), true);
}

// `text` without everything between `open` and `close`; what is not closed stays.
std::string Without(std::string_view text, std::string_view open, std::string_view close) {
  std::string out;
  size_t at = 0;
  for (;;) {
    const size_t begin = text.find(open, at);
    const size_t end = begin == text.npos ? text.npos : text.find(close, begin);
    if (end == text.npos) break;
    out += text.substr(at, begin - at);
    at = end + close.size();
  }
  out += text.substr(at);
  return out;
}

// The character of a reference like "amp" or "#39" (without & and ;), or 0.
uint32_t Referenced(std::string_view name) {
  constexpr std::pair<std::string_view, uint32_t> kNames[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", 0xA0}};
  for (const auto& [known, c] : kNames) {
    if (name == known) return c;
  }
  if (!name.starts_with('#')) return 0;
  name.remove_prefix(1);
  const bool hex = name.starts_with('x') || name.starts_with('X');
  if (hex) name.remove_prefix(1);
  uint32_t c = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), c, hex ? 16 : 10);
  const bool all = parsed.ec == std::errc() && parsed.ptr == name.data() + name.size();
  return all && c <= 0x10FFFF && (c < 0xD800 || c >= 0xE000) ? c : 0;
}

std::string Unescaped(std::string_view text) {
  constexpr size_t kLongest = 10;
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '&') {
      const size_t semicolon = text.substr(at, kLongest).find(';');
      if (semicolon != text.npos) {
        const uint32_t c = Referenced(text.substr(at + 1, semicolon - 1));
        if (c != 0) {
          AppendUtf8(c, out);
          at += semicolon;
          continue;
        }
      }
    }
    out += text[at];
  }
  return out;
}

// Comments and tags go, blanks collapse, the common character references are resolved.
Result<Value> StripTags(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "striptags", {}));
  std::string text = TRY(ToStr(in, input));
  TRY(Interpreter::CheckSplit(text.size()));
  TRY(in.Work(text.size() / 8));
  text = Without(Without(text, "<!--", "-->"), "<", ">");
  std::string out;
  for (const std::string_view word : SplitAtSpace(text, -1, false)) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return in.Text(Unescaped(out));
}

Result<void> AppendQuoted(Interpreter& in, const Value& value, bool query, std::string* out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const std::string text = TRY(ToStr(in, value));
  TRY(in.CheckSize(out->size() + text.size() * 3));
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.' || c == '-' || c == '~' || (c == '/' && !query);
    if (plain) {
      *out += c;
    } else if (c == ' ' && query) {
      *out += '+';
    } else {
      *out += '%';
      *out += kHex[static_cast<uint8_t>(c) >> 4];
      *out += kHex[static_cast<uint8_t>(c) & 15];
    }
  }
  return {};
}

Result<Value> UrlEncode(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "urlencode", {}));
  std::string out;
  const bool iterable = input.IsUndefined() || LengthOf(input) || input.Is(Kind::kIterator);
  if (input.IsString() || !iterable) {
    TRY(AppendQuoted(in, input, false, &out));
    return in.Text(std::move(out));
  }
  const Value pairs = input.Is(Kind::kDict)
                          ? ListOfView(in, input.As<DictObject>(), ViewObject::Part::kItems)
                          : TRY(Iterate(in, input));
  for (const Value& pair : ItemsOf(pairs)) {
    const Value two = TRY(Iterate(in, pair));
    if (ItemsOf(two).size() != 2) return Invalid("urlencode needs pairs of key and value");
    if (!out.empty()) out += '&';
    TRY(AppendQuoted(in, ItemsOf(two)[0], true, &out));
    out += '=';
    TRY(AppendQuoted(in, ItemsOf(two)[1], true, &out));
  }
  return in.Text(std::move(out));
}

Result<Value> XmlAttributes(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "xmlattr", {"autospace"}));
  if (input.IsUndefined()) return UseOfUndefined(input);
  if (!input.Is(Kind::kDict)) return Invalid("xmlattr needs a dict");
  std::string out;
  const auto escaped = [&in](const Value& value) -> Result<std::string> {
    const std::string text = TRY(ToStr(in, value));
    return IsMarkup(value) ? text : EscapeHtml(text);
  };
  for (const auto& [key, value] : input.As<DictObject>().entries) {
    if (value.IsNone() || value.IsUndefined()) continue;
    if (!key.IsString()) return Invalid("xmlattr needs strings as keys");
    if (TextOf(key).find_first_of(" \t\n\r\f\v/>=") != std::string_view::npos) {
      return Invalid("invalid character in attribute name");
    }
    if (!out.empty()) out += ' ';
    out += TRY(escaped(key));
    out += "=\"";
    out += TRY(escaped(value));
    out += '"';
    TRY(in.CheckSize(out.size()));
  }
  if (bound.Flag(0, true) && !out.empty()) out.insert(0, 1, ' ');
  return in.Text(std::move(out));
}

Result<Value> Refuse(Interpreter&, const Value&, const Arguments&) {
  return Invalid("the filters 'random' and 'urlize' are not supported");
}

constexpr FilterEntry kFilters[] = {
    {"e", &Escape},
    {"escape", &Escape},
    {"forceescape", &ForceEscape},
    {"safe", &Safe},
    {"striptags", &StripTags},
    {"urlencode", &UrlEncode},
    {"xmlattr", &XmlAttributes},
    {"random", &Refuse},
    {"urlize", &Refuse},
};

}  // namespace

std::span<const FilterEntry> HtmlFilters() {
  return kFilters;
}

}  // namespace bantam::jinja
