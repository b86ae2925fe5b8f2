// A hash of short byte strings for the tables of the tokenizers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bantam {

// Spreads the entropy of `x` over all bits (the finaliser of SplitMix64).
inline uint64_t MixBits(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

inline uint64_t HashBytes(std::string_view bytes) {
  uint64_t hash = bytes.size() * 0x9E3779B97F4A7C15u;
  const char* data = bytes.data();
  size_t left = bytes.size();
  uint64_t word = 0;
  for (; left > sizeof(word); data += sizeof(word), left -= sizeof(word)) {
    std::memcpy(&word, data, sizeof(word));
    hash = MixBits(hash ^ word);
  }
  word = 0;
  if (left == sizeof(word)) {
    std::memcpy(&word, data, sizeof(word));
  } else {
    for (size_t i = 0; i < left; ++i) word |= uint64_t{static_cast<uint8_t>(data[i])} << (8 * i);
  }
  return MixBits(hash ^ word);
}

}  // namespace bantam
