// The lexer. Text, comments and raw blocks here; the inside of tags in LexTag.
#include "text/jinja/lexer.h"

#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/parse_double.h"
#include "text/jinja/characters.h"
#include "text/jinja/limits.h"
#include "text/jinja/string_literal.h"
#include "text/jinja/text.h"

namespace bantam::jinja {
namespace {

// Line ends become "\n"; one at the very end goes.
std::string NormalizeNewlines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
      out += '\n';
    } else {
      out += source[i];
    }
  }
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) {
    list_.texts.push_back(NormalizeNewlines(source));
    text_ = list_.texts.front();
  }

  Result<TokenList> Run() {
    while (at_ < text_.size()) TRY(LexText());
    Push(TokenKind::kEnd, at_, {});
    return std::move(list_);
  }

 private:
  Result<void> LexText();
  Result<void> LexComment();
  Result<void> LexRaw();
  Result<void> LexTag(TokenKind end);
  bool TakeTagEnd(TokenKind end);
  Result<bool> TakeNumber();
  Result<bool> TakeInteger();
  bool TakeName();
  Result<bool> TakeString();
  Result<void> TakeOperator();
  Result<void> Balance(char c);

  // The sign ('-', '+' or none) right after a tag's opening at `at`.
  char SignAt(size_t at) const {
    const char c = at < text_.size() ? text_[at] : '\0';
    return c == '-' || c == '+' ? c : '\0';
  }
  bool StartsAt(size_t at, std::string_view what) const {
    return text_.substr(std::min(at, text_.size()), what.size()) == what;
  }
  size_t SkipSpace(size_t at) const {
    while (at < text_.size()) {
      const Character c = CharacterAt(text_, at);
      if (!IsSpace(c.code_point)) break;
      at += c.length;
    }
    return at;
  }
  size_t SkipDigits(size_t at) const;
  size_t RawBegin(size_t open) const;
  size_t EndRaw(size_t open) const;
  size_t BlockEnd(size_t at) const;
  std::string_view Trimmed(size_t begin, size_t end, char sign, bool is_variable) const;

  void PushData(std::string_view data) {
    if (!data.empty())
      Push(TokenKind::kData, static_cast<size_t>(data.data() - text_.data()), data);
  }
  Token& Push(TokenKind kind, size_t offset, std::string_view text) {
    for (; counted_ < offset; ++counted_) line_ += text_[counted_] == '\n' ? 1 : 0;
    list_.tokens.push_back({kind, line_, offset, text});
    return list_.tokens.back();
  }
  std::unexpected<Error> Wrong(size_t offset, std::string_view what) const {
    return SyntaxError(text_, offset, what);
  }

  TokenList list_;
  std::string_view text_;
  size_t at_ = 0;
  size_t counted_ = 0;  // newlines before this offset are in line_
  int line_ = 1;
  std::string open_;  // brackets not closed yet, inside a tag
};

// The text before a tag at `end`, less what the tag's sign or lstrip_blocks takes away.
std::string_view Lexer::Trimmed(size_t begin, size_t end, char sign, bool is_variable) const {
  const std::string_view data = text_.substr(begin, end - begin);
  if (sign == '-') return Strip(data, Side::kRight);
  if (sign == '+' || is_variable) return data;
  const size_t line = data.rfind('\n') + 1;  // npos + 1 is 0
  const bool line_starting = begin == 0 || text_[begin - 1] == '\n';
  if (line == 0 && !line_starting) return data;
  return Strip(data.substr(line), Side::kLeft).empty() ? data.substr(0, line) : data;
}

// Text up to the next tag, and that tag.
Result<void> Lexer::LexText() {
  size_t open = at_;
  for (;; ++open) {
    open = text_.find('{', open);
    if (open == std::string_view::npos || open + 1 >= text_.size()) {
      PushData(text_.substr(at_));
      at_ = text_.size();
      return {};
    }
    const char next = text_[open + 1];
    if (next == '{' || next == '%' || next == '#') break;
  }
  const char type = text_[open + 1];
  const char sign = SignAt(open + 2);
  PushData(Trimmed(at_, open, sign, type == '{'));
  at_ = open + 2 + (sign != '\0' ? 1 : 0);
  if (type == '#') return LexComment();
  if (type == '{') {
    Push(TokenKind::kVariableBegin, open, {});
    return LexTag(TokenKind::kVariableEnd);
  }
  if (const size_t raw = RawBegin(at_); raw != 0) {
    at_ = raw;
    return LexRaw();
  }
  Push(TokenKind::kBlockBegin, open, {});
  return LexTag(TokenKind::kBlockEnd);
}

