// The grammar of patterns: one pass over the characters, with a stack of open groups.
#include "grammar/regex/pattern.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/regex/pattern_escape.h"

namespace bantam::grammar {
namespace {

using Node = PatternNode;
constexpr uint64_t kUnbounded = ~uint64_t{0};

struct Group {
  enum Kind : uint8_t { kPlain, kAhead, kNotAhead, kBehind, kNotBehind };
  Kind kind;
  uint32_t offset;
  size_t alternatives;  // where its own begin on the stack of alternatives
  size_t items;         // where the items of its last alternative begin
};

class Parser {
 public:
  explicit Parser(std::u32string_view text) : cursor_{text, 0} {}

  Result<Pattern> Parse() {
    groups_.push_back({Group::kPlain, 0, 0, 0});
    while (!cursor_.AtEnd()) (void)TRY(Next());
    if (groups_.size() > 1) {
      return Mistake(groups_.back().offset, "the group that begins here has no )");
    }
    pattern_.root = TRY(CloseAlternatives());
    return std::move(pattern_);
  }

 private:
  static std::unexpected<Error> Mistake(size_t offset, std::string what) {
    return PatternError(ErrorCode::kInvalidArgument, offset, std::move(what));
  }

  // One item, quantifier, bar or bracket.
  Result<bool> Next() {
    const auto offset = static_cast<uint32_t>(cursor_.at);
    const char32_t c = cursor_.Take();
    switch (c) {
      case '(': return Open(offset);
      case ')': return Close(offset);
      case '|': alternatives_.push_back(TRY(CloseSequence())); return true;
      case '*': return Quantify(offset, 0, kUnbounded);
      case '+': return Quantify(offset, 1, kUnbounded);
      case '?': return Quantify(offset, 0, 1);
      case '{': return Brace(offset);
      case '^': return Push({.kind = Node::kBefore, .flags = Node::kHasStart, .a = Node::kStart});
      case '$': return Push({.kind = Node::kEnd, .flags = Node::kHasEnd});
      case '.': return PushSet(LineTerminators().Complement());
      case '[': return PushSet(TRY(ParseClass(cursor_, offset)));
      case '\\': return Escape(offset);
      default: return PushChar(c);
    }
  }

  Result<bool> Push(Node node) {
    node.offset = static_cast<uint32_t>(cursor_.at);
    items_.push_back(Add(node));
    quantifiable_ = true;
    return true;
  }

  uint32_t Add(const Node& node) {
    pattern_.nodes.push_back(node);
    return static_cast<uint32_t>(pattern_.nodes.size() - 1);
  }

  Result<bool> PushChar(char32_t c) {
    const uint8_t last = WordCharacters().Has(c) ? Node::kWord : Node::kOther;
    return Push({.kind = Node::kChar, .last = last, .nullable = false, .a = c});
  }

  Result<bool> PushSet(CodePointSet set) {
    Node node{.kind = Node::kSet, .nullable = false};
    const CodePointSet words = set.Intersect(WordCharacters());
    if (!words.empty()) node.last |= Node::kWord;
    if (words != set) node.last |= Node::kOther;
    node.a = static_cast<uint32_t>(pattern_.sets.size());
    pattern_.sets.push_back(std::move(set));
    return Push(node);
  }

  Result<bool> Escape(uint32_t offset) {
    if (cursor_.AtEnd()) return Mistake(offset, "\\ stands at the end; expected what it escapes");
    const char32_t c = cursor_.Peek();
    if (c == 'b' || c == 'B') {
      cursor_.Take();
      return Push(
          {.kind = c == 'b' ? Node::kWordEdge : Node::kNotWordEdge, .flags = Node::kHasContext});
    }
    if (c == 'A' || c == 'z') {  // of other dialects, with one meaning
      cursor_.Take();
      if (c == 'z') return Push({.kind = Node::kEnd, .flags = Node::kHasEnd});
      return Push({.kind = Node::kBefore, .flags = Node::kHasStart, .a = Node::kStart});
    }
    const ClassAtom atom = TRY(ParseEscape(cursor_, offset, /*in_class=*/false));
    if (!atom.is_set) return PushChar(atom.code_point);
    return PushSet(atom.set);
  }

