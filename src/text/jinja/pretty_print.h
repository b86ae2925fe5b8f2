// pprint.pformat of values: lines of at most 80 characters, dicts sorted by key.
#pragma once

#include <string>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

Result<std::string> PrettyPrinted(Interpreter& in, const Value& value);

}  // namespace bantam::jinja
