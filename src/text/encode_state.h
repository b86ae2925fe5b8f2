// EncodeState: the working memory of one call of Tokenizer::Encode.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/vocabulary.h"
#include "text/byte_hash.h"
#include "text/pair_merger.h"

namespace bantam {

// The best way to cut a piece up to one of its bytes, of which the last token is told.
struct BestEnd {
  double score = 0;
  TokenId id = -1;
  uint32_t length = 0;  // bytes; 0: none ends there
};

// Remembers where pieces of the text were encoded before, so that a word that comes again is copied
// from the output. Later pieces overwrite earlier ones with the same slot; what is found does not
// depend on anything but the text.
class EncodeState {
 public:
  explicit EncodeState(size_t text_bytes)
      : slots_(std::bit_ceil(std::clamp<size_t>(text_bytes / 8, 16, 8192))) {}

  std::vector<TokenId> ids;
  std::vector<size_t> ends;
  std::deque<std::string> changed;  // texts that slots point into
  PairMerger::Scratch scratch;
  std::vector<BestEnd> best_ends;

  // Encodes `piece`, which must outlive this, with `encode`, or copies its ids if they are known.
  template <typename Encode>
  void Append(std::string_view piece, Encode encode) {
    Slot& slot = slots_[HashBytes(piece) & (slots_.size() - 1)];
    const size_t first = ids.size();
    if (slot.piece == piece) {
      ids.resize(first + slot.count);
      std::copy_n(ids.begin() + static_cast<ptrdiff_t>(slot.first), slot.count,
                  ids.begin() + static_cast<ptrdiff_t>(first));
      return;
    }
    encode(piece);
    slot = {piece, first, ids.size() - first};
  }

 private:
  struct Slot {
    std::string_view piece;
    size_t first = 0;  // index into ids
    size_t count = 0;
  };
  std::vector<Slot> slots_;
};

}  // namespace bantam
