// A walk over the trie with a row of the automaton after each character.
#include "grammar/mask/text_filler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "grammar/mask/text_automaton.h"
#include "grammar/partial_char.h"

namespace bantam::grammar {
namespace {

using Row = TextAutomaton::Row;

// Bytes that it takes at most inside of quotes.
size_t EscapedSize(std::string_view text) {
  size_t size = text.size();
  for (const char c : text) {
    if (c == '"' || c == '\\') size += 1;
    if (static_cast<uint8_t>(c) < 0x20) size += 5;
  }
  return size;
}

class TextFiller {
 public:
  TextFiller(const TokenTrie& trie, Matcher& matcher, const TextPlace& place,
             int64_t finish_bytes_max, const TrieWalk& walk, TokenMask& mask)
      : trie_(trie),
        nodes_(trie.all().nodes().data()),
        ids_(trie.all().ids().data()),
        matcher_(matcher),
        automaton_(*place.automaton),
        place_(place),
        finish_bytes_max_(finish_bytes_max),
        walk_(walk),
        mask_(mask) {}

  TextFill Fill() {
    FillFree();
    const FlatTrie& trie = trie_.all();
    return FillBelow(0, trie.roots(), static_cast<uint32_t>(trie.ids().size()), 0);
  }

  TextFill FillBelow(uint32_t node, uint32_t end, uint32_t token_end, size_t bytes_before) {
    bytes_before_ = bytes_before;
    levels_[0] = {node, end, token_end, place_.row, {}};
    Walk();
    if (automaton_.gave_up()) return TextFill::kFailed;
    return cut_ ? TextFill::kCut : TextFill::kWhole;
  }

 private:
  // Siblings to try after some bytes.
  struct Level {
    uint32_t node, end;
    uint32_t token_end;  // of the last sibling
    Row row;
    PartialChar begun;  // a character of which some bytes are left
  };

  // Bytes that are owed at most where the text owes so many characters.
  bool Fits(uint64_t owed) const {
    constexpr uint64_t kMostEscaped = 6;  // bytes of a character as JSON
    constexpr uint64_t kBegun = 3;        // bytes that a begun character owes
    const uint64_t most = std::min(owed, uint64_t{Matcher::kUnbounded}) * kMostEscaped + kBegun;
    return finish_bytes_max_ >= 0 &&
           most + place_.bytes_after <= static_cast<uint64_t>(finish_bytes_max_);
  }

  // The same, known to the byte.
  bool ShortestFits(Row row) {
    const auto [it, added] = shortest_fits_.try_emplace(row, false);
    if (added) {
      const std::string text = automaton_.Shortest(row);
      const size_t size = !place_.quoted ? text.size()
                          : place_.exact ? JsonQuote(text).size() - 2
                                         : EscapedSize(text);
      it->second = finish_bytes_max_ >= 0 &&
                   size + place_.bytes_after <= static_cast<uint64_t>(finish_bytes_max_);
    }
    return it->second;
  }

  void FillFree() {
    const TextAutomaton::Free free = automaton_.FreeFrom(place_.row);
    if (free.classes == 0 || !Fits(free.owed)) return;
    const bool counted = free.characters <= TokenTrie::kCountedCharacters;
    AllowClasses(trie_, free.classes, counted ? trie_.plain(free.characters) : trie_.plain(), true,
                 mask_);
    if (!counted) ForbidLonger(trie_, free.characters, mask_);
    needed_ = ~free.classes;
    free_characters_ = free.characters;
  }

