// The tests of templates: what may follow "is".
#pragma once

#include <string_view>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

struct TestEntry {
  const char* name;
  Result<bool> (*function)(Interpreter&, const Value& input, const CallArguments& arguments);
};

// nullptr if there is none.
const TestEntry* FindTest(std::string_view name);

}  // namespace bantam::jinja
