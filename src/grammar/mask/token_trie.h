// TokenTrie: a vocabulary arranged so that the tokens of a position are found by reading few bytes.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/token_mask.h"
#include "base/vocabulary.h"
#include "grammar/mask/flat_trie.h"
#include "grammar/mask/text_class.h"

namespace bantam::grammar {

// Immutable; safe to share between threads. Built once for a vocabulary: for the 151,936 tokens of
// Qwen2.5 in about 50 ms; 15 MB.
//
// Text tokens are those that may be chosen inside a shape: kNormal, kByte and kAdded (part of the
// reply as any other text; a shape that asks for "<tool_call>" wants that token) of 1 to 255 bytes
// that do not end a reply. All others are never legal, but for end tokens where the document may
// end.
//
// Plain text and tails are as in token_shape.h. A token that is plain, tail or not, is legal
// wherever every plain text is: it begins one.
class TokenTrie {
 public:
  // Masks of plain tokens are kept for up to so many characters; most tokens have fewer.
  static constexpr size_t kCountedCharacters = 16;

  // The vocabulary must outlive this.
  explicit TokenTrie(const Vocabulary& vocabulary);

  // No other trie of this process has it.
  uint64_t serial() const { return serial_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  bool IsText(TokenId id) const { return text_.Allows(id); }
  // Bytes for which there is no token of just this byte.
  const std::bitset<256>& missing_bytes() const { return missing_; }

  const FlatTrie& all() const { return all_; }
  // The tokens that are not plain.
  const FlatTrie& rest() const { return rest_; }
  // The same, without the whole plain characters they begin with: from a position that plain text
  // does not change, a token is legal exactly if what is left of it is.
  const FlatTrie& exits() const { return exits_; }
  // The tails of plain tokens that have one.
  const FlatTrie& tails() const { return tails_; }

  // The tokens with characters of a class in their plain beginning, or with more than that.
  const TokenMask& with(TextClass text_class) const {
    return with_[static_cast<size_t>(text_class)];
  }
  const TokenMask& text() const { return text_; }

  // Plain tokens without and with those that end in a tail.
  const TokenMask& whole() const { return whole_; }
  const TokenMask& plain() const { return plain_; }
  // Plain tokens of at most `n` characters (a tail is one), n <= kCountedCharacters.
  const TokenMask& plain(size_t n) const { return counted_[n]; }
  // Plain tokens of more than kCountedCharacters: characters and id, fewest characters first.
  struct LongToken {
    uint32_t characters;
    TokenId id;
  };
  const std::vector<LongToken>& long_plain() const { return long_plain_; }

  // Tokens that may end a quoted text and have another after it: they have three quotes.
  const std::vector<TokenId>& quoting() const { return quoting_; }
  // Those, and tokens that may end a text that they have a part of and begin another after it, or
  // end two values.
  const std::vector<TokenId>& requoting() const { return requoting_; }

  size_t memory_bytes() const;

 private:
  struct Sets;
  void Add(TokenId id, std::string_view bytes, Sets& sets);

  const uint64_t serial_;
  const Vocabulary& vocabulary_;
  TokenMask text_;
  TokenMask whole_;
  TokenMask plain_;
  std::vector<TokenMask> counted_;
  std::vector<TokenMask> with_;
  std::vector<LongToken> long_plain_;
  std::vector<TokenId> quoting_;
  std::vector<TokenId> requoting_;
  std::bitset<256> missing_;
  FlatTrie all_, rest_, exits_, tails_;
};

}  // namespace bantam::grammar
