// MaskCache: masks of positions that come again, in one reply or in the replies of one shape.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/token_mask.h"
#include "grammar/mask/token_trie.h"
#include "grammar/matcher.h"

namespace bantam::grammar {

// For the matchers of one grammar, with any number of vocabularies. Not thread-safe, like what
// those matchers share.
class MaskCache {
 public:
  // Of Qwen2.5's vocabulary 19 KB each. The longest unused is given up.
  static constexpr size_t kMostMasks = 256;

  // FillMask, or what it gave at an equal position.
  bool Fill(const TokenTrie& trie, Matcher& matcher, int64_t finish_bytes_max, TokenMask& mask);

 private:
  struct Entry {
    std::string position;
    int64_t finish_bytes_max;  // with which it was computed, and nothing was left out for it
    TokenMask mask;
  };
  std::list<Entry> entries_;  // the last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> index_;
  std::string key_;
};

}  // namespace bantam::grammar
