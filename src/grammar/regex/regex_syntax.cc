// Patterns as expressions of a pool: each node, given what may follow it, gives what may follow the
// position before it, so that assertions become intersections with the rest of the text.
#include "grammar/regex/regex_syntax.h"

#include <array>
#include <span>
#include <vector>

#include "base/check.h"
#include "grammar/regex/pattern.h"
#include "grammar/regex/pattern_escape.h"

namespace bantam::grammar {
namespace {

using Node = PatternNode;

// The texts that may follow a position, by what stands before it: ^ and \b ask for that.
struct Rest {
  RegexId start;  // nothing stands before
  RegexId word;   // a \w
  RegexId other;  // another character

  bool uniform() const { return start == word && word == other; }
};

Rest Uniform(RegexId id) {
  return {id, id, id};
}

class Compiler {
 public:
  Compiler(RegexPool& pool, const Pattern& pattern) : pool_(pool), pattern_(pattern) {
    word_ = pool_.Class(WordCharacters());
    other_ = pool_.Class(WordCharacters().Complement());
    begins_word_ = Concat(word_, RegexPool::kAnything);
    begins_other_ = Either(RegexPool::kEmpty, Concat(other_, RegexPool::kAnything));
  }

  Result<RegexId> Compile(Anchoring anchoring) {
    const bool search = anchoring == Anchoring::kSearch;
    const Rest end = Uniform(search ? RegexPool::kAnything : RegexPool::kEmpty);
    const Rest rest = TRY(Before(pattern_.root, end));
    if (!search) return rest.start;
    if (rest.uniform()) return Concat(RegexPool::kAnything, rest.start);
    if (rest.word == rest.other) {
      return Either(rest.start, Concat(pool_.Length(1, RegexPool::kUnbounded), rest.word));
    }
    const RegexId after_word = Concat(RegexPool::kAnything, Concat(word_, rest.word));
    const RegexId after_other = Concat(RegexPool::kAnything, Concat(other_, rest.other));
    return Either(rest.start, Either(after_word, after_other));
  }

 private:
  RegexId Concat(RegexId a, RegexId b) { return pool_.Concat(std::array{a, b}); }
  RegexId Either(RegexId a, RegexId b) { return pool_.Either(std::array{a, b}); }
  RegexId Both(RegexId a, RegexId b) { return pool_.Both(std::array{a, b}); }
  Rest Either(const Rest& a, const Rest& b) {
    return {Either(a.start, b.start), Either(a.word, b.word), Either(a.other, b.other)};
  }
  template <typename F>
  static Rest Each(const Rest& rest, F function) {
    return {function(rest.start), function(rest.word), function(rest.other)};
  }

  // The texts of a node in itself; where it has assertions: those that need none of them.
  // Recursion: at most Pattern::kMaxDepth.
  RegexId Pure(uint32_t id) {
    const Node& node = pattern_.nodes[id];
    std::vector<RegexId> parts;
    switch (node.kind) {
      case Node::kEmpty: return RegexPool::kEmpty;
      case Node::kChar: return pool_.Class(CodePointSet::Of(node.a, node.a));
      case Node::kSet: return pool_.Class(pattern_.sets[node.a]);
      case Node::kRepeat: return pool_.Repeat(Pure(node.a), node.min, node.max);
      case Node::kSequence:
      case Node::kAlternatives:
        for (const uint32_t child : pattern_.Children(node)) parts.push_back(Pure(child));
        return node.kind == Node::kSequence ? pool_.Concat(parts) : pool_.Either(parts);
      default: return RegexPool::kNothing;
    }
  }

