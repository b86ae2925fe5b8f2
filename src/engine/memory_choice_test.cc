// Tests of the order in which things are given up, with costs that can be added in the head.
#include "engine/memory_choice.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/create_engine.h"
#include "engine/loaded_model.h"

namespace bantam {
namespace {

constexpr WeightLayout kPacked = WeightLayout::kPacked;
constexpr WeightLayout kMapped = WeightLayout::kMapped;
constexpr KvPrecision k16 = KvPrecision::k16;
constexpr KvPrecision k8 = KvPrecision::k8;
constexpr uint64_t kMiB = uint64_t{1} << 20;

// Weights 100 MiB packed, 80 mapped; a token 2 KiB or 1; a chunk 20 KiB a token; program 10 MiB.
MemoryPlan PlanOf(const MemoryUse& use) {
  MemoryPlan plan;
  plan.weights = (use.weights == kPacked ? 100 : 80) * kMiB;
  plan.mapped = use.weights == kPacked ? 0 : 80 * kMiB;
  plan.kv_cache = static_cast<uint64_t>(use.context) * static_cast<uint64_t>(use.sequences) *
                  (use.kv == k16 ? 2048 : 1024);
  plan.scratch = static_cast<uint64_t>(use.prompt_chunk) * 20 * 1024;
  plan.program = (use.shapes ? 12 : 10) * kMiB;
  return plan;
}

MemoryRoom RoomOf(std::optional<uint64_t> left = std::nullopt, int context_length = 40000) {
  return {PlanOf, context_length, false, left};
}

MemoryWish WishOf(uint64_t mebibytes) {
  MemoryWish wish;
  wish.budget = mebibytes * kMiB;
  return wish;
}

struct Row {
  uint64_t mebibytes;
  int context;
  KvPrecision kv;
  WeightLayout weights;
  int chunk;
};

// All that is wished: 100 + 64 + 10 + 10 = 184 MiB.
TEST(ChooseMemory, GivesUpInTheDocumentedOrder) {
  const std::vector<Row> rows = {
      {1000, 32768, k16, kPacked, 512}, {184, 32768, k16, kPacked, 512},
      {183, 32256, k16, kPacked, 512},  // the context first
      {136, 8192, k16, kPacked, 512},   // to 8,192 tokens
      {135, 11520, k16, kPacked, 128},  // then smaller chunks: 7.5 MiB for more context again
      {129, 8448, k16, kPacked, 128},   {128, 15872, k8, kPacked, 128},
      {121, 8704, k8, kPacked, 128},                                     // then 8 bits
      {120, 7680, k8, kPacked, 128},                                     // less than 8,192
      {115, 2560, k8, kPacked, 128},    {114, 22016, k8, kMapped, 128},  // then mapped weights
      {101, 8704, k8, kMapped, 128},    {100, 7680, k8, kMapped, 128},
      {95, 2560, k8, kMapped, 128},     {94, 1536, k8, kMapped, 128},
      {93, 512, k8, kMapped, 128},      {92, 1408, k8, kMapped, 32},
      {91, 0, k8, kMapped, 0},
  };
  for (const Row& row : rows) {
    const auto choice = ChooseMemory(WishOf(row.mebibytes), RoomOf());
    ASSERT_EQ(choice.has_value(), row.context > 0) << row.mebibytes;
    if (!choice) continue;
    EXPECT_EQ(choice->context, row.context) << row.mebibytes;
    EXPECT_EQ(choice->kv, row.kv) << row.mebibytes;
    EXPECT_EQ(choice->weights, row.weights) << row.mebibytes;
    EXPECT_EQ(choice->prompt_chunk, row.chunk) << row.mebibytes;
    EXPECT_LE(choice->plan.total(), row.mebibytes * kMiB);
    EXPECT_EQ(choice->reduced, row.context != 32768) << row.mebibytes;
    EXPECT_EQ(choice->wished, 184 * kMiB);
    EXPECT_FALSE(choice->paged);
  }
}

// Whatever the budget: what is chosen fits, and a block more would not.
TEST(ChooseMemory, TakesTheLargestContextThatFits) {
  for (uint64_t kib = 92 * 1024; kib < 190 * 1024; kib += 97) {
    MemoryWish wish;
    wish.budget = kib * 1024;
    const auto choice = ChooseMemory(wish, RoomOf(std::nullopt, 30001));
    ASSERT_TRUE(choice) << kib;
    MemoryUse use = {choice->context, 1, choice->prompt_chunk, choice->kv, choice->weights};
    EXPECT_LE(PlanOf(use).total(), kib * 1024);
    if (choice->context == 30001) continue;
    EXPECT_EQ(choice->context % 64, 0) << kib;
    use.context += 64;
    if (use.context <= 30001) {
      EXPECT_GT(PlanOf(use).total(), kib * 1024) << kib;
    }
  }
}

TEST(ChooseMemory, KeepsWhatIsGiven) {
  MemoryWish wish = WishOf(120);
  wish.kv = k16;
  wish.weights = kPacked;
  auto choice = ChooseMemory(wish, RoomOf());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->kv, k16);
  EXPECT_EQ(choice->weights, kPacked);
  EXPECT_EQ(choice->context, 3840);
  wish = WishOf(120);
  wish.context = 31000;
  choice = ChooseMemory(wish, RoomOf());
  EXPECT_FALSE(choice);
  wish.context = 20001;
  choice = ChooseMemory(wish, RoomOf());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->context, 20001);
  EXPECT_EQ(choice->weights, kMapped);
  wish = WishOf(130);
  wish.prompt_chunk = 700;
  choice = ChooseMemory(wish, RoomOf());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->prompt_chunk, 700);
  wish = WishOf(183);
  wish.shapes = true;
  choice = ChooseMemory(wish, RoomOf());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->context, 31232) << "2 MiB for shapes";
}

