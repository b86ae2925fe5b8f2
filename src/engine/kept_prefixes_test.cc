// Keys and values that outlive an engine: found again, never believed, never the wrong ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/directory.h"
#include "base/test_directory.h"
#include "engine/batch_engine.h"
#include "engine/create_engine.h"
#include "engine/fake_model.h"
#include "engine/loaded_model.h"

namespace bantam {
namespace {

namespace fs = std::filesystem;

class KeptPrefixes : public testing::Test {
 protected:
  // An engine and its model; the fingerprint says which model it is.
  struct Setup {
    FakeModel* model;
    std::unique_ptr<BatchEngine> engine;
  };
  Setup Start(uint8_t fingerprint = 1, int n_blocks = 32, bool with_directory = true) {
    auto model = std::make_unique<FakeModel>(n_blocks);
    model->fingerprint = fingerprint;
    FakeModel* raw = model.get();
    EngineOptions options;
    options.context = std::min(1024, n_blocks * kKvBlockTokens);
    options.max_sequences = 2;
    options.prompt_chunk = 100;
    if (with_directory) options.prefix_dir = directory_.File("kept");
    options.prefix_dir_bytes = max_bytes_;
    auto engine = std::make_unique<BatchEngine>(std::move(model), vocabulary_, options);
    const auto opened = engine->OpenPrefixStore();
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return {raw, std::move(engine)};
  }

  static std::vector<TokenId> Text(int n, int seed = 0) {
    std::vector<TokenId> tokens;
    for (int i = 0; i < n; ++i) tokens.push_back((i * 7 + seed * 5 + i / 13) % 26);
    return tokens;
  }

  static GenerationResult Ask(Engine& engine, std::vector<TokenId> prompt, int keep,
                              std::vector<float> scales = {}) {
    GenerationRequest request;
    request.adapter_scales = std::move(scales);
    request.prompt = std::move(prompt);
    request.max_tokens = 5;
    request.sampling.temperature = 0;
    request.ignore_end = true;
    request.keep_tokens = keep;
    auto result = engine.Generate(std::move(request));
    EXPECT_TRUE(result.has_value());
    return result ? *std::move(result) : GenerationResult();
  }

  std::vector<std::string> Kept() const {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(directory_.File("kept"))) {
      names.push_back(file.path().string());
    }
    return names;
  }

