// Detokenizer: token ids to text as they come, whole UTF-8 characters only.
#pragma once

#include <string>

#include "base/vocabulary.h"

namespace bantam {

// One per reply; not thread-safe. Keeps the bytes of an unfinished character until it is whole.
class Detokenizer {
 public:
  // `vocabulary` must outlive the detokenizer. Control tokens give no text unless `keep_special`.
  // `opens_text`: the ids are those of a whole text or of one after a control token, where the
  // tokenizer may have put a space that is no part of it (Vocabulary::leading_space); one that
  // comes first is then left out. Without it every byte of the tokens comes out.
  explicit Detokenizer(const Vocabulary& vocabulary, bool keep_special = false,
                       bool opens_text = false);

  // The text that became certain with this token; may be empty. Bytes that can no longer become
  // valid UTF-8 come out as U+FFFD.
  std::string Push(TokenId id);

  // What is left at the end of the reply: an unfinished character becomes U+FFFD.
  std::string Finish();

 private:
  const Vocabulary& vocabulary_;
  bool keep_special_;
  bool drops_space_;  // if it is the first character
  std::string pending_;
};

}  // namespace bantam
