// JSON that somebody or some model wrote by hand: is it valid, and if not, what was meant?
//
// Valid means RFC 8259 in UTF-8, escapes that stand for characters (no lone surrogates) and at
// most kMaxJsonDepth levels of nesting. All functions take any bytes, need time linear in the
// length and do not recurse; they keep no state and may run on any thread. Repair and completion
// read UTF-16 and marked UTF-8, too: the first edit says so, all offsets are of bytes in the text.
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
  // Of an edit towards a schema: the place (RFC 6901; "" is the whole document), and what was and
  // is there, as JSON; of long ones the beginning and "…".
  std::string pointer = {};
  std::string was = {};
  std::string is = {};
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

class Shape;

// The same with a schema: a shape of the kind kJsonSchema or kJson (kInvalidArgument for others).
// What is accepted the shape's reader decides, that shapes replies; it needs the shape as
// generation does: one thread at a time. White space outside of strings does not count.
//
// Valid by the syntax and by the schema, or the first byte that no document that the schema accepts
// has there.
Result<JsonCheck> CheckJson(std::string_view text, const Shape& schema);

struct JsonRepairOptions {
  bool fill = true;  // what is required and missing is filled in; false: an error
};

// Repairs the syntax, then makes the smallest edits (docs/structured-output.md lists them) after
// which the schema accepts the document. Fails with kCorrupt, naming a place and what was expected
// there, where no edit that keeps what is written helps, and with kResourceExhausted where that
// cannot be decided within fixed limits (some seconds; 64 MiB, a million values).
Result<JsonRepair> RepairJson(std::string_view text, const Shape& schema,
                              const JsonRepairOptions& options = {});

// Finishes a document of which only the beginning is there with a shortest end that the schema
// allows. Fails as CompleteJson does, and with kCorrupt if the schema does not allow what is there.
Result<JsonRepair> CompleteJson(std::string_view text, const Shape& schema);

}  // namespace bantam
