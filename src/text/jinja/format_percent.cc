// printf-style formatting, and padding and replacing with their sizes checked.
#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "text/jinja/characters.h"
#include "text/jinja/dict.h"
#include "text/jinja/format.h"
#include "text/jinja/format_spec.h"
#include "text/jinja/numbers.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

class PercentFormatter {
 public:
  PercentFormatter(Interpreter* in, const Value& format, const Value& values)
      : in_(*in), text_(TextOf(format)), markup_(IsMarkup(format)), values_(values) {}

  Result<Value> Run() {
    std::string out;
    while (at_ < text_.size()) {
      const size_t percent = std::min(text_.find('%', at_), text_.size());
      out += text_.substr(at_, percent - at_);
      at_ = percent;
      if (at_ == text_.size()) break;
      ++at_;
      TRY(Conversion(&out));
      TRY(in_.CheckSize(out.size()));
      TRY(in_.Work());
    }
    const bool single = !values_.Is(Kind::kTuple);
    const bool all_used = single
                              ? used_ > 0 || values_.Is(Kind::kDict) || values_.Is(Kind::kList) ||
                                    values_.Is(Kind::kRange) || values_.IsUndefined()
                              : used_ == ItemsOf(values_).size();
    if (!all_used) return Invalid("not all arguments converted during string formatting");
    return in_.Text(std::move(out), markup_);
  }

 private:
  Result<Value> Next() {
    if (values_.Is(Kind::kTuple)) {
      if (used_ >= ItemsOf(values_).size())
        return Invalid("not enough arguments for format string");
      return ItemsOf(values_)[used_++];
    }
    if (used_ > 0) return Invalid("not enough arguments for format string");
    ++used_;
    return values_;
  }

  // A number, or "*" for one of the values.
  Result<int64_t> TakeNumber() {
    if (at_ < text_.size() && text_[at_] == '*') {
      ++at_;
      const Value value = TRY(Next());
      if (!value.IsIntegral()) return Invalid("* wants int");
      return value.AsInt();
    }
    int64_t number = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      number = std::min<int64_t>(number * 10 + (text_[at_++] - '0'), int64_t{1} << 40);
    }
    return number;
  }

  Result<void> Conversion(std::string* out) {
    std::optional<Value> value;
    if (at_ < text_.size() && text_[at_] == '(') {
      const size_t close = text_.find(')', at_);
      if (close == text_.npos) return Invalid("incomplete format key");
      if (!values_.Is(Kind::kDict)) return Invalid("format requires a mapping");
      const std::string_view key = text_.substr(at_ + 1, close - at_ - 1);
      const Value* found = DictFind(values_.As<DictObject>(), key);
      if (found == nullptr)
        return Invalid("no value for the format key '" + std::string(key) + "'");
      value = *found;
      ++used_;
      at_ = close + 1;
    }
    FormatSpec spec;
    spec.align = '>';
    bool zero = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '-')
        spec.align = '<';
      else if (c == '+')
        spec.sign = '+';
      else if (c == ' ')
        spec.sign = spec.sign == '+' ? '+' : ' ';
      else if (c == '#')
        spec.alternate = true;
      else if (c == '0')
        zero = true;
      else
        break;
    }
    spec.width = TRY(TakeNumber());
    if (spec.width < 0) {
      spec.align = '<';
      spec.width = -std::max<int64_t>(spec.width, -(int64_t{1} << 40));
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      spec.precision = std::max<int64_t>(TRY(TakeNumber()), 0);
    }
    TRY(in_.CheckSize(static_cast<size_t>(std::max(spec.width, spec.precision))));
    while (at_ < text_.size() && (text_[at_] == 'h' || text_[at_] == 'l' || text_[at_] == 'L'))
      ++at_;
    if (at_ >= text_.size()) return Invalid("incomplete format");
    const char type = text_[at_++];
    if (type == '%' && text_[at_ - 2] == '%') {
      *out += '%';
      return {};
    }
    if (!value) value = TRY(Next());
    *out += TRY(Converted(*value, type, spec, zero));
    return {};
  }

  Result<std::string> Converted(const Value& value, char type, FormatSpec spec, bool zero) {
    switch (type) {
      case 's':
      case 'r':
      case 'a': return PadTo(spec, TRY(TextOfValue(value, type, spec.precision)), '>');
      case 'c':
        if (value.IsString()) {
          if (CountCharacters(TextOf(value)) != 1) return Invalid("%c requires int or char");
          return PadTo(spec, std::string(TextOf(value)), '>');
        }
        [[fallthrough]];
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G': return Number(value, type, spec, zero);
      default: return Invalid(std::string("unsupported format character '") + type + "'");
    }
  }

  Result<std::string> TextOfValue(const Value& value, char type, int64_t precision) {
    std::string text;
    if (type == 's') {
      text = TRY(ToStr(in_, value));
      if (markup_ && !IsMarkup(value)) text = EscapeHtml(text);
    } else if (type == 'a' && value.IsString()) {
      AppendStringRepr(TextOf(value), true, &text);
    } else {
      TRY(AppendRepr(in_, value, &text));
    }
    if (precision >= 0) text.resize(OffsetOfCharacter(text, static_cast<size_t>(precision)));
    return text;
  }

  Result<std::string> Number(Value value, char type, FormatSpec spec, bool zero) {
    if (value.IsUndefined()) return UseOfUndefined(value);
    const bool decimal = type == 'd' || type == 'i' || type == 'u';
    const bool integral = decimal || type == 'o' || type == 'x' || type == 'X' || type == 'c';
    if (!value.IsNumber() || (integral && !decimal && !value.IsIntegral())) {
      return Invalid(std::string("%") + type + " format: a number is required, not " +
                     std::string(TypeName(value)));
    }
    if (decimal && !value.IsIntegral()) {
      const std::optional<int64_t> whole = TruncateToInt(value.AsFloat());
      if (!whole) return Invalid("cannot convert this float to an integer");
      value = Value::Int(*whole);
    }
    spec.type = decimal ? 'd' : type;
    int64_t min_digits = 0;
    if (integral) min_digits = std::exchange(spec.precision, -1);
    std::string text = TRY(FormatNumber(value, spec));
    const size_t sign = text.find_first_of("0123456789abcdefABCDEF");
    const size_t prefix = sign + (spec.alternate && integral && !decimal && type != 'c' ? 2 : 0);
    if (min_digits > static_cast<int64_t>(text.size() - prefix)) {
      text.insert(prefix, static_cast<size_t>(min_digits) - (text.size() - prefix), '0');
    }
    if (zero && spec.align == '>' && type != 'c') {
      spec.fill = "0";
      spec.align = '=';
    }
    return PadTo(spec, std::move(text), '>');
  }

  Interpreter& in_;
  std::string_view text_;
  bool markup_;
  const Value& values_;
  size_t at_ = 0;
  size_t used_ = 0;
};

}  // namespace

