// SmallerModels: what to run instead of a model that does not fit into memory.
#pragma once

#include <cstdint>
#include <string>

#include "cli/environment.h"

namespace bantam::cli {

// A sentence to put behind the error, with a separator before it: this model in a smaller
// quantisation, and models of the store and the catalogue that would fit into `budget` bytes by
// their size and that of the wished context's keys and values. Where a context is wished, models of
// the catalogue, whose shapes are not known, are left out; models of the store that are this one,
// write no text or see less are, too. Empty if there is none.
std::string SmallerModels(const Environment& env, const std::string& model, uint64_t budget,
                          const MemoryWish& wish);

}  // namespace bantam::cli
