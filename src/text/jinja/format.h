// Formatting: "…" % values, "…".format(values), and what they share with padding and replacing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

// "%s and %d" % values. `values` is a tuple, a dict (for "%(key)s") or a single value.
Result<Value> FormatPercent(Interpreter& in, const Value& format, const Value& values);

// "{} and {name!r:>8}".format(…), with attributes and items looked up as in templates.
Result<Value> FormatBraces(Interpreter& in, const Value& format, const CallArguments& arguments);

// format(value, spec) for strings and numbers.
Result<std::string> FormatValue(Interpreter& in, const Value& value, std::string_view spec);

// The text in a field of `width` characters; align is '<', '>' or '^' (as str.center does it).
Result<Value> Pad(Interpreter& in, const Value& text, int64_t width, std::string_view fill,
                  char align);

// The text with at most `max` (negative: all) occurrences replaced; checks the size before.
Result<Value> ReplaceIn(Interpreter& in, const Value& text, std::string_view old,
                        std::string_view with, int64_t max);

}  // namespace bantam::jinja
