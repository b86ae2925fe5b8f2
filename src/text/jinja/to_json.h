// json.dumps of values, as transformers offers it to templates.
#pragma once

#include <optional>
#include <string>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

struct JsonStyle {
  bool ensure_ascii = false;
  std::optional<std::string> indent;  // one level of it; nothing: all on one line
  std::string item_separator = ", ";
  std::string key_separator = ": ";
  bool sort_keys = false;
};

// Fails for values JSON does not have: undefined ones, namespaces, dict views, …
Result<std::string> ToJson(Interpreter& in, const Value& value, const JsonStyle& style);

}  // namespace bantam::jinja