  // Recursion: at most Pattern::kMaxDepth.
  Result<Rest> Before(uint32_t id, const Rest& rest) {
    constexpr size_t kMaxSteps = 100'000;
    const Node& node = pattern_.nodes[id];
    if (++steps_ > kMaxSteps) {
      return PatternError(ErrorCode::kResourceExhausted, node.offset,
                          "too many repeated assertions");
    }
    if (node.flags == 0 && rest.uniform()) return Uniform(Concat(Pure(id), rest.start));
    switch (node.kind) {
      case Node::kEmpty: return rest;
      case Node::kChar:
      case Node::kSet: return BeforeSet(node, rest);
      case Node::kSequence: {
        Rest result = rest;
        const auto children = pattern_.Children(node);
        for (size_t i = children.size(); i-- > 0;) result = TRY(Before(children[i], result));
        return result;
      }
      case Node::kAlternatives: return BeforeAlternatives(node, rest);
      case Node::kRepeat:
        if (node.flags == 0) return BeforeRepeat(Pure(node.a), node.min, node.max, node.last, rest);
        return BeforeAssertions(node, rest);
      case Node::kBefore:
        return Rest{(node.a & Node::kStart) != 0 ? rest.start : RegexPool::kNothing,
                    (node.a & Node::kWord) != 0 ? rest.word : RegexPool::kNothing,
                    (node.a & Node::kOther) != 0 ? rest.other : RegexPool::kNothing};
      case Node::kEnd: return AtEnd(rest);
      case Node::kWordEdge:
        return Rest{Both(rest.start, begins_word_), Both(rest.word, begins_other_),
                    Both(rest.other, begins_word_)};
      case Node::kNotWordEdge:
        return Rest{Both(rest.start, begins_other_), Both(rest.word, begins_word_),
                    Both(rest.other, begins_other_)};
      case Node::kAhead:
      case Node::kNotAhead: {
        Rest ahead = TRY(Before(node.a, Uniform(RegexPool::kAnything)));
        if (node.kind == Node::kNotAhead)
          ahead = Each(ahead, [&](RegexId x) { return pool_.Not(x); });
        return Rest{Both(rest.start, ahead.start), Both(rest.word, ahead.word),
                    Both(rest.other, ahead.other)};
      }
    }
    return rest;
  }

  Rest AtEnd(const Rest& rest) {
    return Each(rest, [&](RegexId x) {
      return pool_.Nullable(x) ? RegexPool::kEmpty : RegexPool::kNothing;
    });
  }

  Rest BeforeSet(const Node& node, const Rest& rest) {
    const CodePointSet set =
        node.kind == Node::kChar ? CodePointSet::Of(node.a, node.a) : pattern_.sets[node.a];
    if (rest.word == rest.other) return Uniform(Concat(pool_.Class(set), rest.word));
    const RegexId words = pool_.Class(set.Intersect(WordCharacters()));
    const RegexId others = pool_.Class(set.Intersect(WordCharacters().Complement()));
    return Uniform(Either(Concat(words, rest.word), Concat(others, rest.other)));
  }

  Result<Rest> BeforeAlternatives(const Node& node, const Rest& rest) {
    std::array<std::vector<RegexId>, 3> options;
    for (const uint32_t child : pattern_.Children(node)) {
      const Rest option = TRY(Before(child, rest));
      options[0].push_back(option.start);
      options[1].push_back(option.word);
      options[2].push_back(option.other);
    }
    return Rest{pool_.Either(options[0]), pool_.Either(options[1]), pool_.Either(options[2])};
  }

  // inner{min,max} before `rest`; `last` says what its last character may be.
  Rest BeforeRepeat(RegexId inner, uint64_t min, uint64_t max, uint8_t last, const Rest& rest) {
    const RegexId repeat = pool_.Repeat(inner, min, max);
    if (rest.uniform()) return Uniform(Concat(repeat, rest.start));
    RegexId some = Both(repeat, pool_.Length(1, RegexPool::kUnbounded));
    if (!pool_.Nullable(inner)) some = pool_.Repeat(inner, std::max<uint64_t>(min, 1), max);
    RegexId after_word = some;
    RegexId after_other = some;
    if (last == (Node::kWord | Node::kOther) && rest.word != rest.other) {
      after_word = Both(some, Concat(RegexPool::kAnything, word_));
      after_other = Both(some, Concat(RegexPool::kAnything, other_));
    }
    if (last == Node::kWord) after_other = RegexPool::kNothing;
    if (last == Node::kOther) after_word = RegexPool::kNothing;
    const RegexId way = Either(Concat(after_word, rest.word), Concat(after_other, rest.other));
    if (!pool_.Nullable(repeat)) return Uniform(way);
    return Each(rest, [&](RegexId x) { return Either(x, way); });
  }

