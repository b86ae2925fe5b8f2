// LookupDraft: guesses what a sequence says next from what it has said before.
//
// Replies copy: from the prompt (edits, extraction, summaries, code) and from themselves (JSON
// keys, tables). The tokens that followed the last occurrence of the present ending are a draft
// that the model can check in one batch (Leviathan et al., "Fast Inference from Transformers via
// Speculative Decoding", ICML 2023; Saxena, "Prompt Lookup Decoding", 2023). Only speed depends on
// it: a token is kept only where it is the one that would have been chosen.
#pragma once

#include <span>
#include <vector>

#include "base/vocabulary.h"

namespace bantam {

// One per sequence; not thread-safe. Deterministic: counts steps, never time.
class LookupDraft {
 public:
  static constexpr int kMinMatch = 3;   // tokens of the ending that must have occurred before
  static constexpr int kMaxMatch = 16;  // more say no more
  static constexpr int kMaxTokens = 15;

  // The next tokens as far as they can be guessed, at most `most`; empty where guessing has not
  // paid lately. Valid until the next call.
  std::span<const TokenId> Propose(std::span<const TokenId> tokens, int most);

  std::span<const TokenId> proposed() const { return draft_; }

  // How many of the tokens proposed last were right.
  void Judge(int n_right);

 private:
  // Where the longest earlier occurrence of the ending ends; -1 if there is none.
  static int FindEnding(std::span<const TokenId> tokens);

  std::vector<TokenId> draft_;
  int length_ = 4;    // of the next draft: doubles with success
  int failures_ = 0;  // drafts in a row of which nothing was right
  int pause_ = 0;     // steps without a draft after failures
};

}  // namespace bantam