  Result<bool> Open(uint32_t offset) {
    Group::Kind kind = Group::kPlain;
    if (cursor_.TakeIf(U"?")) {
      if (cursor_.TakeIf(U":")) {
        kind = Group::kPlain;
      } else if (cursor_.TakeIf(U"=")) {
        kind = Group::kAhead;
      } else if (cursor_.TakeIf(U"!")) {
        kind = Group::kNotAhead;
      } else if (cursor_.TakeIf(U"<=")) {
        kind = Group::kBehind;
      } else if (cursor_.TakeIf(U"<!")) {
        kind = Group::kNotBehind;
      } else if (cursor_.TakeIf(U"<") || cursor_.TakeIf(U"P<")) {
        (void)TRY(GroupName(offset));
      } else {
        return PatternError(ErrorCode::kUnsupported, offset,
                            "expected (?: (?= (?! or (?<name> here, other groups are unknown");
      }
    }
    groups_.push_back({kind, offset, alternatives_.size(), items_.size()});
    quantifiable_ = false;
    return true;
  }

  Result<bool> GroupName(uint32_t offset) {
    const size_t begin = cursor_.at;
    while (!cursor_.AtEnd() && cursor_.Peek() != '>') {
      const char32_t c = cursor_.Take();
      const bool fits = c == '_' || c == '$' || c == '\\' || c == '{' || c == '}' || c >= 0x80 ||
                        WordCharacters().Has(c);
      if (!fits) return Mistake(cursor_.at - 1, "expected a letter, digit or > in a group's name");
    }
    if (cursor_.AtEnd()) return Mistake(offset, "the name of the group has no >");
    if (cursor_.at == begin) return Mistake(cursor_.at, "expected the name of the group");
    cursor_.Take();
    return true;
  }

  Result<bool> Close(uint32_t offset) {
    if (groups_.size() == 1) return Mistake(offset, "there is no group for this ) to close");
    const uint32_t inner = TRY(CloseAlternatives());
    const Group group = groups_.back();
    groups_.pop_back();
    quantifiable_ = true;
    if (group.kind == Group::kPlain) {
      items_.push_back(inner);
      return true;
    }
    if (group.kind == Group::kBehind || group.kind == Group::kNotBehind) {
      return Behind(group, inner);
    }
    Node node{.flags = Node::kHasAhead, .a = inner, .offset = group.offset};
    node.kind = group.kind == Group::kAhead ? Node::kAhead : Node::kNotAhead;
    node.depth = pattern_.nodes[inner].depth + 1;
    if (node.depth > Pattern::kMaxDepth) return TooDeep(group.offset);
    items_.push_back(Add(node));
    return true;
  }

  // Look-behind at ^, \w and \W is a matter of what stands directly before.
  Result<bool> Behind(const Group& group, uint32_t inner) {
    uint8_t contexts = 0;
    const Node& top = pattern_.nodes[inner];
    std::vector<uint32_t> options = {inner};
    if (top.kind == Node::kAlternatives) {
      const auto children = pattern_.Children(top);
      options.assign(children.begin(), children.end());
    }
    for (const uint32_t option : options) {
      const Node& node = pattern_.nodes[option];
      if (node.kind == Node::kBefore) {
        contexts |= static_cast<uint8_t>(node.a);
      } else if (node.kind == Node::kSet && pattern_.sets[node.a] == WordCharacters()) {
        contexts |= Node::kWord;
      } else if (node.kind == Node::kSet &&
                 pattern_.sets[node.a] == WordCharacters().Complement()) {
        contexts |= Node::kOther;
      } else {
        return PatternError(ErrorCode::kUnsupported, group.offset,
                            "look-behind is supported for ^, \\w and \\W only");
      }
    }
    if (group.kind == Group::kNotBehind) contexts = static_cast<uint8_t>(7 - contexts);
    const uint8_t flag = contexts == Node::kStart ? Node::kHasStart : Node::kHasContext;
    return Push({.kind = Node::kBefore, .flags = flag, .a = contexts});
  }

  // {n} {n,} {n,m}; any other brace stands for itself, as in patterns without the u flag.
  Result<bool> Brace(uint32_t offset) {
    const size_t before = cursor_.at;
    const auto min = Number();
    std::optional<uint64_t> max = min;
    if (min && cursor_.TakeIf(U",")) {
      max = Number();
      if (!max) max = kUnbounded;
    }
    if (!min || !cursor_.TakeIf(U"}")) {
      cursor_.at = before;
      return PushChar('{');
    }
    if (*min > *max) return Mistake(offset, "the numbers of {n,m} are in the wrong order");
    return Quantify(offset, *min, *max);
  }

