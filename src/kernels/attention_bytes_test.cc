// Test of attention over keys and values in bytes: their products are what 16-bit attention reads.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "kernels/kernels.h"

namespace bantam {
namespace {

constexpr int kDim = 72, kPadded = 80, kKeys = 200, kBlocks = 4;
constexpr int kRow = kBlockKeys * 2;  // codes of a pair of dimensions
constexpr size_t kBlockBytes = kPadded * kRow + kBlockKeys * sizeof(float);

// Blocks of arbitrary bytes, an unwritten token's included, and the codes they stand for.
class BytesAndCodes {
 public:
  BytesAndCodes() : memory_(4 * kBlocks * kBlockBytes + 64) {
    for (int pair = kDim / 2; pair-- > 0;) pairs_.push_back(static_cast<int16_t>(pair));
    auto* at =
        reinterpret_cast<uint8_t*>((reinterpret_cast<uintptr_t>(memory_.data()) + 63) / 64 * 64);
    for (int b = 0; b < kBlocks; ++b) {
      for (auto* list : {&keys_[0], &values_[0], &keys_[1], &values_[1]}) {
        list->push_back(at);
        at += kBlockBytes;
      }
      FillKeys(const_cast<uint8_t*>(keys_[0].back()), const_cast<uint8_t*>(keys_[1].back()));
      FillValues(const_cast<uint8_t*>(values_[0].back()), const_cast<uint8_t*>(values_[1].back()));
    }
  }

  std::vector<float> Attend(const Kernels& kernels, KvType type, const std::vector<float>& queries,
                            int rows) const {
    const std::vector<int> visible(static_cast<size_t>(rows), kKeys);
    const std::vector<int> first(static_cast<size_t>(rows), 70);
    std::vector<uint8_t> scratch(AttentionScratchBytes(rows, kDim) + 64);
    std::vector<float> out(static_cast<size_t>(rows * kDim));
    AttentionJob job;
    job.queries = queries.data();
    job.n_rows = rows;
    job.visible = visible.data();
    job.first_visible = first.data();
    job.head_dim = kDim;
    job.type = type;
    job.key_groups = {pairs_.data(), wide_.data()};
    job.keys = keys_[type == KvType::kI8 ? 0 : 1].data();
    job.values = values_[type == KvType::kI8 ? 0 : 1].data();
    job.out = out.data();
    job.scratch =
        reinterpret_cast<uint8_t*>((reinterpret_cast<uintptr_t>(scratch.data()) + 63) / 64 * 64);
    kernels.attention(job);
    return out;
  }

 private:
  void FillKeys(uint8_t* bytes, uint8_t* codes) {
    const ByteKeyParts parts = PartsOfByteKeys(kDim, 2);
    for (size_t i = 0; i < parts.scales; ++i) bytes[i] = static_cast<uint8_t>(random_());
    for (size_t row = 0; row < pairs_.size(); ++row) {
      const size_t g = row / kKeyGroupRows;
      for (size_t i = 0; i < kRow; ++i) {
        const int high = static_cast<int8_t>(bytes[row * kRow + i]);
        int code = high * bytes[parts.multipliers + g * kBlockKeys + i / 2];
        if (wide_[g] != 0) {  // the first and the fourth group
          const size_t low_row = g / 3 * kKeyGroupRows + row % kKeyGroupRows;
          code = high * 256 + static_cast<int8_t>(bytes[parts.low + low_row * kRow + i]);
        }
        const auto word = static_cast<int16_t>(code);
        std::memcpy(codes + (static_cast<size_t>(pairs_[row]) * kRow + i) * 2, &word, 2);
      }
    }
    PutScales(bytes + parts.scales, codes + size_t{kDim / 2} * kRow * 2);
  }

  void FillValues(uint8_t* bytes, uint8_t* codes) {
    for (size_t i = 0; i < kPadded * kBlockKeys; ++i) {
      bytes[i] = static_cast<uint8_t>(random_());
      const auto word = static_cast<int16_t>(static_cast<int8_t>(bytes[i]));
      std::memcpy(codes + i * 2, &word, 2);
    }
    PutScales(bytes + kPadded * kBlockKeys, codes + kPadded * kRow);
  }

  void PutScales(uint8_t* in_bytes, uint8_t* in_codes) {
    for (int i = 0; i < kBlockKeys; ++i) {
      const float scale = static_cast<float>(random_() % 1000) * 1e-6F;
      std::memcpy(in_bytes + i * 4, &scale, 4);
      std::memcpy(in_codes + i * 4, &scale, 4);
    }
  }

  std::mt19937 random_{4};
  std::vector<uint8_t> memory_;
  std::vector<int16_t> pairs_;  // the last first
  std::vector<uint8_t> wide_ = {1, 0, 0, 1, 0};
  std::vector<const uint8_t*> keys_[2], values_[2];  // in bytes, in codes
};

TEST(AttentionBytes, AreTheSixteenBitCodesTheyStandFor) {
  constexpr int kRows = 34;
  const BytesAndCodes blocks;
  std::mt19937 random(5);
  std::vector<float> queries(kRows * kDim);
  for (float& x : queries) x = static_cast<float>(random() % 2001) * 1e-3F - 1;
  for (const Kernels* kernels : RunnableKernels()) {
    for (const int rows : {1, 7, kRows}) {
      const auto of_bytes = blocks.Attend(*kernels, KvType::kI8, queries, rows);
      EXPECT_EQ(of_bytes, blocks.Attend(*kernels, KvType::kI16, queries, rows)) << kernels->name;
      EXPECT_NE(of_bytes, std::vector<float>(of_bytes.size(), of_bytes[0]));
    }
  }
}

}  // namespace
}  // namespace bantam
