// ShortestTexts: the shortest way to the end of a rule from each of its states.
//
// Knuth, "A generalization of Dijkstra's algorithm" (1977).
#pragma once

#include <cstdint>

#include "grammar/gbnf/rule_automata.h"

namespace bantam::grammar {

// Ways of more bytes are taken for none.
inline constexpr uint32_t kMaxFinishBytes = uint32_t{1} << 22;

// Fills in `suffix`, `best…` and `shortest` of `automata`, in bytes of UTF-8, and takes out the
// edges that lead to no end. Of equally short ways the one with the friendlier first character
// (letters before digits, then spaces, other signs, '"' and '\', control characters). Time is
// (edges) · log(edges).
void FindShortestTexts(RuleAutomata* automata);

// The character of [first, last] with the fewest bytes, the friendliest of those.
char32_t BestCharacter(char32_t first, char32_t last);

// The first character of the shortest text from `state` to the end of its rule; of an accepting
// state, the shortest that is not empty. The automata must have been filled in.
char32_t FirstCharacter(const RuleAutomata& automata, uint32_t state);

}  // namespace bantam::grammar
