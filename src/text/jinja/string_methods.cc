// The methods of str.
#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "text/jinja/arguments.h"
#include "text/jinja/characters.h"
#include "text/jinja/format.h"
#include "text/jinja/methods.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

// A method without arguments that maps the text.
template <std::string (*kMap)(std::string_view)>
Result<Value> Mapped(Interpreter& in, const Value& self, const Arguments& arguments) {
  TRY(Bind(arguments, "str method", {}));
  TRY(in.WorkOnBytes(TextOf(self).size() * 4));
  return in.Text(kMap(TextOf(self)), IsMarkup(self));
}

// A method without arguments that asks something.
template <bool (*kAsk)(std::string_view)>
Result<Value> Asked(Interpreter& in, const Value& self, const Arguments& arguments) {
  TRY(Bind(arguments, "str method", {}));
  TRY(in.WorkOnBytes(TextOf(self).size() * 4));
  return Value::Bool(kAsk(TextOf(self)));
}

bool IsAlpha(std::string_view text) {
  return AllHave(text, kAlpha);
}
bool IsAlnum(std::string_view text) {
  return AllHave(text, kAlpha | kDecimal | kDigit | kNumeric);
}
bool IsDecimal(std::string_view text) {
  return AllHave(text, kDecimal);
}
bool IsDigits(std::string_view text) {
  return AllHave(text, kDigit);
}
bool IsNumeric(std::string_view text) {
  return AllHave(text, kNumeric);
}
bool IsPrintable(std::string_view text) {
  return text.empty() || AllHave(text, kPrintable);
}
bool IsAscii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

// str.casefold, but for letters that it takes further apart than lower().
std::string CaseFolded(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    if (c.code_point == 0xDF || c.code_point == 0x1E9E) {  // sharp s
      out += "ss";
    } else {
      AppendLower(c.code_point, &out);
    }
    at += c.length;
  }
  return out;
}

template <Side kSide>
Result<Value> Stripped(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "strip", {"*chars"}));
  std::optional<std::string_view> chars;
  if (bound.Given(0)) chars = TRY(bound.String(0, {}));
  const std::string_view text = TextOf(self);
  TRY(in.Work(text.size() / 64 * (chars ? chars->size() : 1)));
  return in.Text(std::string(Strip(text, kSide, chars)), IsMarkup(self));
}

Value TextList(Interpreter& in, const std::vector<std::string_view>& parts, bool markup) {
  std::vector<Value> items;
  items.reserve(parts.size());
  for (const std::string_view part : parts) {
    items.push_back(Value(in.heap().New<StringObject>(part.size(), std::string(part), markup)));
  }
  return in.List(std::move(items));
}

template <bool kFromRight>
Result<Value> Split(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "split", {"sep", "maxsplit"}));
  const int64_t max = TRY(bound.Int(1, -1));
  const std::string_view text = TextOf(self);
  TRY(Interpreter::CheckSplit(text.size()));
  TRY(in.Work(text.size() / 8));
  if (!bound.Given(0)) return TextList(in, SplitAtSpace(text, max, kFromRight), IsMarkup(self));
  const std::string_view separator = TRY(bound.String(0, {}));
  if (separator.empty()) return Invalid("empty separator");
  return TextList(in, SplitAt(text, separator, max, kFromRight), IsMarkup(self));
}

Result<Value> SplitIntoLines(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "splitlines", {"keepends"}));
  TRY(Interpreter::CheckSplit(TextOf(self).size()));
  TRY(in.Work(TextOf(self).size() / 8));
  return TextList(in, SplitLines(TextOf(self), bound.Flag(0, false)), IsMarkup(self));
}

template <bool kFromRight>
Result<Value> Partition(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "partition", {"*sep"}, 1));
  const std::string_view separator = TRY(bound.String(0, {}));
  if (separator.empty()) return Invalid("empty separator");
  const std::string_view text = TextOf(self);
  TRY(in.WorkOnBytes(text.size()));
  const size_t at = kFromRight ? FindLast(text, separator) : FindText(text, separator);
  std::vector<std::string_view> parts = {text, "", ""};
  if (at != std::string_view::npos) {
    parts = {text.substr(0, at), separator, text.substr(at + separator.size())};
  } else if (kFromRight) {
    std::swap(parts[0], parts[2]);
  }
  const Value list = TextList(in, parts, IsMarkup(self));
  return in.Tuple(ItemsOf(list));
}

// The part of the text between two character indices, and how many characters stand before it.
struct Window {
  std::string_view text;
  int64_t before = 0;
  bool outside = false;  // the start lies behind the end of the text
};

