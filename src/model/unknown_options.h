// RefuseUnknownOptions: no model runs with an option that nothing here reads.
#pragma once

#include <string_view>

#include "bantam/result.h"
#include "base/metadata.h"
#include "model/architectures.h"

namespace bantam {

// Fails with kUnsupported, naming the key, if metadata of the row's architecture holds an option
// that this build does not know and that would change what the model says: anything about
// attention or rotation, and what is known to matter elsewhere. Values that stand for "off" pass.
Result<void> RefuseUnknownOptions(const Metadata& metadata, const Architecture& row);

}  // namespace bantam
