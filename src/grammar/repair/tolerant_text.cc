// Looking ahead in text that is almost JSON.
#include "grammar/repair/tolerant_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMaxBareKeyBytes = 128;  // of a key without quotes that looking ahead believes in

struct QuoteMark {
  std::string_view bytes;
  Quote quote;
};

constexpr QuoteMark kQuoteMarks[] = {
    {"\"", Quote::kDouble},     {"'", Quote::kSingle},     {"`", Quote::kSingleLike},
    {"“", Quote::kDoubleLike},  {"”", Quote::kDoubleLike}, {"„", Quote::kDoubleLike},
    {"‟", Quote::kDoubleLike},  {"«", Quote::kDoubleLike}, {"»", Quote::kDoubleLike},
    {"＂", Quote::kDoubleLike}, {"‘", Quote::kSingleLike}, {"’", Quote::kSingleLike},
    {"‚", Quote::kSingleLike},  {"‛", Quote::kSingleLike}, {"´", Quote::kSingleLike},
    {"＇", Quote::kSingleLike},
};

// Beyond ASCII: Unicode's Zs, Zl, Zp, NEL, Mongolian vowel separator, zero width characters.
constexpr std::string_view kSpaces[] = {
    "\u00A0", "\u1680", "\u180E", "\u2000", "\u2001", "\u2002", "\u2003",   "\u2004", "\u2005",
    "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u200B", "\u200C",   "\u200D", "\u2028",
    "\u2029", "\u202F", "\u205F", "\u2060", "\u3000", "\uFEFF", "\xC2\x85",
};

constexpr std::string_view kPunctuation[] = {"，", "：", "；", "…"};

bool IsAsciiWord(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '$' || c == '-' || c == '.';
}

int SlotOf(char c) {
  constexpr std::string_view kSlots = "\"'\n]}";
  const size_t slot = kSlots.find(c);
  return slot == std::string_view::npos ? 0 : static_cast<int>(slot);
}

}  // namespace

size_t TolerantText::Find(char c, size_t from) {
  Found& found = found_[static_cast<size_t>(SlotOf(c))];
  if (from >= found.from && from <= found.at) return found.at;
  const bool before = from < found.from && found.from <= found.at;
  const size_t limit = before ? found.from : text_.size();
  size_t at = text_.substr(0, limit).find(c, from);
  if (at == std::string_view::npos) at = before ? found.at : text_.size();
  found = {from, at};
  return at;
}

size_t TolerantText::SpaceLength(size_t at) const {
  if (Ends(at)) return 0;
  const auto byte = static_cast<uint8_t>(text_[at]);
  if (byte <= 0x20 || byte == 0x7F) return 1;
  if (byte < 0xC2) return 0;
  for (const std::string_view space : kSpaces) {
    if (StartsWith(at, space)) return space.size();
  }
  return 0;
}

size_t TolerantText::CommentLength(size_t at, bool inside) {
  const char c = At(at);
  if (c != '/' && c != '#') return 0;
  if (c == '/' && At(at + 1) == '*') {
    if (no_comment_end_ && at >= no_comment_end_from_) return size() - at;
    const size_t end = text_.find("*/", at + 2);
    if (end != std::string_view::npos) return end + 2 - at;
    no_comment_end_ = true;
    no_comment_end_from_ = at;
    return size() - at;
  }
  if (c == '/' && At(at + 1) != '/') return 0;
  const size_t line_end = Find('\n', at);
  if (line_end < size() || !inside) return line_end - at;
  // The newline may have been lost: what closes the brackets is worth more than the comment.
  return std::min(Find('}', at), Find(']', at)) - at;
}

size_t TolerantText::SkipSpace(size_t at) const {
  while (const size_t length = SpaceLength(at)) at += length;
  return at;
}

