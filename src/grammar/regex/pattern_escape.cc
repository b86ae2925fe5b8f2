// Escapes and character classes: ECMA-262 (2024), 22.2.1, with the u flag, and what is written
// without the flag where it has one meaning.
#include "grammar/regex/pattern_escape.h"

#include <optional>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/regex/pattern.h"
#include "grammar/regex/unicode_property.h"

namespace bantam::grammar {
namespace {

std::unexpected<Error> Mistake(size_t offset, std::string what) {
  return PatternError(ErrorCode::kInvalidArgument, offset, std::move(what));
}

ClassAtom Character(char32_t c) {
  return {.code_point = c};
}
ClassAtom Set(const CodePointSet& set, bool negated) {
  return {.is_set = true, .code_point = 0, .set = negated ? set.Complement() : set};
}

bool IsLetter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Exactly `digits` hexadecimal digits; nothing is taken otherwise.
std::optional<char32_t> Hex(PatternCursor& cursor, int digits) {
  char32_t value = 0;
  PatternCursor ahead = cursor;
  for (int i = 0; i < digits; ++i) {
    if (ahead.AtEnd()) return std::nullopt;
    const char32_t c = ahead.Take();
    const char32_t lower = c | 0x20;
    if (c >= '0' && c <= '9') {
      value = value * 16 + (c - '0');
    } else if (lower >= 'a' && lower <= 'f' && c < 0x80) {
      value = value * 16 + (lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  cursor = ahead;
  return value;
}

// \u, after the u.
Result<ClassAtom> UnicodeEscape(PatternCursor& cursor, size_t offset) {
  if (cursor.TakeIf(U"{")) {
    char32_t value = 0;
    size_t digits = 0;
    for (; !cursor.AtEnd() && cursor.Peek() != '}'; ++digits) {
      const auto digit = Hex(cursor, 1);
      if (!digit) break;
      value = value * 16 + *digit;
      if (value > CodePointSet::kLast) break;
    }
    if (digits == 0 || value > CodePointSet::kLast || !cursor.TakeIf(U"}")) {
      return Mistake(offset, "expected \\u{…} with the hexadecimal digits of a code point");
    }
    return Character(value);
  }
  const auto high = Hex(cursor, 4);
  if (!high) return Mistake(offset, "expected four hexadecimal digits or {…} after \\u");
  if (*high >= 0xD800 && *high < 0xDC00) {
    PatternCursor ahead = cursor;
    if (ahead.TakeIf(U"\\u")) {
      const auto low = Hex(ahead, 4);
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        cursor = ahead;
        return Character(0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00));
      }
    }
  }
  return Character(*high);
}

// \p or \P, after the letter.
Result<ClassAtom> PropertyEscape(PatternCursor& cursor, size_t offset, bool negated) {
  std::string name;
  if (!cursor.TakeIf(U"{")) return Mistake(offset, "expected {…} after \\p");
  while (!cursor.AtEnd() && cursor.Peek() != '}') AppendUtf8(cursor.Take(), name);
  if (!cursor.TakeIf(U"}")) return Mistake(offset, "expected } after the name of the property");
  const auto set = UnicodeProperty(name);
  if (!set) {
    return PatternError(ErrorCode::kUnsupported, offset,
                        "the Unicode property '" + name.substr(0, 60) + "' is not known");
  }
  return Set(*set, negated);
}

Result<ClassAtom> ControlEscape(PatternCursor& cursor, size_t offset) {
  if (cursor.AtEnd() || !IsLetter(cursor.Peek())) {
    return Mistake(offset, "expected a letter after \\c");
  }
  return Character(cursor.Take() % 32);
}

Result<ClassAtom> DigitEscape(PatternCursor& cursor, size_t offset, char32_t digit, bool in_class) {
  if (digit != '0' && !in_class) {
    return PatternError(ErrorCode::kUnsupported, offset, "back references are not supported");
  }
  const bool more = !cursor.AtEnd() && cursor.Peek() >= '0' && cursor.Peek() <= '9';
  if (digit != '0' || more) return Mistake(offset, "octal escapes are not known; write \\xHH");
  return Character(0);
}

// The name between [: and :], empty if there is none here.
bool IsPosixClass(PatternCursor cursor) {
  if (!cursor.TakeIf(U"[:")) return false;
  while (!cursor.AtEnd() && (IsLetter(cursor.Peek()) || cursor.Peek() == '^')) cursor.Take();
  return cursor.TakeIf(U":]");
}

Result<ClassAtom> ParseAtom(PatternCursor& cursor) {
  const size_t offset = cursor.at;
  if (IsPosixClass(cursor)) {
    return PatternError(ErrorCode::kUnsupported, offset, "[:…:] is not known; write \\p{…}");
  }
  const char32_t c = cursor.Take();
  if (c != '\\') return Character(c);
  if (cursor.AtEnd()) return Mistake(offset, "\\ stands at the end; expected what it escapes");
  return ParseEscape(cursor, offset, /*in_class=*/true);
}

}  // namespace

std::unexpected<Error> PatternError(ErrorCode code, size_t offset, std::string what) {
  return Fail(code, "pattern, character " + std::to_string(offset) + ": " + what);
}

Result<ClassAtom> ParseEscape(PatternCursor& cursor, size_t offset, bool in_class) {
  const char32_t c = cursor.Take();
  switch (c) {
    case 'd':
    case 'D': return Set(DigitCharacters(), c == 'D');
    case 'w':
    case 'W': return Set(WordCharacters(), c == 'W');
    case 's':
    case 'S': return Set(SpaceCharacters(), c == 'S');
    case 'p':
    case 'P': return PropertyEscape(cursor, offset, c == 'P');
    case 't': return Character('\t');
    case 'n': return Character('\n');
    case 'v': return Character('\v');
    case 'f': return Character('\f');
    case 'r': return Character('\r');
    case 'b':
      if (in_class) return Character('\b');
      break;
    case 'c': return ControlEscape(cursor, offset);
    case 'x': {
      const auto value = Hex(cursor, 2);
      if (!value) return Mistake(offset, "expected two hexadecimal digits after \\x");
      return Character(*value);
    }
    case 'u': return UnicodeEscape(cursor, offset);
    case 'k':
      if (in_class) break;
      return PatternError(ErrorCode::kUnsupported, offset, "back references are not supported");
    default: break;
  }
  if (c >= '0' && c <= '9') return DigitEscape(cursor, offset, c, in_class);
  if (!IsLetter(c)) return Character(c);
  std::string letter;
  AppendUtf8(c, letter);
  return Mistake(offset, "the escape \\" + letter + " is not known");
}

Result<CodePointSet> ParseClass(PatternCursor& cursor, size_t offset) {
  const bool negated = cursor.TakeIf(U"^");
  CodePointSet set;
  while (!cursor.TakeIf(U"]")) {
    if (cursor.AtEnd()) return Mistake(offset, "the class that begins here has no ]");
    const size_t begin = cursor.at;
    const ClassAtom atom = TRY(ParseAtom(cursor));
    PatternCursor ahead = cursor;
    const bool dash = !atom.is_set && ahead.TakeIf(U"-") && !ahead.AtEnd() && ahead.Peek() != ']';
    if (!dash) {
      set.Add(atom.is_set ? atom.set : CodePointSet::Of(atom.code_point, atom.code_point));
      continue;
    }
    cursor = ahead;
    const ClassAtom last = TRY(ParseAtom(cursor));
    if (last.is_set) {  // [a-\d]: without the u flag, three members
      set.Add(atom.code_point, atom.code_point);
      set.Add('-', '-');
      set.Add(last.set);
      continue;
    }
    if (atom.code_point > last.code_point) {
      return Mistake(begin, "the ends of the range are in the wrong order");
    }
    set.Add(atom.code_point, last.code_point);
  }
  return negated ? set.Complement() : set;
}

const CodePointSet& WordCharacters() {
  static const CodePointSet set = [] {
    CodePointSet word = CodePointSet::Of('0', '9');
    word.Add('A', 'Z');
    word.Add('_', '_');
    word.Add('a', 'z');
    return word;
  }();
  return set;
}

const CodePointSet& DigitCharacters() {
  static const CodePointSet set = CodePointSet::Of('0', '9');
  return set;
}

const CodePointSet& SpaceCharacters() {
  static const CodePointSet set = [] {
    CodePointSet space = *UnicodeProperty("Zs");
    space.Add(0x09, 0x0D);
    space.Add(0x2028, 0x2029);
    space.Add(0xFEFF, 0xFEFF);
    return space;
  }();
  return set;
}

const CodePointSet& LineTerminators() {
  static const CodePointSet set = [] {
    CodePointSet line = CodePointSet::Of('\n', '\n');
    line.Add('\r', '\r');
    line.Add(0x2028, 0x2029);
    return line;
  }();
  return set;
}

}  // namespace bantam::grammar
