// A walk over the trie with a row of the automaton after each character.
#include "grammar/mask/text_filler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
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

class TextFiller {
 public:
  TextFiller(const TokenTrie& trie, Matcher& matcher, const TextPlace& place,
             int64_t finish_bytes_max, const TrieWalk& walk, TokenMask& mask)
      : trie_(trie),
        nodes_(trie.all().nodes().data()),
        ids_(trie.all().ids().data()),
        matcher_(matcher),
        automaton_(*place.automaton),
        hold_(automaton_),
        place_(place),
        finish_bytes_max_(finish_bytes_max),
        walk_(walk),
        mask_(mask) {}

  TextFill Fill() {
    const FlatTrie& trie = trie_.all();
    Start(0, trie.roots(), static_cast<uint32_t>(trie.ids().size()));
    FillFree();
    return Walk();
  }

  TextFill FillBelow(uint32_t node, uint32_t end, uint32_t token_end, size_t bytes_before) {
    bytes_before_ = bytes_before;
    Start(node, end, token_end);
    if (bytes_before == 1) FillFreeBelow(levels_[0]);
    return Walk();
  }

 private:
  void Start(uint32_t node, uint32_t end, uint32_t token_end) {
    levels_[0] = {node, end, token_end, place_.row, {}, 0, kUndecided};
  }

  // Tokens without such characters, and of no more characters, are decided.
  struct Decided {
    TextClasses needed;
    uint32_t characters;
    bool by_rests;  // the first byte, which is a character, apart
  };
  static constexpr Decided kUndecided = {kAllText, 0, false};

  // The shortest end of a text.
  struct End {
    bool fits = false;
    bool known = false;
  };

  // Siblings to try after some bytes.
  struct Level {
    uint32_t node, end;
    uint32_t token_end;  // of the last sibling
    Row row;
    PartialChar begun;   // a character of which some bytes are left
    uint8_t characters;  // that have been read
    Decided decided;
  };

  // Bytes that are owed at most where the text owes so many characters.
  bool Fits(uint64_t owed) const {
    constexpr uint64_t kMostEscaped = 6;  // bytes of a character as JSON
    constexpr uint64_t kBegun = 3;        // bytes that a begun character owes
    const uint64_t most = std::min(owed, uint64_t{Matcher::kUnbounded}) * kMostEscaped + kBegun;
    return finish_bytes_max_ >= 0 &&
           most + place_.bytes_after <= static_cast<uint64_t>(finish_bytes_max_);
  }

  // The same, known to the byte, after a whole character. Nothing: that has to be asked of the
  // matcher.
  std::optional<bool> ShortestFits(Row row) {
    const auto [it, added] = ends_of_.try_emplace(row);
    End& end = it->second;
    if (added) {
      const std::string text =
          automaton_.FewestBytes(row, place_.quoted ? TextForm::kJson : TextForm::kUtf8);
      const size_t bytes = place_.quoted ? JsonQuote(text).size() - 2 : text.size();
      end.fits = finish_bytes_max_ >= 0 &&
                 bytes + place_.bytes_after <= static_cast<uint64_t>(finish_bytes_max_);
      // A limit may leave out the text of the fewest bytes, but none of the fewest characters.
      end.known = place_.most == RegexPool::kUnbounded || bytes == automaton_.Owed(row);
    }
    if (!end.known || (!end.fits && !place_.exact)) return std::nullopt;
    return end.fits;
  }

  // Within the limits, after so many characters of the text.
  TextAutomaton::Free FreeFrom(Row row, uint64_t characters) {
    TextAutomaton::Free free = automaton_.FreeFrom(row);
    if (!Fits(free.owed) || free.owed + characters >= place_.most) return {};
    const uint64_t most = place_.most - free.owed - characters;
    if (most < free.characters) free.characters = static_cast<uint32_t>(most);
    return free;
  }

  void FillFree() {
    const TextAutomaton::Free free = FreeFrom(place_.row, 0);
    if (free.classes == 0) return;
    const bool counted = free.characters <= TokenTrie::kCountedCharacters;
    AllowClasses(trie_, free.classes, counted ? trie_.plain(free.characters) : trie_.plain(), true,
                 mask_);
    if (!counted) ForbidLonger(trie_, free.characters, mask_);
    levels_[0].decided = {~free.classes, free.characters, false};
  }

  // The same for the tokens of siblings that follow the first byte, which is a character: those
  // that begin with '.', say, go on as freely as those that do not.
  void FillFreeBelow(Level& level) {
    constexpr uint32_t kMany = 512;  // to find out costs up to a thousand steps
    const FlatTrie& trie = trie_.all();
    if (level.node == level.end) return;
    const uint32_t first = nodes_[level.node].first_token;
    if (level.token_end - first < kMany) return;
    const TextAutomaton::Free free = FreeFrom(level.row, level.characters);
    if (free.classes == 0) return;
    const uint32_t most = SaturatingNext(free.characters);
    for (uint32_t t = first; t < level.token_end; ++t) {
      if ((trie.rest()[t] & ~free.classes) == 0 && trie.characters()[t] <= most) {
        mask_.Allow(ids_[t]);
      }
    }
    level.decided = {~free.classes, most, true};
  }