size_t TolerantText::EscapedSpaceLength(size_t at) const {
  const char c = At(at + 1);
  if (!escaped_ || At(at) != '\\' || (c != 'n' && c != 'r' && c != 't')) return 0;
  constexpr std::string_view kAfter = "\\\"'{}[],:";  // else it begins a word
  const char after = At(at + 2);
  return after <= ' ' || kAfter.find(after) != std::string_view::npos ? 2 : 0;
}

size_t TolerantText::SkipGap(size_t at) {
  for (;;) {
    at = SkipSpace(at);
    const size_t length =
        CommentLength(at, true) + EscapedSpaceLength(at) + (IsEscapedBracket(at) ? 1 : 0);
    if (length == 0) return at;
    at += length;
  }
}

Quote TolerantText::QuoteAt(size_t at, size_t* length) const {
  *length = 0;
  if (Ends(at)) return Quote::kNone;
  const auto byte = static_cast<uint8_t>(text_[at]);
  if (byte != '"' && byte != '\'' && byte != '`' && byte < 0xC2) return Quote::kNone;
  for (const QuoteMark& mark : kQuoteMarks) {
    if (StartsWith(at, mark.bytes)) {
      *length = mark.bytes.size();
      return mark.quote;
    }
  }
  return Quote::kNone;
}

bool TolerantText::IsQuote(size_t at) const {
  size_t length = 0;
  return QuoteAt(at, &length) != Quote::kNone;
}

bool TolerantText::Closes(Quote opening, Quote quote) {
  switch (opening) {
    case Quote::kDouble: return quote == Quote::kDouble;
    case Quote::kSingle: return quote == Quote::kSingle;
    case Quote::kDoubleLike: return quote == Quote::kDouble || quote == Quote::kDoubleLike;
    case Quote::kSingleLike: return quote == Quote::kSingle || quote == Quote::kSingleLike;
    case Quote::kNone: return false;
  }
  return false;
}

size_t TolerantText::ClosingQuote(size_t at) {
  size_t length = 0;
  const Quote opening = QuoteAt(at, &length);
  const bool plain = opening == Quote::kDouble || opening == Quote::kSingle;
  size_t i = at + length;
  // Curly quotes have no index: they are looked for nearby only.
  const size_t limit = plain ? size() : std::min(size(), i + 1024);
  while (i < limit) {
    if (plain) i = Find(opening == Quote::kDouble ? '"' : '\'', i);
    if (i >= limit) return size();
    const Quote quote = QuoteAt(i, &length);
    size_t backslashes = 0;
    while (i - backslashes > at + 1 && text_[i - backslashes - 1] == '\\') ++backslashes;
    if (Closes(opening, quote) && backslashes % 2 == 0) return i;
    i += std::max<size_t>(length, 1);
  }
  return size();
}

bool TolerantText::IsWord(size_t at) const {
  if (Ends(at)) return false;
  if (static_cast<uint8_t>(text_[at]) < 0x80) return IsAsciiWord(text_[at]);
  if (IsQuote(at) || SpaceLength(at) > 0) return false;
  return std::none_of(std::begin(kPunctuation), std::end(kPunctuation),
                      [&](std::string_view mark) { return StartsWith(at, mark); });
}

size_t TolerantText::SkipWord(size_t at) const {
  while (IsWord(at)) at += std::max<size_t>(1, Utf8CharLength(text_, at));
  return at;
}

size_t TolerantText::ColonLength(size_t at) const {
  if (At(at) == ':') return StartsWith(at, "::=") ? 3 : At(at + 1) == '=' ? 2 : 1;
  if (At(at) == '=') return At(at + 1) == '>' ? 2 : 1;
  return StartsWith(at, "：") ? 3 : 0;
}

size_t TolerantText::CommaLength(size_t at) const {
  if (At(at) == ',' || At(at) == ';') return 1;
  return StartsWith(at, "，") || StartsWith(at, "；") ? 3 : 0;
}

size_t TolerantText::EllipsisLength(size_t at) const {
  if (StartsWith(at, "…")) return 3;
  if (!StartsWith(at, "...")) return 0;
  size_t end = at;
  while (At(end) == '.') ++end;
  return end - at;
}

