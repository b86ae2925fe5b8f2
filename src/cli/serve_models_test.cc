// Tests of how `bantam serve` loads models.
#include "cli/serve_models.h"

#include <string_view>
#include <utility>

#include "cli/command_test.h"

namespace bantam::cli {
namespace {

class ServeModelsTest : public CommandTest {
 protected:
  // The type that weights at `path` are loaded with.
  FloatType Loaded(const std::string& path) {
    EXPECT_TRUE(loader_.load(path, {}));
    return world_.load_options.dtype;
  }
  void Make(FloatType type) {
    options_.setup.dtype = type;
    loader_ = MakeServeBackend(world_.env, options_, "tiny.gguf", std::nullopt, log_);
    world_.err.text.clear();
  }

  ServeOptions options_;
  ServeLog log_{world_.err};
  server::Backend loader_;
};

TEST_F(ServeModelsTest, FilesKeepTheirTypesWhateverSixteenBitsAreAskedFor) {
  constexpr std::string_view kSaid =
      "bantam: --dtype is for Hugging Face folders; GGUF files keep their own types\n";
  for (const FloatType type : {FloatType::kF16, FloatType::kBF16}) {
    Make(type);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(Loaded("tiny.gguf"), FloatType::kAsStored);
    EXPECT_EQ(world_.err.text, kSaid) << "it is said once";
  }
  for (const FloatType type : {FloatType::kAsStored, FloatType::kF32}) {
    Make(type);
    EXPECT_EQ(Loaded("tiny.gguf"), type);
    EXPECT_EQ(world_.err.text, "");
  }
}

TEST_F(ServeModelsTest, EncodersInFilesKeepTheirTypesToo) {
  world_.model->info_.encoder = true;
  Make(FloatType::kF16);
  EXPECT_TRUE(loader_.load("tiny.gguf", {}));
  EXPECT_EQ(world_.encoder_options.dtype, FloatType::kAsStored);
}

TEST_F(ServeModelsTest, FoldersAreConverted) {
  const std::string folder = directory_.path();
  world_.backend.inspect = [this](const std::string&) {
    return Result<ModelInfo>(world_.model->info_);
  };
  world_.backend.load = [this](const std::string&, const LoadOptions& options) {
    world_.load_options = options;
    return Result<std::shared_ptr<const Model>>(world_.model);
  };
  Make(FloatType::kBF16);
  EXPECT_EQ(Loaded(folder), FloatType::kBF16);
  EXPECT_EQ(world_.err.text, "");
}

// One says what a conversation can have, the other what all have together.
TEST_F(ServeModelsTest, TellsTheContextAndWhatConversationsShare) {
  options_.setup.engine.context = 512;
  Make(FloatType::kAsStored);
  world_.backend.load = [this](const std::string&, const LoadOptions& options) {
    MemoryChoice& choice = world_.model->memory_.emplace();
    choice.context = options.memory->context;
    choice.max_sequences = options.memory->max_sequences;
    choice.shared = options.memory->shared;
    return Result<std::shared_ptr<const Model>>(world_.model);
  };
  ASSERT_TRUE(loader_.load("tiny.gguf", {}));
  const auto log = Json::Parse(world_.err.text);
  ASSERT_TRUE(log) << world_.err.text;
  EXPECT_EQ(log->Find("context")->AsInt(), 512);
  EXPECT_TRUE(
      log->Find("memory")->AsString().starts_with("32,768 tokens shared by 8 sequences, 16-bit"))
      << world_.err.text;
  EXPECT_EQ(world_.script->engines.at(0).context, 512);
  EXPECT_EQ(world_.script->engines[0].kv_tokens, 32768);
}

// So that a request for it does not wait for the users of other models in vain.
TEST_F(ServeModelsTest, SaysWhetherAModelWouldFitAlone) {
  options_.setup.memory_budget = MemorySize{.bytes = uint64_t{600} << 20};
  Make(FloatType::kAsStored);
  world_.fits = {MemoryChoice{}};
  EXPECT_TRUE(loader_.fits_alone("tiny.gguf"));
  ASSERT_EQ(world_.fit_budgets.size(), 1U);
  EXPECT_GE(world_.fit_budgets[0], uint64_t{600} << 20) << "what others have now is added";
  world_.fits = {std::unexpected(Error{ErrorCode::kResourceExhausted, "needs more"})};
  const auto refused = loader_.fits_alone("tiny.gguf");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "tiny.gguf: does not fit in 600 MiB, even with no other model beside it");
  world_.model->info_.encoder = true;
  world_.model->info_.file_bytes = uint64_t{400} << 20;
  EXPECT_TRUE(loader_.fits_alone("tiny.gguf"));
  world_.model->info_.file_bytes = uint64_t{600} << 20;
  EXPECT_FALSE(loader_.fits_alone("tiny.gguf"));
}

}  // namespace
}  // namespace bantam::cli
