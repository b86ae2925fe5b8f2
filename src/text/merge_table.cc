// Open addressing with linear probing and a bound on probes.
#include "text/merge_table.h"

#include <bit>

namespace bantam {
MergeTable::MergeTable(size_t count)
    : slots_(std::bit_ceil(count + count / 2 + 2), {kFree, {}}), mask_(slots_.size() - 1) {}

bool MergeTable::Insert(TokenId left, TokenId right, Merge merge) {
  const uint64_t key = Key(left, right);
  const uint64_t hash = MixBits(key);
  for (size_t probe = 0; probe < kMaxProbes; ++probe) {
    Slot& slot = slots_[(hash + probe) & mask_];
    if (slot.key == kFree || slot.key == key) {
      slot = {key, merge};
      return true;
    }
  }
  return false;
}

}  // namespace bantam
