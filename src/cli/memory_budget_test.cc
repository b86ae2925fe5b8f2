// Tests of --memory-budget, of what is said about it, and of show --plan.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/test_directory.h"
#include "cli/device_plan.h"
#include "cli/fake_backend.h"
#include "store/import.h"
#include "store/store.h"

namespace bantam::cli {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

MemoryChoice SomeChoice() {
  MemoryChoice choice;
  choice.context = 4096;
  choice.kv = KvPrecision::k8;
  choice.budget = 600 * kMiB;
  choice.plan.weights = 400 * kMiB;
  choice.wished = 800 * kMiB;
  choice.reduced = true;
  return choice;
}

class MemoryBudgetTest : public testing::Test {
 protected:
  FakeWorld world_;
};

TEST_F(MemoryBudgetTest, RunWishesAndSays) {
  world_.model->memory_ = SomeChoice();
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--memory-budget", "600MiB"}), 0);
  const auto& wish = world_.load_options.memory;
  ASSERT_TRUE(wish);
  EXPECT_EQ(wish->budget, 600 * kMiB);
  EXPECT_EQ(wish->context, 0);
  EXPECT_FALSE(wish->kv) << "8 bits are allowed";
  EXPECT_NE(world_.err.text.find("bantam: memory: context 4,096, 8-bit keys and values"),
            std::string::npos)
      << world_.err.text;
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--memory-budget", "50%", "--kv-cache", "16",
                        "--ctx", "700", "--weights", "mapped", "--json"}),
            0);
  EXPECT_EQ(wish->budget, uint64_t{8} << 30);
  EXPECT_EQ(wish->context, 700);
  EXPECT_EQ(wish->kv, KvPrecision::k16);
  EXPECT_EQ(wish->weights, WeightLayout::kMapped);
}

TEST_F(MemoryBudgetTest, WithoutABudgetAnswersStayTheSame) {
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x"}), 0);
  const auto& wish = world_.load_options.memory;
  ASSERT_TRUE(wish);
  EXPECT_FALSE(wish->budget);
  EXPECT_EQ(wish->kv, KvPrecision::k16);
  EXPECT_EQ(world_.err.text, "");
  MemoryChoice all = SomeChoice();
  all.reduced = false;
  world_.model->memory_ = all;
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x"}), 0);
  EXPECT_EQ(world_.err.text, "") << "everything fits: nothing to say";
  world_.model->memory_ = SomeChoice();
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x"}), 0);
  EXPECT_NE(world_.err.text.find("bantam: memory: "), std::string::npos);
}

