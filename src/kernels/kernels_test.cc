// Tests of the kernels: every instruction set against the scalar table (bytes; those without fused
// multiply-add within rounding, and bytes where none takes part) and against dequantised weights
// in double precision (meaning).
#include "kernels/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <ranges>
#include <vector>

#include "base/half.h"
#include "kernels/kernels_test.h"
#include "kernels/scalar/dequantize.h"

namespace bantam {
namespace {

constexpr DType kQuantised[] = {DType::kQ4_0, DType::kQ4_1, DType::kQ5_0,   DType::kQ5_1,
                                DType::kQ8_0, DType::kQ2_K, DType::kQ3_K,   DType::kQ4_K,
                                DType::kQ5_K, DType::kQ6_K, DType::kIQ4_NL, DType::kIQ4_XS,
                                DType::kQ4_Z, DType::kQ8_Z};

// Sets every half-precision scale and minimum of rows in the file's layout to what scale() gives.
template <class Scale>
void SetScales(DType type, std::vector<uint8_t>& bytes, Scale scale) {
  const DTypeInfo& info = InfoOf(type);
  const auto put = [&](size_t at) {
    const uint16_t half = F32ToF16(scale());
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
      case DType::kQ4_Z:
      case DType::kQ8_Z: {
        put(b);
        const uint16_t zero = F32ToF16(static_cast<float>(bytes[b + 2] % 17) - 16);
        std::memcpy(&bytes[b + 2], &zero, 2);
        break;
      }
      default: put(b); break;
    }
  }
}

// Random blocks whose half-precision scales are sane, everything else arbitrary bytes.
std::vector<uint8_t> RandomRows(DType type, int rows, int columns, std::mt19937& random) {
  std::vector<uint8_t> bytes(static_cast<size_t>(rows * RowBytes(type, columns)));
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
  std::uniform_real_distribution<float> scale(-0.02F, 0.02F);
  SetScales(type, bytes, [&] { return scale(random); });
  return bytes;
}

// The scalar table's bytes; from a table without fused multiply-add its values, within what its
// additional roundings come to in a result of that size (measured: a third of this, in attention).
void ExpectNumbers(const Kernels& kernels, const std::vector<float>& got,
                   const std::vector<float>& expected, float rounding = 4e-6F) {
  if (kernels.fused) {
    EXPECT_EQ(got, expected) << kernels.name;
    return;
  }
  ASSERT_EQ(got.size(), expected.size());
  float largest = 0;
  for (const float value : expected) largest = std::max(largest, std::fabs(value));
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], expected[i], rounding * largest) << kernels.name << " at " << i;
  }
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
  Buffer packed(PackedBytes(p.type, p.rows, p.columns));
  MatmulJob job;
  job.weights = PackedMatrixAt(p.type, p.rows, p.columns, packed.get());
  for (int row = 0; row < p.rows; row += kPanelRows) {
    PackPanel(p.type, p.weights.data() + row * RowBytes(p.type, p.columns),
              std::min(kPanelRows, p.rows - row), p.columns,
              job.weights.PanelIn(packed.get(), row / kPanelRows));
  }
  const Activations x = LayOutActivations(activation_memory.get(), p.columns, p.tokens);
  kernels.quantize(RowsToQuantize(p.x.data(), x, 0, p.tokens));
  Buffer scratch(MatmulScratchBytes(p.columns));
  std::vector<float> out(static_cast<size_t>(p.tokens * p.rows), 0.5F);
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
    for (int r = 0; r < p.rows; ++r) {
      DequantizeRow(p.type, p.weights.data() + r * RowBytes(p.type, p.columns), p.columns,
                    row.data());
      double sum = 0;
      for (int k = 0; k < p.columns; ++k) {
        const int64_t at = SlotOf(x, t, k / 32);
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
      SCOPED_TRACE(tokens);
      ExpectNumbers(*kernels, RunMatmul(*kernels, p, memory, false), expected);
    }
  }
}

