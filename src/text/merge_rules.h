// The tables behind merging, from the lists that model files carry.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/vocabulary.h"
#include "text/merge_table.h"
#include "text/token_index.h"
#include "text/token_spelling.h"

namespace bantam {

// An index of the tokens with `spelled`. `place` names the list of tokens in messages; its
// positions follow as "[7]". Fails with kCorrupt if two tokens have the same text. With
// kSpaceMarks, where an added token may be spelled both ways, the first one stands for both.
Result<TokenIndex> MakeTokenIndex(const Vocabulary& vocabulary, const std::vector<bool>& spelled,
                                  const std::string& place);

// Cuts "left right" at its space; false if it is no merge.
bool SplitMerge(std::string_view merge, std::string_view& left, std::string_view& right);

struct MergeRule {
  std::string_view left;  // as the file spells it
  std::string_view right;
};

// The table of merges in the order they are tried. Fails with kCorrupt if the parts of one or its
// result are no tokens; `place` names the list.
Result<MergeTable> MakeMergeTable(const std::vector<MergeRule>& rules, TokenSpelling spelling,
                                  const TokenIndex& index, const Vocabulary& vocabulary,
                                  const std::vector<bool>& spelled, const std::string& place);

// Merges as SentencePiece finds them without a list: any two neighbours whose texts together are a
// token merge, the token of the highest score first and of equals the leftmost.
struct ScoredMerges {
  MergeTable table;
  // Characters that tokens are made of but that are none themselves; in merges they are the ids
  // from the size of the vocabulary on.
  std::vector<std::string> extra;
};

// `scores` has one for each token. Fails with kCorrupt for NaN, kUnsupported for tokens of over
// 512 bytes that merging could give: looking at all their halves would take too long.
Result<ScoredMerges> MakeScoredMerges(const std::vector<double>& scores, const TokenIndex& index,
                                      const Vocabulary& vocabulary,
                                      const std::vector<bool>& spelled, const std::string& place);

}  // namespace bantam
