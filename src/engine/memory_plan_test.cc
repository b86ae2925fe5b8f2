// Tests of the memory plan and of the layout that kAuto becomes, on the tiny models.
#include "engine/memory_plan.h"

#include <gtest/gtest.h>

#include "engine/loaded_model.h"
#include "engine/model_info.h"

namespace bantam {
namespace {

const std::string kModel = BANTAM_SOURCE_DIR "/tests/golden/models/qwen2_q4_0.gguf";

MemoryPlan Plan(int context, int sequences, Precision precision, WeightLayout layout) {
  return PlanMemory(kModel, context, sequences, precision, layout).value();
}

TEST(PlanMemory, GrowsWithContextSequencesAndPrecision) {
  constexpr WeightLayout kPacked = WeightLayout::kPacked;
  const auto info = InspectModel(kModel).value();
  const MemoryPlan plan = Plan(640, 1, Precision::kFast, kPacked);
  // A key and a value of each head: codes of two bytes, and a scale of four.
  const int heads = info.layers * info.kv_heads;
  const auto token_bytes = static_cast<uint64_t>(heads * 2 * (info.head_dim * 2 + 4));
  EXPECT_EQ(plan.kv_cache, 640 * token_bytes);
  EXPECT_GT(plan.weights, 10000U);
  EXPECT_GT(plan.scratch, 1000U);
  EXPECT_GT(plan.program, 1000000U);
  EXPECT_EQ(plan.total(), plan.kv_cache + plan.weights + plan.scratch + plan.program);
  EXPECT_EQ(Plan(1280, 1, Precision::kFast, kPacked).kv_cache, 2 * plan.kv_cache);
  EXPECT_EQ(Plan(640, 3, Precision::kFast, kPacked).kv_cache, 3 * plan.kv_cache);
  EXPECT_EQ(Plan(640, 1, Precision::kExact, kPacked).kv_cache,
            static_cast<uint64_t>(640 * heads * 2 * info.head_dim * 4));
  // In bytes: codes, a scale, and a multiplier for 16 dimensions of a key.
  const int group_bytes = (info.head_dim + 15) / 16;
  const uint64_t in_bytes =
      PlanMemory(kModel, 640, 1, Precision::kFast, kPacked, KvPrecision::k8).value().kv_cache;
  EXPECT_EQ(in_bytes, static_cast<uint64_t>(640 * heads * (2 * (info.head_dim + 4) + group_bytes)));
  EXPECT_FALSE(PlanMemory(kModel, 0, 1, Precision::kFast, kPacked));
  EXPECT_FALSE(PlanMemory("/nonexistent", 64, 1, Precision::kFast, kPacked));
}

TEST(PlanMemory, CountsMappedWeightsAsPagesOfTheFile) {
  uint64_t matrices = 0;
  const ModelInfo info = InspectModel(kModel).value();
  for (const TensorInfo& tensor : info.tensors) {
    const bool head = tensor.name == "output.weight";
    if (tensor.name.starts_with("blk.") && tensor.shape.size() > 1) matrices += tensor.bytes;
    if (head || tensor.name == "token_embd.weight") matrices += tensor.bytes;
    ASSERT_FALSE(head) << "a tied model is expected here: both would be counted";
  }
  const MemoryPlan packed = Plan(640, 1, Precision::kFast, WeightLayout::kPacked);
  const MemoryPlan mapped = Plan(640, 1, Precision::kFast, WeightLayout::kMapped);
  EXPECT_EQ(mapped.mapped, matrices);
  EXPECT_EQ(mapped.weights, matrices);
  EXPECT_EQ(mapped.own(), mapped.kv_cache + mapped.scratch + mapped.program);
  EXPECT_LT(packed.mapped, matrices);
  EXPECT_EQ(packed.own(), packed.total() - packed.mapped);
  EXPECT_EQ(Plan(640, 1, Precision::kExact, WeightLayout::kPacked).mapped, matrices);
}

TEST(ChooseLayout, AutoIsPackedWhereThatFits) {
  const auto file = ModelFile::Open(kModel).value();
  const ModelConfig config = ReadConfig(file->metadata()).value();
  const MemoryCost cost = MemoryCost::Create(*file, config, Precision::kFast, 2).value();
  const auto choose = [&](WeightLayout wanted, int context, std::optional<uint64_t> available) {
    return ChooseLayout(cost, context, wanted, available);
  };
  constexpr WeightLayout kAuto = WeightLayout::kAuto;
  const uint64_t need = cost.Plan({.context = 640}).own();
  EXPECT_EQ(choose(kAuto, 640, need), WeightLayout::kPacked);
  EXPECT_EQ(choose(kAuto, 640, need - 1), WeightLayout::kMapped);
  EXPECT_EQ(choose(kAuto, 1280, need), WeightLayout::kMapped) << "room for more keys and values";
  EXPECT_EQ(choose(kAuto, 640, std::nullopt), WeightLayout::kPacked);
  EXPECT_EQ(choose(WeightLayout::kPacked, 640, 1), WeightLayout::kPacked);
  EXPECT_EQ(choose(WeightLayout::kMapped, 640, need), WeightLayout::kMapped);
  const int usual = std::min(config.context_length, 4096);
  const uint64_t usual_need = cost.Plan({.context = usual}).own();
  EXPECT_EQ(choose(kAuto, 0, usual_need), WeightLayout::kPacked);
  EXPECT_EQ(choose(kAuto, 0, usual_need - 1), WeightLayout::kMapped);
}

TEST(PlanMemory, CountsWhatAdaptersTake) {
  const std::string golden = BANTAM_SOURCE_DIR "/tests/golden/";
  const std::string path = golden + "models/qwen2_mixed.gguf";
  LoadOptions options;
  options.threads = 2;
  options.memory = MemoryWish{.budget = {}, .context = 256, .kv = KvPrecision::k16};
  const auto bare = LoadedModel::Load(path, options).value();
  options.adapters = {{golden + "adapters/qwen2_mixed"}, {golden + "adapters/qwen2_mixed.gguf"}};
  const auto adapted = LoadedModel::Load(path, options).value();
  const MemoryPlan& without = bare->memory()->plan;
  const MemoryPlan& with = adapted->memory()->plan;
  const Transformer& transformer = *adapted->transformer();
  EXPECT_GT(transformer.adapter_bytes(), 0U);
  EXPECT_EQ(with.weights, without.weights + transformer.adapter_bytes());
  EXPECT_EQ(with.scratch,
            without.scratch + transformer.scratch_bytes() - bare->transformer()->scratch_bytes());
  // An adapter for another model is refused before weights are read.
  options.adapters = {{golden + "adapters/phi3_window.gguf"}};
  EXPECT_FALSE(LoadedModel::Load(path, options));
  EXPECT_FALSE(LoadedModel::Fit(path, options, std::vector{uint64_t{1} << 30}));
}

}  // namespace
}  // namespace bantam
