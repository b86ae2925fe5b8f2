// str() and repr() of values, as Python writes them.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

// Appends str(value): strings as they are, undefined values as nothing, the rest as repr.
Result<void> AppendStr(Interpreter& in, const Value& value, std::string* out);
Result<std::string> ToStr(Interpreter& in, const Value& value);

// Appends repr(value).
Result<void> AppendRepr(Interpreter& in, const Value& value, std::string* out, int depth = 0);

// A Python string literal. `ascii`: everything outside ASCII is escaped.
void AppendStringRepr(std::string_view text, bool ascii, std::string* out);

}  // namespace bantam::jinja
