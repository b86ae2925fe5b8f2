// Tests of reading a configuration: good files, and every kind of bad key with its name in the
// message.
#include "model/config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "model/architectures.h"

namespace bantam {
namespace {

using Pairs = std::vector<std::pair<std::string, MetadataValue>>;

Pairs Valid() {
  return {
      {"general.architecture", std::string("qwen2")},
      {"qwen2.block_count", uint64_t{24}},
      {"qwen2.embedding_length", uint64_t{896}},
      {"qwen2.feed_forward_length", uint64_t{4864}},
      {"qwen2.attention.head_count", uint64_t{14}},
      {"qwen2.attention.head_count_kv", uint64_t{2}},
      {"qwen2.attention.layer_norm_rms_epsilon", 1e-6},
      {"qwen2.context_length", uint64_t{32768}},
      {"qwen2.rope.freq_base", 1e6},
      {"tokenizer.ggml.tokens", std::vector<std::string>{"a", "b", "c"}},
  };
}

Result<ModelConfig> Read(const Pairs& pairs) {
  Metadata metadata;
  for (const auto& [key, value] : pairs) {
    if (!metadata.Add(key, value)) ADD_FAILURE() << key;
  }
  return ReadConfig(metadata);
}

Pairs With(const std::string& key, MetadataValue value) {
  Pairs pairs = Valid();
  std::erase_if(pairs, [&](const auto& pair) { return pair.first == key; });
  pairs.emplace_back(key, std::move(value));
  return pairs;
}

TEST(Config, ReadsSizesAndOptions) {
  const auto config = Read(Valid());
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->n_layers, 24);
  EXPECT_EQ(config->head_dim, 64);
  EXPECT_EQ(config->rope_dim, 64);
  EXPECT_EQ(config->query_columns(), 896);
  EXPECT_EQ(config->kv_columns(), 128);
  EXPECT_EQ(config->vocab_size, 3);
  EXPECT_EQ(config->rope_style, RopeStyle::kNeoX);
  EXPECT_EQ(config->rope_scaling, RopeScaling::kNone);
}

TEST(Config, ReadsYarn) {
  const auto bare = Read(With("qwen2.rope.scaling.factor", 8.0));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->rope_scaling, RopeScaling::kLinear) << "a factor alone";
  EXPECT_EQ(bare->rope_factor, 8.0);
  Pairs pairs = With("qwen2.rope.scaling.type", std::string("yarn"));
  pairs.emplace_back("qwen2.rope.scaling.factor", 4.0);
  pairs.emplace_back("qwen2.rope.scaling.original_context_length", uint64_t{8192});
  const auto config = Read(pairs);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->rope_scaling, RopeScaling::kYarn);
  EXPECT_EQ(config->rope_factor, 4.0);
  EXPECT_EQ(config->rope_original_context, 8192);
}

TEST(Config, EveryRequiredKeyIsNamedWhenMissing) {
  for (const auto& [missing, value] : Valid()) {
    if (missing == "qwen2.rope.freq_base" || missing == "qwen2.attention.head_count_kv") continue;
    Pairs pairs = Valid();
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == missing; });
    const auto config = Read(pairs);
    ASSERT_FALSE(config) << missing;
    EXPECT_NE(config.error().message.find(missing), std::string::npos) << config.error().message;
  }
}

