// Reads the vocabulary of a byte-level BPE model from its metadata (keys tokenizer.ggml.*).
#pragma once

#include <string>
#include <vector>

#include "bantam/result.h"
#include "base/metadata.h"
#include "base/vocabulary.h"

namespace bantam {

// Whether tokens of this kind carry no text of their own in a reply.
constexpr bool IsSpecial(TokenKind kind) {
  return kind == TokenKind::kControl || kind == TokenKind::kUnknown;
}

struct LoadedVocabulary {
  Vocabulary vocabulary;
  // Whether a token is spelled in the byte-level alphabet, so that merges can produce it.
  std::vector<bool> spelled;  // [n_tokens]
  bool add_bos = false;
  bool add_eos = false;
};

// `add_bos` is what holds unless the file says otherwise. Fails with kNotFound or kCorrupt; the
// message names the key.
Result<LoadedVocabulary> LoadVocabulary(const Metadata& metadata, bool add_bos);

}  // namespace bantam
