// For fuzz targets: how much work the code of shapes takes, in steps and not in time, so that what
// takes too much of it is a finding that can be repeated anywhere.
#pragma once

#include <cstdint>

namespace bantam {

// Basic blocks of the room `grammar` that have been run so far. Only the preset `fuzz` counts them;
// in other builds it is always 0.
uint64_t StepsTaken();

}  // namespace bantam
