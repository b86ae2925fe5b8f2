// FindConflict: why nothing satisfies a schema, in as few of its keywords as can be told.
#pragma once

#include <string>

#include "grammar/schema/schema.h"

namespace bantam::grammar {

// Of a schema that no document satisfies: "#/properties/a: no value meets minimum, maximum and
// type together". Goes down as long as one part alone cannot be met, then leaves out keyword by
// keyword, as long as nothing is valid. Empty for very large schemas; time is bounded by a number
// of trials, which share Schema::text_fuel.
std::string FindConflict(Schema schema);

}  // namespace bantam::grammar
