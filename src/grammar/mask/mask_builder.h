// FillMask: the tokens that may come next at a matcher's position, without trying most of them.
//
// The walk over a trie that skips subtrees whose first byte fails, and masks computed beforehand
// for what strings mostly consist of, follow the published ideas of llguidance and XGrammar (Dong
// et al., "XGrammar: Flexible and Efficient Structured Generation", 2024).
#pragma once

#include <cstdint>

#include "base/token_mask.h"
#include "grammar/mask/token_trie.h"
#include "grammar/matcher.h"

namespace bantam::grammar {

// Sets `mask` (of the vocabulary's size) to the text tokens whose bytes the matcher takes with
// FinishBytes() at most `finish_bytes_max` (-1: none) after them, and to the end tokens if the
// document may end here. The matcher is at its position again afterwards. True if a token was left
// out because of finish_bytes_max alone.
//
// Exact: what trying each token byte by byte gives, as long as plain_text() keeps its promises:
//
// - A token that is plain from byte d on begins a plain text there, even if it ends inside a
//   character. So it is legal if the matcher says kLegal (or kUniform) after d bytes, no more
//   characters are left of it than may come, and PlainFinishBytes() fits. If that does not fit, the
//   subtree is walked. After d bytes means: not inside a character; the trie knows where not to
//   ask.
// - At a kUniform position P, let a token be p + s, p its longest plain beginning of whole
//   characters. P accepts p and is P again, so p + s is legal, and FinishBytes() after it the same,
//   exactly if s is from P. All tokens with the same s are decided by pushing s once. This holds
//   for every s: a quote and what follows, an escape, a control character, ill-formed bytes, and,
//   where the budget is so near that they matter, the beginnings of a character that end a token.
// - Where only some characters change nothing (loop()), let p be a token's longest beginning of
//   such characters. If nothing follows, it is legal as p is; if what follows begins with another
//   plain character, the token is walked, but only if such a character may come next at all; else
//   what follows is decided as above, once for all tokens with p of the loop.
//   Where only some are legal, tokens of other classes are not, and the rest is as for kLegal.
//   Below a first byte after which there is such a loop it is the same, but that all tokens with
//   something else than plain characters are walked.
// - Where most plain characters lead to one position Q and, there, back to it (convergence()), the
//   mask is that of Q, but for the tokens that do not begin with such characters. Those are walked
//   up to where plain text, all of it of that loop, has led to Q: what is left is in Q's mask.
// - Where not every plain text is legal but an automaton decides (text_place()), tokens are walked
//   along its states: text_filler.h.
// - What the promises do not hold for (compared_text(), dead_ends(), stray_texts()) is tried
//   afterwards.
bool FillMask(const TokenTrie& trie, Matcher& matcher, int64_t finish_bytes_max, TokenMask& mask);

}  // namespace bantam::grammar
