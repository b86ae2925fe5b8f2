// The key-value section of a GGUF file.
#pragma once

#include <cstdint>

#include "bantam/result.h"
#include "base/metadata.h"
#include "format/gguf_cursor.h"

namespace bantam {

// Reads `count` pairs from the cursor. Integers and floats widen as Metadata says; duplicate keys,
// unknown value types, arrays of arrays and booleans other than 0 and 1 are errors.
Result<Metadata> ReadGgufMetadata(GgufCursor& cursor, uint64_t count);

}  // namespace bantam
