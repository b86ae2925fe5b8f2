// CharMap: the replacements of characters that SentencePiece compiles into its models
// ("precompiled_charsmap": NFKC with whitespace made plain, most often).
//
// The bytes are a count, a double-array trie (Aoe 1989, as Darts lays it out) from texts to places,
// and the replacements, each ended by a zero byte. What is replaced is what the package tokenizers
// does: grapheme clusters of up to five bytes whole, longer ones character by character, each by
// the shortest text of the trie that it begins with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam {

// Immutable; safe from many threads.
class CharMap {
 public:
  // Fails with kCorrupt if `bytes` have another layout or their replacements are no UTF-8 or far
  // longer than any of Unicode's. A trie that leads out of itself finds nothing there.
  static Result<std::shared_ptr<const CharMap>> Read(std::string_view bytes);

  // True if anything in `text` (valid UTF-8) is replaced, and then `changed` is the result.
  // Linear.
  bool Apply(std::string_view text, std::string& changed) const;

 private:
  CharMap() = default;
  // What stands for the shortest known beginning of `text`.
  std::optional<std::string_view> Find(std::string_view text) const;
  std::optional<std::string_view> ReplacementAt(uint32_t place) const;

  std::vector<uint32_t> units_;
  std::string replacements_;
};

}  // namespace bantam
