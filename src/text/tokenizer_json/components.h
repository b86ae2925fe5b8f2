// The components of a tokenizer.json, each read into what Bantam knows of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/vocabulary.h"
#include "text/added_tokens.h"
#include "text/char_bpe_model.h"
#include "text/merge_rules.h"
#include "text/pre_tokenizer.h"
#include "text/text_normalizer.h"
#include "text/tokenizer_json/json_node.h"

namespace bantam {

// Every reader takes the component's node (null where the file has none) and fails with kCorrupt or
// kUnsupported, naming the path.

Result<TextNormalizer> ReadNormalizerNode(const JsonNode& node);

struct ReadPreTokenizer {
  enum Kind : uint8_t { kNone, kByteLevel, kMetaspace, kWordMetaspace, kBert, kSpaceSplit };
  Kind kind = kNone;
  PreTokenizerKind pre = PreTokenizerKind::kGpt2;     // with kByteLevel
  bool prefix_space = false;                          // with kByteLevel
  CharBpeStyle::Prefix prefix = CharBpeStyle::kNone;  // with kMetaspace and kWordMetaspace
  bool cut_at_spaces = false;                         // with these too
};
Result<ReadPreTokenizer> ReadPreTokenizerNode(const JsonNode& node);

struct ReadDecoder {
  enum Kind : uint8_t { kNone, kByteLevel, kSpaceMarks, kWordPiece };
  Kind kind = kNone;
  bool leading_space = false;  // one that opens the text is dropped
  bool cleanup = false;        // with kWordPiece
};
Result<ReadDecoder> ReadDecoderNode(const JsonNode& node);

// The ids a text is put between.
struct ReadPostProcessor {
  std::vector<TokenId> prefix;
  std::vector<TokenId> suffix;
};
Result<ReadPostProcessor> ReadPostProcessorNode(const JsonNode& node, int n_tokens);

// The tokens of the model and the added ones, by id.
struct ReadVocabulary {
  std::vector<std::string> tokens;  // [n_tokens] empty where there is a hole
  std::vector<bool> in_model;       // [n_tokens] whether model.vocab has it
  std::vector<bool> present;        // [n_tokens] false: a hole
  std::vector<double> scores;       // [n_tokens] of a Unigram model, else empty
  std::vector<AddedToken> added;

  // -1 if there is none. Linear.
  TokenId Find(std::string_view text) const;
};
// `added` and `config_added` (added_tokens_decoder) may be null. `vocab` is an object of ids, or
// with `scored` an array of tokens and their scores.
Result<ReadVocabulary> ReadVocabularyNodes(const JsonNode& vocab, bool scored,
                                           const JsonNode& added, const JsonNode& config_added,
                                           int vocab_size);

// The merges, which point into the document.
Result<std::vector<MergeRule>> ReadMergesNode(const JsonNode& node);

}  // namespace bantam
