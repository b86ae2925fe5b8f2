// MergeQueue: which pair of symbols merges next.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace bantam {

// A priority queue of (rank, position), smallest first, that may hold entries more than once.
// A radix heap (Ahuja et al. 1990): with trained merges ranks never fall, since a merge only makes
// pairs of higher rank, and then each entry is moved a few times within arrays, whatever the size
// of the queue. Entries below the last one taken, from odd merge tables, wait in a binary heap.
class MergeQueue {
 public:
  struct Entry {
    uint32_t rank;
    uint32_t position;
  };

  void Clear();
  void Push(Entry entry);

  // Takes the smallest entry; false if there is none.
  bool Pop(Entry& entry);

 private:
  void Refill();

  uint64_t last_ = 0;    // no key in buckets_ is smaller
  uint64_t in_use_ = 0;  // bit i: buckets_[i] is not empty
  // buckets_[i]: keys whose highest bit that differs from last_ is bit i - 1; [0]: equal to it.
  // Ranks have at most 31 bits, so that keys have 63.
  std::array<std::vector<uint64_t>, 64> buckets_;
  std::vector<uint64_t> below_;  // a heap of keys smaller than last_
};

}  // namespace bantam
