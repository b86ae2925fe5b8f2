// Tests of the kernels: every instruction set against the scalar table (bytes) and against
// dequantised weights in double precision (meaning).
#include "kernels/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "base/half.h"
#include "kernels/scalar/dequantize.h"

namespace bantam {
namespace {

constexpr DType kQuantised[] = {DType::kQ4_0, DType::kQ4_1, DType::kQ5_0,   DType::kQ5_1,
                                DType::kQ8_0, DType::kQ2_K, DType::kQ3_K,   DType::kQ4_K,
                                DType::kQ5_K, DType::kQ6_K, DType::kIQ4_NL, DType::kIQ4_XS};

// 64-byte aligned memory.
class Buffer {
 public:
  explicit Buffer(size_t bytes) : memory_(bytes + 64, 0) {}
  uint8_t* get() {
    return reinterpret_cast<uint8_t*>((reinterpret_cast<uintptr_t>(memory_.data()) + 63) / 64 * 64);
  }

 private:
  std::vector<uint8_t> memory_;
};

// Random blocks whose half-precision scales are sane, everything else arbitrary bytes.
std::vector<uint8_t> RandomRows(DType type, int rows, int columns, std::mt19937& random) {
  const DTypeInfo& info = InfoOf(type);
  std::vector<uint8_t> bytes(static_cast<size_t>(rows * RowBytes(type, columns)));
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
  std::uniform_real_distribution<float> scale(-0.02F, 0.02F);
  const auto put = [&](size_t at) {
    const uint16_t half = F32ToF16(scale(random));
    std::memcpy(&bytes[at], &half, 2);
  };
  for (size_t b = 0; b < bytes.size(); b += static_cast<size_t>(info.block_bytes)) {
    switch (type) {
      case DType::kQ2_K:
        put(b + 80);
        put(b + 82);
        break;
      case DType::kQ3_K: put(b + 108); break;
      case DType::kQ6_K: put(b + 208); break;
      case DType::kQ4_1:
      case DType::kQ5_1:
      case DType::kQ4_K:
      case DType::kQ5_K:
        put(b);
        put(b + 2);
        break;
      default: put(b); break;
    }
  }
  return bytes;
}

std::vector<float> RandomFloats(size_t n, std::mt19937& random) {
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> out(n);
  for (auto& value : out) value = normal(random);
  return out;
}

struct Problem {
  DType type;
  int rows, columns, tokens;
  std::vector<uint8_t> weights;
  std::vector<float> x, bias;
};

Problem RandomProblem(DType type, int rows, int columns, int tokens, uint32_t seed) {
  std::mt19937 random(seed);
  Problem p{type, rows, columns, tokens, RandomRows(type, rows, columns, random), {}, {}};
  p.x = RandomFloats(static_cast<size_t>(tokens * columns), random);
  p.bias = RandomFloats(static_cast<size_t>(rows), random);
  if (tokens > 1) std::fill_n(p.x.begin() + columns, 32, 0.0F);  // a silent group
  return p;
}

std::vector<float> RunMatmul(const Kernels& kernels, const Problem& p, Buffer& activation_memory,
                             bool accumulate) {
  const size_t panel_bytes = PanelBytes(p.type, p.columns);
  Buffer packed(PackedBytes(p.type, p.rows, p.columns));
  for (int row = 0; row < p.rows; row += kPanelRows) {
    PackPanel(p.type, p.weights.data() + row * RowBytes(p.type, p.columns),
              std::min(kPanelRows, p.rows - row), p.columns,
              packed.get() + static_cast<size_t>(row / kPanelRows) * panel_bytes);
  }
  const Activations x = LayOutActivations(activation_memory.get(), p.columns, p.tokens);
  for (int t = 0; t < p.tokens; ++t) {
    kernels.quantize(p.x.data() + t * p.columns, x, t, 0, p.columns / 32);
  }
  Buffer scratch(MatmulScratchBytes(p.columns));
  std::vector<float> out(static_cast<size_t>(p.tokens * p.rows), 0.5F);
  MatmulJob job;
  job.weights = {p.type, p.rows, p.columns, packed.get(), panel_bytes};
  job.x = x;
  job.panel_end = job.weights.panels();
  job.bias = p.bias.data();
  job.accumulate = accumulate;
  job.out = out.data();
  job.out_stride = p.rows;
  job.scratch = scratch.get();
  kernels.matmul(job);
  return out;
}

// The same product from dequantised weights and the very same quantised activations, in double.
std::vector<double> Reference(const Problem& p, Buffer& activation_memory, bool accumulate) {
  const Activations x = LayOutActivations(activation_memory.get(), p.columns, p.tokens);
  std::vector<double> out;
  std::vector<float> row(static_cast<size_t>(p.columns));
  for (int t = 0; t < p.tokens; ++t) {
    const int tile = t / kTileTokens;
    for (int r = 0; r < p.rows; ++r) {
      DequantizeRow(p.type, p.weights.data() + r * RowBytes(p.type, p.columns), p.columns,
                    row.data());
      double sum = 0;
      for (int k = 0; k < p.columns; ++k) {
        const int64_t at = int64_t{tile} * kTileTokens * x.groups() +
                           int64_t{k / 32} * x.TileWidth(tile) + t % kTileTokens;
        sum += static_cast<double>(row[k]) * x.codes[at * 32 + k % 32] * x.scales[at];
      }
      out.push_back(sum + p.bias[r] + (accumulate ? 0.5 : 0));
    }
  }
  return out;
}

class MatmulTest : public testing::TestWithParam<DType> {};

TEST_P(MatmulTest, MeansTheDequantisedProduct) {
  const Problem p = RandomProblem(GetParam(), 40, 512, 19, 1);
  for (const Kernels* kernels : RunnableKernels()) {
    for (bool accumulate : {false, true}) {
      Buffer memory(ActivationBytes(p.columns, p.tokens));
      const auto out = RunMatmul(*kernels, p, memory, accumulate);
      const auto expected = Reference(p, memory, accumulate);
      for (size_t i = 0; i < out.size(); ++i) {
        ASSERT_NEAR(out[i], expected[i], 2e-4 + 1e-5 * std::fabs(expected[i]))
            << kernels->name << " at " << i;
      }
    }
  }
}

TEST_P(MatmulTest, EveryInstructionSetGivesTheSameBytes) {
  for (int tokens : {1, 2, 3, 5, 7, 8, 16, 17, 31, 45}) {
    const Problem p = RandomProblem(GetParam(), 48, 768, tokens, static_cast<uint32_t>(tokens));
    Buffer memory(ActivationBytes(p.columns, p.tokens));
    const auto expected = RunMatmul(*ScalarKernels(), p, memory, false);
    for (const Kernels* kernels : RunnableKernels()) {
      EXPECT_EQ(RunMatmul(*kernels, p, memory, false), expected) << kernels->name << tokens;
    }
  }
}

TEST_P(MatmulTest, ATokenDoesNotDependOnItsBatch) {
  const Problem all = RandomProblem(GetParam(), 32, 256, 37, 3);
  for (const Kernels* kernels : RunnableKernels()) {
    Buffer memory(ActivationBytes(all.columns, all.tokens));
    const auto together = RunMatmul(*kernels, all, memory, false);
    for (int t = 0; t < all.tokens; ++t) {
      Problem one = all;
      one.tokens = 1;
      one.x.assign(all.x.begin() + t * all.columns, all.x.begin() + (t + 1) * all.columns);
      const auto alone = RunMatmul(*kernels, one, memory, false);
      ASSERT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + t * all.rows))
          << kernels->name << " token " << t;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, MatmulTest, testing::ValuesIn(kQuantised),
                         [](const auto& type) { return std::string(InfoOf(type.param).name); });

TEST(FloatMatmul, EveryInstructionSetGivesTheSameBytesAndTheProduct) {
  std::mt19937 random(5);
  const int rows = 13, columns = 208, tokens = 9;
  const auto w = RandomFloats(rows * columns, random);
  const auto x = RandomFloats(tokens * columns, random);
  std::vector<float> expected;
  for (const Kernels* kernels : RunnableKernels()) {
    std::vector<float> out(rows * tokens);
    FloatMatmulJob job;
    job.rows = w.data();
    job.row_stride = columns;
    job.n_rows = rows;
    job.x = x.data();
    job.x_stride = columns;
    job.tokens = tokens;
    job.columns = columns;
    job.out = out.data();
    job.out_stride = rows;
    kernels->float_matmul(job);
    if (expected.empty()) expected = out;
    EXPECT_EQ(out, expected) << kernels->name;
    for (int t = 0; t < tokens; ++t) {
      for (int r = 0; r < rows; ++r) {
        double sum = 0;
        for (int k = 0; k < columns; ++k) {
          sum += static_cast<double>(w[r * columns + k]) * x[t * columns + k];
        }
        ASSERT_NEAR(out[t * rows + r], sum, 1e-4);
      }
    }
  }
}

// Keys and values of `n` tokens in blocks, and what attention over them should give.
struct AttentionCase {
  int head_dim, n, rows;
  bool half;
  std::vector<float> queries, keys, values;  // [rows|n][head_dim]
  std::vector<int> visible, first;
};

std::vector<float> RunAttention(const Kernels& kernels, const AttentionCase& c) {
  const int padded = PaddedHeadDim(c.head_dim);
  const int blocks = (c.n + kBlockKeys - 1) / kBlockKeys;
  const size_t element = c.half ? 2 : 4;
  Buffer keys(static_cast<size_t>(blocks * c.head_dim * kBlockKeys) * element);
  Buffer values(static_cast<size_t>(blocks * padded * kBlockKeys) * element);
  const auto put = [&](uint8_t* base, int at, float value) {
    if (c.half) {
      reinterpret_cast<uint16_t*>(base)[at] = F32ToF16(value);
    } else {
      reinterpret_cast<float*>(base)[at] = value;
    }
  };
  for (int t = 0; t < c.n; ++t) {
    for (int d = 0; d < c.head_dim; ++d) {
      put(keys.get(), (t / 64 * c.head_dim + d) * 64 + t % 64, c.keys[t * c.head_dim + d]);
      put(values.get(), t * padded + d, c.values[t * c.head_dim + d]);
    }
  }
  std::vector<const uint8_t*> key_blocks, value_blocks;
  for (int b = 0; b < blocks; ++b) {
    key_blocks.push_back(keys.get() + static_cast<size_t>(b * c.head_dim * 64) * element);
    value_blocks.push_back(values.get() + static_cast<size_t>(b * padded * 64) * element);
  }
  Buffer scratch(AttentionScratchBytes(c.rows, c.head_dim));
  std::vector<float> out(static_cast<size_t>(c.rows * c.head_dim));
  AttentionJob job;
  job.queries = c.queries.data();
  job.n_rows = c.rows;
  job.visible = c.visible.data();
  job.first_visible = c.first.empty() ? nullptr : c.first.data();
  job.head_dim = c.head_dim;
  job.half_precision = c.half;
  job.keys = key_blocks.data();
  job.values = value_blocks.data();
  job.out = out.data();
  job.scratch = scratch.get();
  kernels.attention(job);
  return out;
}

AttentionCase RandomCase(int head_dim, int n, int rows, bool half, bool window, uint32_t seed) {
  std::mt19937 random(seed);
  AttentionCase c{head_dim, n, rows, half, {}, {}, {}, {}, {}};
  c.queries = RandomFloats(static_cast<size_t>(rows * head_dim), random);
  c.keys = RandomFloats(static_cast<size_t>(n * head_dim), random);
  c.values = RandomFloats(static_cast<size_t>(n * head_dim), random);
  for (auto* v : {&c.keys, &c.values}) {
    for (float& x : *v) x = half ? F16ToF32(F32ToF16(x)) : x;
  }
  for (int r = 0; r < rows; ++r) {
    c.visible.push_back(n - (rows - 1 - r) * 5);
    if (window) c.first.push_back(std::max(0, c.visible.back() - 70));
  }
  return c;
}

TEST(Attention, MeansSoftmaxOverTheVisibleKeys) {
  for (bool half : {false, true}) {
    for (bool window : {false, true}) {
      for (int n : {41, 64, 600, 1100}) {
        const AttentionCase c = RandomCase(24, n, 9, half, window, static_cast<uint32_t>(n));
        const auto out = RunAttention(ActiveKernels(), c);
        for (int r = 0; r < c.rows; ++r) {
          const int from = window ? c.first[r] : 0;
          std::vector<double> p;
          double total = 0;
          for (int t = from; t < c.visible[r]; ++t) {
            double score = 0;
            for (int d = 0; d < 24; ++d) score += c.queries[r * 24 + d] * c.keys[t * 24 + d];
            p.push_back(std::exp(score));
            total += p.back();
          }
          for (int d = 0; d < 24; ++d) {
            double expected = 0;
            for (size_t i = 0; i < p.size(); ++i) {
              expected += p[i] / total * c.values[(from + i) * 24 + d];
            }
            ASSERT_NEAR(out[r * 24 + d], expected, 2e-5) << n << " row " << r;
          }
        }
      }
    }
  }
}

TEST(Attention, EveryInstructionSetAndRowGroupingGivesTheSameBytes) {
  for (bool half : {false, true}) {
    const AttentionCase c = RandomCase(64, 1300, 14, half, false, 9);
    const auto expected = RunAttention(*ScalarKernels(), c);
    for (const Kernels* kernels : RunnableKernels()) {
      EXPECT_EQ(RunAttention(*kernels, c), expected) << kernels->name;
      for (int r = 0; r < c.rows; ++r) {
        AttentionCase one = c;
        one.rows = 1;
        one.visible = {c.visible[r]};
        one.queries.assign(c.queries.begin() + r * 64, c.queries.begin() + (r + 1) * 64);
        const auto alone = RunAttention(*kernels, one);
        ASSERT_TRUE(std::equal(alone.begin(), alone.end(), expected.begin() + r * 64));
      }
    }
  }
}

TEST(Elementwise, EveryInstructionSetGivesTheSameBytes) {
  std::mt19937 random(11);
  const int n = 1008;
  auto x = RandomFloats(n, random);
  for (int i = 0; i < n; i += 7) x[i] *= 60;  // into the tails of exp
  const auto w = RandomFloats(n, random);
  std::vector<std::vector<float>> expected;
  for (const Kernels* kernels : RunnableKernels()) {
    std::vector<std::vector<float>> got(5, std::vector<float>(n));
    kernels->rms_norm(x.data(), w.data(), n, 1e-6F, got[0].data());
    kernels->layer_norm(x.data(), w.data(), w.data(), n, 1e-5F, got[1].data());
    for (int i = 2; i < 5; ++i) got[i] = x;
    kernels->silu_gate(got[2].data(), w.data(), n);
    kernels->gelu_gate(got[3].data(), w.data(), n);
    kernels->gelu_gate(got[4].data(), nullptr, n);
    if (expected.empty()) expected = got;
    EXPECT_EQ(got, expected) << kernels->name;
  }
  for (int i = 0; i < n; ++i) {
    const double v = x[i];
    EXPECT_NEAR(expected[2][i], v / (1 + std::exp(-v)) * w[i], 2e-6 * (1 + std::fabs(v)));
    const double u = std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v);
    EXPECT_NEAR(expected[4][i], 0.5 * v * (1 + std::tanh(u)), 2e-6 * (1 + std::fabs(v)));
  }
}

}  // namespace
}  // namespace bantam
