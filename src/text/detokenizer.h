// Detokenizer: token ids to text as they come, whole UTF-8 characters only.
#pragma once

#include <string>

#include "base/vocabulary.h"

namespace bantam {

// One per reply; not thread-safe. Keeps the bytes of an unfinished character until it is whole.
class Detokenizer {
 public:
  // `vocabulary` must outlive the detokenizer. Control tokens give no text unless `keep_special`.
  explicit Detokenizer(const Vocabulary& vocabulary, bool keep_special = false);

  // The text that became certain with this token; may be empty. Bytes that can no longer become
  // valid UTF-8 come out as U+FFFD.
  std::string Push(TokenId id);

  // What is left at the end of the reply: an unfinished character becomes U+FFFD.
  std::string Finish();

 private:
  const Vocabulary& vocabulary_;
  bool keep_special_;
  std::string pending_;
};

}  // namespace bantam
