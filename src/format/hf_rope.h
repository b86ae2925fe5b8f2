// The rope keys of config.json, of both generations, as metadata.
#pragma once

#include <cstdint>

#include "bantam/result.h"
#include "format/hf_config_reader.h"

namespace bantam {

// Reads rope_theta, rope_scaling and rope_parameters. Kinds of scaling and keys that this build
// does not know are refused by name.
Result<void> AddRope(const HfReader& config, uint64_t head_dim, HfConfig& out);

}  // namespace bantam
