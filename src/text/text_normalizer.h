// TextNormalizer: what is done to text before it is cut into pieces, step by step.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/bert_normalizer.h"
#include "text/char_map.h"

namespace bantam {

struct NormalizerStep {
  enum Kind : uint8_t {
    kNfc,
    kNfd,
    kLowercase,
    kSpaces,        // "▁" becomes " ": models that spell spaces so see no difference
    kPrependSpace,  // if there is any text
    kBert,
    kCharMap,
    kStripStart,  // whitespace at the start, and at the end, is left out
    kStripEnd,
    kMergeSpaces,        // two and more " " become one
    kMergeSpacesToMark,  // or "▁"
  };
  Kind kind;
  BertStyle bert = {};
  std::shared_ptr<const CharMap> char_map = nullptr;
};

// Immutable; safe from many threads.
class TextNormalizer {
 public:
  TextNormalizer() = default;
  explicit TextNormalizer(std::vector<NormalizerStep> steps) : steps_(std::move(steps)) {}

  // Whether a step makes "▁" of spaces, so that a space is no whitespace any more.
  bool marks_spaces() const { return Has(NormalizerStep::kSpaces); }
  // Whether a step sees a difference between " " and "▁".
  bool tells_marks() const;
  bool Has(NormalizerStep::Kind kind) const;

  // True if `text` (valid UTF-8) is not as it should be, and then `changed` is. `continued`: text
  // goes on from what stands before, so that no space is put there. Linear.
  bool Apply(std::string_view text, std::string& changed, bool continued = false) const;

 private:
  std::vector<NormalizerStep> steps_;
};

// Replaces each "▁" by a space: the vocabularies of SentencePiece spell spaces so.
std::string SpacesOfMarks(std::string_view text);

inline constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // ▁ (U+2581)

}  // namespace bantam
