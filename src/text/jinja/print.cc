// Printing of values.
#include "text/jinja/print.h"

#include <charconv>

#include "base/check.h"
#include "text/jinja/characters.h"
#include "text/jinja/loop.h"
#include "text/jinja/numbers.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

void AppendEscape(uint32_t c, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  const int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
  *out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
  for (int i = digits - 1; i >= 0; --i) *out += kHex[(c >> (4 * i)) & 15];
}

Result<void> AppendItems(Interpreter& in, const std::vector<Value>& items, int depth,
                         std::string* out) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) *out += ", ";
    TRY(AppendRepr(in, items[i], out, depth + 1));
  }
  return {};
}

Result<void> AppendDict(Interpreter& in, const DictObject& dict, int depth, std::string* out) {
  *out += '{';
  for (size_t i = 0; i < dict.entries.size(); ++i) {
    if (i > 0) *out += ", ";
    TRY(AppendRepr(in, dict.entries[i].first, out, depth + 1));
    *out += ": ";
    TRY(AppendRepr(in, dict.entries[i].second, out, depth + 1));
  }
  *out += '}';
  return {};
}

Result<void> AppendNamespace(Interpreter& in, const NamespaceObject& space, int depth,
                             std::string* out) {
  *out += "<Namespace {";
  for (size_t i = 0; i < space.attributes.size(); ++i) {
    if (i > 0) *out += ", ";
    AppendStringRepr(space.attributes[i].first, false, out);
    *out += ": ";
    TRY(AppendRepr(in, space.attributes[i].second, out, depth + 1));
  }
  *out += "}>";
  return {};
}

Result<void> AppendView(Interpreter& in, const Value& value, int depth, std::string* out) {
  const auto& view = value.As<ViewObject>();
  *out += TypeName(value);
  *out += "([";
  const Value items = ListOfView(in, view.dict.As<DictObject>(), view.part);
  TRY(AppendItems(in, ItemsOf(items), depth, out));
  *out += "])";
  return {};
}

void AppendRange(const RangeObject& range, std::string* out) {
  *out += "range(" + std::to_string(range.start) + ", " + std::to_string(range.stop);
  if (range.step != 1) *out += ", " + std::to_string(range.step);
  *out += ')';
}

Result<void> AppendObject(Interpreter& in, const Value& value, int depth, std::string* out) {
  switch (value.kind()) {
    case Kind::kNamespace: return AppendNamespace(in, value.As<NamespaceObject>(), depth, out);
    case Kind::kView: return AppendView(in, value, depth, out);
    case Kind::kRange: AppendRange(value.As<RangeObject>(), out); return {};
    case Kind::kMacro: {
      const std::string& name = value.As<MacroObject>().definition->name;
      *out += "<Macro ";
      if (name.empty()) {
        *out += "anonymous";
      } else {
        AppendStringRepr(name, false, out);
      }
      *out += '>';
      return {};
    }
    case Kind::kLoop: {
      const size_t length = TRY(LoopLength(in, value));
      *out += "<LoopContext " + std::to_string(value.As<LoopObject>().index0 + 1) + "/" +
              std::to_string(length) + ">";
      return {};
    }
    default:  // Python prints an address here
      *out += '<';
      *out += TypeName(value);
      *out += " object>";
      return {};
  }
}

}  // namespace

void AppendStringRepr(std::string_view text, bool ascii, std::string* out) {
  const bool single = text.find('\'') != std::string_view::npos;
  const char quote = single && text.find('"') == std::string_view::npos ? '"' : '\'';
  *out += quote;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    if (c.code_point == static_cast<uint32_t>(quote) || c.code_point == '\\') {
      *out += '\\';
      *out += text[at];
    } else if (c.code_point == '\n') {
      *out += "\\n";
    } else if (c.code_point == '\r') {
      *out += "\\r";
    } else if (c.code_point == '\t') {
      *out += "\\t";
    } else if (c.code_point < 0x80) {
      if (c.code_point < 0x20 || c.code_point == 0x7F) {
        AppendEscape(c.code_point, out);
      } else {
        *out += text[at];
      }
    } else if (ascii || (FlagsOf(c.code_point) & kPrintable) == 0) {
      AppendEscape(c.code_point, out);
    } else {
      *out += text.substr(at, c.length);
    }
    at += c.length;
  }
  *out += quote;
}

Result<void> AppendRepr(Interpreter& in, const Value& value, std::string* out, int depth) {
  if (depth > kMaxValueDepth) return Interpreter::TooDeep();
  TRY(in.Work());
  TRY(in.CheckSize(out->size()));
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined: *out += "Undefined"; return {};
    case Kind::kNone: *out += "None"; return {};
    case Kind::kBool: *out += value.AsBool() ? "True" : "False"; return {};
    case Kind::kInt: *out += std::to_string(value.AsInt()); return {};
    case Kind::kFloat: *out += FloatRepr(value.AsFloat()); return {};
    case Kind::kBigInt: *out += TextOf(value); return {};
    case Kind::kString:
      TRY(in.WorkOnBytes(TextOf(value).size()));
      if (IsMarkup(value)) *out += "Markup(";
      AppendStringRepr(TextOf(value), false, out);
      if (IsMarkup(value)) *out += ')';
      return {};
    case Kind::kList:
      *out += '[';
      TRY(AppendItems(in, ItemsOf(value), depth, out));
      *out += ']';
      return {};
    case Kind::kTuple:
      *out += '(';
      TRY(AppendItems(in, ItemsOf(value), depth, out));
      *out += ItemsOf(value).size() == 1 ? ",)" : ")";
      return {};
    case Kind::kDict: return AppendDict(in, value.As<DictObject>(), depth, out);
    default: return AppendObject(in, value, depth, out);
  }
}

Result<void> AppendStr(Interpreter& in, const Value& value, std::string* out) {
  if (value.IsString()) {
    TRY(in.CheckSize(out->size() + TextOf(value).size()));
    TRY(in.WorkOnBytes(TextOf(value).size()));
    *out += TextOf(value);
    return {};
  }
  if (value.IsUndefined()) return {};
  return AppendRepr(in, value, out);
}

Result<std::string> ToStr(Interpreter& in, const Value& value) {
  std::string out;
  TRY(AppendStr(in, value, &out));
  return out;
}

}  // namespace bantam::jinja
