// GbnfGrammar: a GBNF text as a tree per rule, before anything is made of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bantam::grammar {

// Code points from `first` to `last`, both included.
struct CodePointRange {
  char32_t first;
  char32_t last;
  bool operator==(const CodePointRange&) const = default;
};

struct GbnfNode {
  static constexpr uint32_t kNoLimit = ~uint32_t{0};

  enum class Kind : uint8_t {
    kText,      // the characters [begin, begin + count) of GbnfGrammar::text; none: the empty text
    kClass,     // one character of the ranges [begin, begin + count) of GbnfGrammar::ranges
    kSequence,  // the children [begin, begin + count)
    kChoice,    // one of the children [begin, begin + count)
    kRepeat,    // the child `begin`, at least `min` and at most `max` times
    kCall,      // the rule `begin`
  };
  Kind kind = Kind::kText;
  bool non_empty = false;  // kCall: without the empty text of the rule
  uint32_t begin = 0;
  uint32_t count = 0;
  uint32_t min = 0;
  uint32_t max = 0;
};

struct GbnfRule {
  std::string name;
  uint32_t node = 0;  // the tree's top; its nodes are [first_node, node]
  uint32_t first_node = 0;
  uint32_t line = 0;  // where it is defined; 0: made by the compiler
  uint32_t column = 0;
};

// A value. Children always have smaller ids than their parents, so that a walk over the ids is a
// walk from the leaves up, however deep the tree is.
struct GbnfGrammar {
  std::vector<GbnfNode> nodes;
  std::vector<uint32_t> children;
  std::vector<CodePointRange> ranges;
  std::u32string text;
  std::vector<GbnfRule> rules;
  uint32_t root = 0;  // the rule called "root"
};

}  // namespace bantam::grammar
