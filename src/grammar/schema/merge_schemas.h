// MergeSchemas, ListValues: schemas brought to forms that are quicker to look ahead in.
#pragma once

#include "bantam/result.h"
#include "grammar/schema/schema.h"

namespace bantam::grammar {

// Makes every reference to a schema lead to the first of those with the same keywords and (after
// merging) the same subschemas, so that what is asked twice is decided once. Nodes that are merged
// away stay in the list, unused. Time: linear in the schema, times its depth up to a limit.
void MergeSchemas(Schema& schema);

// Makes one list of values of each anyOf of nothing but lists of values (const, enum), and of each
// oneOf of such with no value twice. Fails with kResourceExhausted, and the place, where they are
// too many for one list.
Result<void> ListValues(Schema& schema);

}  // namespace bantam::grammar
