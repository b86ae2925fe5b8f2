// Pattern: the syntax tree of a regular expression as written. Only for regex_syntax and its parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "grammar/regex/code_point_set.h"

namespace bantam::grammar {

struct PatternNode {
  enum Kind : uint8_t {
    kEmpty,
    kChar,          // a: the code point
    kSet,           // a: index of the set
    kSequence,      // a, b: where its parts begin among the children, and how many
    kAlternatives,  // the same
    kRepeat,        // a, min to max times
    kBefore,        // a: set of Context bits; what stands before must be one of them
    kEnd,           // $
    kWordEdge,      // \b
    kNotWordEdge,   // \B
    kAhead,         // a: (?=…)
    kNotAhead,      // a: (?!…)
  };
  // What stands before a position of the text: nothing, a \w or another character.
  enum Context : uint8_t { kStart = 1, kWord = 2, kOther = 4 };
  // What assertions there are below.
  enum Flag : uint8_t { kHasStart = 1, kHasEnd = 2, kHasAhead = 4, kHasContext = 8 };

  Kind kind = kEmpty;
  uint8_t flags = 0;
  uint8_t last = 0;  // kWord, kOther: what its last character may be
  bool nullable = true;
  uint16_t depth = 0;
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t offset = 0;  // in the pattern, in characters
  uint64_t min = 0;
  uint64_t max = 0;
};

struct Pattern {
  static constexpr uint16_t kMaxDepth = 600;    // of nodes; groups that only group do not count
  static constexpr size_t kMaxBytes = 2 << 20;  // parsing takes 80 bytes of memory for each

  std::vector<PatternNode> nodes;
  std::vector<uint32_t> children;
  std::vector<CodePointSet> sets;
  uint32_t root = 0;

  std::span<const uint32_t> Children(const PatternNode& node) const {
    return std::span(children).subspan(node.a, node.b);
  }
};

// `pattern` must be UTF-8, or this fails like other mistakes do: see ParseRegex.
Result<Pattern> ParsePattern(std::string_view pattern);

const CodePointSet& WordCharacters();   // \w
const CodePointSet& DigitCharacters();  // \d
const CodePointSet& SpaceCharacters();  // \s
const CodePointSet& LineTerminators();  // what . does not match

}  // namespace bantam::grammar
