// ServeModels: how `bantam serve` loads models, within the memory there is for all of them.
#pragma once

#include <string>

#include "bantam/model.h"
#include "cli/environment.h"
#include "cli/serve_log.h"
#include "cli/serve_options.h"
#include "server/host/model_host.h"

namespace bantam::cli {

// `model_path` is MODEL's, which the adapters go with; `kv` what is given. The references must
// outlive the backend. What was chosen where memory is short goes to the log; so does, once, that
// GGUF files keep their types where --dtype asks for others of 16 bits.
server::Backend MakeServeBackend(const Environment& env, const ServeOptions& options,
                                 const std::string& model_path, std::optional<KvPrecision> kv,
                                 ServeLog& log);

}  // namespace bantam::cli
