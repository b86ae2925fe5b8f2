// TokenIndex: from the bytes of a token to its id.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/vocabulary.h"

namespace bantam {

// A flat hash table over a vocabulary's byte strings. Immutable after building, so safe to share.
class TokenIndex {
 public:
  enum class Insertion : uint8_t { kDone, kDuplicate, kCrowded };

  // `vocabulary` must outlive the index and not change; room for all its tokens is made.
  explicit TokenIndex(const Vocabulary& vocabulary);

  // Adds a token under its bytes. kDuplicate if a token with the same bytes is there already;
  // kCrowded if too many strings hash alike, which only a hostile file brings about.
  Insertion Insert(TokenId id);

  // The id of the token with these bytes, or -1.
  TokenId Find(std::string_view bytes) const;

 private:
  struct Slot {
    uint32_t tag;  // high half of the hash
    TokenId id;    // -1: free
  };

  const Vocabulary* vocabulary_;
  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace bantam
