// Every tiny model of tests/golden/models: the same bytes however the work is cut. Prompts in
// chunks of any size, single steps, batches of several sequences, threads and weight layouts.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "golden_models.h"
#include "model/transformer.h"

namespace bantam {
namespace {

constexpr int kLength = 150;  // crosses two borders of blocks, and every small window
constexpr int kBlocks = kLength / kKvBlockTokens + 1;

// A loaded model with its own pool and a cache of two sequences.
struct Loaded {
  std::unique_ptr<ModelFile> file;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<Transformer> transformer;
  std::unique_ptr<KvCache> cache;

  int vocabulary() const { return transformer->config().vocab_size; }
  int width() const { return transformer->config().n_embd; }
};

struct Setting {
  Precision precision;
  int threads;
  WeightLayout layout;
};

Loaded Load(const std::string& name, const Setting& setting) {
  Loaded s;
  s.file = ModelFile::Open(kGoldenModels + name + ".gguf").value();
  s.pool = std::make_unique<ThreadPool>(setting.threads);
  const ModelConfig config = ReadConfig(s.file->metadata()).value();
  s.transformer =
      Transformer::Load(*s.file, config, setting.precision, setting.layout, *s.pool).value();
  s.cache = KvCache::Create(s.transformer->kv_shape(), 2 * kBlocks).value();
  return s;
}

std::vector<TokenId> Tokens(const Loaded& s, int seed) {
  std::vector<TokenId> tokens(kLength);
  for (int i = 0; i < kLength; ++i) tokens[i] = (i * i * 7 + i * 3 + seed) % s.vocabulary();
  return tokens;
}

std::vector<int> BlocksFrom(int first) {
  std::vector<int> blocks(kBlocks);
  std::iota(blocks.begin(), blocks.end(), first);
  return blocks;
}

std::vector<float> LogitsOf(Loaded& s, std::span<const SequenceChunk> parts) {
  size_t n = 0;
  for (const SequenceChunk& part : parts) n += static_cast<size_t>(part.n_outputs);
  std::vector<float> hidden(n * static_cast<size_t>(s.width()));
  s.transformer->Forward(parts, *s.cache, hidden.data());
  std::vector<float> logits(n * static_cast<size_t>(s.vocabulary()));
  s.transformer->Logits(hidden.data(), static_cast<int>(n), 0, logits.data());
  return logits;
}

// Logits of every position, the sequence cut into chunks of that size.
std::vector<float> AllLogits(Loaded& s, int seed, int chunk) {
  const std::vector<TokenId> tokens = Tokens(s, seed);
  const std::vector<int> blocks = BlocksFrom(0);
  std::vector<float> all;
  for (int at = 0; at < kLength; at += chunk) {
    const int n = std::min(chunk, kLength - at);
    const SequenceChunk part = {std::span(tokens).subspan(at, n), at, blocks, n};
    const std::vector<float> logits = LogitsOf(s, {&part, 1});
    all.insert(all.end(), logits.begin(), logits.end());
  }
  return all;
}

class TinyModelCuts : public testing::TestWithParam<std::string> {};

TEST_P(TinyModelCuts, ChunksThreadsAndLayoutsDoNotShow) {
  for (const Precision precision : {Precision::kFast, Precision::kExact}) {
    Loaded one = Load(GetParam(), {precision, 1, WeightLayout::kPacked});
    const std::vector<float> expected = AllLogits(one, 1, kLength);
    for (const int chunk : {1, 7, 64}) EXPECT_EQ(AllLogits(one, 1, chunk), expected) << chunk;
    Loaded two = Load(GetParam(), {precision, 2, WeightLayout::kMapped});
    for (const int chunk : {3, kLength}) EXPECT_EQ(AllLogits(two, 1, chunk), expected) << chunk;
  }
}

TEST_P(TinyModelCuts, SequencesInOneBatchDoNotMeet) {
  for (const Precision precision : {Precision::kFast, Precision::kExact}) {
    Loaded s = Load(GetParam(), {precision, 2, WeightLayout::kPacked});
    const auto expected_first = AllLogits(s, 1, kLength);
    const auto expected_second = AllLogits(s, 2, kLength);
    const auto first = Tokens(s, 1), second = Tokens(s, 2);
    const std::vector<int> blocks = BlocksFrom(0), other_blocks = BlocksFrom(kBlocks);
    std::vector<float> got_first, got_second;
    for (int at = 0; at < kLength; at += 10) {  // the second runs ahead, in other steps
      const int m = at % 30 == 0 ? 30 : 0;
      const SequenceChunk parts[] = {
          {std::span(first).subspan(at, 10), at, blocks, 10},
          {std::span(second).subspan(m == 0 ? 0 : at, m), at, other_blocks, m}};
      const auto logits = LogitsOf(s, {parts, m == 0 ? 1U : 2U});
      const auto middle = logits.begin() + 10 * s.vocabulary();
      got_first.insert(got_first.end(), logits.begin(), middle);
      got_second.insert(got_second.end(), middle, logits.end());
    }
    EXPECT_EQ(got_first, expected_first);
    EXPECT_EQ(got_second, expected_second);
  }
}

INSTANTIATE_TEST_SUITE_P(All, TinyModelCuts, testing::ValuesIn(GoldenModelNames()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace bantam