  TestDirectory directory_;
  Vocabulary vocabulary_ = FakeVocabulary();
  uint64_t max_bytes_ = uint64_t{1} << 30;
};

TEST_F(KeptPrefixes, AreFoundByTheNextEngine) {
  std::vector<TokenId> said;
  {
    const Setup first = Start();
    said = Ask(*first.engine, Text(300), 200).tokens;
    EXPECT_EQ(first.model->tokens_run, 304);
  }
  EXPECT_EQ(Kept().size(), 1U);
  const Setup second = Start();
  const GenerationResult again = Ask(*second.engine, Text(300), 200);
  EXPECT_EQ(again.tokens, said);
  EXPECT_EQ(again.stats.cached_tokens, 192);
  EXPECT_EQ(second.model->tokens_run, 304 - 192);
  // Another text that begins alike shares it, one that does not does not.
  EXPECT_EQ(Ask(*second.engine, Text(192), 0).stats.cached_tokens, 191);
  EXPECT_EQ(Ask(*second.engine, Text(300, 1), 0).stats.cached_tokens, 0);
  EXPECT_EQ(Kept().size(), 1U) << "what is there is not written again";
}

TEST_F(KeptPrefixes, OfAnotherModelAreNotUsed) {
  Ask(*Start(1).engine, Text(300), 300);
  const Setup other = Start(2);
  EXPECT_EQ(Ask(*other.engine, Text(300), 300).stats.cached_tokens, 0);
  EXPECT_EQ(Kept().size(), 2U);
  EXPECT_EQ(Ask(*Start(1).engine, Text(300), 0).stats.cached_tokens, 256);
}

TEST_F(KeptPrefixes, ShorterThanABlockAreNone) {
  const Setup plain = Start();
  Ask(*plain.engine, Text(63), 63);
  Ask(*plain.engine, Text(100), 0);
  EXPECT_TRUE(Kept().empty());
}

TEST_F(KeptPrefixes, AreThoseOfASequencesAdapters) {
  const std::vector<std::vector<float>> variants = {{0, 0}, {1, 0}, {0, 1}, {0.5F, 0}, {1, 1}};
  const auto start = [&] {
    Setup setup = Start();
    setup.model->own_scales = {1, 0};
    return setup;
  };
  for (size_t i = 0; i < variants.size(); ++i) {
    const Setup setup = start();
    for (size_t other = 0; other < variants.size(); ++other) {
      const int cached = Ask(*setup.engine, Text(300), 0, variants[other]).stats.cached_tokens;
      EXPECT_EQ(cached, other < i ? 256 : 0) << i << ", " << other;
    }
    Ask(*setup.engine, Text(300), 300, variants[i]);
  }
  EXPECT_EQ(Kept().size(), variants.size());
  EXPECT_EQ(Ask(*start().engine, Text(300), 0).stats.cached_tokens, 256) << "the model's own";
}

TEST_F(KeptPrefixes, OfNoAdapterAreThoseOfTheModelAlone) {
  Ask(*Start().engine, Text(300), 300);
  const Setup adapted = Start();
  adapted.model->own_scales = {1};
  EXPECT_EQ(Ask(*adapted.engine, Text(300), 0, {0}).stats.cached_tokens, 256);
}

TEST_F(KeptPrefixes, FilesAreOfTheAdaptersOwnScales) {
  const std::string path = directory_.File("own.kv");
  const Setup setup = Start(1, 32, false);
  setup.model->own_scales = {0.5F};
  Ask(*setup.engine, Text(200), 0, {0});
  EXPECT_FALSE(setup.engine->SavePrefix(Text(200), path)) << "what others have computed";
  Ask(*setup.engine, Text(200), 0);
  EXPECT_EQ(setup.engine->SavePrefix(Text(200), path).value_or(0), 192);
  for (const float scale : {0.5F, 0.0F, 1.0F}) {
    const Setup other = Start(1, 32, false);
    other.model->own_scales = {scale};
    const auto loaded = other.engine->LoadPrefix(path);
    EXPECT_EQ(loaded.value_or(0), scale == 0.5F ? 192 : 0);
    if (!loaded) {
      EXPECT_EQ(loaded.error().code, ErrorCode::kUnsupported);
    }
    EXPECT_EQ(Ask(*other.engine, Text(200), 0).stats.cached_tokens, scale == 0.5F ? 192 : 0);
  }
}

// A real model and its adapter: what was said and how likely it was, to the last bit.
class KeptAdapted : public KeptPrefixes {
 protected:
  struct Said {
    std::vector<TokenId> tokens;
    std::vector<float> logprobs;
    int cached = 0;
  };
  // The prompt is kept if there is a directory.
  static Said Say(const std::vector<AdapterSource>& adapters, const std::string& prefix_dir) {
    LoadOptions load;
    load.threads = 1;
    load.adapters = adapters;
    const auto model = LoadedModel::Load(kGolden + "models/qwen2_mixed.gguf", load);
    EXPECT_TRUE(model) << model.error().message;
    EngineOptions options;
    options.context = 256;
    options.prefix_dir = prefix_dir;
    const auto engine = CreateEngine(*model, options);
    EXPECT_TRUE(engine);
    GenerationRequest request;
    for (int i = 0; i < 150; ++i) request.prompt.push_back(i * 7 % 250);
    request.max_tokens = 16;
    request.ignore_end = true;
    request.sampling.temperature = 0;
    request.logprobs = 0;
    request.keep_tokens = 150;
    Said said;
    request.on_delta = [&said](const Delta& delta) {
      for (const TokenLogprob& one : delta.logprobs) said.logprobs.push_back(one.logprob);
      return true;
    };
    const auto result = (*engine)->Generate(std::move(request));
    EXPECT_TRUE(result);
    said.tokens = result->tokens;
    said.cached = result->stats.cached_tokens;
    return said;
  }
  // The adapter with the lowest bit of one of its numbers changed.
  std::string Changed() const {
    std::ifstream in(kAdapter, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), {});
    const size_t at = bytes.size() / 4 * 2;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(directory_.File("changed.gguf"), std::ios::binary) << bytes;
    return directory_.File("changed.gguf");
  }

  inline static const std::string kGolden = BANTAM_SOURCE_DIR "/tests/golden/";
  inline static const std::string kAdapter = kGolden + "adapters/qwen2_mixed.gguf";
};

