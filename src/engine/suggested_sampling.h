// SuggestedSampling of a model file: what its makers recommend.
#pragma once

#include <string_view>

#include "bantam/model.h"
#include "base/metadata.h"

namespace bantam {

// Neither fails: what is malformed or out of range is left out, and the note says so.

// The text of generation_config.json (transformers' GenerationConfig). As in vLLM only the numbers
// count that it names; do_sample and lengths do not.
SuggestedSampling SamplingOfConfig(std::string_view generation_config);

// The keys general.sampling.* that llama.cpp's converter writes.
SuggestedSampling SamplingOfKeys(const Metadata& metadata);

}  // namespace bantam
