// Tests of the forward pass on a small random model: the same bytes however the work is cut.
#include "model/transformer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "model/model_test_file.h"

namespace bantam {
namespace {

constexpr int kLength = 560;  // crosses a span of 512 keys
constexpr int kBlocks = 2 * (kLength / kKvBlockTokens + 1);

// A loaded model with its own pool and cache.
struct Loaded {
  std::unique_ptr<ModelFile> file;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<Transformer> transformer;
  std::unique_ptr<KvCache> cache;
};

// How numbers are kept.
struct Numbers {
  const char* name;
  Precision precision;
  KvPrecision kv;
};

Loaded Load(const Numbers& numbers, int threads, WeightLayout layout = WeightLayout::kPacked,
            const ModelTestFile& model = {}) {
  Loaded s;
  s.file = model.Open().value();
  s.pool = std::make_unique<ThreadPool>(threads);
  const ModelConfig config = ReadConfig(s.file->metadata()).value();
  s.transformer = Transformer::Load(*s.file, config, numbers.precision, layout, *s.pool).value();
  s.transformer->set_kv_precision(numbers.kv);
  s.cache = KvCache::Create(s.transformer->kv_shape(), kBlocks).value();
  return s;
}

std::vector<TokenId> Tokens(int seed) {
  std::vector<TokenId> tokens(kLength);
  for (int i = 0; i < kLength; ++i) tokens[i] = (i * i * 7 + i * 3 + seed) % ModelTestFile::kVocab;
  return tokens;
}

std::vector<float> LogitsOf(Loaded& s, const std::vector<float>& hidden) {
  const int n = static_cast<int>(hidden.size()) / ModelTestFile::kEmbd;
  std::vector<float> logits(static_cast<size_t>(n * ModelTestFile::kVocab));
  s.transformer->Logits(hidden.data(), n, 0, logits.data());
  return logits;
}

// Logits of every position, the sequence cut into chunks of that size, in those blocks.
std::vector<float> AllLogits(Loaded& s, const std::vector<TokenId>& tokens, int chunk,
                             const std::vector<int>& blocks) {
  std::vector<float> all;
  for (int at = 0; at < kLength; at += chunk) {
    const int n = std::min(chunk, kLength - at);
    std::vector<float> hidden(static_cast<size_t>(n * ModelTestFile::kEmbd));
    const SequenceChunk part = {std::span(tokens).subspan(at, n), at, blocks, n};
    s.transformer->Forward({&part, 1}, *s.cache, hidden.data());
    const auto logits = LogitsOf(s, hidden);
    all.insert(all.end(), logits.begin(), logits.end());
  }
  return all;
}

std::vector<int> Ascending() {
  std::vector<int> blocks(kBlocks / 2);
  std::iota(blocks.begin(), blocks.end(), 0);
  return blocks;
}

class TransformerTest : public testing::TestWithParam<Numbers> {};

TEST_P(TransformerTest, ChunksThreadsAndBlocksDoNotShow) {
  Loaded one = Load(GetParam(), 1);
  const auto expected = AllLogits(one, Tokens(1), 512, Ascending());
  std::vector<int> shuffled = Ascending();
  std::reverse(shuffled.begin(), shuffled.end());
  for (int threads : {1, 2, 3}) {
    Loaded s = Load(GetParam(), threads);
    for (int chunk : {1, 17, 64, 560}) {
      EXPECT_EQ(AllLogits(s, Tokens(1), chunk, shuffled), expected) << threads << " " << chunk;
    }
  }
}

TEST_P(TransformerTest, MappedWeightsGiveTheSameBytesAsPackedOnes) {
  Loaded packed = Load(GetParam(), 1);
  const auto expected = AllLogits(packed, Tokens(1), 512, Ascending());
  EXPECT_EQ(packed.transformer->weight_bytes() > 0, GetParam().precision == Precision::kFast);
  for (int threads : {1, 2}) {
    Loaded mapped = Load(GetParam(), threads, WeightLayout::kMapped);
    EXPECT_EQ(mapped.transformer->weight_bytes(), 0U);
    for (int chunk : {1, 64, 560}) {
      EXPECT_EQ(AllLogits(mapped, Tokens(1), chunk, Ascending()), expected) << threads << chunk;
    }
  }
}

TEST_P(TransformerTest, TwoSequencesInOneBatchDoNotMeet) {
  Loaded s = Load(GetParam(), 2);
  const auto first = Tokens(1), second = Tokens(2);
  const auto expected_first = AllLogits(s, first, 560, Ascending());
  const auto expected_second = AllLogits(s, second, 560, Ascending());
  const std::vector<int> blocks = Ascending();
  std::vector<int> other_blocks = blocks;
  for (int& block : other_blocks) block += kBlocks / 2;
  std::vector<float> got_first, got_second;
  for (int at = 0; at < kLength; at += 35) {  // the second sequence runs in larger steps
    const int n = std::min(35, kLength - at);
    const int m = at < 280 ? 70 : 0;
    std::vector<float> hidden(static_cast<size_t>((n + m) * ModelTestFile::kEmbd));
    const SequenceChunk parts[] = {
        {std::span(first).subspan(at, n), at, blocks, n},
        {std::span(second).subspan(m == 0 ? 0 : 2 * at, m), 2 * at, other_blocks, m}};
    s.transformer->Forward({parts, m == 0 ? 1U : 2U}, *s.cache, hidden.data());
    const auto logits = LogitsOf(s, hidden);
    const auto middle = logits.begin() + n * ModelTestFile::kVocab;
    got_first.insert(got_first.end(), logits.begin(), middle);
    got_second.insert(got_second.end(), middle, logits.end());
  }
  EXPECT_EQ(got_first, expected_first);
  EXPECT_EQ(got_second, expected_second);
}

// Every position must show it, or an answer would rest on numbers that are none.
TEST_P(TransformerTest, OneScaleThatIsNoFiniteNumberLeavesNoScore) {
  constexpr uint16_t kInfinity = 0x7C00, kMinusInfinity = 0xFC00, kNan = 0x7E01;
  for (const auto& [name, shape] : ModelTestFile().shapes) {
    if (shape.size() < 2 || name == "token_embd.weight") continue;
    for (const uint16_t scale : {kInfinity, kMinusInfinity, kNan}) {
      ModelTestFile model;
      model.broken_matrix = name;
      model.broken_scale = scale;
      for (const int chunk : {1, 560}) {
        Loaded s = Load(GetParam(), 1, WeightLayout::kPacked, model);
        for (const float logit : AllLogits(s, Tokens(1), chunk, Ascending())) {
          ASSERT_TRUE(std::isnan(logit)) << name << " " << scale << ", by " << chunk;
        }
      }
    }
  }
}

// Only the row's own score where the row is in the head alone.
TEST_P(TransformerTest, AHeadsRowThatIsNoNumberShowsInItsScore) {
  ModelTestFile model;
  model.shapes["output.weight"] = {ModelTestFile::kEmbd, ModelTestFile::kVocab};
  model.broken_matrix = "output.weight";
  model.broken_scale = 0xFC00;
  Loaded s = Load(GetParam(), 1, WeightLayout::kPacked, model);
  for (const int chunk : {1, 560}) {
    const std::vector<float> logits = AllLogits(s, Tokens(1), chunk, Ascending());
    for (size_t i = 0; i < logits.size(); ++i) {
      const bool is_last = i % ModelTestFile::kVocab == ModelTestFile::kVocab - 1;
      const bool is_bad = std::isnan(logits[i]) || std::isinf(logits[i]);
      ASSERT_EQ(is_bad, is_last) << i << ", by " << chunk;
    }
  }
}

TEST_P(TransformerTest, OnlyWantedOutputsAreWritten) {
  Loaded s = Load(GetParam(), 2);
  const auto tokens = Tokens(1);
  const auto all = AllLogits(s, tokens, 560, Ascending());
  std::vector<float> hidden(static_cast<size_t>(4 * ModelTestFile::kEmbd), -1);
  const std::vector<int> blocks = Ascending();
  const SequenceChunk part = {tokens, 0, blocks, 3};
  s.transformer->Forward({&part, 1}, *s.cache, hidden.data());
  EXPECT_EQ(hidden.back(), -1);
  hidden.resize(3 * ModelTestFile::kEmbd);
  const auto last = LogitsOf(s, hidden);
  EXPECT_TRUE(std::equal(last.begin(), last.end(), all.end() - 3 * ModelTestFile::kVocab));
}

// The keys' biases are small here: no group is wide.
TEST(TransformerKv, PrecisionShowsInShapeAndNumbersOnly) {
  const Numbers words = {"", Precision::kFast, KvPrecision::k16};
  const Numbers bytes = {"", Precision::kFast, KvPrecision::k8};
  Loaded a = Load(words, 1), b = Load(bytes, 1);
  const KvShape shape = b.transformer->kv_shape();
  EXPECT_EQ(shape.type, KvType::kI8);
  EXPECT_EQ(shape.half_turn, ModelTestFile::kDim / 2);
  EXPECT_EQ(shape.wide, std::vector<uint8_t>(2 * ModelTestFile::kKvHeads, 0));
  EXPECT_LT(shape.BlockBytes(), a.transformer->kv_shape().BlockBytes() * 6 / 10);  // of 16 dims
  const auto expected = AllLogits(a, Tokens(1), 560, Ascending());
  const auto got = AllLogits(b, Tokens(1), 560, Ascending());
  EXPECT_NE(got, expected);
  double error = 0, power = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    error += (got[i] - expected[i]) * (got[i] - expected[i]);
    power += expected[i] * expected[i];
  }
  EXPECT_LT(error, power * 1e-3);
}

INSTANTIATE_TEST_SUITE_P(All, TransformerTest,
                         testing::Values(Numbers{"fast", Precision::kFast, KvPrecision::k16},
                                         Numbers{"fast_bytes", Precision::kFast, KvPrecision::k8},
                                         Numbers{"exact", Precision::kExact, KvPrecision::k16},
                                         Numbers{"exact_rounded", Precision::kExact,
                                                 KvPrecision::k8}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace bantam
