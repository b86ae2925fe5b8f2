// Whether statements use a name that they do not set before.
#pragma once

#include <string_view>

#include "text/jinja/ast.h"

namespace bantam::jinja {

// In the order of jinja2's tree, through inner scopes too, but not into blocks.
bool UsesUndeclared(const Body& body, std::string_view name);

}  // namespace bantam::jinja
