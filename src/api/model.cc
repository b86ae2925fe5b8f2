// The public functions of bantam/model.h.
#include "bantam/model.h"

#include "engine/check_model.h"
#include "engine/loaded_model.h"
#include "engine/memory_plan.h"
#include "engine/model_info.h"

namespace bantam {

Result<std::shared_ptr<Model>> Model::Load(const std::string& path, const LoadOptions& options) {
  return LoadedModel::Load(path, options);
}

Result<std::shared_ptr<Model>> LoadVocabulary(const std::string& path) {
  return LoadedModel::LoadVocabulary(path);
}

Result<ModelInfo> Model::Inspect(const std::string& path) {
  return InspectModel(path);
}

Result<MemoryPlan> Model::Plan(const std::string& path, int context, int sequences,
                               Precision precision, WeightLayout weights, KvPrecision kv) {
  return PlanMemory(path, context, sequences, precision, weights, kv);
}

Result<std::vector<Result<MemoryChoice>>> Model::Fit(const std::string& path,
                                                     const LoadOptions& options,
                                                     std::span<const uint64_t> budgets) {
  return LoadedModel::Fit(path, options, budgets);
}

Result<void> Model::Check(const std::string& path, const std::vector<AdapterSource>& adapters) {
  return CheckModel(path, adapters);
}

}  // namespace bantam
