// Program: a compiled template.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bantam/result.h"
#include "text/jinja/ast.h"

namespace bantam::jinja {

// A literal; made into a Value once per rendering.
using Constant = std::variant<std::monostate, bool, int64_t, double, std::string>;

// Immutable after compilation; safe to share between threads.
class Program {
 public:
  // Fails with kCorrupt; the message has line and column.
  static Result<std::unique_ptr<Program>> Compile(std::string_view source);

  Body body;
  std::vector<Constant> constants;
  Scope scope;         // of the whole template
  uint32_t slots = 0;  // of its activation
  std::map<std::string, const Stmt*, std::less<>> blocks;
};

}  // namespace bantam::jinja
