// Constraint: which tokens may come next in a reply of a given shape, so that it is valid and
// finished within its budget whatever is chosen.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/token_mask.h"
#include "base/vocabulary.h"
#include "grammar/mask/mask_cache.h"
#include "grammar/mask/token_trie.h"
#include "grammar/matcher.h"

namespace bantam::grammar {

// One per running reply. Not thread-safe.
//
// Invariant: after each accepted token the matcher's FinishBytes(), in tokens at most as many, plus
// one end token fit into what is left of the budget. A token is legal exactly if the matcher takes
// its bytes and the invariant holds after it; so the first byte of Completion() always is, as long
// as every byte is a token.
//
// Some byte-level vocabularies lack single bytes that texts hardly ever have: control characters
// other than tab, line feed and carriage return, and the first bytes of U+40000 … U+BFFFF, which
// stand for nothing. There, Allows and Accept also refuse a token after which such a byte would be
// owed, unless it is on the way to the completion known before; Mask() does not look that far.
// Vocabularies that lack other bytes are refused.
class Constraint {
 public:
  // `trie` (shared by all constraints of a vocabulary) must outlive this. `matcher` may have read
  // something: the reply begins after it. Fails with kInvalidArgument, naming the minimum, if
  // `budget` tokens (the end token included) are too few for any document, and with kUnsupported if
  // the vocabulary has no end token or lacks a byte that is needed.
  // `masks`, where there is one, is for matchers of this grammar and must outlive this.
  static Result<std::unique_ptr<Constraint>> Create(std::unique_ptr<Matcher> matcher,
                                                    const TokenTrie& trie, int64_t budget,
                                                    MaskCache* masks = nullptr);

  virtual ~Constraint() = default;

  // The tokens that may come next; end tokens where the document may end, and only those after an
  // end token. Near the budget it may hold a token too many: Allows decides. Never empty. Valid
  // until the next call of Accept or Rollback.
  virtual const TokenMask& Mask() = 0;
  // Whether `token` is in Mask(), without computing it. Greedy choice may ask for tokens in the
  // order of their logits: the first that is allowed is the best of the mask.
  virtual bool Allows(TokenId token) = 0;
  // A token of Mask() was chosen. False, and nothing has changed, if it is not legal.
  virtual bool Accept(TokenId token) = 0;
  // Takes back the last `n` accepted tokens (speculation), at most all of them.
  virtual void Rollback(int n) = 0;

  // Bytes that have no alternative in the shape here (kMaxForcedBytes at most) but other ways to
  // write the same text, "" if there is one: they need not be chosen. However they are cut into
  // tokens, those are legal. With the document's end unavoidable after them, `ends` is set, else
  // cleared.
  virtual std::string ForcedBytes(bool* ends) = 0;
  static constexpr size_t kMaxForcedBytes = 1024;

  // The budget has taken tokens away that were legal otherwise: the reply was shortened, first at
  // this byte of it; -1: never. What counts is every position of the present reply at which Mask()
  // was computed and left out a token, or Allows() refused one, for the budget alone.
  virtual int64_t shortened_at() const = 0;
  virtual const Matcher& matcher() const = 0;
};

}  // namespace bantam::grammar
