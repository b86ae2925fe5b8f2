// TokenIndex: from the bytes of a token to its id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/vocabulary.h"

namespace bantam {

// A flat hash table over the strings of a vocabulary. Immutable after building, so safe to share.
class TokenIndex {
 public:
  enum class Insertion : uint8_t { kDone, kDuplicate, kCrowded };

  // `texts` must outlive the index and not change; room for all of them is made.
  explicit TokenIndex(const std::vector<std::string>& texts);

  // Adds texts[id]. kDuplicate if the same text is there already; kCrowded if too many strings hash
  // alike, which only a hostile file brings about.
  Insertion Insert(TokenId id);

  // The id of the token with this text, or -1.
  TokenId Find(std::string_view bytes) const;

 private:
  struct Slot {
    uint32_t tag;  // high half of the hash
    TokenId id;    // -1: free
  };

  const std::vector<std::string>* texts_;
  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace bantam