// The offset after "raw %}" if that is what stands at `at`, else 0.
size_t Lexer::RawBegin(size_t at) const {
  at = SkipSpace(at);
  if (!StartsAt(at, "raw")) return 0;
  at = SkipSpace(at + 3);
  if (StartsAt(at, "-%}")) return SkipSpace(at + 3);
  return StartsAt(at, "%}") ? at + 2 : 0;
}

// The offset after the end of a block at `at` (with the white space it takes), or 0.
size_t Lexer::BlockEnd(size_t at) const {
  if (StartsAt(at, "+%}")) return at + 3;
  if (StartsAt(at, "-%}")) return SkipSpace(at + 3);
  if (!StartsAt(at, "%}")) return 0;
  return at + (StartsAt(at + 2, "\n") ? 3 : 2);
}

// The offset after "endraw %}" for a "{%" at `open`, or 0.
size_t Lexer::EndRaw(size_t open) const {
  size_t at = open + 2 + (SignAt(open + 2) != '\0' ? 1 : 0);
  at = SkipSpace(at);
  if (!StartsAt(at, "endraw")) return 0;
  return BlockEnd(SkipSpace(at + 6));
}

Result<void> Lexer::LexRaw() {
  const size_t begin = at_;
  for (size_t open = at_;; open += 2) {
    open = text_.find("{%", open);
    if (open == std::string_view::npos) return Wrong(begin, "missing end of raw directive");
    if (const size_t end = EndRaw(open); end != 0) {
      PushData(Trimmed(begin, open, SignAt(open + 2), false));
      at_ = end;
      return {};
    }
  }
}

Result<void> Lexer::LexComment() {
  const size_t end = text_.find("#}", at_);
  if (end == std::string_view::npos) return Wrong(at_ - 2, "missing end of comment tag");
  const char sign = end > at_ ? text_[end - 1] : '\0';
  if (sign == '-') {
    at_ = SkipSpace(end + 2);
  } else {
    at_ = end + (sign != '+' && StartsAt(end + 2, "\n") ? 3 : 2);
  }
  return {};
}

bool Lexer::TakeTagEnd(TokenKind end) {
  size_t after = 0;
  if (end == TokenKind::kBlockEnd) {
    after = BlockEnd(at_);
  } else if (StartsAt(at_, "-}}")) {
    after = SkipSpace(at_ + 3);
  } else if (StartsAt(at_, "}}")) {
    after = at_ + 2;
  }
  if (after == 0) return false;
  Push(end, at_, {});
  at_ = after;
  return true;
}

// The inside of a tag up to its end. An unfinished one is the parser's to complain about.
Result<void> Lexer::LexTag(TokenKind end) {
  open_.clear();
  while (at_ < text_.size()) {
    if (open_.empty() && TakeTagEnd(end)) return {};
    if (const size_t next = SkipSpace(at_); next != at_) {
      at_ = next;
      continue;
    }
    const bool number = TRY(TakeNumber());
    if (number || TakeName()) continue;
    const bool string = TRY(TakeString());
    if (!string) TRY(TakeOperator());
  }
  return {};
}

// Past digits with single underscores between them; `at` itself if there are none.
size_t Lexer::SkipDigits(size_t at) const {
  if (at >= text_.size() || !IsAsciiDigit(text_[at])) return at;
  for (;;) {
    ++at;
    if (at >= text_.size()) return at;
    if (IsAsciiDigit(text_[at])) continue;
    const bool joined = text_[at] == '_' && at + 1 < text_.size() && IsAsciiDigit(text_[at + 1]);
    if (!joined) return at;
  }
}

Result<bool> Lexer::TakeNumber() {
  if (!IsAsciiDigit(text_[at_])) return false;
  if (at_ > 0 && text_[at_ - 1] == '.') return TakeInteger();  // x.0.1 holds two integers
  size_t end = SkipDigits(at_);
  bool real = false;
  if (end < text_.size() && text_[end] == '.') {
    const size_t fraction = SkipDigits(end + 1);
    real = fraction != end + 1;
    if (real) end = fraction;
  }
  if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
    size_t digits = end + 1;
    if (digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-')) ++digits;
    const size_t exponent = SkipDigits(digits);
    if (exponent != digits) {
      end = exponent;
      real = true;
    }
  }
  if (!real) return TakeInteger();
  std::string digits;
  for (const char c : text_.substr(at_, end - at_)) {
    if (c != '_') digits += c;
  }
  const std::optional<double> value = ParseDouble(digits);
  if (!value) return Wrong(at_, "a number that does not fit a float");
  Push(TokenKind::kFloat, at_, {}).real = *value;
  at_ = end;
  return true;
}

