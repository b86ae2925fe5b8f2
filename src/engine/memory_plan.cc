// Adds up what loading would allocate.
#include "engine/memory_plan.h"

#include <algorithm>

#include "base/check.h"
#include "base/cpu_info.h"
#include "base/memory_info.h"
#include "engine/candidates.h"
#include "engine/prefix_cache.h"
#include "model/transformer.h"
#include "model/workspace.h"

namespace bantam {

MemoryPlan PlanOf(const ModelFile& file, const ModelConfig& config, int context, int sequences,
                  Precision precision, WeightLayout layout) {
  MemoryPlan plan;
  const WeightBytes weights = Weights::BytesOf(file, config, precision, layout);
  plan.weights = weights.packed + weights.mapped;
  plan.mapped = weights.mapped;
  const KvType type = precision == Precision::kFast ? KvType::kI16 : KvType::kF32;
  const KvShape shape = {config.n_layers, config.n_kv_heads, config.head_dim, type};
  const uint64_t blocks = static_cast<uint64_t>(PrefixCache::BlocksFor(context));
  plan.kv_cache = shape.BlockBytes() * blocks * static_cast<uint64_t>(sequences);
  plan.scratch =
      Workspace().LayOut(config, Transformer::kMaxBatchTokens, ReadCpuInfo().threads(), nullptr);
  // What BatchEngine and its sampler keep: rows of logits, candidates, weights and counts.
  const uint64_t rows = static_cast<uint64_t>(std::min(sequences, 16));
  const uint64_t vocabulary = static_cast<uint64_t>(config.vocab_size);
  plan.scratch +=
      vocabulary * (rows * sizeof(float) + sizeof(Candidate) + sizeof(double) + sizeof(int32_t));
  return plan;
}

WeightLayout ChooseLayout(const ModelFile& file, const ModelConfig& config, int context,
                          Precision precision, WeightLayout wanted,
                          std::optional<uint64_t> available) {
  if (wanted != WeightLayout::kAuto) return wanted;
  if (!available) return WeightLayout::kPacked;
  constexpr int kUsualContext = 4096;
  const int tokens = context > 0 ? context : std::min(kUsualContext, config.context_length);
  const MemoryPlan packed = PlanOf(file, config, tokens, 1, precision, WeightLayout::kPacked);
  return packed.own() <= *available ? WeightLayout::kPacked : WeightLayout::kMapped;
}

Result<MemoryPlan> PlanMemory(const std::string& path, int context, int sequences,
                              Precision precision, WeightLayout weights) {
  const auto opened = TRY(ModelFile::Open(path));
  const ModelFile& file = *opened;
  Result<ModelConfig> read = ReadConfig(file.metadata());
  if (!read) return Fail(read.error().code, path + ": " + read.error().message);
  if (context < 1 || sequences < 1) {
    return Fail(ErrorCode::kInvalidArgument, "context and sequences must be at least 1");
  }
  const WeightLayout layout =
      ChooseLayout(file, *read, context, precision, weights, AvailableMemoryBytes());
  return PlanOf(file, *read, context, sequences, precision, layout);
}

}  // namespace bantam
