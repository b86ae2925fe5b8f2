// PairMerger: the merging of byte-pair encoding (Sennrich et al. 2016), whatever its symbols are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/vocabulary.h"
#include "text/merge_queue.h"
#include "text/merge_table.h"

namespace bantam {

// Immutable after construction; Merge is safe from many threads, each with its own Scratch.
class PairMerger {
 public:
  // Reused between calls so that pieces cost no allocation.
  struct Scratch {
    struct Symbol {
      TokenId id;
      uint32_t previous;
      uint32_t next;
      ::bantam::Merge merge;  // with the next symbol
    };
    std::vector<Symbol> symbols;
    MergeQueue queue;
  };

  explicit PairMerger(MergeTable merges) : merges_(std::move(merges)) {}

  // Merges the symbols from ids[first] on, in place: again and again the pair with the lowest rank,
  // the leftmost first. O(n log n).
  void Merge(std::vector<TokenId>& ids, size_t first, Scratch& scratch) const;

 private:
  void MergeShort(std::vector<TokenId>& ids, size_t first) const;
  size_t MergeLong(TokenId* ids, size_t n, Scratch& scratch) const;

  MergeTable merges_;
};

}  // namespace bantam
