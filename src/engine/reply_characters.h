// ReplyCharacters: the characters that a reply is kept to while its tokens are chosen.
#pragma once

#include <cstddef>
#include <span>

#include "base/token_mask.h"
#include "base/vocabulary.h"
#include "grammar/mask/character_mask.h"

namespace bantam {

// Of one reply. What it says depends on the reply's tokens alone. Not thread-safe.
class ReplyCharacters {
 public:
  // `mask`, shared by replies of one set, must outlive it. The reply begins at token `first` of its
  // sequence.
  ReplyCharacters(grammar::CharacterMask& mask, size_t first) : mask_(&mask), n_read_(first) {}

  // The tokens that may follow those of the sequence so far; see CharacterMask::At.
  const TokenMask& Mask(std::span<const TokenId> tokens) {
    Read(tokens);
    return mask_->At(place_);
  }
  bool Allows(std::span<const TokenId> tokens, TokenId next) {
    Read(tokens);
    return mask_->Allows(place_, next);
  }

 private:
  // Tokens are only ever added.
  void Read(std::span<const TokenId> tokens) {
    while (n_read_ < tokens.size()) place_ = mask_->Follow(place_, tokens[n_read_++]);
  }

  grammar::CharacterMask* mask_;
  size_t n_read_;
  grammar::CharacterMask::Place place_;
};

}  // namespace bantam
