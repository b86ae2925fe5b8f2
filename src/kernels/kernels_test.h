// What tests of kernels share: memory for activations, and numbers.
#pragma once

#include <random>
#include <vector>

#include "kernels/kernels.h"

namespace bantam {

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

inline std::vector<float> RandomFloats(size_t n, std::mt19937& random) {
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> out(n);
  for (auto& value : out) value = normal(random);
  return out;
}

// Where a token's group lies.
inline int64_t SlotOf(const Activations& x, int token, int group) {
  const int tile = token / kTileTokens;
  return int64_t{tile} * kTileTokens * x.groups() + int64_t{group} * x.TileWidth(tile) +
         token % kTileTokens;
}

}  // namespace bantam
