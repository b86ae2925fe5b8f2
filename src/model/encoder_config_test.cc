// Which metadata describe an encoder, and how others are refused.
#include "model/encoder_config.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

namespace bantam {
namespace {

using Keys = std::map<std::string, MetadataValue>;

Keys MiniLm() {
  return {{"general.architecture", std::string("bert")},
          {"bert.block_count", uint64_t{6}},
          {"bert.embedding_length", uint64_t{384}},
          {"bert.feed_forward_length", uint64_t{1536}},
          {"bert.attention.head_count", uint64_t{12}},
          {"bert.attention.layer_norm_epsilon", 1e-12},
          {"bert.attention.causal", false},
          {"bert.context_length", uint64_t{512}},
          {"bert.vocab_size", uint64_t{30522}}};
}

Result<EncoderConfig> Read(const Keys& keys) {
  Metadata metadata;
  for (const auto& [key, value] : keys) EXPECT_TRUE(metadata.Add(key, value).has_value());
  return ReadEncoderConfig(metadata);
}

TEST(EncoderConfig, ReadsWhatConvertersWrite) {
  Keys keys = MiniLm();
  const auto plain = Read(keys);
  ASSERT_TRUE(plain.has_value()) << plain.error().message;
  EXPECT_EQ(plain->model.n_layers, 6);
  EXPECT_EQ(plain->model.head_dim, 32);
  EXPECT_EQ(plain->model.vocab_size, 30522);
  EXPECT_EQ(plain->pooling, Pooling::kMean);
  EXPECT_EQ(plain->max_tokens, 512);
  keys["bert.pooling_type"] = uint64_t{2};
  keys["bantam.max_tokens"] = uint64_t{256};
  const auto cls = Read(keys);
  ASSERT_TRUE(cls.has_value()) << cls.error().message;
  EXPECT_EQ(cls->pooling, Pooling::kCls);
  EXPECT_EQ(cls->max_tokens, 256);
  keys["bantam.max_tokens"] = uint64_t{100000};
  EXPECT_EQ(Read(keys)->max_tokens, 512);
}

struct Change {
  const char* key;
  MetadataValue value;
  const char* message;
};

TEST(EncoderConfig, RefusesByName) {
  const Change changes[] = {
      {"general.architecture", std::string("qwen2"), "no encoder"},
      {"bert.block_count", uint64_t{0}, "bert.block_count"},
      {"bert.embedding_length", uint64_t{100}, "not a multiple of 32"},
      {"bert.feed_forward_length", uint64_t{1000}, "not a multiple of 32"},
      {"bert.attention.head_count", uint64_t{5}, "not a multiple of bert.attention.head_count"},
      {"bert.attention.head_count_kv", uint64_t{4}, "head_count_kv"},
      {"bert.attention.layer_norm_epsilon", 2.0, "layer_norm_epsilon"},
      {"bert.attention.causal", true, "causal"},
      {"bert.context_length", uint64_t{100000}, "context_length"},
      {"bert.pooling_type", uint64_t{4}, "pooling_type"},
      {"bert.attention.max_alibi_bias", 8.0, "max_alibi_bias"},
      {"bert.vocab_size", uint64_t{0}, "vocab_size"},
  };
  for (const Change& change : changes) {
    Keys keys = MiniLm();
    keys[change.key] = change.value;
    const auto config = Read(keys);
    ASSERT_FALSE(config.has_value()) << change.key;
    EXPECT_NE(config.error().message.find(change.message), std::string::npos)
        << config.error().message;
  }
}

TEST(EncoderConfig, WorkOnALongTextIsBounded) {
  Keys keys = MiniLm();
  keys["bert.context_length"] = uint64_t{8192};
  EXPECT_TRUE(Read(keys).has_value());
  keys["bert.embedding_length"] = uint64_t{12 * 1024};
  EXPECT_FALSE(Read(keys).has_value());
}

}  // namespace
}  // namespace bantam
