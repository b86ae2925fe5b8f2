// Against the reference implementation (the Python package xxhash).
#include "base/hash64.h"

#include <gtest/gtest.h>

#include <vector>

namespace bantam {
namespace {

struct Vector {
  size_t n;  // bytes 3, 10, 17, … modulo 256
  uint64_t unseeded;
  uint64_t seeded;  // with 2654435761
};

constexpr Vector kVectors[] = {
    {0, 0xef46db3751d8e999, 0xac75fda2929b17ef},    {1, 0x1f25c8d0bc1f4bb6, 0x79cf94f5ace37fe1},
    {3, 0x31d2363f52e564c9, 0x96d2a5e583ddd738},    {4, 0x9bb64b7d66ee9fda, 0x4a862fbb4b73776e},
    {8, 0xdab99d95c6f90092, 0xc6e75e2cbd8e07ee},    {14, 0xc7f1d4d0acfa5a14, 0x51341a138b098941},
    {31, 0xa2aa5f33cc4a6119, 0x381822f33376d6b6},   {32, 0x23c3c17ef790fd97, 0x9abd315470ac276a},
    {33, 0x50a7cfc7ba588784, 0x72cdd3262f467933},   {63, 0x5e3e54b431c7493c, 0x634da7d265979e61},
    {64, 0x0eb64b3ef6eeb01f, 0xbcb3847d70525180},   {100, 0xa61f8d4c170fe531, 0x86f549ede5ac87e2},
    {1000, 0x5f235fa033f1a3fb, 0x83080310ee83cc20},
};

std::vector<uint8_t> Bytes(size_t n) {
  std::vector<uint8_t> bytes(n);
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>(i * 7 + 3);
  return bytes;
}

TEST(Hash64Test, EqualsTheReference) {
  for (const Vector& vector : kVectors) {
    const std::vector<uint8_t> bytes = Bytes(vector.n);
    Hash64 unseeded, seeded(2654435761);
    unseeded.Update(bytes);
    seeded.Update(bytes);
    EXPECT_EQ(unseeded.Digest(), vector.unseeded) << vector.n;
    EXPECT_EQ(seeded.Digest(), vector.seeded) << vector.n;
  }
}

TEST(Hash64Test, PiecesDoNotMatter) {
  const std::vector<uint8_t> bytes = Bytes(1000);
  for (const size_t step : {1, 7, 31, 32, 33, 500}) {
    Hash64 hash;
    for (size_t at = 0; at < bytes.size(); at += step) {
      hash.Update(std::span(bytes).subspan(at, std::min(step, bytes.size() - at)));
    }
    EXPECT_EQ(hash.Digest(), kVectors[12].unseeded) << step;
  }
}

}  // namespace
}  // namespace bantam