TEST_F(MemoryBudgetTest, BenchNeedsWhatItMeasures) {
  EXPECT_EQ(world_.Run({"bench", "tiny.gguf", "-p", "100", "-n", "20", "-d", "50", "-s", "1,4",
                        "-r", "1", "--memory-budget", "1G"}),
            0);
  const auto& wish = world_.load_options.memory;
  ASSERT_TRUE(wish);
  EXPECT_EQ(wish->budget, 1'000'000'000U);
  EXPECT_EQ(wish->context, 152);
  EXPECT_EQ(wish->max_sequences, 4);
  EXPECT_FALSE(wish->fewer_sequences);
  EXPECT_EQ(wish->prompt_chunk, 0);
}

TEST_F(MemoryBudgetTest, BadSizesAndSharesOfNothing) {
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--memory-budget", "lots"}), 2);
  EXPECT_NE(world_.err.text.find("--memory-budget: expected an amount of memory"),
            std::string::npos);
  world_.machine.memory_total = 0;
  EXPECT_NE(world_.Run({"run", "tiny.gguf", "x", "--memory-budget", "50%"}), 0);
  EXPECT_NE(world_.err.text.find("does not say how much"), std::string::npos);
}

TEST_F(MemoryBudgetTest, RefusalsNameSmallerModels) {
  world_.model->info_.parameters = 500'000'000;
  world_.model->info_.file_bytes = 1'000'000'000;
  world_.load_error = Error{ErrorCode::kResourceExhausted, "tiny.gguf: does not fit"};
  EXPECT_NE(world_.Run({"run", "tiny.gguf", "x", "--memory-budget", "400M"}), 0);
  EXPECT_NE(world_.err.text.find("does not fit. What would fit: this model in q4_0 (about 332.2 "
                                 "MiB), gemma3:270m (about"),
            std::string::npos)
      << world_.err.text;
  world_.err.text.clear();
  EXPECT_NE(world_.Run({"run", "tiny.gguf", "x", "--memory-budget", "2M"}), 0);
  EXPECT_EQ(world_.err.text.find("What would fit"), std::string::npos) << world_.err.text;
  // 2 × 20 × 4 × 64 × 17.5 / 16 bytes a token are 1.07 GiB for 100,000.
  world_.err.text.clear();
  world_.model->info_.layers = 20;
  world_.model->info_.kv_heads = 4;
  world_.model->info_.head_dim = 64;
  EXPECT_NE(world_.Run({"run", "tiny.gguf", "x", "--memory-budget", "400M", "--ctx", "100000"}), 0);
  EXPECT_EQ(world_.err.text.find("What would fit"), std::string::npos) << world_.err.text;
  EXPECT_NE(world_.Run({"run", "tiny.gguf", "x", "--memory-budget", "1500M", "--ctx", "100000"}),
            0);
  EXPECT_NE(world_.err.text.find("What would fit: this model in q4_0 (about 1.4 GiB)"),
            std::string::npos)
      << world_.err.text;
}

TEST_F(MemoryBudgetTest, RefusalsNameOtherModelsOfTheStore) {
  TestDirectory directory;
  world_.variables["BANTAM_HOME"] = directory.File("home");
  world_.backend.inspect = [this](const std::string& path) -> Result<ModelInfo> {
    ModelInfo info = world_.model->info_;
    info.parameters = path.ends_with("vocabulary.gguf") ? 0 : 1000;
    info.encoder = path.ends_with("encoder.gguf");
    info.context_length = path.ends_with("short.gguf") ? 100 : 5000;
    return info;
  };
  const auto store = store::Store::Find(world_.env.variable);
  ASSERT_TRUE(store);
  const auto keep = [&](const std::string& name) {
    const std::string path = directory.Write(name + ".gguf", name);
    const auto plan = store::PlanImport(path);
    ASSERT_TRUE(plan);
    ASSERT_TRUE(store::Import(*store, *plan, name, {}));
  };
  for (const char* name : {"large", "other", "vocabulary", "encoder", "short"}) keep(name);
  world_.load_error = Error{ErrorCode::kResourceExhausted, "does not fit"};
  EXPECT_NE(world_.Run({"run", directory.File("large.gguf"), "x", "--memory-budget", "400M",
                        "--ctx", "4000"}),
            0);
  EXPECT_NE(world_.err.text.find("does not fit. What would fit: other (about 64.0 MiB)\n"),
            std::string::npos)
      << world_.err.text;
}

TEST_F(MemoryBudgetTest, CacheOptionsMustAgree) {
  const auto run = [&](const std::vector<std::string>& more) {
    std::vector<std::string> args = {"run", "tiny.gguf", "x"};
    args.insert(args.end(), more.begin(), more.end());
    return world_.Run(args);
  };
  const std::vector<std::string> both = {"--cache-type-k", "q8_0", "--cache-type-v", "q8_0"};
  auto with = [&](const char* bits) {
    auto args = both;
    args.insert(args.end(), {"--kv-cache", bits});
    return args;
  };
  EXPECT_EQ(run(with("8")), 0);
  EXPECT_EQ(world_.load_options.kv, KvPrecision::k8);
  EXPECT_NE(run(with("16")), 0);
  EXPECT_NE(world_.err.text.find("--kv-cache and --cache-type-k and -v say different things"),
            std::string::npos)
      << world_.err.text;
}

TEST_F(MemoryBudgetTest, ShowPlansForDevices) {
  MemoryChoice paged = SomeChoice();
  paged.paged = true;
  paged.weights = WeightLayout::kMapped;
  world_.fits = {std::unexpected(Error{ErrorCode::kResourceExhausted, "does not fit in that"}),
                 paged, SomeChoice(), SomeChoice()};
  EXPECT_EQ(world_.Run({"show", "tiny.gguf", "--plan"}), 0);
  ASSERT_EQ(world_.fit_budgets.size(), 4U);
  EXPECT_EQ(world_.fit_budgets[0], BudgetOfDevice(512 * kMiB));
  EXPECT_LT(world_.fit_budgets[0], 400 * kMiB);
  EXPECT_TRUE(world_.load_options.memory->may_page);
  for (const char* part :
       {"512.0 MiB", "does not fit in that", "paged", "4,096    8-bit   packed"}) {
    EXPECT_NE(world_.out.text.find(part), std::string::npos) << part << "\n" << world_.out.text;
  }
}

TEST_F(MemoryBudgetTest, ShowPlansForPrograms) {
  world_.fits = {SomeChoice()};
  EXPECT_EQ(world_.Run({"show", "tiny.gguf", "--plan", "--memory-budget", "600MiB", "--ctx", "999",
                        "--json"}),
            0);
  EXPECT_EQ(world_.fit_budgets, std::vector<uint64_t>{600 * kMiB});
  EXPECT_EQ(world_.load_options.memory->context, 999);
  EXPECT_FALSE(world_.load_options.memory->may_page);
  const auto json = Json::Parse(world_.out.text);
  ASSERT_TRUE(json) << json.error().message;
  const Json& row = json->Find("plans")->items()[0];
  EXPECT_TRUE(row.Find("device")->is_null());
  EXPECT_EQ(*row.Find("peak")->AsInt(), static_cast<int64_t>(400 * kMiB));
  EXPECT_EQ(*row.Find("context")->AsInt(), 4096);
  EXPECT_NE(world_.Run({"show", "tiny.gguf", "--memory-budget", "600MiB"}), 0);
}

}  // namespace
}  // namespace bantam::cli
