// Byte-pair encoding of one piece of text, on bytes as in GPT-2.
#pragma once

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/vocabulary.h"
#include "text/merge_table.h"
#include "text/pair_merger.h"

namespace bantam {

// Immutable after construction; Encode is safe from many threads, each with its own Scratch.
class Bpe {
 public:
  using Scratch = PairMerger::Scratch;

  // `byte_ids`: the token of each byte, -1 if the vocabulary has none; such bytes are left out of
  // the result, as the reference does without an unknown token.
  Bpe(const std::array<TokenId, 256>& byte_ids, MergeTable merges)
      : byte_ids_(byte_ids), merger_(std::move(merges)) {}

  // Appends the ids of `piece`. O(n log n).
  void Encode(std::string_view piece, std::vector<TokenId>& ids, Scratch& scratch) const {
    const size_t first = ids.size();
    for (const char c : piece) {
      const TokenId id = byte_ids_[static_cast<uint8_t>(c)];
      if (id >= 0) ids.push_back(id);
    }
    merger_.Merge(ids, first, scratch);
  }

 private:
  std::array<TokenId, 256> byte_ids_;
  PairMerger merger_;
};

}  // namespace bantam
