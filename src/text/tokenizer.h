// Tokenizer: text to token ids, exactly as the model's reference tokenizer does it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/metadata.h"
#include "base/vocabulary.h"

namespace bantam {

struct EncodeOptions {
  bool add_special = true;    // add BOS/EOS where the model's metadata asks for it
  bool parse_special = true;  // "<|im_end|>" in the text becomes that token, not its characters
  // The text goes on from other text: no space is put before it, as some tokenizers do.
  bool continued = false;
};

// Immutable after construction; Encode and Decode are safe from many threads.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Builds the tokenizer a model file describes (keys tokenizer.ggml.*). Fails with kUnsupported
  // for a tokenizer or pre-tokeniser that Bantam does not implement, kCorrupt for bad tables.
  static Result<std::unique_ptr<Tokenizer>> Create(const Metadata& metadata);

  // Token ids of `text`, in time linear in its length. Invalid UTF-8 is treated as the reference
  // treats it after lossy decoding (each bad byte sequence becomes U+FFFD).
  virtual std::vector<TokenId> Encode(std::string_view text,
                                      const EncodeOptions& options) const = 0;

  // The text of some ids as bytes, without the space that the tokenizer may put before a text;
  // control tokens are written out only if `keep_special`. Ids outside the vocabulary give nothing.
  virtual std::string Decode(const std::vector<TokenId>& ids, bool keep_special) const = 0;

  const Vocabulary& vocabulary() const { return *vocabulary_; }

 protected:
  std::shared_ptr<const Vocabulary> vocabulary_;
};

}  // namespace bantam
