// SamplingFields: how tokens are chosen, by the names of OpenAI, vLLM, llama-server and Ollama.
#pragma once

#include <string>
#include <vector>

#include "bantam/result.h"
#include "bantam/sampling.h"
#include "server/api/fields.h"

namespace bantam::server {

// Changes what is given: temperature, top_k, top_p, min_p, typical_p, repeat_penalty (or
// repetition_penalty), presence_penalty, frequency_penalty, repeat_last_n, seed, logit_bias.
Result<void> ReadSamplingFields(const Fields& fields, SamplingParams& sampling);

// Changes `stop` if it is given: a string, or an array of them. Empty ones are left out.
Result<void> ReadStop(const Fields& fields, std::vector<std::string>& stop);

}  // namespace bantam::server
