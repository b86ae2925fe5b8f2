// Parameters: what a Modelfile, or Ollama's `options`, says of how a model replies.
#pragma once

#include <string_view>

#include "bantam/result.h"
#include "server/api/fields.h"
#include "server/api/library.h"
#include "server/api/reply.h"

namespace bantam::server {

// Reads parameters over what is there: those of ReadSamplingFields, `stop`, `num_predict`, and
// `num_ctx` into `context` (tokens).
Result<void> ReadParameters(const Fields& parameters, ReplyOptions& reply, int& context);

// Puts what goes with the model of that name in the place of an API's defaults: what its makers
// suggest, and over that the parameters of its recipe. Nothing if the model is not known.
Result<void> ApplyModelDefaults(const Library& library, std::string_view model, ReplyOptions& reply,
                                int& context);

}  // namespace bantam::server
