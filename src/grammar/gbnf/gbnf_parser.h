// ParseGbnf: the text of a grammar in llama.cpp's GBNF notation → a tree per rule.
//
// The notation is described in llama.cpp's grammars/README.md.
#pragma once

#include <cstdint>
#include <string_view>

#include "bantam/result.h"
#include "grammar/gbnf/gbnf_grammar.h"

namespace bantam::grammar {

// What is read, UTF-8 throughout:
//   name ::= alternatives     names of letters, digits, '-' and '_'; each defined once
//   "text"  [a-z]  [^a-z]  .  with \n \t \r \\ \" \[ \] \- \xHH \uHHHH \UHHHHHHHH (code points);
//                             '.' is any character
//   name  ( … )  |            an empty alternative is the empty text
//   * + ? {n} {n,} {n,m} {,m} n and m up to 10^9
//   # comment                 up to the end of the line
// A rule ends with its line, except within parentheses, after "::=" or '|', and where the next line
// that is not empty begins with '|'. llama.cpp's token terminals (<…>) fail with kUnsupported:
// they mean tokens of one vocabulary, not text.
//
// Fails with kInvalidArgument: "grammar, line 3, column 7: expected …"; columns count characters.
// Fails with kResourceExhausted beyond `max_nodes` nodes or 16 MiB of text. Time and memory are
// linear in the text, with no recursion.
Result<GbnfGrammar> ParseGbnf(std::string_view text, uint32_t max_nodes);

}  // namespace bantam::grammar
