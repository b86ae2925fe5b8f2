// Filters on text: case, trimming, replacing, formatting, tojson.
#include <string>
#include <utility>

#include "base/check.h"
#include "text/jinja/arguments.h"
#include "text/jinja/characters.h"
#include "text/jinja/dict.h"
#include "text/jinja/filters.h"
#include "text/jinja/format.h"
#include "text/jinja/pretty_print.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/to_json.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

// A string as it is (markup stays markup), anything else as str() writes it.
Result<Value> SoftString(Interpreter& in, const Value& value) {
  if (value.IsString()) return value;
  return in.Text(TRY(ToStr(in, value)));
}

template <std::string (*kMap)(std::string_view)>
Result<Value> Mapped(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "filter", {}));
  const Value text = TRY(SoftString(in, input));
  TRY(in.WorkOnBytes(TextOf(text).size() * 4));
  return in.Text(kMap(TextOf(text)), IsMarkup(text));
}

// |title: unlike str.title, words begin after blanks, hyphens and opening brackets only.
std::string TitleWords(std::string_view text) {
  const auto separates = [](uint32_t c) {
    return c == '-' || c == '(' || c == '{' || c == '[' || c == '<' || IsSpace(c);
  };
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    size_t end = at + c.length;
    if (separates(c.code_point)) {
      out += text.substr(at, c.length);
      at = end;
      continue;
    }
    while (end < text.size() && !separates(CharacterAt(text, end).code_point)) {
      end += CharacterAt(text, end).length;
    }
    AppendUpper(c.code_point, &out);
    out += LowerText(text.substr(at + c.length, end - at - c.length));
    at = end;
  }
  return out;
}

Result<Value> Trim(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "trim", {"chars"}));
  const Value text = TRY(SoftString(in, input));
  std::optional<std::string_view> chars;
  if (bound.Given(0)) chars = TRY(bound.String(0, {}));
  TRY(in.Work(TextOf(text).size() / 64 * (chars ? chars->size() : 1)));
  return in.Text(std::string(Strip(TextOf(text), Side::kBoth, chars)), IsMarkup(text));
}

Result<Value> Replace(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "replace", {"old", "new", "count"}, 2));
  const std::string old = TRY(ToStr(in, bound[0]));
  const std::string with = TRY(ToStr(in, bound[1]));
  const int64_t max = bound.Given(2) ? TRY(bound.Int(2, -1)) : -1;
  std::string shown = TRY(ToStr(in, input));
  const Value text = TRY(in.Text(std::move(shown)));
  return ReplaceIn(in, text, old, with, max);
}

Result<Value> Center(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "center", {"width"}));
  const int64_t width = TRY(bound.Int(0, 80));
  return Pad(in, TRY(SoftString(in, input)), width, " ", '^');
}

Result<Value> AsString(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "string", {}));
  return SoftString(in, input);
}

Result<Value> Format(Interpreter& in, const Value& input, const Arguments& arguments) {
  if (!arguments.positional.empty() && !arguments.named.empty()) {
    return Invalid("can't handle positional and keyword arguments at the same time");
  }
  const Value text = TRY(SoftString(in, input));
  if (arguments.named.empty()) return FormatPercent(in, text, in.Tuple(arguments.positional));
  DictBuilder builder;
  for (const auto& [name, value] : arguments.named) builder.Add(in.String(name), value);
  return FormatPercent(in, text, TRY(builder.Finish(in)));
}

Result<Value> WordCount(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "wordcount", {}));
  const Value text = TRY(SoftString(in, input));
  TRY(in.WorkOnBytes(TextOf(text).size()));
  int64_t words = 0;
  bool inside = false;
  for (size_t at = 0; at < TextOf(text).size();) {
    const Character c = CharacterAt(TextOf(text), at);
    const bool word = IsWordCharacter(c.code_point);
    words += word && !inside ? 1 : 0;
    inside = word;
    at += c.length;
  }
  return Value::Int(words);
}

Result<Value> PrettyPrint(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "pprint", {}));
  return in.Text(TRY(PrettyPrinted(in, input)));
}

Result<Value> Json(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound =
      TRY(Bind(arguments, "tojson", {"ensure_ascii", "indent", "separators", "sort_keys"}));
  JsonStyle style;
  style.ensure_ascii = bound.Flag(0, false);
  style.sort_keys = bound.Flag(3, false);
  if (bound.Given(1)) {
    style.item_separator = ",";
    if (bound[1].IsString()) {
      style.indent = TextOf(bound[1]);
    } else {
      const int64_t width = TRY(bound.Int(1, 0));
      if (width > 1 << 16) return Invalid("tojson(): an indent of more than 65536");
      style.indent = std::string(static_cast<size_t>(width > 0 ? width : 0), ' ');
    }
  }
  if (bound.Given(2)) {
    const Value pair = TRY(Iterate(in, bound[2]));
    const std::vector<Value>& separators = ItemsOf(pair);
    if (separators.size() != 2 || !separators[0].IsString() || !separators[1].IsString()) {
      return Invalid("tojson(): separators must be two strings");
    }
    style.item_separator = TextOf(separators[0]);
    style.key_separator = TextOf(separators[1]);
  }
  return in.Text(TRY(ToJson(in, input, style)));
}

constexpr FilterEntry kFilters[] = {
    {"capitalize", &Mapped<CapitalizeText>},
    {"center", &Center},
    {"format", &Format},
    {"lower", &Mapped<LowerText>},
    {"pprint", &PrettyPrint},
    {"replace", &Replace},
    {"string", &AsString},
    {"title", &Mapped<TitleWords>},
    {"tojson", &Json},
    {"trim", &Trim},
    {"upper", &Mapped<UpperText>},
    {"wordcount", &WordCount},
};

}  // namespace

std::span<const FilterEntry> TextFilters() {
  return kFilters;
}

}  // namespace bantam::jinja
