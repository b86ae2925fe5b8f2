// Align: where in a broken text the parts of its repair come from.
#pragma once

#include <string_view>
#include <vector>

#include "bantam/json_repair.h"

namespace bantam::grammar {

// Makes the offsets of `edits`, ascending ones in `repaired`, offsets in `text`, of which that is a
// syntactic repair: that of the same word or string, looked for from the one before on, so near by.
// Linear.
void Align(std::string_view repaired, std::string_view text, std::vector<JsonEdit>& edits);

}  // namespace bantam::grammar