  static uint32_t SaturatingNext(uint32_t n) {
    return n == std::numeric_limits<uint32_t>::max() ? n : n + 1;
  }

  TextFill Walk() {
    const FlatTrie& trie = trie_.all();
    const TextClasses* classes = trie.node_classes().data();
    const TextClasses* rests = trie.node_rests().data();
    const uint8_t* characters = trie.node_characters().data();
    for (size_t depth = 0;;) {
      Level& level = levels_[depth];
      if (level.node == level.end) {
        if (depth == 0) break;
        --depth;
        continue;
      }
      const uint32_t index = level.node++;
      const TextClasses of_tokens = level.decided.by_rests ? rests[index] : classes[index];
      if ((of_tokens & level.decided.needed) == 0 &&
          characters[index] <= level.decided.characters) {
        continue;
      }
      const TrieNode& node = nodes_[index];
      const uint32_t token_end =
          level.node < level.end ? nodes_[level.node].first_token : level.token_end;
      PartialChar begun;
      Row row = level.row;
      uint8_t n = level.characters;
      if (node.byte < 0x80 && level.begun.left == 0) {
        if (place_.quoted && kAsciiClasses[node.byte] == TextClass::kNotPlain) {
          WalkBeyond(index, token_end, depth);
          continue;
        }
        row = automaton_.Next(row, node.byte);
        if (row == TextAutomaton::kDead) continue;
        ++n;
      } else if (!ReadLong(level, node.byte, row, begun)) {
        continue;
      } else if (begun.left == 0) {
        ++n;
      }
      const uint32_t own_end = node.children > 0 ? nodes_[node.first_child].first_token : token_end;
      if (node.first_token < own_end) Decide(node.first_token, own_end, row, begun, n);
      if (node.children == 0) continue;
      path_[depth] = static_cast<char>(node.byte);
      levels_[++depth] = {
          node.first_child, node.first_child + node.children, token_end, row, begun, n,
          level.decided};
      const bool one_byte = depth == 1 && bytes_before_ == 0 && begun.left == 0;
      if (one_byte && IsNeeded(node.byte, level.decided)) FillFreeBelow(levels_[1]);
    }
    if (automaton_.gave_up()) return TextFill::kFailed;
    return cut_ ? TextFill::kCut : TextFill::kWhole;
  }

  static bool IsNeeded(uint8_t byte, const Decided& decided) {
    return (BitOf(kAsciiClasses[byte]) & decided.needed) != 0;
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
      const Level& level = levels_[depth];
      if (!automaton_.Nullable(level.row) || level.characters > place_.most) return;
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
    if (n == depth)
      cut_ |= walk_(trie_.all(), node, token_end, bytes_before_ + depth, mask_) == TextFill::kCut;
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
    const bool whole = n == depth && walk_(exits, node, token_end, 0, ends) == TextFill::kWhole;
    matcher_.Pop(n);
    if (!whole) ends_.reset();  // whose budget is too small is to be told for each
  }

  // Returns how many of the first `depth` bytes of the path the matcher has taken.
  size_t PushPath(size_t depth) {
    size_t n = 0;
    while (n < depth && matcher_.Push(static_cast<uint8_t>(path_[n]))) ++n;
    return n;
  }

  // The tokens [first, end) lead to `row` after so many characters, and a character begun there.
  void Decide(uint32_t first, uint32_t end, Row row, const PartialChar& begun,
              uint64_t characters) {
    const bool whole = begun.left == 0;
    const uint64_t read = characters + (whole ? 0 : 1);
    if (read > place_.most) return;
    const auto owed = whole ? std::optional(automaton_.Owed(row))
                            : automaton_.OwedWithin(row, begun, place_.most - read);
    if (!owed || *owed > place_.most - read) return;
    const std::optional<bool> fits = Fits(*owed) ? true : whole ? ShortestFits(row) : std::nullopt;
    for (uint32_t t = first; t < end; ++t) {
      if (fits ? *fits : FitsExactly(ids_[t])) {
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
  const TextAutomaton::Hold hold_;  // what comes after a text may have an automaton, too
  const TextPlace place_;
  const int64_t finish_bytes_max_;
  const TrieWalk& walk_;
  TokenMask& mask_;
  size_t bytes_before_ = 0;  // of tokens, that the matcher has read
  bool cut_ = false;
  std::unordered_map<Row, End> ends_of_;
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