// Scales are one and only one group of each token is not silent: every float operation is exact,
// fused or not, so what is left are the integer dots. Some rows and tokens are as large as can be.
TEST_P(MatmulTest, IntegerDotsAreExactOnEveryInstructionSet) {
  Problem p = RandomProblem(GetParam(), 32, 256, 13, 7);
  const auto row_bytes = RowBytes(p.type, p.columns);
  const uint8_t extremes[] = {0xFF, 0x80, 0x7F, 0x00};
  for (int row = 0; row < 4; ++row) {
    std::fill_n(p.weights.begin() + row * row_bytes, row_bytes, extremes[row]);
  }
  SetScales(p.type, p.weights, [] { return 1.0F; });
  std::fill(p.x.begin(), p.x.end(), 0.0F);
  std::fill(p.bias.begin(), p.bias.end(), 0.0F);
  std::mt19937 random(8);
  for (int t = 0; t < p.tokens; ++t) {
    float* group = p.x.data() + t * p.columns + t % 8 * 32;
    for (int i = 0; i < 32; ++i)
      group[i] = static_cast<float>(static_cast<int>(random() % 255) - 127);
    if (t % 3 != 2) std::fill_n(group, 32, t % 3 == 0 ? 127.0F : -127.0F);
    group[0] = 127;  // the scale is one
  }
  for (const Kernels* kernels : RunnableKernels()) {
    Buffer memory(ActivationBytes(p.columns, p.tokens));
    const auto out = RunMatmul(*kernels, p, memory, false);
    const auto expected = Reference(p, memory, false);
    for (size_t i = 0; i < out.size(); ++i) {
      ASSERT_EQ(out[i], expected[i]) << kernels->name << " at " << i;
    }
  }
}

// Tokens alone and in a batch: on all tables, the given ones.
void ExpectSameAlone(const Problem& all, const std::vector<int>& tokens) {
  for (const Kernels* kernels : RunnableKernels()) {
    Buffer memory(ActivationBytes(all.columns, all.tokens));
    const auto together = RunMatmul(*kernels, all, memory, false);
    for (const int t : tokens) {
      Problem one = all;
      one.tokens = 1;
      one.x.assign(all.x.begin() + t * all.columns, all.x.begin() + (t + 1) * all.columns);
      const auto alone = RunMatmul(*kernels, one, memory, false);
      ASSERT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + t * all.rows))
          << kernels->name << " token " << t;
    }
  }
}

TEST_P(MatmulTest, ATokenDoesNotDependOnItsBatch) {
  const auto every = std::views::iota(0, 37);
  ExpectSameAlone(RandomProblem(GetParam(), 32, 256, 37, 3), {every.begin(), every.end()});
}

// Of so many columns 64 tokens, or 128, fit a core's cache, and five are left over.
TEST_P(MatmulTest, ATokenDoesNotDependOnItsBlock) {
  ExpectSameAlone(RandomProblem(GetParam(), 16, 8192, 133, 3), {0, 63, 64, 127, 128, 131, 132});
}

// A weight of one times each finite half as its scale: 127 times it is a float32 value.
TEST(Matmul, EveryHalfIsConvertedExactly) {
  Problem p{DType::kQ4_0,
            4096,
            32,
            1,
            std::vector<uint8_t>(4096 * 18, 0x88),
            std::vector<float>(32),
            std::vector<float>(4096)};
  p.x[0] = 127;
  for (uint32_t first = 0; first <= 0xFFFF; first += 4096) {
    std::vector<float> expected;
    for (uint32_t row = 0; row < 4096; ++row) {
      const bool is_finite = ((first + row) & 0x7C00) != 0x7C00;
      const auto half = static_cast<uint16_t>(is_finite ? first + row : 0);
      std::memcpy(&p.weights[row * 18], &half, 2);
      p.weights[row * 18 + 2] = 0x89;
      expected.push_back(127 * F16ToF32(half));
    }
    for (const Kernels* kernels : RunnableKernels()) {
      Buffer memory(ActivationBytes(p.columns, p.tokens));
      ASSERT_EQ(RunMatmul(*kernels, p, memory, false), expected) << kernels->name << " " << first;
    }
  }
}

