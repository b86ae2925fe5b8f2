// The tensor list of a GGUF file.
#pragma once

#include <cstdint>
#include <vector>

#include "bantam/result.h"
#include "format/gguf_cursor.h"
#include "format/model_file.h"

namespace bantam {

// Reads `count` tensor descriptions and finds their data, which begins at the first multiple of
// `alignment` (a power of two) after them. Checked: types are known, rows are whole blocks, offsets
// are multiples of the alignment, data lies inside the file and no tensor overlaps another. Names
// may repeat. Views point into the cursor's bytes; file_index is left 0.
Result<std::vector<TensorView>> ReadGgufTensors(GgufCursor& cursor, uint64_t count,
                                                uint64_t alignment);

}  // namespace bantam
