// TextModel: from text without added tokens, normalised, to ids; one class per kind of tokenizer.
#pragma once

#include <cstdint>
#include <string_view>

#include "text/encode_state.h"

namespace bantam {

// What stands before a text: nothing, an added token, or text that it goes on from.
enum class TextPlace : uint8_t { kStart, kMiddle, kContinued };

// Immutable after construction; Encode is safe from many threads, each with its own state.
class TextModel {
 public:
  virtual ~TextModel() = default;

  // Appends the ids of `text`, valid UTF-8 that outlives `state`. Linear in the text but for a
  // logarithm.
  virtual void Encode(std::string_view text, TextPlace place, EncodeState& state) const = 0;
};

}  // namespace bantam
