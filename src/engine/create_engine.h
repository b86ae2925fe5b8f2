// CreateEngine: checks the options, makes the key-value pool and puts the engine on a model.
#pragma once

#include <memory>

#include "bantam/engine.h"
#include "bantam/model.h"
#include "bantam/result.h"

namespace bantam {

// Engine::Create.
Result<std::unique_ptr<Engine>> CreateEngine(std::shared_ptr<const Model> model,
                                             const EngineOptions& options);

}  // namespace bantam
