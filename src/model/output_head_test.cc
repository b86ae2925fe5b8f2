// Tests of the output head: two stages must give what one gives, whatever lies in the matrix.
#include "model/output_head.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "base/half.h"
#include "base/page_memory.h"

namespace bantam {
namespace {

constexpr int kRows = 1003;    // the last panel is not full
constexpr int kColumns = 896;  // 28 groups, as in the headline model
constexpr int kGroups = kColumns / 32;

struct Q8Matrix {
  std::vector<uint8_t> bytes;  // [kRows][kGroups] blocks of a half and 32 codes
  uint8_t* Block(int row, int group) {
    return &bytes[static_cast<size_t>(row * kGroups + group) * 34];
  }
  void SetScale(int row, int group, float scale) {
    const uint16_t half = F32ToF16(scale);
    std::memcpy(Block(row, group), &half, sizeof(half));
  }
  int8_t& Code(int row, int column) {
    return reinterpret_cast<int8_t&>(Block(row, column / 32)[2 + column % 32]);
  }
};

Q8Matrix RandomMatrix(std::mt19937& random) {
  Q8Matrix matrix;
  matrix.bytes.resize(static_cast<size_t>(kRows) * kGroups * 34);
  std::uniform_real_distribution<float> scale(-0.02F, 0.02F);
  for (uint8_t& byte : matrix.bytes) byte = static_cast<uint8_t>(random());
  for (int row = 0; row < kRows; ++row) {
    for (int g = 0; g < kGroups; ++g) matrix.SetScale(row, g, scale(random));
  }
  return matrix;
}

std::vector<float> RandomInput(std::mt19937& random) {
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> x(kColumns);
  for (float& value : x) value = normal(random);
  return x;
}

// Adds a row to x, so that it wins.
void LeanTowards(Q8Matrix& matrix, int row, std::vector<float>& x) {
  for (int c = 0; c < kColumns; ++c) {
    uint16_t half;
    std::memcpy(&half, matrix.Block(row, c / 32), sizeof(half));
    x[static_cast<size_t>(c)] += static_cast<float>(matrix.Code(row, c)) * F16ToF32(half);
  }
}

// A head over a matrix, with what it needs around it.
class Fixture {
 public:
  Fixture(Q8Matrix& matrix, int threads, float soft_cap = 0) : pool_(threads) {
    config_.n_embd = config_.n_ff = kColumns;
    config_.n_heads = config_.n_kv_heads = 1;
    config_.head_dim = config_.rope_dim = 64;
    const size_t bytes = space_.LayOut(config_, 1, threads, nullptr);
    scratch_ = std::move(*PageMemory::Allocate(bytes, false, "work buffers"));
    space_.LayOut(config_, 1, threads, scratch_.data());
    linear_.rows = kRows;
    linear_.quantised = true;
    linear_.packable = true;
    linear_.columns = kColumns;
    packed_ = std::move(
        *PageMemory::Allocate(PackedBytes(DType::kQ8_0, kRows, kColumns), false, "packed weights"));
    linear_.packed = PackedMatrixAt(DType::kQ8_0, kRows, kColumns, packed_.data());
    for (int p = 0; p < linear_.panels(); ++p) {
      const int row = p * kPanelRows;
      PackPanel(DType::kQ8_0, matrix.Block(row, 0), std::min(kPanelRows, kRows - row), kColumns,
                linear_.packed.PanelIn(packed_.data(), p));
    }
    linear_.packed_panels = linear_.panels();
    head_.emplace(linear_, soft_cap);
  }

  std::vector<float> Logits(const std::vector<float>& x, int top) {
    std::vector<float> logits(kRows);
    head_->Logits(x.data(), 1, top, logits.data(), {pool_, pool_.threads()}, space_);
    return logits;
  }

  // Empty: no fewer than all would be scored.
  std::vector<float> Masked(const std::vector<float>& x, const TokenMask& mask) {
    std::vector<float> logits(kRows, NAN);
    const Team team = {pool_, pool_.threads()};
    if (!head_->MaskedLogits(x.data(), mask, logits.data(), team, space_)) logits.clear();
    return logits;
  }

 private:
  ThreadPool pool_;
  ModelConfig config_;
  Workspace space_;
  PageMemory scratch_;
  PageMemory packed_;
  Linear linear_;
  std::optional<OutputHead> head_;
};

int CountFinite(const std::vector<float>& logits) {
  return static_cast<int>(std::ranges::count_if(logits, [](float x) { return std::isfinite(x); }));
}

// The `top` largest are there, and what is there is exact.
void ExpectTop(const std::vector<float>& all, const std::vector<float>& some, int top) {
  std::vector<float> sorted = all;
  std::ranges::sort(sorted, std::greater<>());
  const float least = sorted[static_cast<size_t>(top - 1)];
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i] >= least || some[i] != -INFINITY) {
      ASSERT_EQ(some[i], all[i]) << "row " << i << ", top " << top;
    }
  }
}

TEST(OutputHead, TheBestAreExactAndMostOthersAreLeftOut) {
  std::mt19937 random(3);
  Q8Matrix matrix = RandomMatrix(random);
  for (int threads : {1, 3}) {
    Fixture fixture(matrix, threads);
    int scored = 0;
    for (int i = 0; i < 50; ++i) {
      std::vector<float> x = RandomInput(random);
      LeanTowards(matrix, i, x);
      const std::vector<float> all = fixture.Logits(x, 0);
      EXPECT_EQ(CountFinite(all), kRows);
      for (int top : {1, 2, 8}) ExpectTop(all, fixture.Logits(x, top), top);
      scored += CountFinite(fixture.Logits(x, 1));
    }
    EXPECT_LT(scored, 50 * kRows / 2) << "the sketch rules nothing out";
  }
}

