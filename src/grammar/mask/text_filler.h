// FillText: the tokens that may come next inside a text whose automaton is at hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/token_mask.h"
#include "grammar/mask/token_trie.h"
#include "grammar/matcher.h"

namespace bantam::grammar {

// What FillText has done.
enum class TextFill : uint8_t {
  kFailed,  // nothing that counts: the automaton gave up
  kWhole,
  kCut,  // it left out a token for want of budget alone
};

// Decides tokens by the matcher, which has read the `depth` bytes that they begin with: those of a
// subtree of a trie.
using TrieWalk = std::function<TextFill(const FlatTrie& trie, uint32_t node, uint32_t token_end,
                                        size_t depth, TokenMask& mask)>;

// Decides the tokens of trie.all() at a position for which matcher.text_place() is `place`: steps
// of the automaton instead of the matcher's, but for what plain text does not have. Tokens of
// characters any of which may come (TextAutomaton::Free) are not even looked at. `mask` is empty
// before.
TextFill FillText(const TokenTrie& trie, Matcher& matcher, const TextPlace& place,
                  int64_t finish_bytes_max, const TrieWalk& walk, TokenMask& mask);

// The same for the tokens of trie.all() below some siblings, those from `node` to `end`, whose
// tokens end at `token_end`; the matcher has read the `depth` bytes before them.
TextFill FillTextBelow(const TokenTrie& trie, Matcher& matcher, const TextPlace& place,
                       int64_t finish_bytes_max, const TrieWalk& walk, uint32_t node, uint32_t end,
                       uint32_t token_end, size_t depth, TokenMask& mask);

// Allows those of `tokens` that consist of characters of `classes` (whole ones) if `fits`. Returns
// whether there are any that do not fit.
bool AllowClasses(const TokenTrie& trie, TextClasses classes, const TokenMask& tokens, bool fits,
                  TokenMask& mask);

// Forbids plain tokens of more characters than `most`, which is not less than
// TokenTrie::kCountedCharacters.
void ForbidLonger(const TokenTrie& trie, uint32_t most, TokenMask& mask);

}  // namespace bantam::grammar