size_t TolerantText::FenceLength(size_t at) const {
  if (!StartsWith(at, "```") && !StartsWith(at, "~~~")) return 0;
  size_t end = at;
  while (At(end) == At(at)) ++end;
  return end - at;
}

TolerantText::Guess TolerantText::KeyAt(size_t at, bool cut) {
  while (At(at) == '\\') ++at;
  if (IsQuote(at)) {
    size_t length = 0;
    const size_t closing = ClosingQuote(at);
    if (Ends(closing)) return Guess::kMaybe;
    QuoteAt(closing, &length);
    const size_t next = SkipGap(closing + length);
    return ColonLength(next) > 0 || (cut && Ends(next)) ? Guess::kYes : Guess::kMaybe;
  }
  const size_t end = SkipWord(at);
  if (end == at || end - at > kMaxBareKeyBytes) return Guess::kNo;
  const size_t next = SkipGap(end);
  if (Ends(next)) return cut ? Guess::kYes : Guess::kNo;
  size_t length = 0;
  if (QuoteAt(next, &length) != Quote::kNone) {
    if (ColonLength(SkipSpace(next + length)) > 0) return Guess::kYes;  // key":
    return next > end && KeyAt(next) == Guess::kYes ? Guess::kYes : Guess::kNo;
  }
  return ColonLength(next) > 0 && !StartsWith(next, "://") ? Guess::kYes : Guess::kNo;
}

TolerantText::Guess TolerantText::MemberAt(size_t at) {
  at = SkipGap(at);
  for (int commas = 0; commas < 4 && CommaLength(at) > 0; ++commas) {
    at = SkipGap(at + CommaLength(at));
  }
  if (Ends(at) || FenceLength(at) > 0 || EllipsisLength(at) > 0) return Guess::kYes;
  const char c = At(at);
  if (c == '}' || c == ']' || c == ')') return Guess::kYes;
  if (c == '{' || c == '[') return Guess::kMaybe;
  return KeyAt(at, true);
}

TolerantText::Guess TolerantText::ItemAt(size_t at) {
  at = SkipGap(at);
  if (Ends(at) || FenceLength(at) > 0 || EllipsisLength(at) > 0) return Guess::kYes;
  const char c = At(at);
  if (c == '}' || c == ']' || c == ')' || c == '{' || c == '[') return Guess::kYes;
  if (IsQuote(at)) return WholeStringAt(at) ? Guess::kYes : Guess::kMaybe;
  if (ScalarAt(at)) return Guess::kYes;
  return IsWord(at) || c == '(' || c == '\\' || CommaLength(at) > 0 ? Guess::kMaybe : Guess::kNo;
}

size_t TolerantText::ScalarWord(size_t at) const {
  const size_t end = SkipWord(at + (At(at) == '+' ? 1 : 0));
  if (end == at) return 0;
  const std::string_view word = text_.substr(at, end - at);
  const char c = word[0];
  constexpr std::string_view kWords[] = {"true", "false", "null",      "True",    "False",
                                         "None", "NaN",   "undefined", "Infinity"};
  const bool number = (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.';
  const bool known = std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
  return number || known ? end - at : 0;
}

bool TolerantText::ScalarAt(size_t at) {
  const size_t length = ScalarWord(at);
  return length > 0 && DelimiterFollows(at + length, true);
}

bool TolerantText::DelimiterFollows(size_t at, bool newline) {
  const size_t next = SkipGap(at);
  const char c = At(next);
  return Ends(next) || CommaLength(next) > 0 || c == '}' || c == ']' || c == ')' ||
         FenceLength(next) > 0 || (newline && Find('\n', at) < next);
}

bool TolerantText::WholeStringAt(size_t at, bool newline) {
  size_t length = 0;
  const size_t closing = ClosingQuote(at);
  if (Ends(closing)) return false;
  QuoteAt(closing, &length);
  return DelimiterFollows(closing + length, newline);
}

}  // namespace bantam::grammar
