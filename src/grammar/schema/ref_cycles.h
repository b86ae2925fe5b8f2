// CheckRefCycles: refuses schemas that apply to the same value again and again.
#pragma once

#include <memory>

#include "bantam/result.h"
#include "grammar/schema/schema.h"

namespace bantam::grammar {

// Fails with kInvalidArgument if some schema leads back to itself in place (by $ref, allOf, anyOf,
// oneOf, not, if/then/else or dependentSchemas): nothing could decide it. A way through a property
// or an item is fine; so is, as far as this goes, a $dynamicRef, whose target is not known yet.
// No recursion; linear.
Result<void> CheckRefCycles(const Schema& schema);

// The same of what the root reaches, each $dynamicRef followed to its target in each scope in which
// it is met; kResourceExhausted if there are very many of these.
Result<void> CheckDynamicRefCycles(const std::shared_ptr<const Schema>& schema);

}  // namespace bantam::grammar
