// Input of a template: JSON to values.
#pragma once

#include "bantam/result.h"
#include "base/json.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

// What Python's json.loads makes of it: integers of any size, floats, … Bytes that are not UTF-8
// become U+FFFD. Fails with kResourceExhausted if it nests too deep or is too large.
Result<Value> ToValue(Interpreter& in, const Json& json, int depth = 0);

}  // namespace bantam::jinja
