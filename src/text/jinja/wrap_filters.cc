// Filters that lay out text: indent, truncate, wordwrap.
#include <string>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "text/jinja/arguments.h"
#include "text/jinja/filters.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"
#include "text/jinja/word_wrap.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

Result<std::string_view> NeedText(const Value& input) {
  if (input.IsUndefined()) return UseOfUndefined(input);
  if (!input.IsString()) {
    return Invalid("expected a string, not " + std::string(TypeName(input)));
  }
  return TextOf(input);
}

Result<Value> Indent(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "indent", {"width", "first", "blank"}));
  const std::string_view text = TRY(NeedText(input));
  std::string indent;
  if (bound.Has(0) && bound[0].IsString()) {
    indent = TextOf(bound[0]);
  } else {
    const int64_t width = TRY(bound.Int(0, 4));
    TRY(in.CheckSize(static_cast<size_t>(width > 0 ? width : 0)));
    indent.assign(static_cast<size_t>(width > 0 ? width : 0), ' ');
  }
  const bool blank = bound.Flag(2, false);
  TRY(Interpreter::CheckSplit(text.size()));
  const std::string with_end = std::string(text) + "\n";  // so that a last empty line counts
  TRY(in.Work(text.size() / 16));
  std::string out = bound.Flag(1, false) ? indent : "";
  bool first = true;
  for (const std::string_view line : SplitLines(with_end)) {
    if (!first) out += '\n';
    if (!first && (blank || !line.empty())) out += indent;
    out += line;
    first = false;
    TRY(in.CheckSize(out.size()));
  }
  return in.Text(std::move(out), IsMarkup(input));
}

Result<Value> Truncate(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "truncate", {"length", "killwords", "end", "leeway"}));
  const int64_t length = TRY(bound.Int(0, 255));
  const std::string_view end = TRY(bound.String(2, "..."));
  const int64_t leeway = bound.Given(3) ? TRY(bound.Int(3, 5)) : 5;
  const auto end_length = static_cast<int64_t>(CountCharacters(end));
  if (length < end_length) {
    return Invalid("expected length >= " + std::to_string(end_length) + ", got " +
                   std::to_string(length));
  }
  if (leeway < 0) return Invalid("expected leeway >= 0, got " + std::to_string(leeway));
  const std::optional<size_t> size = LengthOf(input);
  if (!size) return Invalid("truncate needs a string");
  if (static_cast<int64_t>(*size) - leeway <= length) return input;
  const std::string_view text = TRY(NeedText(input));
  TRY(in.WorkOnBytes(text.size()));
  const auto kept_length = static_cast<size_t>(length - end_length);
  std::string_view kept = text.substr(0, OffsetOfCharacter(text, kept_length));
  if (!bound.Flag(1, false)) kept = kept.substr(0, kept.rfind(' '));
  return in.Text(std::string(kept) + std::string(end), IsMarkup(input));
}

Result<Value> WordWrap(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(
      Bind(arguments, "wordwrap", {"width", "break_long_words", "wrapstring", "break_on_hyphens"}));
  WrapStyle style;
  style.width = TRY(bound.Int(0, 79));
  style.break_long_words = bound.Flag(1, true);
  style.break_on_hyphens = bound.Flag(3, true);
  const std::string_view joint = bound.Given(2) ? TRY(bound.String(2, "\n")) : "\n";
  const std::string_view text = TRY(NeedText(input));
  TRY(Interpreter::CheckSplit(text.size()));
  std::string out;
  bool first = true;
  for (const std::string_view paragraph : SplitLines(text)) {
    if (!first) out += joint;
    first = false;
    const std::vector<std::string> lines = TRY(WrapLine(in, paragraph, style));
    for (size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) out += joint;
      out += lines[i];
      TRY(in.CheckSize(out.size()));
    }
  }
  return in.Text(std::move(out));
}

constexpr FilterEntry kFilters[] = {
    {"indent", &Indent}, {"truncate", &Truncate}, {"wordwrap", &WordWrap}};

}  // namespace

std::span<const FilterEntry> WrapFilters() {
  return kFilters;
}

}  // namespace bantam::jinja