TEST(ChooseMemory, SequencesAreHalvedOrNeeded) {
  MemoryWish wish = WishOf(110);
  wish.max_sequences = 8;
  auto choice = ChooseMemory(wish, RoomOf());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->max_sequences, 8);
  EXPECT_EQ(choice->context, 2240);
  wish.budget = 108 * kMiB;
  choice = ChooseMemory(wish, RoomOf());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->max_sequences, 4);
  EXPECT_TRUE(choice->reduced);
  wish.fewer_sequences = false;
  choice = ChooseMemory(wish, RoomOf());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->max_sequences, 8);
  EXPECT_EQ(choice->context, 1984);
  wish.budget = 93 * kMiB;
  EXPECT_FALSE(ChooseMemory(wish, RoomOf()));
}

TEST(ChooseMemory, TheMachineBoundsTheBudget) {
  auto choice = ChooseMemory(WishOf(1000), RoomOf(136 * kMiB));
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->budget, 136 * kMiB);
  EXPECT_EQ(choice->context, 8192);
  choice = ChooseMemory(MemoryWish(), RoomOf(136 * kMiB));
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->context, 8192);
  choice = ChooseMemory(MemoryWish(), RoomOf());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->context, 32768);
  EXPECT_FALSE(choice->budget);
}

TEST(ChooseMemory, WithoutABudgetWeightsMayBePaged) {
  const auto choice = ChooseMemory(MemoryWish(), RoomOf(50 * kMiB));
  ASSERT_TRUE(choice);
  EXPECT_TRUE(choice->paged);
  EXPECT_EQ(choice->weights, kMapped);
  EXPECT_EQ(choice->context, 4096);
  EXPECT_NE(choice->Describe().find("80.0 MiB of weights stay in the file"), std::string::npos);
  EXPECT_FALSE(ChooseMemory(MemoryWish(), RoomOf(5 * kMiB)));
  EXPECT_FALSE(ChooseMemory(WishOf(50), RoomOf()));
  MemoryWish wish = WishOf(50);
  wish.may_page = true;
  EXPECT_TRUE(ChooseMemory(wish, RoomOf()));
  wish.weights = kPacked;
  EXPECT_FALSE(ChooseMemory(wish, RoomOf())) << "packed weights have no file to go back to";
}

TEST(ChooseMemory, RefusalsSayWhatWouldDo) {
  auto refused = ChooseMemory(WishOf(60), RoomOf());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(refused.error().message,
            "does not fit in 60.0 MiB: the least is 92MiB (context 512, 8-bit keys and values, "
            "mapped weights, prompts by 32 tokens)");
  EXPECT_TRUE(ChooseMemory(WishOf(92), RoomOf())) << "the number can be given back";
  refused = ChooseMemory(WishOf(600), RoomOf(60 * kMiB));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("60.0 MiB, which is all that machine and cgroup leave"),
            std::string::npos)
      << refused.error().message;
}

