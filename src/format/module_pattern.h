// ModulePattern: a regular expression by which PEFT tells modules from each other.
//
// Source: the documentation of Python's re. Only whether there is a match counts here, so groups
// and greediness have no meaning.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam {

// Immutable; safe to share between threads.
class ModulePattern {
 public:
  // Fails with kUnsupported, naming the place, for what is no expression, and for what is none of a
  // set of strings' here: backreferences, conditions, flags, atomic groups, possessive repeats.
  static Result<ModulePattern> Parse(std::string_view expression);

  // Whether all of the name matches, as by re.fullmatch; the other: all of it, or what follows one
  // of its dots. Fail with kUnsupported for names above 255 bytes and for expressions of too many
  // ways.
  Result<bool> Matches(std::string_view name) const;
  Result<bool> MatchesEnd(std::string_view name) const;

  struct Node {
    enum Kind : uint8_t {
      kByte,      // one of `bytes`
      kSequence,  // the children one after the other
      kChoice,    // one of the children
      kRepeat,    // the child, `least` to `most` times
      kStart,     // nothing, at the name's start
      kEnd,       // nothing, at its end
      kWordEdge,  // nothing, where a word begins or ends
      kAhead,     // nothing, where the child matches what follows
      kBehind,    // nothing, where it matches what stands before
    };
    Kind kind = kSequence;
    bool negated = false;  // kWordEdge, kAhead, kBehind: where it is not so
    int least = 0;
    int most = 0;
    std::bitset<256> bytes;
    std::vector<Node> children;
  };

 private:
  Node root_;
};

}  // namespace bantam
