// Tests of dequantisation: bits equal to the reference `gguf` package's, for every type.
//
// Golden data and the script that makes it: tests/golden/dequantize.
#include "kernels/scalar/dequantize.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/dtype.h"

namespace bantam {
namespace {

const std::string kGolden = std::string(BANTAM_SOURCE_DIR) + "/tests/golden/dequantize/";

constexpr DType kAllTypes[] = {DType::kF32,  DType::kF16,    DType::kBF16,  DType::kQ4_0,
                               DType::kQ4_1, DType::kQ5_0,   DType::kQ5_1,  DType::kQ8_0,
                               DType::kQ2_K, DType::kQ3_K,   DType::kQ4_K,  DType::kQ5_K,
                               DType::kQ6_K, DType::kIQ4_NL, DType::kIQ4_XS};

// Bits of the row's floats, every NaN as 0x7fc00000 (as in the golden data).
std::vector<uint32_t> BitsOf(DType type, const uint8_t* row, int64_t n) {
  std::vector<float> floats(static_cast<size_t>(n));
  DequantizeRow(type, row, n, floats.data());
  std::vector<uint32_t> bits;
  for (const float value : floats) {
    bits.push_back(std::isnan(value) ? 0x7fc0'0000 : std::bit_cast<uint32_t>(value));
  }
  return bits;
}

// The first n bytes of SplitMix64 from that seed (and up to seven more).
std::vector<uint8_t> RandomBytes(uint64_t seed, size_t n) {
  std::vector<uint8_t> bytes;
  while (bytes.size() < n) {
    seed += 0x9e3779b97f4a7c15;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<uint8_t>(z >> shift));
  }
  return bytes;
}

// CRC-32 (IEEE 802.3) of little-endian words.
uint32_t Crc32(const std::vector<uint32_t>& words) {
  uint32_t crc = ~0u;
  for (const uint32_t word : words) {
    crc ^= word;  // four bytes at once: the polynomial division is linear
    for (int bit = 0; bit < 32; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb8'8320 : 0);
  }
  return ~crc;
}

TEST(Dequantize, RandomRowsEqualTheReference) {
  std::ifstream checksums(kGolden + "checksums.txt");
  std::string name;
  uint64_t row = 0;
  int64_t n = 0;
  uint32_t crc = 0;
  int rows = 0;
  while (checksums >> name >> row >> std::dec >> n >> std::hex >> crc >> std::dec) {
    for (const DType type : kAllTypes) {
      if (InfoOf(type).name != name) continue;
      const auto bytes = RandomBytes(static_cast<uint64_t>(type) * 1000 + row,
                                     static_cast<size_t>(RowBytes(type, n)));
      EXPECT_EQ(Crc32(BitsOf(type, bytes.data(), n)), crc) << name << " row " << row;
      ++rows;
    }
  }
  EXPECT_EQ(rows, 15 * 32);
}

TEST(Dequantize, BlocksWithSpecialFactorsEqualTheReference) {
  for (const DType type : kAllTypes) {
    const DTypeInfo& info = InfoOf(type);
    std::ifstream file(kGolden + std::string(info.name) + ".blocks", std::ios::binary);
    const std::vector<char> chars{std::istreambuf_iterator<char>(file), {}};
    const std::vector<uint8_t> bytes(chars.begin(), chars.end());
    const size_t n_blocks =
        bytes.size() / static_cast<size_t>(info.block_bytes + 4 * info.block_size);
    ASSERT_EQ(n_blocks, 12u) << info.name;
    const auto n = static_cast<int64_t>(n_blocks) * info.block_size;
    const auto bits = BitsOf(type, bytes.data(), n);
    for (int64_t i = 0; i < n; ++i) {
      uint32_t expected = 0;
      std::memcpy(&expected, bytes.data() + RowBytes(type, n) + 4 * i, 4);
      ASSERT_EQ(bits[static_cast<size_t>(i)], expected) << info.name << " element " << i;
    }
  }
}

TEST(Dequantize, WritesNoMoreThanTheRow) {
  for (const DType type : kAllTypes) {
    const int64_t n = InfoOf(type).block_size * 3;
    const auto row = RandomBytes(1, static_cast<size_t>(RowBytes(type, n)));
    std::vector<float> out(static_cast<size_t>(n) + 1, 42.0f);
    DequantizeRow(type, row.data(), n, out.data());
    EXPECT_EQ(out.back(), 42.0f) << InfoOf(type).name;
    DequantizeRow(type, row.data(), 0, &out.back());
    EXPECT_EQ(out.back(), 42.0f) << InfoOf(type).name;
  }
}

}  // namespace
}  // namespace bantam
