// json.dumps, with limits on depth and size.
#include "text/jinja/to_json.h"

#include <vector>

#include "base/check.h"
#include "base/json_text.h"
#include "text/jinja/characters.h"
#include "text/jinja/compare.h"
#include "text/jinja/limits.h"
#include "text/jinja/numbers.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

void AppendUnit(uint32_t unit, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) *out += kHex[(unit >> shift) & 15];
}

void AppendAscii(std::string_view text, std::string* out) {
  *out += '"';
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    if (c.code_point >= 0x10000) {
      AppendUnit(0xD800 + ((c.code_point - 0x10000) >> 10), out);
      AppendUnit(0xDC00 + ((c.code_point - 0x10000) & 0x3FF), out);
    } else if (c.code_point >= 0x7F) {
      AppendUnit(c.code_point, out);
    } else {
      std::string quoted;
      AppendJsonQuoted(text.substr(at, 1), &quoted);
      out->append(quoted, 1, quoted.size() - 2);
    }
    at += c.length;
  }
  *out += '"';
}

std::string JsonFloat(double value) {
  if (value != value) return "NaN";
  std::string text = FloatRepr(value);
  if (text == "inf") return "Infinity";
  if (text == "-inf") return "-Infinity";
  return text;
}

class Writer {
 public:
  Writer(Interpreter* in, const JsonStyle& style) : in_(*in), style_(style) {}

  Result<void> Write(const Value& value, int depth) {
    if (depth > kMaxValueDepth) return Interpreter::TooDeep();
    TRY(in_.Work());
    TRY(in_.CheckSize(out.size()));
    switch (value.kind()) {
      case Kind::kNone: out += "null"; return {};
      case Kind::kBool: out += value.AsBool() ? "true" : "false"; return {};
      case Kind::kInt: out += std::to_string(value.AsInt()); return {};
      case Kind::kFloat: out += JsonFloat(value.AsFloat()); return {};
      case Kind::kBigInt: out += TextOf(value); return {};
      case Kind::kString: return WriteString(TextOf(value));
      case Kind::kList:
      case Kind::kTuple: return WriteList(ItemsOf(value), depth);
      case Kind::kDict: return WriteDict(value.As<DictObject>(), depth);
      default: {
        std::string message = "an object of type ";
        message += TypeName(value);
        return Invalid(message + " is not JSON serializable");
      }
    }
  }

  std::string out;

 private:
  Result<void> WriteString(std::string_view text) {
    TRY(in_.CheckSize(out.size() + text.size()));
    TRY(in_.WorkOnBytes(text.size()));
    if (style_.ensure_ascii) {
      AppendAscii(text, &out);
    } else {
      AppendJsonQuoted(text, &out);
    }
    return {};
  }

  void NewLine(int depth) {
    if (!style_.indent) return;
    out += '\n';
    for (int i = 0; i < depth; ++i) out += *style_.indent;
  }

  Result<void> WriteList(const std::vector<Value>& items, int depth) {
    if (items.empty()) {
      out += "[]";
      return {};
    }
    out += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += style_.item_separator;
      NewLine(depth + 1);
      TRY(Write(items[i], depth + 1));
    }
    NewLine(depth);
    out += ']';
    return {};
  }

  Result<void> WriteKey(const Value& key) {
    switch (key.kind()) {
      case Kind::kString: return WriteString(TextOf(key));
      case Kind::kNone: out += "\"null\""; return {};
      case Kind::kBool: out += key.AsBool() ? "\"true\"" : "\"false\""; return {};
      case Kind::kInt: out += "\"" + std::to_string(key.AsInt()) + "\""; return {};
      case Kind::kFloat: out += "\"" + JsonFloat(key.AsFloat()) + "\""; return {};
      default: {
        std::string message = "keys must be str, int, float, bool or None, not ";
        return Invalid(message.append(TypeName(key)));
      }
    }
  }

  Result<void> WriteDict(const DictObject& dict, int depth) {
    if (dict.entries.empty()) {
      out += "{}";
      return {};
    }
    std::vector<uint32_t> order;
    if (style_.sort_keys) {
      order = TRY(SortedOrder(in_, dict.entries.size(), [&](uint32_t a, uint32_t b) {
        return Compare(in_, Comparison::kLt, dict.entries[a].first, dict.entries[b].first);
      }));
    }
    out += '{';
    for (size_t i = 0; i < dict.entries.size(); ++i) {
      const auto& [key, value] = dict.entries[order.empty() ? i : order[i]];
      if (i > 0) out += style_.item_separator;
      NewLine(depth + 1);
      TRY(WriteKey(key));
      out += style_.key_separator;
      TRY(Write(value, depth + 1));
    }
    NewLine(depth);
    out += '}';
    return {};
  }

  Interpreter& in_;
  const JsonStyle& style_;
};

}  // namespace

Result<std::string> ToJson(Interpreter& in, const Value& value, const JsonStyle& style) {
  Writer writer(&in, style);
  TRY(writer.Write(value, 0));
  return std::move(writer.out);
}

}  // namespace bantam::jinja