TEST_P(MatmulTest, EveryInstructionSetPacksTheSameBytes) {
  const DType type = GetParam();
  constexpr int kColumns = 768;
  std::mt19937 random(17);
  const auto rows = RandomRows(type, kPanelRows, kColumns, random);
  const size_t bytes = PanelBytes(type, kColumns);
  for (const int n_rows : {kPanelRows, kPanelRows - 3}) {
    std::vector<uint8_t> expected(bytes, 1);
    const PackedMatrix matrix = PackedMatrixAt(type, n_rows, kColumns, expected.data());
    PackPanel(type, rows.data(), n_rows, kColumns, matrix.PanelIn(expected.data(), 0));
    for (const Kernels* kernels : RunnableKernels()) {
      Buffer packed(bytes + 1);
      std::fill_n(packed.get(), bytes + 1, 0xA5);
      kernels->pack(type, rows.data(), n_rows, kColumns, matrix.PanelIn(packed.get(), 0));
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), packed.get())) << kernels->name;
      EXPECT_EQ(packed.get()[bytes], 0xA5) << kernels->name << " writes beyond the panel";
    }
  }
}

// Whatever the kernel multiplies by what: see PackedHalf.
TEST_P(MatmulTest, ARowWithAnInfiniteScaleIsNoNumberOfAnyToken) {
  constexpr int kBroken = 21, kRows = 32;
  Problem p = RandomProblem(GetParam(), kRows, 256, 35, 8);
  const auto row_bytes = static_cast<size_t>(RowBytes(p.type, p.columns));
  std::vector<uint8_t> row(p.weights.begin() + kBroken * row_bytes,
                           p.weights.begin() + (kBroken + 1) * row_bytes);
  SetScales(p.type, row, [] { return std::numeric_limits<float>::infinity(); });
  std::copy(row.begin(), row.end(), p.weights.begin() + kBroken * row_bytes);
  for (const Kernels* kernels : RunnableKernels()) {
    Buffer memory(ActivationBytes(p.columns, p.tokens));
    const std::vector<float> out = RunMatmul(*kernels, p, memory, false);
    for (size_t i = 0; i < out.size(); ++i) {
      ASSERT_EQ(std::isnan(out[i]), i % kRows == kBroken) << kernels->name << " at " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, MatmulTest, testing::ValuesIn(kQuantised),
                         [](const auto& type) { return std::string(InfoOf(type.param).name); });

// Weights as bytes of a float type, and the values they then have.
struct FloatRows {
  DType type;
  std::vector<uint8_t> bytes;
  std::vector<float> values;

  FloatRows(DType float_type, const std::vector<float>& w) : type(float_type), values(w) {
    for (float& value : values) {
      const uint16_t half = type == DType::kF16 ? F32ToF16(value) : F32ToBf16(value);
      if (type == DType::kF16) value = F16ToF32(half);
      if (type == DType::kBF16) value = Bf16ToF32(half);
      const auto* from = type == DType::kF32 ? reinterpret_cast<const uint8_t*>(&value)
                                             : reinterpret_cast<const uint8_t*>(&half);
      bytes.insert(bytes.end(), from, from + InfoOf(type).block_bytes);
    }
  }
};

std::vector<float> RunFloatMatmul(const Kernels& kernels, const FloatRows& w, int rows,
                                  const float* x, int tokens, bool panels = false) {
  const int columns = static_cast<int>(w.values.size()) / rows;
  std::vector<float> out(static_cast<size_t>(rows * tokens));
  std::vector<uint8_t> packed(panels ? PackedBytes(w.type, rows, columns) : 0);
  for (int row = 0; panels && row < rows; row += kPanelRows) {
    PackFloatPanel(w.type, w.bytes.data() + row * RowBytes(w.type, columns),
                   std::min(kPanelRows, rows - row), columns,
                   packed.data() + row * RowBytes(w.type, columns));
  }
  FloatMatmulJob job;
  job.type = w.type;
  job.rows = panels ? packed.data() : w.bytes.data();
  job.panels = panels;
  job.n_rows = rows;
  job.x = x;
  job.x_stride = columns;
  job.tokens = tokens;
  job.columns = columns;
  job.out = out.data();
  job.out_stride = rows;
  kernels.float_matmul(job);
  return out;
}

class FloatMatmulTest : public testing::TestWithParam<DType> {};

TEST_P(FloatMatmulTest, EveryInstructionSetGivesTheSameBytesAndTheProduct) {
  std::mt19937 random(5);
  const int rows = 27, tokens = 9;
  for (const int columns : {208, 224, 1024 + 96}) {
    const FloatRows w(GetParam(), RandomFloats(rows * columns, random));
    const bool panels = RowBytes(GetParam(), columns) % kFloatPiece == 0;
    const auto x = RandomFloats(tokens * columns, random);
    const auto expected = RunFloatMatmul(*ScalarKernels(), w, rows, x.data(), tokens);
    // Those of the values in float32.
    EXPECT_EQ(RunFloatMatmul(*ScalarKernels(), {DType::kF32, w.values}, rows, x.data(), tokens),
              expected);
    for (int t = 0; t < tokens; ++t) {
      for (int r = 0; r < rows; ++r) {
        double sum = 0;
        for (int k = 0; k < columns; ++k) {
          sum += static_cast<double>(w.values[r * columns + k]) * x[t * columns + k];
        }
        ASSERT_NEAR(expected[t * rows + r], sum, 1e-4);
      }
    }
    for (const Kernels* kernels : RunnableKernels()) {
      const auto out = RunFloatMatmul(*kernels, w, rows, x.data(), tokens);
      ExpectNumbers(*kernels, out, expected);
      for (const bool packed : {false, panels}) {
        EXPECT_EQ(RunFloatMatmul(*kernels, w, rows, x.data(), tokens, packed), out)
            << kernels->name << (packed ? " packed" : "");
        for (int t = 0; t < tokens; ++t) {
          const auto alone = RunFloatMatmul(*kernels, w, rows, x.data() + t * columns, 1, packed);
          ASSERT_TRUE(std::equal(alone.begin(), alone.end(), out.begin() + t * rows))
              << kernels->name << " token " << t << (packed ? " packed" : "");
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, FloatMatmulTest,
                         testing::Values(DType::kF32, DType::kF16, DType::kBF16),
                         [](const auto& test) { return std::string(InfoOf(test.param).name); });

// Keys and values of `n` tokens in blocks, and what attention over them should give.
struct AttentionCase {
  int head_dim, n, rows;
  KvType type;
  std::vector<float> queries, keys, values;  // [rows|n][head_dim]
  std::vector<int> visible, first;
};

void StoreFloats(const Kernels&, const AttentionCase& c, int t, uint8_t* keys, uint8_t* values) {
  for (int d = 0; d < c.head_dim; ++d) {
    reinterpret_cast<float*>(keys)[d * 64 + t % 64] = c.keys[t * c.head_dim + d];
    reinterpret_cast<float*>(values)[t % 64 * PaddedHeadDim(c.head_dim) + d] =
        c.values[t * c.head_dim + d];
  }
}

void StoreCodes(const Kernels& kernels, const AttentionCase& c, int t, uint8_t* keys,
                uint8_t* values) {
  const int padded = PaddedHeadDim(c.head_dim);
  std::vector<int16_t> codes(static_cast<size_t>(padded));
  const auto quantize = [&](const std::vector<float>& from, const CodeLimits& limits) {
    return kernels.quantize16(&from[t * c.head_dim], c.head_dim, limits, codes.data());
  };
  const int slot = t % 64;
  const_cast<float*>(KeyScales(keys, c.head_dim))[slot] = quantize(c.keys, kKeyLimits);
  for (int d = 0; d < c.head_dim; ++d) {
    reinterpret_cast<int16_t*>(keys)[(d / 2 * 64 + slot) * 2 + d % 2] = codes[d];
  }
  const_cast<float*>(ValueScales(values, c.head_dim))[slot] = quantize(c.values, kValueLimits);
  for (int d = 0; d < c.head_dim; ++d) {
    reinterpret_cast<int16_t*>(values)[(slot / 2 * padded + d) * 2 + slot % 2] = codes[d];
  }
}

// Rows from the last pair of dimensions to the first, every third group wide.
struct TestGroups {
  explicit TestGroups(int head_dim) : wide(static_cast<size_t>(KeyGroupCount(head_dim))) {
    for (int pair = HeadDimPairs(head_dim); pair-- > 0;) {
      pairs.push_back(static_cast<int16_t>(pair));
    }
    for (size_t g = 0; g < wide.size(); g += 3) wide[g] = 1;
  }
  int n_wide() const { return static_cast<int>(std::count(wide.begin(), wide.end(), 1)); }

  std::vector<int16_t> pairs;
  std::vector<uint8_t> wide;
};

void StoreBytes(const Kernels& kernels, const AttentionCase& c, int t, uint8_t* keys,
                uint8_t* values) {
  const TestGroups groups(c.head_dim);
  const ByteKeyParts parts = PartsOfByteKeys(c.head_dim, groups.n_wide());
  const int padded = PaddedHeadDim(c.head_dim);
  const int slot = t % 64;
  std::vector<int16_t> codes(static_cast<size_t>(padded + 2));
  const float scale =
      kernels.quantize16(&c.keys[t * c.head_dim], c.head_dim, kByteKeyLimits, codes.data());
  std::memcpy(keys + parts.scales + slot * 4, &scale, 4);
  uint8_t* low = keys + parts.low;
  for (size_t g = 0; g < groups.wide.size(); ++g) {
    const size_t end = std::min(8 * g + 8, groups.pairs.size());
    int largest = 1;
    for (size_t row = 8 * g; row < end; ++row) {
      for (int i = 0; i < 2; ++i) {
        largest = std::max(largest, std::abs(codes[groups.pairs[row] * 2 + i]));
      }
    }
    const int multiplier = (largest + 126) / 127;
    keys[parts.multipliers + g * 64 + slot] = static_cast<uint8_t>(multiplier);
    for (size_t row = 8 * g; row < end; ++row) {
      for (int i = 0; i < 2; ++i) {
        const int code = codes[groups.pairs[row] * 2 + i];
        const auto high =
            static_cast<int>(groups.wide[g] != 0 ? std::floor((code + 128) / 256.0)
                                                 : std::nearbyint(1.0 * code / multiplier));
        keys[(row * 64 + slot) * 2 + i] = static_cast<uint8_t>(high);
        if (groups.wide[g] != 0) {
          low[((row - 8 * g) * 64 + slot) * 2 + i] = static_cast<uint8_t>(code - 256 * high);
        }
      }
    }
    if (groups.wide[g] != 0) low += 8 * 64 * 2;
  }
  const float value_scale =
      kernels.quantize16(&c.values[t * c.head_dim], c.head_dim, kByteValueLimits, codes.data());
  std::memcpy(values + padded * 64 + slot * 4, &value_scale, 4);
  for (int d = 0; d < c.head_dim; ++d) {
    values[(slot / 2 * padded + d) * 2 + slot % 2] = static_cast<uint8_t>(codes[d]);
  }
}

// With the first `absent` blocks nowhere.
std::vector<float> RunAttention(const Kernels& kernels, const AttentionCase& c, int absent = 0) {
  const int blocks = (c.n + kBlockKeys - 1) / kBlockKeys;
  const size_t block_bytes = static_cast<size_t>(PaddedHeadDim(c.head_dim) * kBlockKeys * 4 + 256);
  Buffer keys(static_cast<size_t>(blocks) * block_bytes);
  Buffer values(static_cast<size_t>(blocks) * block_bytes);
  for (int t = 0; t < c.n; ++t) {
    const size_t block = static_cast<size_t>(t / kBlockKeys) * block_bytes;
    const auto store = c.type == KvType::kI8    ? StoreBytes
                       : c.type == KvType::kI16 ? StoreCodes
                                                : StoreFloats;
    store(kernels, c, t, keys.get() + block, values.get() + block);
  }
  std::vector<const uint8_t*> key_blocks, value_blocks;
  for (int b = 0; b < blocks; ++b) {
    key_blocks.push_back(keys.get() + static_cast<size_t>(b) * block_bytes);
    value_blocks.push_back(values.get() + static_cast<size_t>(b) * block_bytes);
  }
  std::fill_n(key_blocks.begin(), absent, nullptr);
  std::fill_n(value_blocks.begin(), absent, nullptr);
  Buffer scratch(AttentionScratchBytes(c.rows, c.head_dim));
  std::vector<float> out(static_cast<size_t>(c.rows * c.head_dim));
  const TestGroups groups(c.head_dim);
  AttentionJob job;
  job.queries = c.queries.data();
  job.n_rows = c.rows;
  job.visible = c.visible.data();
  job.first_visible = c.first.empty() ? nullptr : c.first.data();
  job.head_dim = c.head_dim;
  job.type = c.type;
  job.key_groups = {groups.pairs.data(), groups.wide.data()};
  job.keys = key_blocks.data();
  job.values = value_blocks.data();
  job.out = out.data();
  job.scratch = scratch.get();
  kernels.attention(job);
  return out;
}

AttentionCase RandomCase(int head_dim, int n, int rows, KvType type, bool window, uint32_t seed) {
  std::mt19937 random(seed);
  AttentionCase c{head_dim, n, rows, type, {}, {}, {}, {}, {}};
  c.queries = RandomFloats(static_cast<size_t>(rows * head_dim), random);
  c.keys = RandomFloats(static_cast<size_t>(n * head_dim), random);
  c.values = RandomFloats(static_cast<size_t>(n * head_dim), random);
  for (int r = 0; r < rows; ++r) {
    c.visible.push_back(n - (rows - 1 - r) * 5);
    if (window) c.first.push_back(std::max(0, c.visible.back() - 70));
  }
  return c;
}

// Attention of one row, in double precision.
std::vector<double> AttentionOfRow(const AttentionCase& c, int row) {
  const int dim = c.head_dim;
  const int from = c.first.empty() ? 0 : c.first[row];
  std::vector<double> scores;
  for (int t = from; t < c.visible[row]; ++t) {
    double score = 0;
    for (int d = 0; d < dim; ++d) {
      score += static_cast<double>(c.queries[row * dim + d]) * c.keys[t * dim + d];
    }
    scores.push_back(score);
  }
  const double max = *std::max_element(scores.begin(), scores.end());
  double total = 0;
  for (double& score : scores) total += score = std::exp(score - max);
  std::vector<double> out(static_cast<size_t>(dim));
  for (int d = 0; d < dim; ++d) {
    for (size_t i = 0; i < scores.size(); ++i) {
      out[d] += scores[i] / total * c.values[(from + i) * dim + d];
    }
  }
  return out;
}

void ExpectMeaning(const AttentionCase& c, double tolerance) {
  for (const Kernels* kernels : RunnableKernels()) {
    const auto out = RunAttention(*kernels, c);
    for (int r = 0; r < c.rows; ++r) {
      const auto expected = AttentionOfRow(c, r);
      for (int d = 0; d < c.head_dim; ++d) {
        ASSERT_NEAR(out[r * c.head_dim + d], expected[d], tolerance)
            << kernels->name << ", " << c.n << " keys, row " << r;
      }
    }
  }
}

TEST(Attention, MeansSoftmaxOverTheVisibleKeys) {
  for (KvType type : {KvType::kF32, KvType::kI16, KvType::kI8}) {
    const double tolerance = type == KvType::kF32 ? 2e-5 : type == KvType::kI16 ? 6e-4 : 3e-2;
    for (bool window : {false, true}) {
      for (int n : {41, 64, 600, 1100}) {
        const auto seed = static_cast<uint32_t>(n);
        ExpectMeaning(RandomCase(24, n, 9, type, window, seed), tolerance);
        ExpectMeaning(RandomCase(9, n, 3, type, window, seed), tolerance);
      }
    }
  }
}

// The codes of such rows are at their limits: any sum beyond 31 bits would turn its sign.
TEST(Attention, LargestSumsOfCodesDoNotOverflow) {
  for (int head_dim : {2, 64, 128}) {
    for (int which = 0; which < 4; ++which) {
      const bool peaked = which % 2 != 0;
      const KvType type = which < 2 ? KvType::kI16 : KvType::kI8;
      AttentionCase c = RandomCase(head_dim, 1024, 33, type, false, 3);
      for (int r = 0; r < c.rows; ++r) c.visible[r] = 1024;
      const float size = 8 / std::sqrt(static_cast<float>(head_dim));
      for (float& x : c.queries) x = size;
      for (int i = 0; i < 1024 * head_dim; ++i) {
        c.keys[i] = peaked && i / head_dim == 700 ? size : peaked ? -size : size;
        c.values[i] = 5;
      }
      for (const Kernels* kernels : RunnableKernels()) {
        for (float x : RunAttention(*kernels, c)) ASSERT_NEAR(x, 5, 5e-3) << kernels->name;
      }
    }
  }
}

// Large constant components, as the key biases of some models are, and rows of zeros.
TEST(Attention, SmallDifferencesBesideLargeComponentsCount) {
  for (KvType type : {KvType::kI16, KvType::kI8}) {  // of bytes, in the wide groups
    AttentionCase c = RandomCase(64, 700, 40, type, false, 5);
    for (int t = 0; t < c.n; ++t) {
      c.keys[t * 64 + 3] += 250;
      c.keys[t * 64 + 54] -= 120;
    }
    for (float& x : c.queries) x *= 0.125F;
    std::fill_n(c.queries.begin(), 64, 0.0F);
    std::fill_n(c.keys.begin() + 5 * 64, 64, 0.0F);
    std::fill_n(c.values.begin() + 6 * 64, 64, 0.0F);
    ExpectMeaning(c, type == KvType::kI16 ? 2e-3 : 1e-2);
  }
}

TEST(Attention, WhatIsNotANumberShows) {
  for (int which = 0; which < 3; ++which) {
    for (float bad : {std::nanf(""), 1e30F, -INFINITY}) {
      AttentionCase c = RandomCase(64, 300, 34, KvType::kI16, false, 7);
      (which == 0 ? c.queries : which == 1 ? c.keys : c.values)[70] = bad;
      if (which == 1) continue;  // KvCache::Store marks the value
      for (const Kernels* kernels : RunnableKernels()) {
        const auto out = RunAttention(*kernels, c);
        EXPECT_TRUE(std::isnan(out[which == 0 ? 64 : 0])) << kernels->name << which;
        EXPECT_EQ(std::isnan(out[0]), which != 0) << kernels->name << which;
      }
    }
  }
}

TEST(Attention, EveryInstructionSetAndRowGroupingGivesTheSameBytes) {
  for (KvType type : {KvType::kF32, KvType::kI16, KvType::kI8}) {
    for (int head_dim : {40, 64, 128}) {
      for (int rows : {14, 35, 56}) {
        const AttentionCase c = RandomCase(head_dim, 1300, rows, type, rows == 35, 9);
        const auto expected = RunAttention(*ScalarKernels(), c);
        for (const Kernels* kernels : RunnableKernels()) {
          const auto together = RunAttention(*kernels, c);
          // Another rounding of a weight may make another code of it.
          ExpectNumbers(*kernels, together, expected, type == KvType::kF32 ? 4e-6F : 1e-4F);
          for (int r = 0; r < c.rows; r += 5) {
            AttentionCase one = c;
            one.rows = 1;
            one.visible = {c.visible[r]};
            if (!c.first.empty()) one.first = {c.first[r]};
            one.queries.assign(c.queries.begin() + r * head_dim,
                               c.queries.begin() + (r + 1) * head_dim);
            const auto alone = RunAttention(*kernels, one);
            ASSERT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + r * head_dim))
                << kernels->name << " row " << r;
          }
        }
      }
    }
  }
}

// Windows that begin within a span, and within a block.
TEST(Attention, BlocksBeforeEveryWindowAreNotRead) {
  for (const KvType type : {KvType::kF32, KvType::kI16, KvType::kI8}) {
    for (const int n : {1300, 1560}) {
      for (const int rows : {1, 7, 33}) {
        const AttentionCase c = RandomCase(64, n, rows, type, true, 13);
        const int absent = c.first.front() / kBlockKeys;
        ASSERT_GT(absent, 15);
        for (const Kernels* kernels : RunnableKernels()) {
          EXPECT_EQ(RunAttention(*kernels, c, absent), RunAttention(*kernels, c)) << kernels->name;
        }
        if (type != KvType::kI8) ExpectMeaning(c, type == KvType::kF32 ? 2e-5 : 2e-3);
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
    SCOPED_TRACE(kernels->name);
    std::vector<std::vector<float>> got(9, std::vector<float>(n));
    kernels->rms_norm(x.data(), w.data(), n, 1e-6F, got[0].data());
    kernels->layer_norm(x.data(), w.data(), w.data(), n, 1e-5F, got[1].data());
    for (int i = 2; i < 9; ++i) got[i] = x;
    kernels->silu_gate(got[2].data(), w.data(), n);
    kernels->gelu_gate(got[3].data(), w.data(), n);
    kernels->gelu_gate(got[4].data(), nullptr, n);
    kernels->rms_norm(got[5].data(), w.data(), n, 1e-6F, got[5].data());
    kernels->layer_norm(got[6].data(), w.data(), w.data(), n, 1e-5F, got[6].data());
    kernels->soft_cap(got[7].data(), n - 5, 2.5F);
    kernels->gelu_erf(got[8].data(), n);
    EXPECT_EQ(got[5], got[0]) << "in place";
    EXPECT_EQ(got[6], got[1]) << "in place";
    if (expected.empty()) expected = got;
    for (size_t i = 0; i < got.size(); ++i) ExpectNumbers(*kernels, got[i], expected[i]);
  }
  for (int i = 0; i < n; ++i) {
    const double v = x[i];
    EXPECT_NEAR(expected[2][i], v / (1 + std::exp(-v)) * w[i], 2e-6 * (1 + std::fabs(v)));
    const double u = std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v);
    EXPECT_NEAR(expected[4][i], 0.5 * v * (1 + std::tanh(u)), 2e-6 * (1 + std::fabs(v)));
    // Also relatively, far into the left tail.
    const double gelu = v * std::erfc(-v / std::sqrt(2.0)) / 2;
    EXPECT_NEAR(expected[8][i], gelu, 1e-7 + 1e-6 * std::fabs(gelu)) << v;
    EXPECT_NEAR(expected[7][i], i < n - 5 ? 2.5 * std::tanh(v / 2.5) : v, 1e-6);
  }
}

TEST(Elementwise, ACapKeepsExtremesApartAndWhatIsNotANumber) {
  for (const Kernels* kernels : RunnableKernels()) {
    float x[] = {1e30F, -1e30F, __builtin_nanf(""), 0.0F, 1e-4F};
    kernels->soft_cap(x, 5, 30);
    EXPECT_EQ(x[0], 30) << kernels->name;
    EXPECT_EQ(x[1], -30) << kernels->name;
    EXPECT_TRUE(std::isnan(x[2])) << kernels->name;
    EXPECT_EQ(x[3], 0) << kernels->name;
    EXPECT_NEAR(x[4], 1e-4, 4e-6) << kernels->name;
  }
}

}  // namespace
}  // namespace bantam
