// SpecialTokens: finds added tokens in text before anything else looks at it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/vocabulary.h"

namespace bantam {

// Immutable after construction, so safe to share.
class SpecialTokens {
 public:
  struct Match {
    size_t begin;
    size_t end;
    TokenId id;
  };

  // The longest text a token may have, so that a search stays linear in the text.
  static constexpr size_t kMaxBytes = 256;

  struct Token {
    std::string text;  // 1 to kMaxBytes bytes of valid UTF-8
    TokenId id;
  };
  explicit SpecialTokens(std::vector<Token> tokens);

  // The first match that starts at or after `pos`, and of those that start there the longest.
  std::optional<Match> Find(std::string_view text, size_t pos) const;

 private:
  std::vector<Token> tokens_;  // sorted by text
  std::array<uint32_t, 257>
      by_first_{};  // tokens with first byte b: [by_first_[b], by_first_[b+1])
};

}  // namespace bantam
