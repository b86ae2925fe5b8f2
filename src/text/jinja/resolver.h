// The resolver: gives every name of a parsed template its variable, every scope its entries.
#pragma once

#include <string_view>

#include "bantam/result.h"
#include "text/jinja/program.h"

namespace bantam::jinja {

// Also checks what can be checked ahead: unknown filters and tests, break outside of a loop.
// Errors are kCorrupt with line and column in `source`.
Result<void> Resolve(std::string_view source, Program* program);

}  // namespace bantam::jinja
