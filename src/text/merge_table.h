// MergeTable: which two neighbouring tokens merge into which, and in what order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/vocabulary.h"
#include "text/byte_hash.h"

namespace bantam {

inline constexpr uint32_t kNoMerge = UINT32_MAX;

// What becomes of a pair; pairs with the lowest rank merge first.
struct Merge {
  uint32_t rank = kNoMerge;
  TokenId result = -1;
};

// A flat hash table from pairs of ids. Immutable after building, so safe to share.
class MergeTable {
 public:
  // Makes room for `count` merges.
  explicit MergeTable(size_t count);

  // Adds a merge, or replaces an earlier one of the same pair. False if too many pairs hash
  // alike, which only a hostile file brings about.
  bool Insert(TokenId left, TokenId right, Merge merge);

  // The merge of a pair of ids, neither negative; rank kNoMerge if there is none.
  Merge Find(TokenId left, TokenId right) const {
    const uint64_t key = Key(left, right);
    const uint64_t hash = MixBits(key);
    for (size_t probe = 0; probe < kMaxProbes; ++probe) {
      const Slot& slot = slots_[(hash + probe) & mask_];
      if (slot.key == key) return slot.merge;
      if (slot.key == kFree) break;
    }
    return {};
  }

 private:
  struct Slot {
    uint64_t key;
    Merge merge;
  };
  static constexpr uint64_t kFree = UINT64_MAX;
  // Far beyond what honest merges need at this load; bounds the time a crafted file can take.
  static constexpr size_t kMaxProbes = 512;

  static uint64_t Key(TokenId left, TokenId right) {
    return (uint64_t{static_cast<uint32_t>(left)} << 32) | static_cast<uint32_t>(right);
  }

  std::vector<Slot> slots_;  // a power of two, never full
  size_t mask_;
};

}  // namespace bantam
