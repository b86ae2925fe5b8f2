// TokenText: what writing in a shape needs to know of a model's tokens.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/vocabulary.h"
#include "grammar/mask/token_trie.h"

namespace bantam {

struct TokenText {
  // The vocabulary's trie, made at the first call.
  std::function<const grammar::TokenTrie&()> trie;
  // Text to tokens as the model has learnt it, control tokens apart.
  std::function<std::vector<TokenId>(std::string_view)> encode;
};

}  // namespace bantam