Result<Window> WindowOf(Interpreter& in, const Value& self, const Bound& bound, size_t first) {
  TRY(in.WorkOnBytes(TextOf(self).size()));
  const auto length = static_cast<int64_t>(self.As<StringObject>().Length());
  const auto index = [&](size_t i, int64_t fallback) -> Result<int64_t> {
    if (!bound.Given(i)) return fallback;
    const int64_t value = TRY(bound.Int(i, fallback));
    return value < 0 ? std::max<int64_t>(value + length, 0) : value;
  };
  const int64_t start = TRY(index(first, 0));
  const int64_t stop = std::min(TRY(index(first + 1, length)), length);
  if (start > length) return Window{{}, start, true};
  if (stop < start) return Window{{}, start, true};
  const std::string_view text = TextOf(self);
  const size_t begin = OffsetOfCharacter(text, static_cast<size_t>(start));
  const std::string_view rest = text.substr(begin);
  const size_t size = OffsetOfCharacter(rest, static_cast<size_t>(stop - start));
  return Window{rest.substr(0, size), start};
}

template <bool kPrefix>
Result<Value> StartsOrEnds(Interpreter& in, const Value& self, const Arguments& arguments) {
  const char* name = kPrefix ? "startswith" : "endswith";
  const Bound bound = TRY(Bind(arguments, name, {"*prefix", "*start", "*end"}, 1));
  const Window window = TRY(WindowOf(in, self, bound, 1));
  const auto matches = [&](std::string_view part) {
    if (window.outside) return false;
    return kPrefix ? window.text.starts_with(part) : window.text.ends_with(part);
  };
  if (!bound[0].Is(Kind::kTuple)) return Value::Bool(matches(TRY(bound.String(0, {}))));
  for (const Value& part : ItemsOf(bound[0])) {
    if (!part.IsString()) return Invalid(std::string(name) + "() needs strings");
    if (matches(TextOf(part))) return Value::Bool(true);
  }
  return Value::Bool(false);
}

template <bool kFromRight, bool kMustFind>
Result<Value> Find(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "find", {"*sub", "*start", "*end"}, 1));
  const std::string_view sub = TRY(bound.String(0, {}));
  const Window window = TRY(WindowOf(in, self, bound, 1));
  size_t at = std::string_view::npos;
  if (!window.outside) at = kFromRight ? FindLast(window.text, sub) : FindText(window.text, sub);
  if (at == std::string_view::npos) {
    if (kMustFind) return Invalid("substring not found");
    return Value::Int(-1);
  }
  const size_t characters = CountCharacters(window.text.substr(0, at));
  return Value::Int(window.before + static_cast<int64_t>(characters));
}

Result<Value> Count(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "count", {"*sub", "*start", "*end"}, 1));
  const std::string_view sub = TRY(bound.String(0, {}));
  const Window window = TRY(WindowOf(in, self, bound, 1));
  if (window.outside) return Value::Int(0);
  return Value::Int(static_cast<int64_t>(CountText(window.text, sub)));
}

// An argument of a method of Markup is escaped, unless it is Markup too.
std::string Escaped(const Value& self, const Value& argument) {
  if (IsMarkup(self) && !IsMarkup(argument)) return EscapeHtml(TextOf(argument));
  return std::string(TextOf(argument));
}

Result<Value> Replace(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "replace", {"*old", "*new", "*count"}, 2));
  TRY(bound.String(0, {}));
  TRY(bound.String(1, {}));
  const int64_t max = TRY(bound.Int(2, -1));
  return ReplaceIn(in, self, Escaped(self, bound[0]), Escaped(self, bound[1]), max);
}

Result<Value> Join(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "join", {"*iterable"}, 1));
  const Value items = TRY(Iterate(in, bound[0]));
  std::string out;
  for (size_t i = 0; i < ItemsOf(items).size(); ++i) {
    const Value& item = ItemsOf(items)[i];
    if (!item.IsString() && !IsMarkup(self)) {
      return Invalid("sequence item " + std::to_string(i) + ": expected str instance, " +
                     std::string(TypeName(item)) + " found");
    }
    if (i > 0) out += TextOf(self);
    if (item.IsString()) {
      TRY(in.CheckSize(out.size() + TextOf(item).size()));
      out += Escaped(self, item);
    } else {
      out += EscapeHtml(TRY(ToStr(in, item)));
    }
  }
  return in.Text(std::move(out), IsMarkup(self));
}

enum class Align { kLeft, kRight, kCenter };

template <Align kAlign>
Result<Value> Justified(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "justify", {"*width", "*fillchar"}, 1));
  const int64_t width = TRY(bound.Int(0, 0));
  const std::string_view fill = TRY(bound.String(1, " "));
  if (CountCharacters(fill) != 1) {
    return Invalid("the fill character must be exactly one character long");
  }
  return Pad(in, self, width, fill,
             kAlign == Align::kLeft    ? '<'
             : kAlign == Align::kRight ? '>'
                                       : '^');
}