TEST(Config, ImpossibleValuesAreNamed) {
  const Pairs bad = {
      {"general.architecture", std::string("mamba")},
      {"qwen2.block_count", uint64_t{0}},
      {"qwen2.block_count", uint64_t{1} << 40},
      {"qwen2.block_count", std::string("24")},
      {"qwen2.embedding_length", uint64_t{900}},
      {"qwen2.embedding_length", UINT64_MAX},
      {"qwen2.attention.head_count", uint64_t{15}},
      {"qwen2.attention.head_count_kv", uint64_t{0}},
      {"qwen2.attention.layer_norm_rms_epsilon", -1.0},
      {"qwen2.attention.layer_norm_rms_epsilon", std::nan("")},
      {"qwen2.rope.freq_base", 0.0},
      {"qwen2.rope.freq_base", 1.0},
      {"qwen2.rope.freq_base", 1e300},
      {"qwen2.attention.causal", false},
      {"qwen2.expert_count", uint64_t{8}},
      {"qwen2.feed_forward_length", std::vector<int64_t>{-64, -64}},
      {"qwen2.rope.dimension_count", uint64_t{65}},
      {"qwen2.rope.scaling.type", std::string("dynamic")},
      {"qwen2.attention.sliding_window", uint64_t{1} << 40},
      {"qwen2.attention.sliding_window_pattern", std::vector<bool>{true, false}},
      {"qwen2.attention.sliding_window_pattern", std::string("odd")},
      {"qwen2.final_logit_softcapping", -1.0},
      {"qwen2.final_logit_softcapping", 1e-30},
      {"qwen2.attention.scale", std::nan("")},
      {"qwen2.feed_forward_length", std::vector<int64_t>{64, 96}},
      {"tokenizer.ggml.tokens", std::vector<std::string>{}},
  };
  for (const auto& [key, value] : bad) {
    const auto config = Read(With(key, value));
    ASSERT_FALSE(config) << key;
    const std::string name = key.substr(key.find('.') + 1);
    EXPECT_NE(config.error().message.find(name), std::string::npos) << config.error().message;
  }
}

TEST(Config, PerLayerSizesAreTakenWhenTheyAgree) {
  const auto config = Read(With("qwen2.feed_forward_length", std::vector<int64_t>(24, 4864)));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->n_ff, 4864);
}

// The same sizes under another architecture's name.
Pairs Of(const std::string& architecture, const Pairs& more = {}) {
  Pairs pairs = {{"general.architecture", architecture}};
  for (const auto& [key, value] : Valid()) {
    if (key.starts_with("qwen2.")) pairs.emplace_back(architecture + key.substr(5), value);
    if (key.starts_with("tokenizer")) pairs.emplace_back(key, value);
  }
  for (const auto& [key, value] : more) pairs.emplace_back(architecture + "." + key, value);
  return pairs;
}

TEST(Config, EveryArchitectureReadsItsOwnKeysOnly) {
  for (const Architecture& row : Architectures()) {
    const Pairs eps = {{"attention.layer_norm_epsilon", 1e-5}};
    const auto config = Read(Of(std::string(row.name), eps));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->layers.size(), 24U);
    EXPECT_EQ(config->norm_eps, row.norm == NormKind::kRms ? 1e-6F : 1e-5F);
  }
}

TEST(Config, Gemma3AlternatesWindowsAndBases) {
  const Pairs window = {{"attention.sliding_window", uint64_t{512}}};
  const auto config = Read(Of("gemma3", window));
  ASSERT_TRUE(config) << config.error().message;
  for (int i = 0; i < 24; ++i) {
    const LayerConfig& layer = config->layers[i];
    EXPECT_EQ(layer.sliding_window, i % 6 == 5 ? 0 : 512) << i;
    EXPECT_EQ(layer.rope, i % 6 == 5 ? LayerRope::kGlobal : LayerRope::kLocal) << i;
  }
  EXPECT_EQ(config->rope_base, 1e6);
  EXPECT_EQ(config->local_rope_base, 1e4);
  EXPECT_FLOAT_EQ(config->embedding_scale, std::sqrt(896.0F));
  EXPECT_TRUE(config->has_branch());
  const auto everywhere = Read(Of("gemma3"));
  ASSERT_TRUE(everywhere);
  EXPECT_FALSE(everywhere->has_local_rope()) << "no window, so no layer of its own";
}

TEST(Config, AWindowsPatternIsAPeriodOrAFlagALayer) {
  Pairs pairs = {{"attention.sliding_window", uint64_t{512}},
                 {"attention.sliding_window_pattern", uint64_t{2}}};
  const auto period = Read(Of("gemma3", pairs));
  ASSERT_TRUE(period) << period.error().message;
  EXPECT_EQ(period->layers[0].sliding_window, 512);
  EXPECT_EQ(period->layers[1].sliding_window, 0);
  std::vector<bool> flags(24);
  flags[7] = true;
  for (const MetadataValue& value :
       {MetadataValue(flags), MetadataValue(std::vector<int64_t>(flags.begin(), flags.end()))}) {
    pairs.back().second = value;
    const auto config = Read(Of("gemma3", pairs));
    ASSERT_TRUE(config) << config.error().message;
    for (int i = 0; i < 24; ++i) {
      EXPECT_EQ(config->layers[i].sliding_window, i == 7 ? 512 : 0);
      EXPECT_EQ(config->layers[i].rope, i == 7 ? LayerRope::kLocal : LayerRope::kGlobal);
    }
  }
}

