// Tests of reading a configuration: good files, and every kind of bad key with its name in the
// message.
#include "model/config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

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
      {"qwen2.rope.scaling.type", std::string("longrope")},
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

}  // namespace
}  // namespace bantam
