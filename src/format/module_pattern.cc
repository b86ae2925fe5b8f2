// Parses into a tree, and follows all ways through it at once.
#include "format/module_pattern.h"

#include <algorithm>
#include <climits>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/quote.h"

namespace bantam {
namespace {

using Node = ModulePattern::Node;

constexpr size_t kMaxExpression = 1 << 16;
constexpr int kMaxDepth = 64;  // groups in groups
constexpr size_t kMaxName = 255;
constexpr int kMaxSteps = 20000;
constexpr int kMaxRepeats = 1 << 20;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsWord(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_';
}
bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

template <typename Is>
std::bitset<256> BytesWhere(const Is& is) {
  std::bitset<256> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = is(static_cast<char>(i));
  return bytes;
}

size_t FirstOf(const std::bitset<256>& bytes) {
  size_t i = 0;
  while (i < bytes.size() && !bytes[i]) ++i;
  return i;
}

std::bitset<256> OneByte(char c) {
  return std::bitset<256>().set(static_cast<unsigned char>(c));
}

Node ByteNode(std::bitset<256> bytes) {
  Node node;
  node.kind = Node::kByte;
  node.bytes = bytes;
  return node;
}

Node PlaceNode(Node::Kind kind, bool negated = false) {
  Node node;
  node.kind = kind;
  node.negated = negated;
  return node;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Node> Whole() {
    if (text_.size() > kMaxExpression) return Unknown("is longer than 65,536 bytes");
    Node node = TRY(Choice(0));
    if (at_ < text_.size()) return Unknown("has a parenthesis that closes nothing");
    return node;
  }

 private:
  std::unexpected<Error> Unknown(const std::string& what) const {
    return Fail(ErrorCode::kUnsupported,
                "the expression " + Quote(text_) + " " + what + ", at byte " + std::to_string(at_));
  }
  bool Sees(std::string_view next) const { return text_.substr(at_).starts_with(next); }
  bool Take(std::string_view next) {
    if (!Sees(next)) return false;
    at_ += next.size();
    return true;
  }

  Result<Node> Choice(int depth) {
    if (depth > kMaxDepth) return Unknown("has too many groups in groups");
    Node choice;
    choice.kind = Node::kChoice;
    do {
      choice.children.push_back(TRY(Sequence(depth)));
    } while (Take("|"));
    return choice;
  }

  Result<Node> Sequence(int depth) {
    Node sequence;
    while (at_ < text_.size() && !Sees("|") && !Sees(")")) {
      if (Take("(?#")) {
        TRY(TakeUntil(')'));
        continue;
      }
      Node item = TRY(Item(depth));
      sequence.children.push_back(TRY(Repeated(std::move(item))));
    }
    return sequence;
  }

  Result<void> TakeUntil(char end) {
    const size_t place = text_.find(end, at_);
    if (place == std::string_view::npos) return Unknown("lacks an end");
    at_ = place + 1;
    return {};
  }

  Result<Node> Item(int depth) {
    if (Take("(")) return Group(depth);
    if (Take("[")) return ByteClass();
    if (Take("\\")) return Escape();
    if (Take("^")) return PlaceNode(Node::kStart);
    if (Take("$")) return PlaceNode(Node::kEnd);
    if (Take(".")) return ByteNode(~OneByte('\n'));
    if (Sees("*") || Sees("+") || Sees("?")) return Unknown("repeats nothing");
    return ByteNode(OneByte(text_[at_++]));
  }

  Result<Node> Group(int depth) {
    Node group;
    if (Take("?=") || Take("?!") || Take("?<=") || Take("?<!")) {
      const bool behind = text_[at_ - 2] == '<';
      group = PlaceNode(behind ? Node::kBehind : Node::kAhead, text_[at_ - 1] == '!');
    } else if (Take("?P<")) {
      TRY(TakeUntil('>'));
    } else if (!Take("?:") && Sees("?")) {
      return Unknown("has a kind of group that Bantam does not know");
    }
    group.children.push_back(TRY(Choice(depth + 1)));
    if (!Take(")")) return Unknown("has a parenthesis that is not closed");
    return group;
  }

  // What a backslash and a letter stand for, also in a class; nothing for places and unknown ones.
  static std::bitset<256> EscapedBytes(char c) {
    constexpr std::string_view kLetters = "ntrfva";
    constexpr std::string_view kControls = "\n\t\r\f\v\a";
    switch (c) {
      case 'd': return BytesWhere(IsDigit);
      case 'D': return ~BytesWhere(IsDigit);
      case 'w': return BytesWhere(IsWord);
      case 'W': return ~BytesWhere(IsWord);
      case 's': return BytesWhere(IsSpace);
      case 'S': return ~BytesWhere(IsSpace);
      default: break;
    }
    const size_t control = kLetters.find(c);
    if (control != std::string_view::npos) return OneByte(kControls[control]);
    return IsLetter(c) || IsDigit(c) ? std::bitset<256>() : OneByte(c);
  }

  Result<std::bitset<256>> TakeEscaped() {
    const std::bitset<256> bytes =
        at_ < text_.size() ? EscapedBytes(text_[at_]) : std::bitset<256>();
    if (bytes.none()) return Unknown("has an escape that Bantam does not know");
    ++at_;
    return bytes;
  }

  Result<Node> Escape() {
    if (Take("A")) return PlaceNode(Node::kStart);
    if (Take("Z")) return PlaceNode(Node::kEnd);
    if (Take("b")) return PlaceNode(Node::kWordEdge);
    if (Take("B")) return PlaceNode(Node::kWordEdge, true);
    return ByteNode(TRY(TakeEscaped()));
  }

  Result<std::bitset<256>> ClassMember() {
    if (Take("\\")) return TakeEscaped();
    return OneByte(text_[at_++]);
  }

  Result<Node> ByteClass() {
    const bool negated = Take("^");
    std::bitset<256> bytes;
    bool first = true;
    while (first || !Sees("]")) {
      if (at_ >= text_.size()) return Unknown("has a class that is not closed");
      first = false;
      const std::bitset<256> low = TRY(ClassMember());
      bytes |= low;
      if (!Sees("-") || Sees("-]") || at_ + 1 >= text_.size()) continue;
      ++at_;
      const std::bitset<256> high = TRY(ClassMember());
      const size_t begin = FirstOf(low);
      const size_t end = FirstOf(high);
      if (low.count() != 1 || high.count() != 1 || begin > end) return Unknown("has a wrong range");
      for (size_t i = begin; i <= end; ++i) bytes.set(i);
    }
    ++at_;
    return ByteNode(negated ? ~bytes : bytes);
  }

  // A number up to kMaxRepeats, or `fallback` where there is none.
  int Number(int fallback) {
    if (at_ >= text_.size() || !IsDigit(text_[at_])) return fallback;
    int number = 0;
    while (at_ < text_.size() && IsDigit(text_[at_])) {
      number = std::min(number * 10 + (text_[at_++] - '0'), kMaxRepeats);
    }
    return number;
  }

  // Reads {m}, {m,}, {,n} or {m,n}; anything else in braces is text.
  bool TakeCounts(Node& repeat) {
    const size_t before = at_;
    if (!Take("{") || Sees("}")) {
      at_ = before;
      return false;
    }
    repeat.least = Number(0);
    repeat.most = at_ > before + 1 ? repeat.least : INT_MAX;
    if (Take(",")) repeat.most = Number(INT_MAX);
    if (Take("}")) return true;
    at_ = before;
    return false;
  }

  bool TakeRepeat(Node& repeat) {
    repeat.least = Sees("+") ? 1 : 0;
    repeat.most = Sees("?") ? 1 : INT_MAX;
    return Take("*") || Take("+") || Take("?") || TakeCounts(repeat);
  }

  Result<Node> Repeated(Node item) {
    Node repeat;
    repeat.kind = Node::kRepeat;
    if (!TakeRepeat(repeat)) return item;
    if (repeat.least > repeat.most) return Unknown("has a repeat of fewer than its least");
    if (item.kind == Node::kStart || item.kind == Node::kEnd || item.kind == Node::kWordEdge) {
      return Unknown("repeats a place");
    }
    if (Sees("+")) return Unknown("has a possessive repeat");
    Take("?");
    Node again;
    if (TakeRepeat(again)) return Unknown("has a repeat of a repeat");
    repeat.children.push_back(std::move(item));
    return repeat;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// Places in the name, from 0 to its length.
using Places = std::bitset<kMaxName + 1>;

class Matcher {
 public:
  explicit Matcher(std::string_view name) : name_(name) {}

  bool gave_up() const { return steps_ > kMaxSteps; }

  // Where matches end that begin at one of the places.
  Places EndsFrom(const Node& node, const Places& begins) {
    if (++steps_ > kMaxSteps || begins.none()) return {};
    switch (node.kind) {
      case Node::kByte: return AfterByte(node, begins);
      case Node::kSequence: return AfterAll(node, begins);
      case Node::kChoice: return AfterAny(node, begins);
      case Node::kRepeat: return AfterRepeat(node, begins);
      default: break;
    }
    Places out;
    for (size_t i = 0; i <= name_.size(); ++i) out[i] = begins[i] && Holds(node, i);
    return out;
  }

 private:
  Places AfterByte(const Node& node, const Places& begins) const {
    Places out;
    for (size_t i = 0; i < name_.size(); ++i) {
      out[i + 1] = begins[i] && node.bytes[static_cast<unsigned char>(name_[i])];
    }
    return out;
  }
  Places AfterAll(const Node& node, Places places) {
    for (const Node& child : node.children) places = EndsFrom(child, places);
    return places;
  }
  Places AfterAny(const Node& node, const Places& begins) {
    Places out;
    for (const Node& child : node.children) out |= EndsFrom(child, begins);
    return out;
  }
  Places AfterRepeat(const Node& node, Places places) {
    const Node& child = node.children.front();
    for (int i = 0; i < node.least; ++i) {
      const Places next = EndsFrom(child, places);
      if (next == places) break;
      places = next;
    }
    Places out = places;
    for (int i = node.least; i < node.most && places.any(); ++i) {
      places = EndsFrom(child, places) & ~out;
      out |= places;
    }
    return out;
  }

  bool IsWordAt(size_t i) const { return i < name_.size() && IsWord(name_[i]); }

  // Whether a node that matches nothing does so at a place.
  bool Holds(const Node& node, size_t place) {
    switch (node.kind) {
      case Node::kStart: return place == 0;
      case Node::kEnd: return place == name_.size();
      case Node::kWordEdge:
        return ((place > 0 && IsWordAt(place - 1)) != IsWordAt(place)) != node.negated;
      case Node::kAhead:
        return EndsFrom(node.children.front(), Places().set(place)).any() != node.negated;
      default: break;
    }
    bool found = false;
    for (size_t i = 0; i <= place && !found; ++i) {
      found = EndsFrom(node.children.front(), Places().set(i))[place];
    }
    return found != node.negated;
  }

  std::string_view name_;
  int steps_ = 0;
};

Result<bool> MatchesFrom(const Node& root, std::string_view name, const Places& begins) {
  Matcher matcher(name);
  const bool matches = matcher.EndsFrom(root, begins)[name.size()];
  if (!matcher.gave_up()) return matches;
  return Fail(ErrorCode::kUnsupported,
              "an expression takes too many steps for the name " + Quote(name));
}

Result<void> CheckName(std::string_view name) {
  if (name.size() <= kMaxName) return {};
  return Fail(ErrorCode::kUnsupported, "the name " + Quote(name) + " is longer than 255 bytes");
}

}  // namespace

Result<ModulePattern> ModulePattern::Parse(std::string_view expression) {
  ModulePattern pattern;
  pattern.root_ = TRY(Parser(expression).Whole());
  return pattern;
}

Result<bool> ModulePattern::Matches(std::string_view name) const {
  TRY(CheckName(name));
  return MatchesFrom(root_, name, Places().set(0));
}

Result<bool> ModulePattern::MatchesEnd(std::string_view name) const {
  TRY(CheckName(name));
  Places begins = Places().set(0);
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '.') begins.set(i + 1);
  }
  return MatchesFrom(root_, name, begins);
}

}  // namespace bantam