TEST(Config, OllamasNamesOfGemmasBasesAreRead) {
  Pairs pairs = Of("gemma3", {{"attention.sliding_window", uint64_t{512}},
                              {"rope.global.freq_base", 2e6},
                              {"rope.local.freq_base", 5e3}});
  std::erase_if(pairs, [](const auto& pair) { return pair.first == "gemma3.rope.freq_base"; });
  const auto config = Read(pairs);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->rope_base, 2e6);
  EXPECT_EQ(config->local_rope_base, 5e3);
}

TEST(Config, StarCoder2HasItsWindowUnlessTheFileSaysOtherwise) {
  const Pairs eps = {{"attention.layer_norm_epsilon", 1e-5}};
  EXPECT_EQ(Read(Of("starcoder2", eps))->layers[0].sliding_window, 4096);
  Pairs without = eps;
  without.emplace_back("attention.sliding_window", uint64_t{0});
  EXPECT_EQ(Read(Of("starcoder2", without))->layers[0].sliding_window, 0);
}

TEST(Config, EveryFourthLayerOfSmolLm3DoesNotRotate) {
  const auto config = Read(Of("smollm3"));
  ASSERT_TRUE(config) << config.error().message;
  for (int i = 0; i < 24; ++i) {
    EXPECT_EQ(config->layers[i].rope, i % 4 == 3 ? LayerRope::kNone : LayerRope::kGlobal) << i;
  }
}

TEST(Config, GraniteReadsItsMultipliersAndOthersRefuseThem) {
  const Pairs scales = {{"embedding_scale", 12.0}, {"residual_scale", 0.22}, {"logit_scale", 8.0}};
  const auto config = Read(Of("granite", scales));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->embedding_scale, 12);
  EXPECT_EQ(config->residual_scale, 0.22F);
  EXPECT_EQ(config->logit_divisor, 8);
  for (const auto& pair : scales) {
    const auto other = Read(Of("llama", {pair}));
    ASSERT_FALSE(other) << pair.first;
    EXPECT_EQ(other.error().code, ErrorCode::kUnsupported);
    EXPECT_NE(other.error().message.find("llama." + pair.first), std::string::npos);
  }
}

TEST(Config, OptionsThatNothingReadsAreRefusedByName) {
  const Pairs unknown = {{"attn_logit_softcapping", 50.0},
                         {"attention.temperature_scale", 0.1},
                         {"attention.max_alibi_bias", 8.0},
                         {"attention.clamp_kqv", 8.0},
                         {"attention.key_length_swa", uint64_t{32}},
                         {"attention.some_day", std::string("x")},
                         {"rope.scaling.yarn_log_multiplier", 0.1},
                         {"use_parallel_residual", true},
                         {"leading_dense_block_count", uint64_t{1}},
                         {"swiglu_clamp_exp", std::vector<double>{0.0, 7.0}}};
  for (const auto& pair : unknown) {
    const auto config = Read(Of("qwen2", {pair}));
    ASSERT_FALSE(config) << pair.first;
    EXPECT_EQ(config.error().code, ErrorCode::kUnsupported);
    EXPECT_NE(config.error().message.find("qwen2." + pair.first), std::string::npos);
  }
}

TEST(Config, OptionsThatAreOffOrChangeNothingPass) {
  const Pairs harmless = {{"attn_logit_softcapping", 0.0},
                          {"attention.clamp_kqv", 0.0},
                          {"use_parallel_residual", false},
                          {"expert_used_count", uint64_t{0}},
                          {"logit_scale", 1.0},
                          {"attention.causal", true},
                          {"tensor_data_layout", std::string("Meta AI original pth")},
                          {"pooling_type", uint64_t{3}},
                          {"rope.scaling.finetuned", true}};
  const auto config = Read(Of("qwen2", harmless));
  EXPECT_TRUE(config) << config.error().message;
}

}  // namespace
}  // namespace bantam
