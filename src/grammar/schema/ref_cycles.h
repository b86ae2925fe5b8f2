// CheckRefCycles: refuses schemas that apply to the same value again and again.
#pragma once

#include "bantam/result.h"
#include "grammar/schema/schema.h"

namespace bantam::grammar {

// Fails with kInvalidArgument if some schema that the root reaches leads back to itself in place
// (by $ref, $dynamicRef, allOf, anyOf, oneOf, not, if/then/else or dependentSchemas): nothing could
// decide it. A way through a property or an item is fine. Each $dynamicRef is followed to its
// target in each scope in which it is met; kResourceExhausted if there are very many of these. No
// recursion; linear in schemas, times the scopes in which they are met.
Result<void> CheckRefCycles(const Schema& schema);

}  // namespace bantam::grammar