  void Walk() {
    const FlatTrie& trie = trie_.all();
    const TextClasses* classes = trie.node_classes().data();
    const uint8_t* characters = trie.node_characters().data();
    for (size_t depth = 0;;) {
      Level& level = levels_[depth];
      if (level.node == level.end) {
        if (depth == 0) break;
        --depth;
        continue;
      }
      const uint32_t index = level.node++;
      if ((classes[index] & needed_) == 0 && characters[index] <= free_characters_) continue;
      const TrieNode& node = nodes_[index];
      const uint32_t token_end =
          level.node < level.end ? nodes_[level.node].first_token : level.token_end;
      PartialChar begun;
      Row row = level.row;
      if (node.byte < 0x80 && level.begun.left == 0) {
        if (place_.quoted && kAsciiClasses[node.byte] == TextClass::kNotPlain) {
          WalkBeyond(index, token_end, depth);
          continue;
        }
        row = automaton_.Next(row, node.byte);
        if (row == TextAutomaton::kDead) continue;
      } else if (!ReadLong(level, node.byte, row, begun)) {
        continue;
      }
      const uint32_t own_end = node.children > 0 ? nodes_[node.first_child].first_token : token_end;
      if (node.first_token < own_end) Decide(node.first_token, own_end, row, begun);
      if (node.children == 0) continue;
      path_[depth] = static_cast<char>(node.byte);
      levels_[++depth] = {node.first_child, node.first_child + node.children, token_end, row,
                          begun};
    }
  }

  // A byte of a character beyond ASCII. False: no text goes on so; inside a character that is
  // known only where it is cheap.
  bool ReadLong(const Level& level, uint8_t byte, Row& row, PartialChar& begun) {
    const bool first = level.begun.left == 0;
    if (first && !automaton_.IsWide(level.row)) return false;
    const auto read = first ? PartialChar::Begin(byte) : level.begun.Next(byte);
    if (!read) return false;
    begun = *read;
    if (read->left > 0) return true;
    row = automaton_.Next(row, read->first);
    return row != TextAutomaton::kDead;
  }

  // Quotes, escapes and control characters.
  void WalkBeyond(uint32_t node, uint32_t token_end, size_t depth) {
    const uint8_t byte = nodes_[node].byte;
    if (byte < 0x20) return;
    if (byte == '"') {
      if (!automaton_.Nullable(levels_[depth].row)) return;
      // The rests of tokens that begin before the text are others (TokenTrie::exits).
      if (place_.same_end && bytes_before_ == 0 && !ends_known_) FindEnds(depth);
      if (ends_) {
        for (uint32_t t = nodes_[node].first_token; t < token_end; ++t) {
          if (ends_->Allows(ids_[t])) mask_.Allow(ids_[t]);
        }
        return;
      }
    }
    const size_t n = PushPath(depth);
    if (n == depth) cut_ |= walk_(trie_.all(), node, token_end, mask_) == TextFill::kCut;
    matcher_.Pop(n);
  }

  // Of all tokens with a quote after plain text, those whose rest from there on may come after the
  // quote that ends a text.
  void FindEnds(size_t depth) {
    ends_known_ = true;
    const FlatTrie& exits = trie_.exits();
    uint32_t node = 0;
    while (node < exits.roots() && exits.nodes()[node].byte != '"') ++node;
    if (node == exits.roots()) return;
    const auto end = static_cast<uint32_t>(exits.ids().size());
    const uint32_t token_end = node + 1 < exits.roots() ? exits.nodes()[node + 1].first_token : end;
    TokenMask& ends = ends_.emplace(mask_.size());
    const size_t n = PushPath(depth);
    const bool whole = n == depth && walk_(exits, node, token_end, ends) == TextFill::kWhole;
    matcher_.Pop(n);
    if (!whole) ends_.reset();  // whose budget is too small is to be told for each
  }

  // Returns how many of the first `depth` bytes of the path the matcher has taken.
  size_t PushPath(size_t depth) {
    size_t n = 0;
    while (n < depth && matcher_.Push(static_cast<uint8_t>(path_[n]))) ++n;
    return n;
  }

  // The tokens [first, end) lead to `row`, and a character begun there.
  void Decide(uint32_t first, uint32_t end, Row row, const PartialChar& begun) {
    const bool whole = begun.left == 0;
    const auto owed =
        whole ? std::optional(automaton_.Owed(row)) : automaton_.OwedWithin(row, begun);
    if (!owed) return;
    const bool fits = Fits(*owed) || (whole && ShortestFits(row));
    const bool known = fits || (whole && place_.exact);
    for (uint32_t t = first; t < end; ++t) {
      if (known ? fits : FitsExactly(ids_[t])) {
        mask_.Allow(ids_[t]);
      } else {
        cut_ = true;
      }
    }
  }

