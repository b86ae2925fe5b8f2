// Vocabulary: what each token id stands for in bytes. Shared by text and grammar.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bantam {

using TokenId = int32_t;

enum class TokenKind : uint8_t {
  kNormal,   // ordinary text
  kControl,  // special: <|im_end|>, <s>, …; carries no text of its own in a reply
  kAdded,    // user-defined text matched before pre-tokenisation; part of the reply
  kByte,     // byte fallback of SentencePiece vocabularies
  kUnknown,  // <unk>
  kUnused,   // a hole or padding row
};

// Immutable after construction; safe to share between threads.
struct Vocabulary {
  std::vector<std::string> bytes;  // [n_tokens] the exact bytes a token stands for
  std::vector<TokenKind> kinds;    // [n_tokens]
  std::vector<TokenId> end_ids;    // ids that end a reply (end of turn, end of text)
  TokenId bos = -1;                // -1: none
  TokenId eos = -1;
  TokenId pad = -1;
  // The tokenizer puts a space before a text ("▁Hello" opens one): a space that opens the text of
  // ids is not part of it.
  bool leading_space = false;

  int size() const { return static_cast<int>(bytes.size()); }
  bool IsEnd(TokenId id) const {
    for (TokenId end : end_ids) {
      if (end == id) return true;
    }
    return false;
  }
};

}  // namespace bantam
