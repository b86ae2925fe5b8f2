// What Python's pprint does: whatever does not fit on the line is broken into its items, strings
// at blanks.
#include "text/jinja/pretty_print.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "text/jinja/characters.h"
#include "text/jinja/compare.h"
#include "text/jinja/limits.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

constexpr int64_t kWidth = 80;

int64_t Length(std::string_view text) {
  return static_cast<int64_t>(CountCharacters(text));
}

std::string Quoted(std::string_view text) {
  std::string out;
  AppendStringRepr(text, false, &out);
  return out;
}

// Runs of "no blanks, then blanks".
std::vector<std::string_view> WordsWithBlanks(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  bool blank = false;
  for (size_t at = 0; at < text.size();) {
    const Character c = CharacterAt(text, at);
    const bool space = IsSpace(c.code_point);
    if (!space && blank) {
      parts.push_back(text.substr(begin, at - begin));
      begin = at;
    }
    blank = space;
    at += c.length;
  }
  if (begin < text.size()) parts.push_back(text.substr(begin));
  return parts;
}

class Printer {
 public:
  explicit Printer(Interpreter* in) : in_(*in) {}

  // `allowance`: characters that must still fit after the value on its last line.
  Result<void> Print(const Value& value, int64_t indent, int64_t allowance, int level) {
    if (level > kMaxValueDepth) return Interpreter::TooDeep();
    const std::string text = TRY(Repr(value, 0));
    TRY(in_.CheckSize(out.size() + text.size()));
    TRY(in_.WorkOnBytes(text.size()));
    if (Length(text) <= kWidth - indent - allowance) {
      out += text;
      return {};
    }
    if (value.Is(Kind::kDict)) return PrintDict(value.As<DictObject>(), indent, allowance, level);
    if (value.IsSequence()) return PrintSequence(value, indent, allowance, level);
    if (value.IsString() && !IsMarkup(value)) {
      return PrintString(TextOf(value), indent, allowance, level == 0);
    }
    out += text;
    return {};
  }

  std::string out;

 private:
  // Keys in order; those of different kinds by the name of their type.
  Result<std::vector<uint32_t>> OrderOf(const DictObject& dict) {
    return SortedOrder(in_, dict.entries.size(), [&](uint32_t a, uint32_t b) -> Result<bool> {
      const Value& left = dict.entries[a].first;
      const Value& right = dict.entries[b].first;
      Result<bool> less = Compare(in_, Comparison::kLt, left, right);
      if (less || less.error().code != ErrorCode::kInvalidArgument) return less;
      return TypeName(left) < TypeName(right);
    });
  }

  // repr(), with the keys of all dicts sorted.
  Result<std::string> Repr(const Value& value, int depth) {
    if (depth > kMaxValueDepth) return Interpreter::TooDeep();
    TRY(in_.Work());
    std::string text;
    if (value.Is(Kind::kDict)) {
      const auto& dict = value.As<DictObject>();
      for (const uint32_t i : TRY(OrderOf(dict))) {
        text += text.empty() ? "{" : ", ";
        text += TRY(Repr(dict.entries[i].first, depth + 1));
        text += ": ";
        text += TRY(Repr(dict.entries[i].second, depth + 1));
        TRY(in_.CheckSize(text.size()));
      }
      return (text.empty() ? "{" : text) + "}";
    }
    if (!value.IsSequence()) {
      TRY(AppendRepr(in_, value, &text));
      return text;
    }
    const bool list = value.Is(Kind::kList);
    text = list ? "[" : "(";
    for (size_t i = 0; i < ItemsOf(value).size(); ++i) {
      if (i > 0) text += ", ";
      text += TRY(Repr(ItemsOf(value)[i], depth + 1));
      TRY(in_.CheckSize(text.size()));
    }
    return text + (list ? "]" : ItemsOf(value).size() == 1 ? ",)" : ")");
  }

  void NewLine(int64_t indent) {
    out += '\n';
    out.append(static_cast<size_t>(indent), ' ');
  }

  Result<void> PrintDict(const DictObject& dict, int64_t indent, int64_t allowance, int level) {
    out += '{';
    const std::vector<uint32_t> order = TRY(OrderOf(dict));
    for (size_t i = 0; i < order.size(); ++i) {
      const auto& [key, value] = dict.entries[order[i]];
      const std::string shown = TRY(Repr(key, 0));
      out += shown;
      out += ": ";
      const bool last = i + 1 == order.size();
      TRY(Print(value, indent + 1 + Length(shown) + 2, last ? allowance + 1 : 1, level + 1));
      if (last) break;
      out += ',';
      NewLine(indent + 1);
    }
    out += '}';
    return {};
  }

  Result<void> PrintSequence(const Value& value, int64_t indent, int64_t allowance, int level) {
    const std::vector<Value>& items = ItemsOf(value);
    const bool list = value.Is(Kind::kList);
    const std::string_view close = list ? "]" : items.size() == 1 ? ",)" : ")";
    const auto after = allowance + static_cast<int64_t>(close.size());
    out += list ? '[' : '(';
    for (size_t i = 0; i < items.size(); ++i) {
      const bool last = i + 1 == items.size();
      TRY(Print(items[i], indent + 1, last ? after : 1, level + 1));
      if (last) break;
      out += ',';
      NewLine(indent + 1);
    }
    out += close;
    return {};
  }

  Result<void> PrintString(std::string_view text, int64_t indent, int64_t allowance, bool top) {
    if (top) {
      ++indent;
      ++allowance;
    }
    const int64_t width = kWidth - indent;
    std::vector<std::string> chunks;
    const std::vector<std::string_view> lines = SplitLines(text, true);
    for (size_t i = 0; i < lines.size(); ++i) {
      const int64_t reserved = i + 1 == lines.size() ? allowance : 0;
      std::string whole = Quoted(lines[i]);
      if (Length(whole) <= width - reserved) {
        chunks.push_back(std::move(whole));
        continue;
      }
      std::string current;
      const std::vector<std::string_view> parts = WordsWithBlanks(lines[i]);
      for (size_t j = 0; j < parts.size(); ++j) {
        TRY(in_.WorkOnBytes(current.size() + parts[j].size()));
        const std::string candidate = current + std::string(parts[j]);
        const int64_t limit = width - (j + 1 == parts.size() ? reserved : 0);
        if (Length(Quoted(candidate)) <= limit) {
          current = candidate;
          continue;
        }
        if (!current.empty()) chunks.push_back(Quoted(current));
        current = parts[j];
      }
      if (!current.empty()) chunks.push_back(Quoted(current));
    }
    const bool brackets = top && chunks.size() > 1;
    if (brackets) out += '(';
    for (size_t i = 0; i < chunks.size(); ++i) {
      if (i > 0) NewLine(indent);
      out += chunks[i];
    }
    if (brackets) out += ')';
    return {};
  }

  Interpreter& in_;
};

}  // namespace

Result<std::string> PrettyPrinted(Interpreter& in, const Value& value) {
  Printer printer(&in);
  TRY(printer.Print(value, 0, 0, 0));
  return std::move(printer.out);
}

}  // namespace bantam::jinja
