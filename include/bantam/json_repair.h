// JSON that somebody or some model wrote by hand: is it valid, and if not, what was meant?
//
// Valid means RFC 8259 in UTF-8, escapes that stand for characters (no lone surrogates) and at
// most kMaxJsonDepth levels of nesting. All functions take any bytes, need time linear in the
// length and do not recurse; they keep no state and may run on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam {

// Deeper arrays and objects are refused. (Many programs stop much sooner: at 512 or 1,000.)
inline constexpr size_t kMaxJsonDepth = 1'000'000;

// One thing about a JSON text, and the byte in the text given where it was found.
struct JsonEdit {
  size_t offset = 0;
  std::string what;  // "added a missing ','"
};

struct JsonCheck {
  bool valid = false;
  JsonEdit error;               // the first, if not valid: "expected ':' after the key, found '1'"
  std::vector<JsonEdit> notes;  // keys that appear twice in one object, which RFC 8259 allows but
                                // programs read differently; at most kMaxJsonEdits
};

JsonCheck CheckJson(std::string_view text);

// At most so many edits are listed; `edit_count` counts them all.
inline constexpr size_t kMaxJsonEdits = 10'000;

struct JsonRepair {
  std::string text;             // valid JSON
  std::vector<JsonEdit> edits;  // what was changed, in the order of the text
  size_t edit_count = 0;        // 0: `text` is the text given, byte by byte
};

// Finds the JSON in `text` and repairs it: quotes, commas, colons, brackets, comments, fences and
// prose around it, literals and calls of other languages, truncation and more (docs/commands.md
// lists it). Several values become one array. Fails with kCorrupt where there is nothing to
// repair, with kResourceExhausted for nesting that is too deep; both say where.
Result<JsonRepair> RepairJson(std::string_view text);

// Finishes a document of which only the beginning is there, and changes nothing else: what follows
// the last byte that can stay is cut, then strings, values and brackets are closed. Fails with
// kCorrupt, saying where, if anything but the end is missing.
Result<JsonRepair> CompleteJson(std::string_view text);

}  // namespace bantam
