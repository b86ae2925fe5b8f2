// The public functions of bantam/engine.h.
#include "bantam/engine.h"

#include <utility>

#include "engine/create_engine.h"
#include "engine/machine.h"

namespace bantam {

Result<std::unique_ptr<Engine>> Engine::Create(std::shared_ptr<const Model> model,
                                               const EngineOptions& options) {
  return CreateEngine(std::move(model), options);
}

std::string ActiveIsa() {
  return KernelName();
}

uint64_t PeakMemoryBytes() {
  return PeakProcessMemory();
}

}  // namespace bantam
