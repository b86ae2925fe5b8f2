// SamplingFields: how tokens are chosen, by the names of OpenAI, vLLM, llama-server and Ollama.
#pragma once

#include "bantam/result.h"
#include "bantam/sampling.h"
#include "server/api/fields.h"
#include "server/api/library.h"

namespace bantam::server {

// Changes what is given: temperature, top_k, top_p, min_p, typical_p, repeat_penalty (or
// repetition_penalty), presence_penalty, frequency_penalty, repeat_last_n, seed, logit_bias.
Result<void> ReadSamplingFields(const Fields& fields, SamplingParams& sampling);

// Puts what the makers of the model of that name suggest in the place of defaults; nothing if it
// is not known.
void ApplySuggestedSampling(const Library& library, std::string_view model,
                            SamplingParams& sampling);

// `stop`: a string, or an array of them. Empty ones are left out.
Result<std::vector<std::string>> ReadStop(const Fields& fields);

}  // namespace bantam::server