Result<Value> ZeroFill(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "zfill", {"*width"}, 1));
  const int64_t width = TRY(bound.Int(0, 0));
  const std::string_view text = TextOf(self);
  const auto length = static_cast<int64_t>(self.As<StringObject>().Length());
  if (width <= length) return in.Text(std::string(text), IsMarkup(self));
  TRY(in.CheckSize(static_cast<size_t>(width)));
  const bool sign = text.starts_with('-') || text.starts_with('+');
  std::string out(text.substr(0, sign ? 1 : 0));
  out.append(static_cast<size_t>(width - length), '0');
  out += text.substr(sign ? 1 : 0);
  return in.Text(std::move(out), IsMarkup(self));
}

template <bool kPrefix>
Result<Value> Removed(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "remove", {"*part"}, 1));
  const std::string_view part = TRY(bound.String(0, {}));
  std::string_view text = TextOf(self);
  if (kPrefix && text.starts_with(part)) text.remove_prefix(part.size());
  if (!kPrefix && text.ends_with(part)) text.remove_suffix(part.size());
  return in.Text(std::string(text), IsMarkup(self));
}

Result<Value> ExpandTabs(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "expandtabs", {"tabsize"}));
  const int64_t size = TRY(bound.Int(0, 8));
  TRY(in.WorkOnBytes(TextOf(self).size()));
  std::string out;
  int64_t column = 0;
  for (const char c : TextOf(self)) {
    if (c == '\t') {
      const int64_t spaces = size > 0 ? size - column % size : 0;
      TRY(in.CheckSize(out.size() + static_cast<size_t>(spaces)));
      out.append(static_cast<size_t>(spaces), ' ');
      column += spaces;
      continue;
    }
    out += c;
    if ((c & 0xC0) != 0x80) ++column;
    if (c == '\n' || c == '\r') column = 0;
  }
  return in.Text(std::move(out), IsMarkup(self));
}

Result<Value> FormatMethod(Interpreter& in, const Value& self, const Arguments& arguments) {
  return FormatBraces(in, self, arguments);
}

Result<Value> FormatMap(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "format_map", {"*mapping"}, 1));
  if (!bound[0].Is(Kind::kDict)) return Invalid("format_map() needs a dict");
  CallArguments named;
  for (const auto& [key, value] : bound[0].As<DictObject>().entries) {
    if (key.IsString()) named.named.emplace_back(TextOf(key), value);
  }
  return FormatBraces(in, self, named);
}

constexpr MethodEntry kMethods[] = {
    {"capitalize", &Mapped<CapitalizeText>},
    {"casefold", &Mapped<CaseFolded>},
    {"center", &Justified<Align::kCenter>},
    {"count", &Count},
    {"endswith", &StartsOrEnds<false>},
    {"expandtabs", &ExpandTabs},
    {"find", &Find<false, false>},
    {"format", &FormatMethod},
    {"format_map", &FormatMap},
    {"index", &Find<false, true>},
    {"isalnum", &Asked<IsAlnum>},
    {"isalpha", &Asked<IsAlpha>},
    {"isascii", &Asked<IsAscii>},
    {"isdecimal", &Asked<IsDecimal>},
    {"isdigit", &Asked<IsDigits>},
    {"isidentifier", &Asked<IsIdentifier>},
    {"islower", &Asked<IsLowerText>},
    {"isnumeric", &Asked<IsNumeric>},
    {"isprintable", &Asked<IsPrintable>},
    {"isspace", &Asked<AllSpace>},
    {"istitle", &Asked<IsTitleText>},
    {"isupper", &Asked<IsUpperText>},
    {"join", &Join},
    {"ljust", &Justified<Align::kLeft>},
    {"lower", &Mapped<LowerText>},
    {"lstrip", &Stripped<Side::kLeft>},
    {"partition", &Partition<false>},
    {"removeprefix", &Removed<true>},
    {"removesuffix", &Removed<false>},
    {"replace", &Replace},
    {"rfind", &Find<true, false>},
    {"rindex", &Find<true, true>},
    {"rjust", &Justified<Align::kRight>},
    {"rpartition", &Partition<true>},
    {"rsplit", &Split<true>},
    {"rstrip", &Stripped<Side::kRight>},
    {"split", &Split<false>},
    {"splitlines", &SplitIntoLines},
    {"startswith", &StartsOrEnds<true>},
    {"strip", &Stripped<Side::kBoth>},
    {"swapcase", &Mapped<SwapCaseText>},
    {"title", &Mapped<TitleText>},
    {"upper", &Mapped<UpperText>},
    {"zfill", &ZeroFill},
};

}  // namespace

const MethodEntry* FindStringMethod(std::string_view name) {
  const auto* found =
      std::lower_bound(std::begin(kMethods), std::end(kMethods), name,
                       [](const MethodEntry& entry, std::string_view n) { return entry.name < n; });
  return found != std::end(kMethods) && found->name == name ? found : nullptr;
}

}  // namespace bantam::jinja
