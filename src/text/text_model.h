// TextModel: from text without added tokens, normalised, to ids; one class per kind of tokenizer.
#pragma once

#include <string_view>

#include "text/encode_state.h"

namespace bantam {

// Immutable after construction; Encode is safe from many threads, each with its own state.
class TextModel {
 public:
  virtual ~TextModel() = default;

  // Appends the ids of `text`, valid UTF-8 that outlives `state`. `at_start`: nothing stands before
  // it, not even an added token. Linear in the text but for a logarithm.
  virtual void Encode(std::string_view text, bool at_start, EncodeState& state) const = 0;
};

}  // namespace bantam