// Rows whose high nibbles are all the same: the low ones alone decide, as far as they can.
TEST(OutputHead, LowNibblesDecide) {
  std::mt19937 random(4);
  Q8Matrix matrix = RandomMatrix(random);
  const std::vector<float> x = RandomInput(random);
  for (int row = 0; row < kRows; ++row) {
    for (int g = 0; g < kGroups; ++g) matrix.SetScale(row, g, 0.01F);
    for (int c = 0; c < kColumns; ++c) {
      matrix.Code(row, c) = static_cast<int8_t>(0x30 | (random() & 15));
    }
  }
  for (int c = 0; c < kColumns; ++c)
    matrix.Code(700, c) = x[static_cast<size_t>(c)] > 0 ? 0x3F : 0x30;
  Fixture fixture(matrix, 2);
  const std::vector<float> all = fixture.Logits(x, 0);
  EXPECT_EQ(std::ranges::max_element(all) - all.begin(), 700);
  for (int top : {1, 8}) ExpectTop(all, fixture.Logits(x, top), top);
}

// Equal rows far apart, the last of them in the panel that is not full: all of them are there.
TEST(OutputHead, TiesAreComplete) {
  std::mt19937 random(5);
  Q8Matrix matrix = RandomMatrix(random);
  for (int row : {5, 400, kRows - 1}) {
    std::copy_n(matrix.Block(77, 0), kGroups * 34, matrix.Block(row, 0));
  }
  Fixture fixture(matrix, 2);
  std::vector<float> x(kColumns);
  LeanTowards(matrix, 77, x);
  const std::vector<float> all = fixture.Logits(x, 0);
  const std::vector<float> best = fixture.Logits(x, 1);
  for (int row : {5, 77, 400, kRows - 1})
    EXPECT_EQ(best[static_cast<size_t>(row)], *std::ranges::max_element(all));
  ExpectTop(all, best, 1);
}

TEST(OutputHead, MasksOfFewTokensScoreOnlyThose) {
  std::mt19937 random(7);
  Q8Matrix matrix = RandomMatrix(random);
  for (int threads : {1, 3}) {
    Fixture fixture(matrix, threads);
    const std::vector<float> x = RandomInput(random);
    const std::vector<float> all = fixture.Logits(x, 0);
    TokenMask mask(kRows);
    EXPECT_EQ(CountFinite(fixture.Masked(x, mask)), 0);
    for (const TokenId id : {0, 17, 63, 64, 500, kRows - 1}) mask.Allow(id);
    const std::vector<float> some = fixture.Masked(x, mask);
    ASSERT_EQ(some.size(), all.size());
    for (TokenId id = 0; id < kRows; ++id) {
      const auto at = static_cast<size_t>(id);
      if (mask.Allows(id) || some[at] != -INFINITY) {
        ASSERT_EQ(some[at], all[at]) << id;
      }
    }
    EXPECT_LT(CountFinite(some), 6 * kPanelRows);
    for (TokenId id = 0; id < kRows; id += kPanelRows) mask.Allow(id);
    EXPECT_TRUE(fixture.Masked(x, mask).empty());
  }
}

// Whatever is asked for: all, the best, or a mask's.
TEST(OutputHead, ASoftCapBendsEveryScore) {
  constexpr float kCap = 0.5F;
  std::mt19937 random(8);
  Q8Matrix matrix = RandomMatrix(random);
  for (int threads : {1, 3}) {
    Fixture plain(matrix, threads);
    Fixture capped(matrix, threads, kCap);
    const std::vector<float> x = RandomInput(random);
    const std::vector<float> scores = plain.Logits(x, 0);
    const std::vector<float> all = capped.Logits(x, 0);
    for (size_t i = 0; i < all.size(); ++i) {
      ASSERT_NEAR(all[i], kCap * std::tanh(scores[i] / kCap), 1e-6) << i;
    }
    ExpectTop(all, capped.Logits(x, 3), 3);
    TokenMask mask(kRows);
    for (const TokenId id : {0, 500, kRows - 1}) mask.Allow(id);
    const std::vector<float> some = capped.Masked(x, mask);
    ASSERT_EQ(some.size(), all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      if (some[i] != -INFINITY || mask.Allows(static_cast<TokenId>(i))) {
        ASSERT_EQ(some[i], all[i]) << i;
      }
    }
  }
}

TEST(OutputHead, OddInputsAndMatricesAreScoredWhole) {
  std::mt19937 random(6);
  Q8Matrix matrix = RandomMatrix(random);
  std::vector<float> x(kColumns, 0);
  {
    Fixture fixture(matrix, 2);
    EXPECT_EQ(CountFinite(fixture.Logits(x, 1)), kRows) << "all are equal";
    std::ranges::fill(x, NAN);
    const std::vector<float> all = fixture.Logits(x, 0);
    const std::vector<float> some = fixture.Logits(x, 1);
    EXPECT_EQ(std::memcmp(all.data(), some.data(), sizeof(float) * kRows), 0);
    x = RandomInput(random);
    x[3] = INFINITY;  // scores are infinite or not a number, mixed
    const std::vector<float> wild = fixture.Logits(x, 0);
    const std::vector<float> top = fixture.Logits(x, 1);
    EXPECT_EQ(std::memcmp(wild.data(), top.data(), sizeof(float) * kRows), 0);
  }
  x = RandomInput(random);
  for (const float scale : {INFINITY, -INFINITY, NAN}) {
    matrix.SetScale(500, 1, scale);
    Fixture fixture(matrix, 2);
    const std::vector<float> logits = fixture.Logits(x, 1);
    EXPECT_EQ(CountFinite(logits), kRows - 1);
    EXPECT_TRUE(std::isnan(logits[500]));
  }
}

}  // namespace
}  // namespace bantam
