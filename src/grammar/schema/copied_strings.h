// CopiedString: where a document has what "x-copy" asks for, and where that comes from.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/regex/span_automaton.h"
#include "grammar/schema/schema_machine.h"

namespace bantam::grammar {

struct CopiedString {
  std::string pointer;  // JSON Pointer (RFC 6901) of the value, or of the member that is named so
  bool name = false;    // a member's name, not a value
  size_t begin = 0;     // in the document, in bytes, without the quotes
  size_t end = 0;
  SpanAutomaton::Place source;  // where it occurs first …
  size_t source_bytes = 0;      // … and its bytes there: without escapes
};

// The strings of a document that has the schema of `machine` and may be cut anywhere, in its order:
// those that some subschema with x-copy accepts which speaks of them (in place, through $ref,
// allOf, anyOf, oneOf, then, else, but not through `not` or `if`). Found afterwards, by reading the
// document once more: linear in it. None where the schema has no x-copy.
std::vector<CopiedString> FindCopiedStrings(SchemaMachine& machine, std::string_view document);

}  // namespace bantam::grammar
