// Low-rank adapters against transformers with the same change merged into its weights, on the
// adapters of tests/golden/adapters; and that a sequence's own scales are all that counts.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reference_logits.h"
#include "scored_model.h"

namespace bantam {
namespace {

const std::string kGolden = BANTAM_SOURCE_DIR "/tests/golden/";

std::string BaseOf(const std::string& name) {
  const std::string folder = kGolden + "folders/" + name;
  return name == "llama_f16" ? folder : kGolden + "models/" + name + ".gguf";
}
std::string FolderOf(const std::string& name) {
  return kGolden + "adapters/" + name;
}

std::unique_ptr<Engine> LoadAdapted(const std::string& name, LoadOptions load,
                                    const std::vector<AdapterSource>& adapters) {
  load.threads = 2;
  load.adapters = adapters;
  return LoadEngine(BaseOf(name), load, 256);
}

class TinyAdapter : public testing::TestWithParam<std::string> {
 protected:
  // Both forms of the adapter, where there are two.
  void Check(const LoadOptions& load, double bound) {
    const auto reference = ReadReferenceLogits(FolderOf(GetParam()) + ".ref");
    ASSERT_TRUE(reference.has_value()) << reference.error().message;
    for (const std::string& path : {FolderOf(GetParam()), FolderOf(GetParam()) + ".gguf"}) {
      if (!std::filesystem::exists(path)) continue;
      const auto engine = LoadAdapted(GetParam(), load, {{path}});
      ASSERT_NE(engine, nullptr);
      EXPECT_LT(ErrorOf(*engine, *reference), bound) << path;
      const auto halves = LoadAdapted(GetParam(), load, {{path, 0.25F}, {path, 0.75F}});
      ASSERT_NE(halves, nullptr);
      EXPECT_LT(ErrorOf(*halves, *reference), bound) << path;
      const auto none = LoadAdapted(GetParam(), load, {{path, 0}});
      ASSERT_NE(none, nullptr);
      EXPECT_GT(ErrorOf(*none, *reference), 0.05) << path;
    }
  }
};

TEST_P(TinyAdapter, ExactEqualsTransformers) {
  LoadOptions load;
  load.precision = Precision::kExact;
  Check(load, kExactBound);
}

TEST_P(TinyAdapter, FastStaysCloseInBothLayouts) {
  for (const WeightLayout layout : {WeightLayout::kMapped, WeightLayout::kPacked}) {
    LoadOptions load;
    load.weights = layout;
    Check(load, kFastBound);
  }
}

INSTANTIATE_TEST_SUITE_P(All, TinyAdapter,
                         testing::Values("llama_untied", "llama_f16", "qwen2_mixed", "phi3_window",
                                         "starcoder2_window"),
                         [](const auto& test) { return test.param; });

// A prompt of more than a block of keys, so that there is something to share.
GenerationRequest RequestWith(std::vector<float> scales) {
  GenerationRequest request;
  for (int i = 0; i < 150; ++i) request.prompt.push_back(i * 7 % 250);
  request.max_tokens = 24;
  request.ignore_end = true;
  request.sampling.temperature = 0;
  request.logprobs = 0;
  request.adapter_scales = std::move(scales);
  return request;
}

// What was said, and how likely it was, to the last bit.
using Said = std::vector<std::pair<TokenId, float>>;

GenerationRequest Recording(GenerationRequest request, Said& said) {
  request.on_delta = [&said](const Delta& delta) {
    for (const TokenLogprob& one : delta.logprobs) said.emplace_back(one.token, one.logprob);
    return true;
  };
  return request;
}

Said Alone(const std::vector<AdapterSource>& adapters, std::vector<float> scales) {
  const auto engine = LoadAdapted("qwen2_mixed", {}, adapters);
  Said said;
  if (engine == nullptr) return said;
  EXPECT_TRUE(engine->Generate(Recording(RequestWith(std::move(scales)), said)).has_value());
  return said;
}

TEST(AdapterScales, AreThoseOfEachRequestWhateverElseRuns) {
  const std::string path = FolderOf("qwen2_mixed");
  const std::vector<std::pair<std::vector<float>, Said>> wanted = {
      {{0}, Alone({}, {})},
      {{1}, Alone({{path}}, {})},
      {{-0.5F}, Alone({{path, -0.5F}}, {})},
      {{}, Alone({{path, 0.75F}}, {})},
  };
  for (const auto& [scales, said] : wanted) EXPECT_EQ(said.size(), 24U);
  EXPECT_NE(wanted[0].second, wanted[1].second);
  EXPECT_NE(wanted[1].second, wanted[2].second);

  LoadOptions load;
  load.adapters = {{path, 0.75F}};
  load.threads = 2;
  const auto model = Model::Load(BaseOf("qwen2_mixed"), load);
  ASSERT_TRUE(model.has_value());
  EngineOptions options;
  options.context = 256;
  options.max_sequences = 3;
  const auto engine = Engine::Create(*model, options);
  ASSERT_TRUE(engine.has_value());
  std::vector<Said> got(2 * wanted.size());  // the second time from the cache
  for (size_t i = 0; i < got.size(); ++i) {
    const auto& scales = wanted[i % wanted.size()].first;
    ASSERT_TRUE((*engine)->Submit(Recording(RequestWith(scales), got[i])).has_value());
  }
  for (Result<bool> more = true; more.value_or(false);) more = (*engine)->Step();
  for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], wanted[i % wanted.size()].second) << i;
}

TEST(AdapterScales, MustBeOneFiniteNumberForEachAdapter) {
  const auto engine = LoadAdapted("qwen2_mixed", {}, {{FolderOf("qwen2_mixed")}});
  ASSERT_NE(engine, nullptr);
  for (const std::vector<float>& scales :
       {std::vector<float>{1, 1}, {__builtin_nanf("")}, {__builtin_inff()}}) {
    const auto id = engine->Submit(RequestWith(scales));
    ASSERT_FALSE(id.has_value());
    EXPECT_EQ(id.error().code, ErrorCode::kInvalidArgument);
  }
  const auto plain = LoadAdapted("qwen2_mixed", {}, {});
  EXPECT_FALSE(plain->Submit(RequestWith({1})).has_value());
}

// What does not belong together is refused, naming the matrix.
TEST(Adapters, OfOtherModelsAreRefused) {
  const auto load = [](const std::string& base, const AdapterSource& source) {
    LoadOptions options;
    options.adapters = {source};
    const auto model = Model::Load(BaseOf(base), options);
    return model ? std::string() : model.error().message;
  };
  EXPECT_NE(load("llama_untied", {FolderOf("phi3_window") + ".gguf"}).find("architecture"),
            std::string::npos);
  EXPECT_NE(load("llama_untied", {FolderOf("phi3_window")}).find("_proj"), std::string::npos);
  EXPECT_NE(load("llama_untied", {FolderOf("llama_f16")}).find("rows of"), std::string::npos);
  EXPECT_NE(load("llama_untied", {BaseOf("llama_untied")}).find("general.type"), std::string::npos);
  EXPECT_NE(load("llama_untied", {kGolden + "none"}).find("none"), std::string::npos);
  EXPECT_NE(load("qwen2_mixed", {FolderOf("qwen2_mixed"), __builtin_nanf("")}).find("finite"),
            std::string::npos);
}

}  // namespace
}  // namespace bantam
