// Byte-pair encoding of one piece of text (Sennrich et al. 2016, on bytes as in GPT-2).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/vocabulary.h"
#include "text/merge_queue.h"
#include "text/merge_table.h"

namespace bantam {

// Immutable after construction; Encode is safe from many threads, each with its own Scratch.
class Bpe {
 public:
  // Reused between calls so that pieces cost no allocation.
  struct Scratch {
    struct Symbol {
      TokenId id;
      uint32_t previous;
      uint32_t next;
      Merge merge;  // with the next symbol
    };
    std::vector<Symbol> symbols;
    MergeQueue queue;
  };

  // `byte_ids`: the token of each byte, -1 if the vocabulary has none; such bytes are left out of
  // the result, as the reference does without an unknown token.
  Bpe(const std::array<TokenId, 256>& byte_ids, MergeTable merges)
      : byte_ids_(byte_ids), merges_(std::move(merges)) {}

  // Appends the ids of `piece`: again and again the pair with the lowest rank merges, the leftmost
  // first. O(n log n).
  void Encode(std::string_view piece, std::vector<TokenId>& ids, Scratch& scratch) const;

 private:
  void EncodeShort(std::string_view piece, std::vector<TokenId>& ids) const;
  void EncodeLong(std::string_view piece, std::vector<TokenId>& ids, Scratch& scratch) const;

  std::array<TokenId, 256> byte_ids_;
  MergeTable merges_;
};

}  // namespace bantam