  bool FitsExactly(TokenId id) {
    if (finish_bytes_max_ < 0) return false;
    const std::string_view token = trie_.vocabulary().bytes[static_cast<size_t>(id)];
    const std::string_view bytes = token.substr(bytes_before_);
    size_t n = 0;
    while (n < bytes.size() && matcher_.Push(static_cast<uint8_t>(bytes[n]))) ++n;
    const bool fits =
        n == bytes.size() && matcher_.FinishesWithin(static_cast<uint32_t>(
                                 std::min<int64_t>(finish_bytes_max_, Matcher::kUnbounded)));
    matcher_.Pop(n);
    return fits;
  }

  const TokenTrie& trie_;
  const TrieNode* const nodes_;
  const TokenId* const ids_;
  Matcher& matcher_;
  TextAutomaton& automaton_;
  const TextPlace place_;
  const int64_t finish_bytes_max_;
  const TrieWalk& walk_;
  TokenMask& mask_;
  size_t bytes_before_ = 0;  // of tokens, that the matcher has read
  bool cut_ = false;
  // Tokens without such characters, and of no more characters, are decided.
  TextClasses needed_ = kAllText;
  uint32_t free_characters_ = 0;
  std::unordered_map<Row, bool> shortest_fits_;
  bool ends_known_ = false;
  std::optional<TokenMask> ends_;
  std::array<char, FlatTrie::kMaxTextBytes> path_;         // the bytes read
  std::array<Level, FlatTrie::kMaxTextBytes + 1> levels_;  // [bytes read]
};

}  // namespace

TextFill FillText(const TokenTrie& trie, Matcher& matcher, const TextPlace& place,
                  int64_t finish_bytes_max, const TrieWalk& walk, TokenMask& mask) {
  return TextFiller(trie, matcher, place, finish_bytes_max, walk, mask).Fill();
}

TextFill FillTextBelow(const TokenTrie& trie, Matcher& matcher, const TextPlace& place,
                       int64_t finish_bytes_max, const TrieWalk& walk, uint32_t node, uint32_t end,
                       uint32_t token_end, size_t depth, TokenMask& mask) {
  return TextFiller(trie, matcher, place, finish_bytes_max, walk, mask)
      .FillBelow(node, end, token_end, depth);
}

bool AllowClasses(const TokenTrie& trie, TextClasses classes, const TokenMask& tokens, bool fits,
                  TokenMask& mask) {
  constexpr size_t kBlock = 64;
  const std::span<uint64_t> words = mask.mutable_words();
  bool left_out = false;
  for (size_t begin = 0; begin < words.size(); begin += kBlock) {
    const size_t n = std::min(kBlock, words.size() - begin);
    std::array<uint64_t, kBlock> others = {};
    for (TextClasses rest = ~classes; rest != 0; rest &= rest - 1) {
      const TokenMask& with = trie.with(static_cast<TextClass>(std::countr_zero(rest)));
      const uint64_t* const other = with.words().data() + begin;
      for (size_t i = 0; i < n; ++i) others[i] |= other[i];
    }
    for (size_t i = 0; i < n; ++i) {
      const uint64_t legal = tokens.words()[begin + i] & ~others[i];
      if (fits) {
        words[begin + i] |= legal;
      } else {
        left_out |= legal != 0;
      }
    }
  }
  return left_out;
}

void ForbidLonger(const TokenTrie& trie, uint32_t most, TokenMask& mask) {
  const std::vector<TokenTrie::LongToken>& tokens = trie.long_plain();
  for (size_t i = tokens.size(); i > 0 && tokens[i - 1].characters > most; --i) {
    mask.Forbid(tokens[i - 1].id);
  }
}

}  // namespace bantam::grammar