  std::optional<uint64_t> Number() {
    constexpr uint64_t kMost = uint64_t{1} << 53;  // more is as good as this
    std::optional<uint64_t> number;
    while (!cursor_.AtEnd() && cursor_.Peek() >= '0' && cursor_.Peek() <= '9') {
      number = std::min(number.value_or(0) * 10 + (cursor_.Take() - '0'), kMost);
    }
    return number;
  }

  Result<bool> Quantify(uint32_t offset, uint64_t min, uint64_t max) {
    if (!quantifiable_ || items_.size() == groups_.back().items) {
      return Mistake(offset, "there is nothing before this quantifier to repeat");
    }
    if (cursor_.TakeIf(U"+")) {
      return PatternError(ErrorCode::kUnsupported, offset,
                          "possessive quantifiers are not supported");
    }
    cursor_.TakeIf(U"?");
    const uint32_t inner = items_.back();
    items_.pop_back();
    const Node& child = pattern_.nodes[inner];
    Node node{.kind = Node::kRepeat,
              .flags = child.flags,
              .last = child.last,
              .nullable = min == 0 || child.nullable,
              .depth = static_cast<uint16_t>(child.depth + 1),
              .a = inner,
              .offset = offset,
              .min = min,
              .max = max};
    if (node.depth > Pattern::kMaxDepth) return TooDeep(offset);
    items_.push_back(Add(node));
    quantifiable_ = false;
    return true;
  }

  static std::unexpected<Error> TooDeep(size_t offset) {
    return PatternError(ErrorCode::kResourceExhausted, offset, "nested too deeply");
  }

  // The items of the current alternative as one node.
  Result<uint32_t> CloseSequence() {
    quantifiable_ = false;
    return Gather(Node::kSequence, items_, groups_.back().items);
  }

  Result<uint32_t> CloseAlternatives() {
    const uint32_t last = TRY(CloseSequence());
    if (alternatives_.size() == groups_.back().alternatives) return last;
    alternatives_.push_back(last);
    return Gather(Node::kAlternatives, alternatives_, groups_.back().alternatives);
  }

  // Takes what lies on `stack` from `begin` on.
  Result<uint32_t> Gather(Node::Kind kind, std::vector<uint32_t>& stack, size_t begin) {
    const size_t count = stack.size() - begin;
    if (count == 0) return Add({});
    if (count == 1) {
      const uint32_t only = stack.back();
      stack.pop_back();
      return only;
    }
    Node node{.kind = kind, .nullable = kind == Node::kSequence};
    node.a = static_cast<uint32_t>(pattern_.children.size());
    node.b = static_cast<uint32_t>(count);
    node.offset = static_cast<uint32_t>(cursor_.at);
    for (size_t i = begin; i < stack.size(); ++i) {
      const Node& child = pattern_.nodes[stack[i]];
      node.flags |= child.flags;
      if (kind == Node::kSequence) {
        node.last = static_cast<uint8_t>(child.nullable ? node.last | child.last : child.last);
        node.nullable &= child.nullable;
      } else {
        node.last |= child.last;
        node.nullable |= child.nullable;
      }
      node.depth = std::max<uint16_t>(node.depth, child.depth + 1);
      pattern_.children.push_back(stack[i]);
    }
    if (node.depth > Pattern::kMaxDepth) return TooDeep(cursor_.at);
    stack.resize(begin);
    return Add(node);
  }

  PatternCursor cursor_;
  Pattern pattern_;
  std::vector<Group> groups_;
  std::vector<uint32_t> alternatives_;  // of all open groups
  std::vector<uint32_t> items_;         // of the last alternatives of all open groups
  bool quantifiable_ = false;
};

}  // namespace

Result<Pattern> ParsePattern(std::string_view pattern) {
  if (pattern.size() > Pattern::kMaxBytes) {
    return Fail(ErrorCode::kResourceExhausted,
                "the pattern has " + std::to_string(pattern.size()) + " bytes, at most " +
                    std::to_string(Pattern::kMaxBytes) + " are supported");
  }
  if (ValidUtf8Prefix(pattern) != pattern.size()) {
    return Fail(ErrorCode::kInvalidArgument, "the pattern is not valid UTF-8");
  }
  std::u32string text;
  for (size_t at = 0; at < pattern.size();) {
    const DecodedChar c = DecodeUtf8(pattern, at);
    text.push_back(c.code_point);
    at += c.length;
  }
  return Parser(text).Parse();
}

}  // namespace bantam::grammar