Result<Value> FormatPercent(Interpreter& in, const Value& format, const Value& values) {
  return PercentFormatter(&in, format, values).Run();
}

Result<Value> Pad(Interpreter& in, const Value& text, int64_t width, std::string_view fill,
                  char align) {
  const auto length = static_cast<int64_t>(text.As<StringObject>().Length());
  if (width <= length) return in.Text(std::string(TextOf(text)), IsMarkup(text));
  const auto missing = static_cast<size_t>(width - length);
  // The fill character has at most four bytes.
  TRY(in.CheckSize(missing > SIZE_MAX / 8 ? SIZE_MAX
                                          : TextOf(text).size() + missing * fill.size()));
  size_t left = align == '<' ? 0 : missing;
  // str.center puts the odd blank to the left only in fields of odd width.
  if (align == '^') left = missing / 2 + (missing & static_cast<size_t>(width) & 1);
  std::string out;
  for (size_t i = 0; i < left; ++i) out += fill;
  out += TextOf(text);
  for (size_t i = left; i < missing; ++i) out += fill;
  return in.Text(std::move(out), IsMarkup(text));
}

Result<Value> ReplaceIn(Interpreter& in, const Value& text, std::string_view old,
                        std::string_view with, int64_t max) {
  TRY(in.Work(TextOf(text).size() / 16));
  size_t count = CountText(TextOf(text), old);
  if (max >= 0) count = std::min(count, static_cast<size_t>(max));
  size_t added = 0;
  if (__builtin_mul_overflow(count, with.size(), &added)) added = SIZE_MAX / 2;
  TRY(in.CheckSize(TextOf(text).size() + added - std::min(added, count * old.size())));
  return in.Text(ReplaceText(TextOf(text), old, with, max), IsMarkup(text));
}

}  // namespace bantam::jinja
