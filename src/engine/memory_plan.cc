// Adds up what loading would allocate.
#include "engine/memory_plan.h"

#include <algorithm>

#include "base/check.h"
#include "base/cpu_info.h"
#include "base/memory_info.h"
#include "engine/candidates.h"
#include "engine/open_model.h"
#include "engine/prefix_cache.h"
#include "model/encoder_config.h"
#include "model/encoder_weights.h"
#include "model/text_encoder.h"
#include "model/transformer.h"
#include "model/workspace.h"

namespace bantam {

MemoryPlan PlanOf(const ModelFile& file, const ModelConfig& config, int context, int sequences,
                  Precision precision, WeightLayout layout, KvPrecision kv) {
  MemoryPlan plan;
  // Why weights cannot be loaded, loading them says.
  const auto weights = Weights::Load(file, config, precision, WeightLayout::kMapped);
  const WeightBytes bytes = weights ? (*weights)->BytesIn(layout) : WeightBytes();
  plan.weights = bytes.packed + bytes.mapped;
  plan.mapped = bytes.mapped;
  const KvShape shape = weights ? KvShapeOf(**weights, kv) : KvShapeOf(config, precision);
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
                          std::optional<uint64_t> available, KvPrecision kv) {
  if (wanted != WeightLayout::kAuto) return wanted;
  if (!available) return WeightLayout::kPacked;
  constexpr int kUsualContext = 4096;
  const int tokens = context > 0 ? context : std::min(kUsualContext, config.context_length);
  const MemoryPlan packed = PlanOf(file, config, tokens, 1, precision, WeightLayout::kPacked, kv);
  return packed.own() <= *available ? WeightLayout::kPacked : WeightLayout::kMapped;
}

namespace {

// What an encoder takes, whatever the length of its texts.
Result<MemoryPlan> PlanEncoder(const ModelFile& file, Precision precision) {
  const EncoderConfig config = TRY(ReadEncoderConfig(file.metadata()));
  const WeightBytes bytes = TRY(EncoderWeights::Measure(file, config, precision));
  MemoryPlan plan;
  plan.weights = bytes.packed + bytes.mapped;
  plan.mapped = bytes.mapped;
  plan.scratch = TextEncoder::WorkBytes(config, precision, ReadCpuInfo().threads());
  return plan;
}

}  // namespace

Result<MemoryPlan> PlanMemory(const std::string& path, int context, int sequences,
                              Precision precision, WeightLayout weights, KvPrecision kv) {
  const auto opened = TRY(ModelFile::Open(path));
  const ModelFile& file = *opened;
  if (IsEncoder(file.metadata())) {
    Result<MemoryPlan> plan = PlanEncoder(file, precision);
    if (!plan) return std::unexpected(InFile(path, std::move(plan).error()));
    return plan;
  }
  Result<ModelConfig> read = ReadConfig(file.metadata());
  if (!read) return Fail(read.error().code, path + ": " + read.error().message);
  if (context < 1 || sequences < 1) {
    return Fail(ErrorCode::kInvalidArgument, "context and sequences must be at least 1");
  }
  const WeightLayout layout =
      ChooseLayout(file, *read, context, precision, weights, AvailableMemoryBytes(), kv);
  return PlanOf(file, *read, context, sequences, precision, layout, kv);
}

}  // namespace bantam
