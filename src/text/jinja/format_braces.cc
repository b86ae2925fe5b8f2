// str.format.
#include <string>
#include <utility>

#include "base/check.h"
#include "text/jinja/attributes.h"
#include "text/jinja/format.h"
#include "text/jinja/format_spec.h"
#include "text/jinja/numbers.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

class BraceFormatter {
 public:
  BraceFormatter(Interpreter* in, bool markup, const CallArguments& arguments)
      : in_(*in), markup_(markup), arguments_(arguments) {}

  // `depth`: a specification may hold fields itself, but those not again.
  Result<std::string> Run(std::string_view text, int depth) {
    if (depth > 1) return Invalid("max string recursion exceeded");
    std::string out;
    for (size_t at = 0; at < text.size();) {
      const char c = text[at];
      if (c != '{' && c != '}') {
        const size_t next = std::min(text.find_first_of("{}", at), text.size());
        out += text.substr(at, next - at);
        at = next;
        continue;
      }
      if (at + 1 < text.size() && text[at + 1] == c) {
        out += c;
        at += 2;
        continue;
      }
      if (c == '}') return Invalid("single '}' encountered in format string");
      const size_t close = CloseOf(text, at + 1);
      if (close == text.npos) return Invalid("expected '}' before end of string");
      out += TRY(Field(text.substr(at + 1, close - at - 1), depth));
      TRY(in_.CheckSize(out.size()));
      TRY(in_.Work());
      at = close + 1;
    }
    return out;
  }

 private:
  static size_t CloseOf(std::string_view text, size_t at) {
    int open = 1;
    for (; at < text.size(); ++at) {
      if (text[at] == '{') ++open;
      if (text[at] == '}' && --open == 0) return at;
    }
    return text.npos;
  }

  // name[!conversion][:spec]
  Result<std::string> Field(std::string_view field, int depth) {
    size_t end = 0;
    for (int bracket = 0; end < field.size(); ++end) {
      if (field[end] == '[') ++bracket;
      if (field[end] == ']' && bracket > 0) --bracket;
      if (bracket == 0 && (field[end] == '!' || field[end] == ':')) break;
    }
    const Value value = TRY(Lookup(field.substr(0, end)));
    std::string_view rest = field.substr(end);
    char conversion = '\0';
    if (rest.starts_with('!')) {
      if (rest.size() < 2 || (rest.size() > 2 && rest[2] != ':')) {
        return Invalid("expected ':' after conversion specifier");
      }
      conversion = rest[1];
      rest.remove_prefix(2);
    }
    std::string spec;
    if (rest.starts_with(':')) spec = TRY(Run(rest.substr(1), depth + 1));
    if (conversion == '\0') {
      std::string text = TRY(FormatValue(in_, value, spec));
      return markup_ && !IsMarkup(value) ? EscapeHtml(text) : text;
    }
    std::string text;
    if (conversion == 's') {
      text = TRY(ToStr(in_, value));
    } else if (conversion == 'r') {
      TRY(AppendRepr(in_, value, &text));
    } else if (conversion == 'a' && value.IsString()) {
      AppendStringRepr(TextOf(value), true, &text);
    } else {
      return Invalid("unknown conversion specifier in a format string");
    }
    return FormatValue(in_, TRY(in_.Text(std::move(text))), spec);
  }

  Result<Value> Lookup(std::string_view name) {
    const size_t end = std::min(name.find_first_of(".["), name.size());
    Value value = TRY(First(name.substr(0, end)));
    for (size_t at = end; at < name.size();) {
      if (name[at] == '.') {
        const size_t next = std::min(name.find_first_of(".[", at + 1), name.size());
        if (next == at + 1) return Invalid("empty attribute in format string");
        value = TRY(GetAttribute(in_, value, name.substr(at + 1, next - at - 1)));
        at = next;
        continue;
      }
      const size_t close = name.find(']', at);
      if (name[at] != '[' || close == name.npos) return Invalid("missing ']' in format string");
      const std::string_view key = name.substr(at + 1, close - at - 1);
      if (key.empty()) return Invalid("empty attribute in format string");
      const bool digits = key.find_first_not_of("0123456789") == key.npos;
      std::optional<int64_t> index;
      if (digits) index = TRY(ParseInt(key, 10));
      value = TRY(GetItem(in_, value, index ? Value::Int(*index) : in_.String(key)));
      at = close + 1;
    }
    return value;
  }

  Result<Value> First(std::string_view name) {
    if (name.find_first_not_of("0123456789") != name.npos) {
      for (const auto& [key, value] : arguments_.named) {
        if (key == name) return value;
      }
      return Invalid("no argument '" + std::string(name.substr(0, 100)) +
                     "' for the format string");
    }
    size_t index = 0;
    if (name.empty()) {
      if (numbered_) return Invalid("cannot switch from manual to automatic field numbering");
      counted_ = true;
      index = next_++;
    } else {
      if (counted_) return Invalid("cannot switch from automatic to manual field numbering");
      numbered_ = true;
      const std::optional<int64_t> given = TRY(ParseInt(name, 10));
      index = static_cast<size_t>(given.value_or(INT64_MAX));
    }
    if (index >= arguments_.positional.size()) {
      return Invalid("replacement index " + std::to_string(index) +
                     " out of range for positional args tuple");
    }
    return arguments_.positional[index];
  }

  Interpreter& in_;
  bool markup_;
  const CallArguments& arguments_;
  size_t next_ = 0;
  bool counted_ = false;
  bool numbered_ = false;
};

}  // namespace

Result<std::string> FormatValue(Interpreter& in, const Value& value, std::string_view text) {
  if (text.empty()) return ToStr(in, value);
  if (!value.IsString() && !value.IsNumber()) {
    return Invalid("unsupported format string passed to " + std::string(TypeName(value)) +
                   ".__format__");
  }
  const FormatSpec spec = TRY(ParseFormatSpec(text));
  if (value.IsNumber()) return PadTo(spec, TRY(FormatNumber(value, spec)), '>');
  if ((spec.type != '\0' && spec.type != 's') || spec.align == '=' || spec.sign != '-' ||
      spec.alternate || spec.grouping != '\0') {
    return Invalid("a format that strings do not have");
  }
  std::string shown(TextOf(value));
  if (spec.precision >= 0) {
    shown.resize(OffsetOfCharacter(shown, static_cast<size_t>(spec.precision)));
  }
  return PadTo(spec, std::move(shown), '<');
}

Result<Value> FormatBraces(Interpreter& in, const Value& format, const CallArguments& arguments) {
  TRY(in.WorkOnBytes(TextOf(format).size()));
  BraceFormatter formatter(&in, IsMarkup(format), arguments);
  return in.Text(TRY(formatter.Run(TextOf(format), 0)), IsMarkup(format));
}

}  // namespace bantam::jinja