Result<bool> Lexer::TakeInteger() {
  const auto digit_of = [](char c) {
    if (IsAsciiDigit(c)) return c - '0';
    const char lower = static_cast<char>(c | 32);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
  };
  int base = 10;
  size_t at = at_;
  if (text_[at_] == '0') {
    const char letter = at_ + 1 < text_.size() ? static_cast<char>(text_[at_ + 1] | 32) : '\0';
    const int prefix = letter == 'b' ? 2 : letter == 'o' ? 8 : letter == 'x' ? 16 : 10;
    size_t digits = at_ + 2;
    if (digits < text_.size() && text_[digits] == '_') ++digits;
    if (prefix != 10 && digits < text_.size() && digit_of(text_[digits]) < prefix) {
      base = prefix;
      at = at_ + 2;
    }
  }
  // "007" is two tokens, 00 and 7: after a zero only zeros go on.
  const int limit = base == 10 && text_[at_] == '0' ? 1 : base;
  std::string digits;
  while (at < text_.size()) {
    const size_t next = text_[at] == '_' ? at + 1 : at;
    if (next >= text_.size() || digit_of(text_[next]) >= limit) break;
    digits += text_[next];
    at = next + 1;
  }
  int64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (parsed.ec != std::errc()) return Wrong(at_, "an integer that does not fit in 64 bits");
  Push(TokenKind::kInteger, at_, {}).integer = value;
  at_ = at;
  return true;
}

bool Lexer::TakeName() {
  size_t end = at_;
  while (end < text_.size()) {
    const Character c = CharacterAt(text_, end);
    if (c.code_point != '_' && (FlagsOf(c.code_point) & kInName) == 0) break;
    end += c.length;
  }
  const std::string_view name = text_.substr(at_, end - at_);
  if (!IsIdentifier(name)) return false;
  Push(TokenKind::kName, at_, name);
  at_ = end;
  return true;
}

Result<bool> Lexer::TakeString() {
  const char quote = text_[at_];
  if (quote != '"' && quote != '\'') return false;
  bool escapes = false;
  size_t end = at_ + 1;
  for (; end < text_.size() && text_[end] != quote; ++end) {
    if (text_[end] == '\\') {
      escapes = true;
      ++end;
    }
  }
  if (end >= text_.size()) return Wrong(at_, "a string without its closing quote");
  std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
  if (escapes) {
    Result<std::string> decoded = DecodeStringLiteral(value);
    if (!decoded) return Wrong(at_, decoded.error().message);
    list_.texts.push_back(*std::move(decoded));
    value = list_.texts.back();
  }
  Push(TokenKind::kString, at_, value);
  at_ = end + 1;
  return true;
}

Result<void> Lexer::Balance(char c) {
  if (c == '(') open_ += ')';
  if (c == '[') open_ += ']';
  if (c == '{') open_ += '}';
  if (c != ')' && c != ']' && c != '}') return {};
  std::string message = "unexpected '";
  message += c;
  message += '\'';
  if (open_.empty()) return Wrong(at_, message);
  const char expected = open_.back();
  if (expected != c) return Wrong(at_, message + ", expected '" + expected + "'");
  open_.pop_back();
  return {};
}

Result<void> Lexer::TakeOperator() {
  struct Operator {
    std::string_view text;
    TokenKind kind;
  };
  using enum TokenKind;
  constexpr Operator kOperators[] = {
      {"//", kFloorDiv},   {"**", kPow},         {"==", kEq},       {"!=", kNe},
      {">=", kGe},         {"<=", kLe},          {"+", kAdd},       {"-", kSub},
      {"/", kDiv},         {"*", kMul},          {"%", kMod},       {"~", kTilde},
      {"[", kLeftBracket}, {"]", kRightBracket}, {"(", kLeftParen}, {")", kRightParen},
      {"{", kLeftBrace},   {"}", kRightBrace},   {">", kGt},        {"<", kLt},
      {"=", kAssign},      {".", kDot},          {":", kColon},     {"|", kPipe},
      {",", kComma},       {";", kSemicolon}};
  for (const Operator& op : kOperators) {
    if (!StartsAt(at_, op.text)) continue;
    TRY(Balance(op.text[0]));
    Push(op.kind, at_, op.text);
    at_ += op.text.size();
    return {};
  }
  std::string message = "unexpected character '";
  message += text_.substr(at_, CharacterAt(text_, at_).length);
  return Wrong(at_, message + "'");
}

}  // namespace

Result<TokenList> Lex(std::string_view source) {
  if (source.size() > kMaxSourceBytes) {
    return Fail(ErrorCode::kCorrupt, "chat template: " + std::to_string(source.size()) +
                                         " bytes, more than " + std::to_string(kMaxSourceBytes));
  }
  if (!IsUtf8(source)) return Fail(ErrorCode::kCorrupt, "chat template: invalid UTF-8");
  return Lexer(source).Run();
}

}  // namespace bantam::jinja
