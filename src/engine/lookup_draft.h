// LookupDraft: guesses what a sequence says next from what it has said before.
//
// Replies copy: from the prompt (edits, extraction, summaries, code) and from themselves (JSON
// keys, tables). The tokens that followed the last occurrence of the present ending are a draft
// that the model can check in one batch (Leviathan et al., "Fast Inference from Transformers via
// Speculative Decoding", ICML 2023; Saxena, "Prompt Lookup Decoding", 2023). Only speed depends on
// it: a token is kept only where it is the one that would have been chosen.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/vocabulary.h"

namespace bantam {

// One per sequence; not thread-safe. Deterministic: counts tokens, never time.
//
// How many tokens to guess follows from how often guesses have been right: the longer the ending
// that has occurred before, the likelier. Each guess that is right makes it longer by one. A draft
// is as long as maximises the tokens to be expected for the cost of the step, and empty where a
// step without one does better.
class LookupDraft {
 public:
  static constexpr int kMinMatch = 2;   // tokens of the ending that must have occurred before
  static constexpr int kMaxMatch = 16;  // more say no more
  static constexpr int kMaxTokens = 15;

  // The next tokens as far as guessing them pays, at most `most`. Valid until the next call.
  std::span<const TokenId> Propose(std::span<const TokenId> tokens, int most);

  std::span<const TokenId> proposed() const { return draft_; }

  // How many of the tokens proposed last were right.
  void Judge(int n_right);

 private:
  // An earlier occurrence of the ending.
  struct Match {
    int end = -1;  // index of its last token; -1 if there is none
    int length = 0;
  };
  static Match FindEnding(std::span<const TokenId> tokens);

  // Of the guesses after matches of some length: how many were right, of how many; the latest count
  // most. Starts with what is usual.
  struct Odds {
    float right;
    float all;
  };
  static constexpr std::array<Odds, 6> kUsual = {
      {{0.6F, 3}, {1.05F, 3}, {1.5F, 3}, {1.8F, 3}, {2.1F, 3}, {2.55F, 3}}};
  static size_t KindOf(int match_length);
  int BestLength(int match_length) const;

  std::vector<TokenId> draft_;
  Match match_;  // of draft_
  std::array<Odds, 6> odds_ = kUsual;
};

}  // namespace bantam