TEST(ChooseMemory, DescribesTheChoice) {
  const auto choice = ChooseMemory(WishOf(183), RoomOf());
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->Describe(),
            "context 32,256, 16-bit keys and values, packed weights, prompts by 512 tokens: "
            "183.0 MiB of 183.0 MiB; all that was wished would take 184.0 MiB");
}

TEST(ChooseMemory, DescribesWhatSequencesShare) {
  MemoryWish wish = WishOf(1000);
  wish.context = 1000;
  wish.max_sequences = 8;
  const auto each = ChooseMemory(wish, RoomOf());
  ASSERT_TRUE(each);
  EXPECT_TRUE(each->Describe().starts_with("context 1,000 for each of 8 sequences, 16-bit"));
  wish.shared = true;
  const auto shared = ChooseMemory(wish, RoomOf());
  ASSERT_TRUE(shared);
  EXPECT_TRUE(shared->Describe().starts_with("8,192 tokens shared by 8 sequences, 16-bit"))
      << "in whole blocks: " << shared->Describe();
  wish.max_sequences = 1;
  EXPECT_TRUE(ChooseMemory(wish, RoomOf())->Describe().starts_with("1,024 tokens, 16-bit"));
  wish.budget = 50 * kMiB;
  EXPECT_NE(ChooseMemory(wish, RoomOf()).error().message.find("(1,024 tokens, 8-bit"),
            std::string::npos);
}

TEST(ChooseMemory, ExactHasOneForm) {
  MemoryRoom room = RoomOf();
  room.exact = true;
  const auto choice = ChooseMemory(WishOf(110), room);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->kv, k16);
  EXPECT_EQ(choice->weights, kMapped);
  EXPECT_NE(choice->Describe().find("float32 keys"), std::string::npos);
}

TEST(ChooseMemory, RefusesNonsense) {
  for (const auto& change :
       std::vector<void (*)(MemoryWish&)>{[](MemoryWish& wish) { wish.context = -1; },
                                          [](MemoryWish& wish) { wish.context = INT32_MAX; },
                                          [](MemoryWish& wish) { wish.max_sequences = 0; },
                                          [](MemoryWish& wish) { wish.max_sequences = 1 << 20; },
                                          [](MemoryWish& wish) { wish.prompt_chunk = -1; },
                                          [](MemoryWish& wish) { wish.prompt_chunk = 1025; }}) {
    MemoryWish wish = WishOf(1000);
    change(wish);
    const auto choice = ChooseMemory(wish, RoomOf());
    ASSERT_FALSE(choice);
    EXPECT_EQ(choice.error().code, ErrorCode::kInvalidArgument);
  }
}

const std::string kModel = BANTAM_SOURCE_DIR "/tests/golden/models/qwen2_q4_0.gguf";

TEST(LoadedModelMemory, AnEngineTakesTheChoice) {
  LoadOptions options;
  options.threads = 1;
  options.memory = MemoryWish();
  options.memory->context = 200;
  options.memory->max_sequences = 3;
  options.memory->prompt_chunk = 70;
  std::shared_ptr<const Model> model = LoadedModel::Load(kModel, options).value();
  ASSERT_NE(model->memory(), nullptr);
  EXPECT_EQ(model->memory()->context, 200);
  const auto engine = CreateEngine(model, {.max_sequences = 9}).value();
  EXPECT_EQ(engine->context(), 200);
  EXPECT_EQ(engine->options().max_sequences, 3);
  EXPECT_EQ(engine->options().prompt_chunk, 70);
  EXPECT_EQ(engine->options().kv_tokens, 3 * 256);
}

TEST(LoadedModelMemory, IsRefusedBeforeLoading) {
  LoadOptions options;
  options.memory = WishOf(1);
  const auto model = LoadedModel::Load(kModel, options);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kResourceExhausted);
  EXPECT_NE(model.error().message.find("the least is"), std::string::npos);
}

TEST(LoadedModelMemory, FitGivesOneAnswerForEachBudget) {
  const std::vector<uint64_t> budgets = {1, uint64_t{1} << 40};
  const auto fits = LoadedModel::Fit(kModel, {}, budgets).value();
  ASSERT_EQ(fits.size(), 2U);
  EXPECT_FALSE(fits[0]);
  ASSERT_TRUE(fits[1]);
  EXPECT_FALSE(fits[1]->reduced);
  EXPECT_FALSE(LoadedModel::Fit("/nonexistent", {}, budgets));
}

}  // namespace
}  // namespace bantam
