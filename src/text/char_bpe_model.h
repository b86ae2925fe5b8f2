// BPE on characters with bytes for those that are unknown: the model of SentencePiece vocabularies.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "base/vocabulary.h"
#include "text/merge_table.h"
#include "text/text_model.h"
#include "text/token_index.h"

namespace bantam {

struct CharBpeStyle {
  enum Prefix : uint8_t {
    kNone,
    kUnlessSpaced,         // a space before every text that does not begin with one
    kUnlessSpacedAtStart,  // only before the first
  };
  Prefix prefix = kNone;
  bool cut_at_spaces = false;  // every space begins a piece, and no merge crosses that
  bool ignore_merges = false;  // a piece that is a token is not merged from its characters
  bool byte_fallback = true;
  bool fuse_unknown = true;  // neighbours that are unknown become one token
  TokenId unknown = -1;      // -1: what has no token is left out
};

// In the text of tokens and in what is encoded spaces are spaces: "▁" and " " are one.
struct CharBpeTables {
  std::shared_ptr<const Vocabulary> vocabulary;
  TokenIndex index;  // over vocabulary->bytes: what merging can give
  MergeTable merges;
  std::vector<std::string> extra;     // see ScoredMerges
  std::array<TokenId, 256> byte_ids;  // of the byte tokens, -1 where there is none
};

std::unique_ptr<TextModel> MakeCharBpeModel(CharBpeTables tables, const CharBpeStyle& style);

// The ids of byte tokens ("<0x0A>").
std::array<TokenId, 256> FindByteTokens(const Vocabulary& vocabulary);

}  // namespace bantam
