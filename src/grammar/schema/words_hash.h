// WordsHash: of the keys by which states are interned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bantam::grammar {

inline uint64_t MixWord(uint64_t hash, uint64_t word) {
  return (hash ^ word) * 0x9E3779B97F4A7C15U + (hash >> 29);
}

// For unordered containers; collisions cost comparisons, nothing else.
struct WordsHash {
  size_t operator()(const std::vector<uint32_t>& words) const {
    uint64_t hash = words.size();
    for (const uint32_t word : words) hash = MixWord(hash, word);
    return static_cast<size_t>(hash);
  }
};

}  // namespace bantam::grammar
