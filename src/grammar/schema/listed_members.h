// Objects of replies, whose schemas list members and say nothing of others.
#pragma once

#include "grammar/schema/schema.h"

namespace bantam::grammar {

// Gives schemas that have `properties` and no word on other members `additionalProperties: false`,
// wherever what is valid then was valid before and something still is: where the schema alone
// decides about a value, directly, through `$ref` or as an alternative of `anyOf`. Others stay as
// they are. Call after FindExclusive, which makes oneOf anyOf where it can. Time linear in the
// schema.
void KeepToListedMembers(Schema& schema);

}  // namespace bantam::grammar