TEST_F(KeptAdapted, AnswersAreTheSameToTheLastBit) {
  const std::vector<std::vector<AdapterSource>> models = {
      {}, {{kAdapter}}, {{kAdapter, 0.5F}}, {{Changed()}}, {{kAdapter}, {kAdapter, 0.5F}}};
  const std::string kept = directory_.File("kept");
  for (const auto& adapters : models) {
    const Said alone = Say(adapters, "");
    const Said first = Say(adapters, kept);
    const Said again = Say(adapters, kept);
    EXPECT_EQ(first.cached, 0) << "of other adapters";
    EXPECT_EQ(again.cached, 128);
    for (const Said& said : {first, again}) {
      EXPECT_EQ(said.tokens, alone.tokens);
      EXPECT_EQ(said.logprobs, alone.logprobs);
    }
  }
  EXPECT_EQ(Kept().size(), models.size());
  EXPECT_EQ(Say({{kAdapter, 0}}, kept).cached, 128) << "the model alone";
}

// Every byte of a file matters: one that differs gives the right answer, and is set aside if it is
// broken.
TEST_F(KeptPrefixes, DamagedFilesAreSetAside) {
  const std::vector<TokenId> said = Ask(*Start().engine, Text(300), 300).tokens;
  const std::string path = Kept().at(0);
  std::ifstream in(path, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  const auto ask = [&](const std::string& bytes) {
    fs::remove_all(directory_.File("kept"));
    fs::create_directory(directory_.File("kept"));
    std::ofstream(path, std::ios::binary).write(bytes.data(), std::ssize(bytes));
    const Setup setup = Start();
    const GenerationResult result = Ask(*setup.engine, Text(300), 0);
    EXPECT_EQ(result.tokens, said);
    return result.stats.cached_tokens;
  };
  EXPECT_EQ(ask(good), 256);
  for (size_t at = 0; at < good.size(); at += at < 60 ? 1 : 37) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x21);
    EXPECT_EQ(ask(bad), 0) << at;
  }
  for (const size_t n : {size_t{0}, size_t{1}, size_t{40}, size_t{64}, good.size() - 1}) {
    EXPECT_EQ(ask(good.substr(0, n)), 0) << n;
  }
  EXPECT_EQ(ask(good + "x"), 0);
  EXPECT_TRUE(Kept().at(0).ends_with(".bad"));
}

TEST_F(KeptPrefixes, FilesGiveOnlyWhatAModelCanHaveWritten) {
  const Setup setup = Start(1, 32, false);
  Ask(*setup.engine, Text(200), 0);
  const std::string path = directory_.File("own.kv");
  const auto saved = setup.engine->SavePrefix(Text(200), path);
  ASSERT_TRUE(saved.has_value()) << saved.error().message;
  EXPECT_EQ(*saved, 192);
  EXPECT_EQ(*Start(1, 32, false).engine->LoadPrefix(path), 192);
  EXPECT_EQ(Start(2, 32, false).engine->LoadPrefix(path).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(Start(1, 2, false).engine->LoadPrefix(path).error().code,
            ErrorCode::kResourceExhausted);
  EXPECT_EQ(setup.engine->LoadPrefix(directory_.File("none")).error().code, ErrorCode::kNotFound);

  // A file that is whole, but holds what no model computes.
  std::vector<TokenId> slots(64, 1000);
  const std::span<const uint8_t> block = {reinterpret_cast<const uint8_t*>(slots.data()), 256};
  const std::vector<std::span<const uint8_t>> blocks = {block};
  ASSERT_TRUE(PrefixFile::Write(path, {1}, Text(64), blocks).has_value());
  const Setup fresh = Start(1, 32, false);
  const auto loaded = fresh.engine->LoadPrefix(path);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(Ask(*fresh.engine, Text(100), 0).stats.cached_tokens, 0);
}

TEST_F(KeptPrefixes, NothingComputedIsNothingToSave) {
  const Setup setup = Start(1, 32, false);
  const auto saved = setup.engine->SavePrefix(Text(200), directory_.File("x.kv"));
  ASSERT_FALSE(saved.has_value());
  EXPECT_EQ(saved.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(fs::exists(directory_.File("x.kv")));
}

TEST_F(KeptPrefixes, TheDirectoryStaysWithinItsLimit) {
  max_bytes_ = 256 * 10;  // blocks of 64 tokens
  const Setup setup = Start();
  for (int seed = 0; seed < 6; ++seed) Ask(*setup.engine, Text(260, seed), 260);
  uint64_t bytes = 0;
  for (const std::string& path : Kept()) bytes += fs::file_size(path);
  EXPECT_LE(bytes, max_bytes_ + 2000);
  EXPECT_EQ(Ask(*Start().engine, Text(260, 5), 0).stats.cached_tokens, 256) << "the latest stays";
}

}  // namespace
}  // namespace bantam
