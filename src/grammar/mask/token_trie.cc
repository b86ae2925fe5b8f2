// Sorts the tokens of a vocabulary into the tries and masks.
#include "grammar/mask/token_trie.h"

#include <algorithm>

#include "grammar/mask/token_shape.h"
#include "grammar/serial.h"

namespace bantam::grammar {
namespace {

bool HasText(TokenKind kind) {
  return kind == TokenKind::kNormal || kind == TokenKind::kAdded || kind == TokenKind::kByte;
}

// Without its first `n` bytes, whole plain characters.
TrieToken WithoutPrefix(TrieToken token, size_t n) {
  for (const char byte : token.text.substr(0, n)) {
    if (!IsContinuation(byte)) --token.characters;
  }
  token.prefix = ShapeOf(token.text.substr(0, n)).classes;
  token.text.remove_prefix(n);
  const TokenShape shape = ShapeOf(token.text);
  token.classes = shape.classes;
  token.rest = shape.rest;
  token.plain_from = static_cast<uint8_t>(token.plain_from > n ? token.plain_from - n : 0);
  return token;
}

}  // namespace

struct TokenTrie::Sets {
  std::vector<TrieToken> all, rest, exits, tails;
};

TokenTrie::TokenTrie(const Vocabulary& vocabulary)
    : serial_(NextSerial()),
      vocabulary_(vocabulary),
      text_(vocabulary.size()),
      whole_(vocabulary.size()),
      plain_(vocabulary.size()),
      counted_(kCountedCharacters + 1, TokenMask(vocabulary.size())),
      with_(kTextClasses, TokenMask(vocabulary.size())) {
  missing_.set();
  Sets sets;
  sets.all.reserve(vocabulary.bytes.size());
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const auto at = static_cast<size_t>(id);
    const std::string_view bytes = vocabulary.bytes[at];
    if (!HasText(vocabulary.kinds[at]) || bytes.empty() || vocabulary.IsEnd(id)) continue;
    if (bytes.size() <= FlatTrie::kMaxTextBytes) Add(id, bytes, sets);
  }
  std::sort(long_plain_.begin(), long_plain_.end(), [](const LongToken& a, const LongToken& b) {
    return a.characters != b.characters ? a.characters < b.characters : a.id < b.id;
  });
  for (size_t n = 1; n < counted_.size(); ++n) counted_[n].AllowAlso(counted_[n - 1]);
  all_ = FlatTrie(sets.all);
  rest_ = FlatTrie(sets.rest);
  exits_ = FlatTrie(sets.exits);
  tails_ = FlatTrie(sets.tails);
}

void TokenTrie::Add(TokenId id, std::string_view bytes, Sets& sets) {
  text_.Allow(id);
  if (bytes.size() == 1) missing_.reset(static_cast<uint8_t>(bytes[0]));
  const TokenShape shape = ShapeOf(bytes);
  for (int c = 0; c < kTextClasses; ++c) {
    if ((shape.classes >> c & 1) != 0) with_[static_cast<size_t>(c)].Allow(id);
  }
  const TrieToken token = {bytes,
                           id,
                           static_cast<uint8_t>(shape.plain_from),
                           static_cast<uint8_t>(shape.characters),
                           static_cast<uint8_t>(bytes.size() - shape.tail),
                           shape.classes,
                           shape.rest,
                           0};
  sets.all.push_back(token);
  const auto quotes = std::count(bytes.begin(), bytes.end(), '"');
  if (quotes >= 3) quoting_.push_back(id);
  const std::string_view after = quotes > 0 && bytes[0] != '"' ? bytes.substr(bytes.find('"')) : "";
  if (quotes >= 3 || std::count(after.begin(), after.end(), '"') >= 2 ||
      std::count(after.begin(), after.end(), ',') >= 2)
    requoting_.push_back(id);
  if (!shape.plain()) {
    sets.rest.push_back(token);
    sets.exits.push_back(WithoutPrefix(token, shape.plain_prefix));
    return;
  }
  plain_.Allow(id);
  if (token.tail_size > 0) {
    sets.tails.push_back(WithoutPrefix(token, shape.tail));
  } else {
    whole_.Allow(id);
  }
  if (shape.characters <= kCountedCharacters) {
    counted_[shape.characters].Allow(id);
  } else {
    long_plain_.push_back({token.characters, id});
  }
}

size_t TokenTrie::memory_bytes() const {
  const size_t mask = text_.words().size_bytes();
  return all_.memory_bytes() + rest_.memory_bytes() + exits_.memory_bytes() +
         tails_.memory_bytes() + mask * (3 + counted_.size() + with_.size()) +
         long_plain_.size() * sizeof(LongToken) +
         (quoting_.size() + requoting_.size()) * sizeof(TokenId);
}

}  // namespace bantam::grammar
