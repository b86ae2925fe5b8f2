// The schemas that a schema leads to, $dynamicRef aside.
#pragma once

#include <vector>

#include "grammar/schema/schema.h"

namespace bantam::grammar {

std::vector<SchemaId> EdgesInPlace(const SchemaNode& node);  // that apply to the same value
std::vector<SchemaId> EdgesInside(const SchemaNode& node);   // to its members, names and items

}  // namespace bantam::grammar