  // A repeat with assertions in it.
  Result<Rest> BeforeAssertions(const Node& node, const Rest& rest) {
    constexpr uint64_t kMaxCopies = 100;
    const uint64_t copies = node.max == RegexPool::kUnbounded ? node.min : node.max;
    if (copies > kMaxCopies) {
      return PatternError(ErrorCode::kUnsupported, node.offset,
                          "this many repeats of an assertion are not supported");
    }
    Rest result = rest;
    if (node.max == RegexPool::kUnbounded) {
      result = TRY(BeforeStar(node, rest));
    } else {
      for (uint64_t i = node.min; i < node.max; ++i) {
        result = Either(rest, TRY(Before(node.a, result)));
      }
    }
    for (uint64_t i = 0; i < node.min; ++i) result = TRY(Before(node.a, result));
    return result;
  }

  // x*, with assertions in x. Rounds that match nothing can be left out. ^ can only hold in the
  // first of the others, and $ only in the last.
  Result<Rest> BeforeStar(const Node& node, const Rest& rest) {
    if (rest.uniform() && rest.start == RegexPool::kAnything) return rest;
    const uint8_t flags = pattern_.nodes[node.a].flags;
    if ((flags & ~(Node::kHasStart | Node::kHasEnd)) != 0) return BeforeLookStar(node, rest);
    Rest last = Either(rest, TRY(Before(node.a, AtEnd(rest))));
    const Rest rounds = BeforeRepeat(Pure(node.a), 0, RegexPool::kUnbounded, node.last, last);
    const Rest first = TRY(Before(node.a, rounds));
    return Rest{Either(rounds.start, first.start), rounds.word, rounds.other};
  }

  // ((?!a)S)* and ((?=a)S)* up to the end of the text: no, or every, non-empty rest begins with a.
  Result<Rest> BeforeLookStar(const Node& node, const Rest& rest) {
    const Node& inner = pattern_.nodes[node.a];
    const bool sequence = inner.kind == Node::kSequence;
    const auto parts = sequence ? pattern_.Children(inner) : std::span<const uint32_t>();
    const bool fits = parts.size() == 2 && rest.uniform() && rest.start == RegexPool::kEmpty;
    const Node* look = fits ? &pattern_.nodes[parts[0]] : nullptr;
    const Node* set = fits ? &pattern_.nodes[parts[1]] : nullptr;
    if (!fits || (look->kind != Node::kAhead && look->kind != Node::kNotAhead) ||
        (set->kind != Node::kChar && set->kind != Node::kSet) ||
        (pattern_.nodes[look->a].flags & ~Node::kHasEnd) != 0) {
      return PatternError(ErrorCode::kUnsupported, node.offset,
                          "this repeats an assertion in a way that is not supported");
    }
    const Rest ahead = TRY(Before(look->a, Uniform(RegexPool::kAnything)));
    const RegexId refused = look->kind == Node::kNotAhead ? ahead.other : pool_.Not(ahead.other);
    const RegexId somewhere =
        Concat(RegexPool::kAnything, Both(refused, pool_.Length(1, RegexPool::kUnbounded)));
    return Uniform(
        Both(pool_.Repeat(Pure(parts[1]), 0, RegexPool::kUnbounded), pool_.Not(somewhere)));
  }

  RegexPool& pool_;
  const Pattern& pattern_;
  RegexId word_;
  RegexId other_;
  RegexId begins_word_;
  RegexId begins_other_;
  size_t steps_ = 0;
};

}  // namespace

Result<RegexId> ParseRegex(RegexPool& pool, std::string_view pattern, Anchoring anchoring) {
  const Pattern tree = TRY(ParsePattern(pattern));
  const RegexId id = TRY(Compiler(pool, tree).Compile(anchoring));
  if (pool.exhausted()) {
    return Fail(ErrorCode::kResourceExhausted,
                "pattern: it needs more states than the limits of the pool allow");
  }
  return id;
}

}  // namespace bantam::grammar
