// The reader of GBNF: one pass over the text with an explicit stack of open parentheses.
#include "grammar/gbnf/gbnf_parser.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/check.h"
#include "base/hex.h"
#include "base/quote.h"
#include "base/utf8.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMaxTextBytes = size_t{16} << 20;
constexpr uint32_t kMaxCount = 1'000'000'000;
constexpr char32_t kLastCodePoint = 0x10FFFF;

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

bool IsSurrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

// Sorted, merged, without surrogates, complemented if asked for.
std::vector<CodePointRange> Normalised(std::vector<CodePointRange> ranges, bool complement) {
  ranges.push_back({0xD800, 0xDFFF});
  std::sort(ranges.begin(), ranges.end(),
            [](const CodePointRange& a, const CodePointRange& b) { return a.first < b.first; });
  std::vector<CodePointRange> merged;
  for (const CodePointRange& range : ranges) {
    if (!merged.empty() && range.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  std::vector<CodePointRange> result;
  if (complement) {
    char32_t next = 0;
    for (const CodePointRange& range : merged) {
      if (range.first > next) result.push_back({next, range.first - 1});
      next = range.last + 1;
    }
    if (next <= kLastCodePoint) result.push_back({next, kLastCodePoint});
    return result;
  }
  for (const CodePointRange& range : merged) {
    if (range.first < 0xD800)
      result.push_back({range.first, std::min<char32_t>(range.last, 0xD7FF)});
    if (range.last > 0xDFFF) {
      result.push_back({std::max<char32_t>(range.first, 0xE000), range.last});
    }
  }
  return result;
}

class Parser {
 public:
  Parser(std::string_view text, uint32_t max_nodes) : text_(text), max_nodes_(max_nodes) {}

  Result<GbnfGrammar> Parse();

 private:
  using Kind = GbnfNode::Kind;

  // An open parenthesis, or the rule itself: where its parts begin in the two stacks below.
  struct Frame {
    size_t alternatives;
    size_t items;
    size_t opened_at;
  };

  std::unexpected<Error> FailAt(size_t at, const std::string& what,
                                ErrorCode code = ErrorCode::kInvalidArgument) const;
  std::unexpected<Error> Expected(const std::string& what) const;
  std::string Found(size_t at) const;

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool AtEnd() const { return at_ >= text_.size(); }
  void SkipSpace(bool newlines);
  bool SkipToContinuation();

  Result<uint32_t> Add(GbnfNode node);
  Result<uint32_t> AddParts(Kind kind, std::vector<uint32_t>* stack, size_t begin);
  uint32_t RuleOf(std::string_view name, size_t at);

  Result<std::pair<uint32_t, uint32_t>> ParseRuleHead();
  Result<uint32_t> ParseAlternatives();
  Result<uint32_t> ParseItem();
  Result<uint32_t> ParseLiteral();
  Result<uint32_t> ParseClass();
  Result<char32_t> ParseCharacter();
  Result<char32_t> ParseEscape();
  Result<void> ParseRepeats(size_t first_item);
  Result<void> ParseCounts(uint32_t* min, uint32_t* max);
  Result<uint32_t> ParseCount();
  Result<void> CloseFrame();

  std::string_view text_;
  uint32_t max_nodes_;
  size_t at_ = 0;
  GbnfGrammar grammar_;
  std::map<std::string, uint32_t, std::less<>> names_;
  std::vector<size_t> first_uses_;  // per rule
  std::vector<uint32_t> alternatives_;
  std::vector<uint32_t> items_;
  std::vector<Frame> frames_;
};

std::unexpected<Error> Parser::FailAt(size_t at, const std::string& what, ErrorCode code) const {
  size_t line = 1;
  size_t column = 1;
  for (size_t i = 0; i < at && i < text_.size(); ++i) {
    if (text_[i] == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<uint8_t>(text_[i]) & 0xC0) != 0x80) {
      ++column;
    }
  }
  return Fail(code, "grammar, line " + std::to_string(line) + ", column " + std::to_string(column) +
                        ": " + what);
}

std::string Parser::Found(size_t at) const {
  if (at >= text_.size()) return "the end of the text";
  if (text_[at] == '\n' || text_[at] == '\r') return "the end of the line";
  const size_t length = std::max<size_t>(1, Utf8CharLength(text_, at));
  return Quote(text_.substr(at, length));
}

std::unexpected<Error> Parser::Expected(const std::string& what) const {
  return FailAt(at_, "expected " + what + ", found " + Found(at_));
}

void Parser::SkipSpace(bool newlines) {
  while (!AtEnd()) {
    const char c = text_[at_];
    if (c == '#') {
      while (!AtEnd() && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    } else if (c == ' ' || c == '\t' || (newlines && (c == '\n' || c == '\r'))) {
      ++at_;
    } else {
      return;
    }
  }
}

// At the end of a line of a rule: the next line that says something may go on with '|'.
bool Parser::SkipToContinuation() {
  const size_t before = at_;
  SkipSpace(true);
  if (Peek() == '|') return true;
  at_ = before;
  return false;
}

Result<uint32_t> Parser::Add(GbnfNode node) {
  if (grammar_.nodes.size() >= max_nodes_) {
    return FailAt(at_, "the grammar has more than " + std::to_string(max_nodes_) + " parts",
                  ErrorCode::kResourceExhausted);
  }
  grammar_.nodes.push_back(node);
  return static_cast<uint32_t>(grammar_.nodes.size() - 1);
}

// The ids of stack[begin…] become one node; a single one stays itself.
Result<uint32_t> Parser::AddParts(Kind kind, std::vector<uint32_t>* stack, size_t begin) {
  const size_t count = stack->size() - begin;
  uint32_t id = 0;
  if (count == 1) {
    id = stack->back();
  } else if (count == 0) {
    id = TRY(Add({.kind = Kind::kText, .begin = 0, .count = 0}));
  } else {
    const auto first = static_cast<uint32_t>(grammar_.children.size());
    grammar_.children.insert(grammar_.children.end(),
                             stack->begin() + static_cast<ptrdiff_t>(begin), stack->end());
    id = TRY(Add({.kind = kind, .begin = first, .count = static_cast<uint32_t>(count)}));
  }
  stack->resize(begin);
  return id;
}

uint32_t Parser::RuleOf(std::string_view name, size_t at) {
  const auto found = names_.find(name);
  if (found != names_.end()) return found->second;
  const auto id = static_cast<uint32_t>(grammar_.rules.size());
  names_.emplace(std::string(name), id);
  grammar_.rules.push_back({.name = std::string(name)});
  first_uses_.push_back(at);
  return id;
}

Result<char32_t> Parser::ParseEscape() {
  const size_t start = at_++;
  const char c = Peek();
  int digits = 0;
  switch (c) {
    case 'n': ++at_; return U'\n';
    case 't': ++at_; return U'\t';
    case 'r': ++at_; return U'\r';
    case '\\':
    case '"':
    case '[':
    case ']':
    case '-': ++at_; return static_cast<char32_t>(c);
    case 'x': digits = 2; break;
    case 'u': digits = 4; break;
    case 'U': digits = 8; break;
    default:
      return FailAt(start, R"(expected one of \n \t \r \\ \" \[ \] \- \xHH \uHHHH \UHHHHHHHH)");
  }
  ++at_;
  char32_t value = 0;
  for (int i = 0; i < digits; ++i) {
    const int digit = HexDigit(Peek());
    if (digit < 0) return Expected(std::to_string(digits) + " hexadecimal digits");
    value = value * 16 + static_cast<char32_t>(digit);
    ++at_;
  }
  if (value > kLastCodePoint) return FailAt(start, "no character is above U+10FFFF");
  return value;
}

Result<char32_t> Parser::ParseCharacter() {
  if (Peek() == '\\') return ParseEscape();
  const size_t length = Utf8CharLength(text_, at_);
  if (length == 0) return FailAt(at_, "expected UTF-8, found " + Found(at_));
  const auto lead = static_cast<uint8_t>(text_[at_]);
  char32_t value = length == 1 ? lead : lead & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    value = value * 64 + (static_cast<uint8_t>(text_[at_ + i]) & 0x3FU);
  }
  at_ += length;
  return value;
}

Result<uint32_t> Parser::ParseLiteral() {
  const size_t opened_at = at_++;
  const auto begin = static_cast<uint32_t>(grammar_.text.size());
  while (Peek() != '"') {
    if (AtEnd() || Peek() == '\n') return FailAt(opened_at, "this text has no closing '\"'");
    const size_t start = at_;
    const char32_t c = TRY(ParseCharacter());
    if (IsSurrogate(c)) return FailAt(start, "a surrogate is no character");
    grammar_.text.push_back(c);
  }
  ++at_;
  const auto count = static_cast<uint32_t>(grammar_.text.size() - begin);
  return Add({.kind = Kind::kText, .begin = begin, .count = count});
}

Result<uint32_t> Parser::ParseClass() {
  const size_t opened_at = at_++;
  const bool complement = Peek() == '^';
  if (complement) ++at_;
  std::vector<CodePointRange> ranges;
  while (Peek() != ']') {
    if (AtEnd() || Peek() == '\n') return FailAt(opened_at, "this class has no closing ']'");
    const size_t start = at_;
    const char32_t first = TRY(ParseCharacter());
    char32_t last = first;
    if (Peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
      ++at_;
      if (Peek() == '\n') return FailAt(opened_at, "this class has no closing ']'");
      last = TRY(ParseCharacter());
      if (last < first) return FailAt(start, "this range ends before it begins");
    }
    ranges.push_back({first, last});
  }
  if (ranges.empty()) return Expected("a character in this class");
  ++at_;
  const auto begin = static_cast<uint32_t>(grammar_.ranges.size());
  for (const CodePointRange& range : Normalised(std::move(ranges), complement)) {
    grammar_.ranges.push_back(range);
  }
  const auto count = static_cast<uint32_t>(grammar_.ranges.size() - begin);
  return Add({.kind = Kind::kClass, .begin = begin, .count = count});
}

Result<uint32_t> Parser::ParseCount() {
  if (!IsAsciiDigit(Peek())) return Expected("a number");
  const size_t start = at_;
  uint64_t value = 0;
  while (IsAsciiDigit(Peek())) {
    value = std::min<uint64_t>(value * 10 + static_cast<uint64_t>(Peek() - '0'), kMaxCount + 1);
    ++at_;
  }
  if (value > kMaxCount) return FailAt(start, "a count is at most 1000000000");
  return static_cast<uint32_t>(value);
}

Result<void> Parser::ParseCounts(uint32_t* min, uint32_t* max) {
  const size_t opened_at = at_++;
  SkipSpace(false);
  const bool has_min = Peek() != ',';
  *min = has_min ? TRY(ParseCount()) : 0;
  *max = *min;
  SkipSpace(false);
  if (Peek() == ',') {
    ++at_;
    SkipSpace(false);
    *max = has_min && Peek() == '}' ? GbnfNode::kNoLimit : TRY(ParseCount());
    SkipSpace(false);
  }
  if (Peek() != '}') return Expected("'}'");
  ++at_;
  if (*max < *min) return FailAt(opened_at, "the second count is below the first");
  return {};
}

// Any number of repeat operators after the last item of the open sequence.
Result<void> Parser::ParseRepeats(size_t first_item) {
  for (;;) {
    SkipSpace(frames_.size() > 1);
    uint32_t min = 0;
    uint32_t max = GbnfNode::kNoLimit;
    const char c = Peek();
    if (c != '*' && c != '+' && c != '?' && c != '{') return {};
    if (items_.size() == first_item) return FailAt(at_, "nothing before this can be repeated");
    if (c == '{') {
      TRY(ParseCounts(&min, &max));
    } else {
      ++at_;
      if (c == '+') min = 1;
      if (c == '?') max = 1;
    }
    items_.back() =
        TRY(Add({.kind = Kind::kRepeat, .begin = items_.back(), .min = min, .max = max}));
  }
}

Result<uint32_t> Parser::ParseItem() {
  const char c = Peek();
  if (c == '"') return ParseLiteral();
  if (c == '[') return ParseClass();
  if (c == '.') {
    ++at_;
    const auto begin = static_cast<uint32_t>(grammar_.ranges.size());
    for (const CodePointRange& range : Normalised({}, true)) grammar_.ranges.push_back(range);
    const auto count = static_cast<uint32_t>(grammar_.ranges.size() - begin);
    return Add({.kind = Kind::kClass, .begin = begin, .count = count});
  }
  if (IsNameChar(c)) {
    const size_t start = at_;
    while (IsNameChar(Peek())) ++at_;
    return Add({.kind = Kind::kCall, .begin = RuleOf(text_.substr(start, at_ - start), start)});
  }
  if (c == '<' || c == '!') {
    return FailAt(at_, "terminals that are tokens (<…>) are not supported: write their text",
                  ErrorCode::kUnsupported);
  }
  return Expected("a text, a class, a rule name, '(' or the end of the rule");
}

Result<void> Parser::CloseFrame() {
  const Frame frame = frames_.back();
  alternatives_.push_back(TRY(AddParts(Kind::kSequence, &items_, frame.items)));
  items_.push_back(TRY(AddParts(Kind::kChoice, &alternatives_, frame.alternatives)));
  frames_.pop_back();
  return {};
}

// Everything after "::=".
Result<uint32_t> Parser::ParseAlternatives() {
  frames_ = {{.alternatives = 0, .items = 0, .opened_at = at_}};
  SkipSpace(true);
  for (;;) {
    const bool nested = frames_.size() > 1;
    SkipSpace(nested);
    const char c = Peek();
    if (c == '|' || (!nested && (c == '\n' || c == '\r') && SkipToContinuation())) {
      ++at_;
      SkipSpace(true);
      alternatives_.push_back(TRY(AddParts(Kind::kSequence, &items_, frames_.back().items)));
    } else if (c == '(') {
      frames_.push_back({alternatives_.size(), items_.size(), at_});
      ++at_;
    } else if (nested && (c == ')' || AtEnd())) {
      if (AtEnd()) return FailAt(frames_.back().opened_at, "this '(' has no closing ')'");
      ++at_;
      TRY(CloseFrame());
      TRY(ParseRepeats(frames_.back().items));
    } else if (!nested && (AtEnd() || c == '\n' || c == '\r')) {
      TRY(CloseFrame());
      const uint32_t node = items_.back();
      items_.clear();
      return node;
    } else if (c == '*' || c == '+' || c == '?' || c == '{') {
      return FailAt(at_, "nothing before this can be repeated");
    } else {
      items_.push_back(TRY(ParseItem()));
      TRY(ParseRepeats(frames_.back().items));
    }
  }
}

// `name ::=`; gives the rule's id and the offset of its name.
Result<std::pair<uint32_t, uint32_t>> Parser::ParseRuleHead() {
  const size_t start = at_;
  while (IsNameChar(Peek())) ++at_;
  if (at_ == start) return Expected("the name of a rule");
  const std::string_view name = text_.substr(start, at_ - start);
  SkipSpace(false);
  if (!text_.substr(at_).starts_with("::=")) {
    return Expected("'::=' after the rule name " + Quote(name));
  }
  at_ += 3;
  return std::pair{RuleOf(name, start), static_cast<uint32_t>(start)};
}

Result<GbnfGrammar> Parser::Parse() {
  if (text_.size() > kMaxTextBytes) {
    return Fail(ErrorCode::kResourceExhausted, "grammar: longer than 16 MiB");
  }
  uint32_t line = 1;
  size_t line_start = 0;
  size_t counted = 0;
  SkipSpace(true);
  while (!AtEnd()) {
    const auto [rule, start] = TRY(ParseRuleHead());
    for (; counted < start; ++counted) {
      if (text_[counted] == '\n') {
        ++line;
        line_start = counted + 1;
      }
    }
    if (const uint32_t other = grammar_.rules[rule].line; other != 0) {
      return FailAt(start, "the rule " + Quote(grammar_.rules[rule].name) +
                               " has already been defined in line " + std::to_string(other));
    }
    const auto first_node = static_cast<uint32_t>(grammar_.nodes.size());
    const uint32_t node = TRY(ParseAlternatives());
    grammar_.rules[rule].first_node = first_node;
    grammar_.rules[rule].node = node;
    grammar_.rules[rule].line = line;
    grammar_.rules[rule].column = static_cast<uint32_t>(start - line_start + 1);
    SkipSpace(true);
  }
  for (size_t i = 0; i < grammar_.rules.size(); ++i) {
    if (grammar_.rules[i].line == 0) {
      return FailAt(first_uses_[i],
                    "the rule " + Quote(grammar_.rules[i].name) + " is not defined anywhere");
    }
  }
  const auto root = names_.find("root");
  if (root == names_.end()) return FailAt(at_, "expected a rule called \"root\", found none");
  grammar_.root = root->second;
  return std::move(grammar_);
}

}  // namespace

Result<GbnfGrammar> ParseGbnf(std::string_view text, uint32_t max_nodes) {
  return Parser(text, max_nodes).Parse();
}

}  // namespace bantam::grammar
