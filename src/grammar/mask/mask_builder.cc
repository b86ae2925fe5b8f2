// The walk, and what a position that takes plain text saves of it.
#include "grammar/mask/mask_builder.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/mask/flat_trie.h"
#include "grammar/mask/text_class.h"
#include "grammar/mask/text_filler.h"
#include "grammar/mask/token_shape.h"

namespace bantam::grammar {
namespace {

constexpr int kNotCovered = -1;

// No token brings the end nearer to the budget, or only where much is owed at once: there a mask
// may hold a token too many, as Constraint expects.
constexpr int64_t kFar = 1024;
constexpr int64_t kNoBudget = Matcher::kUnbounded;

// Tokens below a byte for which looking for a loop pays: it takes about a hundred bytes' reading.
constexpr uint32_t kManyBelow = 200;

class Filler {
 public:
  Filler(const TokenTrie& trie, Matcher& matcher, int64_t finish_bytes_max, TokenMask& mask)
      : trie_(trie), matcher_(matcher), finish_bytes_max_(finish_bytes_max), mask_(mask) {}

  void Fill() {
    near_ = matcher_.FinishBytes() + kFar > finish_bytes_max_;
    if (VariationMatters()) return Walk(trie_.all(), kNotCovered);
    if (!FillByAutomaton()) {
      const bool uniform = matcher_.plain_text() == PlainText::kUniform;
      const auto convergence = uniform ? std::nullopt : matcher_.convergence();
      if (!convergence || !FillConverging(*convergence)) FillHere();
    }
    if (const auto text = matcher_.compared_text()) RetryCompared(*text);
  }

  bool cut() const { return cut_; }

 private:
  // What is known after some bytes of a walk.
  struct Place {
    int covered;         // tokens that are plain from this position of theirs on are decided
    bool plain;          // since then only plain text has been read: asking again gives nothing new
    uint8_t characters;  // read, as TokenShape counts them
  };

  // Siblings to try after some bytes.
  struct Level {
    uint32_t node, end;
    uint32_t token_end;  // of the last sibling
    Place place;
    TextClasses needed;  // unless 0: tokens whose rests have none of these are decided
  };

  bool Fits(uint32_t finish_bytes) const { return finish_bytes <= finish_bytes_max_; }
  // So near that what a text and one after it owe may matter.
  bool IsNearer() const {
    return near_ && matcher_.FinishBytes() + 4 * int64_t{Matcher::kVariation} > finish_bytes_max_;
  }
  // So near the budget that what plain text owes has to be known exactly.
  bool VariationMatters() const {
    return near_ && matcher_.ends_vary() &&
           matcher_.FinishBytes() + int64_t{Matcher::kVariation} > finish_bytes_max_;
  }
  bool FitsHere() const {
    return finish_bytes_max_ >= 0 &&
           matcher_.FinishesWithin(
               static_cast<uint32_t>(std::min<int64_t>(finish_bytes_max_, Matcher::kUnbounded)));
  }

  TrieWalk MatcherWalk() {
    return [this](const FlatTrie& trie, uint32_t node, uint32_t token_end, size_t depth,
                  TokenMask& mask) {
      Filler filler(trie_, matcher_, finish_bytes_max_, mask);
      filler.near_ = near_;
      filler.WalkBelow(trie, node, token_end, depth);
      return filler.cut_ ? TextFill::kCut : TextFill::kWhole;
    };
  }

  // Where not every plain text is legal. False, and nothing has been done, if that cannot be.
  bool FillByAutomaton() {
    const PlainText text = matcher_.plain_text();
    if (text == PlainText::kUniform) return false;
    if (text == PlainText::kLegal && matcher_.plain_set() == PlainSet::All() &&
        (Fits(matcher_.PlainFinishBytes()) || matcher_.convergence())) {
      return false;
    }
    const auto place = matcher_.text_place();
    if (!place) return false;
    const TextFill filled =
        FillText(trie_, matcher_, *place, finish_bytes_max_, MatcherWalk(), mask_);
    if (filled == TextFill::kFailed) {
      mask_.ForbidAll();
      cut_ = false;
      return false;
    }
    cut_ |= filled == TextFill::kCut;
    for (const std::string& stray : matcher_.stray_texts()) RetryAlong(stray);
    return true;
  }

  void FillHere() {
    switch (matcher_.plain_text()) {
      case PlainText::kUniform: FillUniform(); break;
      case PlainText::kLegal:
        FillLegal();
        for (const std::string& text : matcher_.dead_ends()) RetryAlong(text);
        for (const std::string& stray : matcher_.stray_texts()) RetryAlong(stray);
        break;
      case PlainText::kTry: FillLoop(ClassesInside(matcher_.loop())); break;
    }
  }

  void FillUniform() {
    if (Fits(matcher_.PlainFinishBytes())) {
      mask_.AllowAlso(trie_.plain());
    } else {
      if (FitsHere()) {
        mask_.AllowAlso(trie_.whole());
      } else {
        cut_ = true;
      }
      Walk(trie_.tails(), kNotCovered);
    }
    Walk(trie_.exits(), kNotCovered);
  }

  // As after most characters, but for tokens that begin with others: those are tried. False, and
  // nothing has been done, if there is no such character.
  bool FillConverging(const Matcher::Convergence& convergence) {
    uint8_t first = 0;
    while (!convergence.first_bytes[first]) ++first;
    if (!matcher_.Push(first)) return false;
    const uint64_t position = matcher_.text_position();
    FillHere();
    // Which tokens were cut there: some of them are decided anew.
    TokenMask uncut(cut_ ? mask_.size() : 0);
    if (cut_) {
      Filler filler(trie_, matcher_, kNoBudget, uncut);
      filler.FillHere();
      cut_ = false;
      uncut_ = &uncut;
    }
    matcher_.Pop(1);
    const FlatTrie& trie = trie_.all();
    const std::span<const TrieNode> nodes = trie.nodes();
    for (uint32_t node = 0; node < trie.roots(); ++node) {
      if (convergence.first_bytes[nodes[node].byte]) continue;
      const bool last = node + 1 == trie.roots();
      const auto end =
          last ? static_cast<uint32_t>(trie.ids().size()) : nodes[node + 1].first_token;
      DecideAstray(trie, {node, node + 1, end, {kNotCovered, false, 0}, 0}, position,
                   convergence.loop);
    }
    for (size_t i = 0; uncut_ != nullptr && i < uncut.words().size() && !cut_; ++i) {
      cut_ = (uncut.words()[i] & ~mask_.words()[i]) != 0;
    }
    uncut_ = nullptr;
    return true;
  }

  // Decides anew the tokens of siblings that plain text has led to, up to where it leads to
  // `position`, if that is by characters of its loop: there they are decided already.
  void DecideAstray(const FlatTrie& trie, const Level& first, uint64_t position,
                    const std::bitset<256>& loop) {
    const TrieNode* nodes = trie.nodes().data();
    std::vector<Level> levels = {first};
    size_t outside = 0;  // the level of the first byte that is not of the loop; 0: none
    while (!levels.empty()) {
      Level& level = levels.back();
      if (level.node == level.end) {
        levels.pop_back();
        if (levels.size() <= outside) outside = 0;
        if (!levels.empty()) matcher_.Pop(1);
        continue;
      }
      const uint32_t index = level.node++;
      const TrieNode& node = nodes[index];
      const uint32_t token_end =
          level.node < level.end ? nodes[level.node].first_token : level.token_end;
      if (ClassOf(node.byte) == TextClass::kNotPlain) {
        ForbidTokens(trie, node.first_token, token_end);
        WalkBelow(trie, index, token_end, levels.size() - 1);
        continue;
      }
      if (!matcher_.Push(node.byte)) {
        ForbidTokens(trie, node.first_token, token_end);
        continue;
      }
      const bool in_loop = loop[node.byte] || IsContinuation(node.byte);
      if (outside == 0 && in_loop && matcher_.text_position() == position) {
        matcher_.Pop(1);
        continue;
      }
      if (outside == 0 && !in_loop) outside = levels.size();
      const uint32_t below = EndOfOwn(trie, node, token_end);
      ForbidTokens(trie, node.first_token, below);
      if (node.first_token < below) AllowHere(trie, node.first_token, below);
      levels.push_back({node.first_child, node.first_child + node.children, token_end, {}, 0});
    }
  }

  // Where the tokens that end with a node's byte end; those of its subtree end at `token_end`.
  static uint32_t EndOfOwn(const FlatTrie& trie, const TrieNode& node, uint32_t token_end) {
    return node.children > 0 ? trie.nodes()[node.first_child].first_token : token_end;
  }

  void ForbidTokens(const FlatTrie& trie, uint32_t first, uint32_t end) {
    for (uint32_t t = first; t < end; ++t) mask_.Forbid(trie.ids()[t]);
    for (uint32_t t = first; t < end && uncut_ != nullptr; ++t) uncut_->Forbid(trie.ids()[t]);
  }

  // Decides anew the tokens that a text begins with; where it does not go on, all that begin so.
  void RetryAlong(std::string_view text) {
    const FlatTrie& trie = trie_.all();
    const std::span<const TrieNode> nodes = trie.nodes();
    uint32_t node = 0;
    uint32_t end = trie.roots();
    auto token_end = static_cast<uint32_t>(trie.ids().size());
    size_t pushed = 0;
    for (const char c : text) {
      while (node < end && nodes[node].byte != static_cast<uint8_t>(c)) ++node;
      if (node == end) break;
      if (node + 1 < end) token_end = nodes[node + 1].first_token;
      const TrieNode& at = nodes[node];
      if (!matcher_.Push(at.byte)) {
        ForbidTokens(trie, at.first_token, token_end);
        break;
      }
      ++pushed;
      const uint32_t below = EndOfOwn(trie, at, token_end);
      ForbidTokens(trie, at.first_token, below);
      if (at.first_token < below) AllowHere(trie, at.first_token, below);
      node = at.first_child;
      end = at.first_child + at.children;
    }
    matcher_.Pop(pushed);
  }

  // Tokens that may end the text that has been read so far and have the same after it. Near the
  // budget it matters, too, if that is begun only, and which values are left after it: the shortest
  // of those, with few characters.
  void RetryCompared(std::string_view text) {
    constexpr size_t kFewBytes = 32;
    const bool near = IsNearer();
    std::vector<TokenId> tokens;
    for (const TokenId id : near ? trie_.requoting() : trie_.quoting()) {
      const std::string_view bytes = trie_.vocabulary().bytes[static_cast<size_t>(id)];
      bool same = bytes.find('\\') != std::string_view::npos || (near && text.size() <= kFewBytes);
      for (size_t at = bytes.find('"'); at != std::string_view::npos && !same;
           at = bytes.find('"', at + 1)) {
        same = bytes.substr(at + 1).starts_with(text);
      }
      if (same) tokens.push_back(id);
    }
    Retry(tokens);
  }

  void Retry(std::span<const TokenId> tokens) {
    for (const TokenId id : tokens) {
      mask_.Forbid(id);
      const std::string_view bytes = trie_.vocabulary().bytes[static_cast<size_t>(id)];
      size_t n = 0;
      while (n < bytes.size() && matcher_.Push(static_cast<uint8_t>(bytes[n]))) ++n;
      if (n == bytes.size()) {
        if (FitsHere()) {
          mask_.Allow(id);
        } else {
          cut_ = true;
        }
      }
      matcher_.Pop(n);
    }
  }

  void FillLegal() {
    if (!Fits(matcher_.PlainFinishBytes())) return Walk(trie_.all(), kNotCovered);
    const uint32_t most = matcher_.plain_characters();
    const PlainSet set = matcher_.plain_set();
    if (!(set == PlainSet::All())) return FillLegalSet(set, most);
    if (most <= TokenTrie::kCountedCharacters) {
      mask_.AllowAlso(trie_.plain(most));
    } else {
      mask_.AllowAlso(trie_.plain());
      ForbidLonger(trie_, most, mask_);
    }
    Walk(trie_.rest(), 0);
  }

  // Only tokens with something that is not plain, or of a class that the set has parts of, are
  // walked.
  void FillLegalSet(const PlainSet& set, uint32_t most) {
    const TextClasses inside = ClassesInside(set);
    if (!HasManyTokens(inside)) return Walk(trie_.all(), kNotCovered);
    const bool counted = most <= TokenTrie::kCountedCharacters;
    AllowClasses(trie_, inside, counted ? trie_.plain(most) : trie_.plain(), true, mask_);
    if (!counted) ForbidLonger(trie_, most, mask_);
    needed_ = NeededBeyond(set, inside);
    Walk(trie_.all(), kNotCovered);
    needed_ = 0;
  }

  static TextClasses NeededBeyond(const PlainSet& set, TextClasses inside) {
    return (ClassesTouched(set) & ~inside) | BitOf(TextClass::kNotPlain);
  }

  // At a position that characters of `loop` do not change.
  void FillLoop(TextClasses loop) {
    if (!HasManyTokens(loop)) return Walk(trie_.all(), kNotCovered);
    if (AllowClasses(trie_, loop, trie_.whole(), FitsHere(), mask_)) cut_ = true;
    beyond_loop_ = ~loop;
    Walk(trie_.exits(), kNotCovered);
    Walk(trie_.tails(), kNotCovered);
    beyond_loop_ = 0;
    needed_ = Exits(loop);
    if (needed_ != 0) Walk(trie_.all(), kNotCovered);
    needed_ = 0;
  }

  // The classes outside the loop with a plain character that may come next (its first byte, beyond
  // ASCII).
  TextClasses Exits(TextClasses loop) {
    TextClasses classes = 0;
    for (unsigned byte = 0x20; byte < 0xF5; ++byte) {
      const TextClass text_class = ClassOf(static_cast<uint8_t>(byte));
      TextClasses bits = BitOf(text_class);
      if (text_class == TextClass::kBeyondAscii) bits |= BitOf(TextClass::kWideLetter);
      if (text_class == TextClass::kNotPlain || (bits & ~(classes | loop)) == 0) continue;
      if (!matcher_.Push(static_cast<uint8_t>(byte))) continue;
      matcher_.Pop(1);
      classes |= bits & ~loop;
    }
    return classes;
  }

  // Decides every token of `trie`. `covered` 0: but those that are plain, which have been.
  void Walk(const FlatTrie& trie, int covered) {
    const auto token_end = static_cast<uint32_t>(trie.ids().size());
    WalkLevel(trie, {0, trie.roots(), token_end, {covered, covered == 0, 0}, 0}, 0);
  }

  // Decides the tokens of a node's subtree; the matcher has read the `depth` bytes before it.
  void WalkBelow(const FlatTrie& trie, uint32_t node, uint32_t token_end, size_t depth) {
    const auto id = static_cast<size_t>(trie.ids()[trie.nodes()[node].first_token]);
    const std::string_view read = std::string_view(trie_.vocabulary().bytes[id]).substr(0, depth);
    Place place = {kNotCovered, false, 0};
    for (const char c : read) place = After(place, static_cast<uint8_t>(c));
    WalkLevel(trie, {node, node + 1, token_end, place, 0}, depth);
  }

  // Siblings before which tokens have `begin` bytes, which the matcher has read.
  void WalkLevel(const FlatTrie& trie, const Level& first, size_t begin) {
    const TrieNode* nodes = trie.nodes().data();
    levels_[begin] = first;
    size_t depth = begin;
    size_t pushed = begin;
    for (;;) {
      Level& level = levels_[depth];
      if (level.node == level.end) {
        if (depth == begin) break;
        --depth;
        continue;
      }
      if ((needed_ != 0 && (trie.node_classes()[level.node] & needed_) == 0) ||
          (level.needed != 0 && (trie.node_rests()[level.node] & level.needed) == 0)) {
        ++level.node;
        continue;
      }
      const TrieNode& node = nodes[level.node++];
      if (node.plain_from <= level.place.covered) continue;
      if (pushed > depth) {
        matcher_.Pop(pushed - depth);
        pushed = depth;
      }
      if (!matcher_.Push(node.byte)) continue;
      ++pushed;
      const uint32_t token_end =
          level.node < level.end ? nodes[level.node].first_token : level.token_end;
      const uint32_t below = EndOfOwn(trie, node, token_end);
      if (node.first_token < below) AllowHere(trie, node.first_token, below);
      if (node.children == 0) continue;
      levels_[++depth] = {node.first_child, node.first_child + node.children, token_end,
                          After(level.place, node.byte), level.needed};
      if (node.has_plain && !levels_[depth].place.plain) CoverBelow(trie, below, depth);
    }
    matcher_.Pop(pushed - begin);
  }

  static Place After(const Place& before, uint8_t byte) {
    const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
    const bool begins = (byte & 0xC0) != 0x80;
    return {before.covered, before.plain && plain,
            static_cast<uint8_t>(before.characters + (begins ? 1 : 0))};
  }

  // The tokens [first, end) end with the byte that has just been read.
  void AllowHere(const FlatTrie& trie, uint32_t first, uint32_t end) {
    const bool fits = FitsHere();
    for (uint32_t t = first; t < end; ++t) Decide(trie, t, fits);
  }

  // Where plain text is legal after the `depth` bytes read, decides those of the tokens below, from
  // index `first`, that are plain from there on.
  void CoverBelow(const FlatTrie& trie, uint32_t first, size_t depth) {
    if (VariationMatters()) return;
    const PlainText text = matcher_.plain_text();
    const bool loop = text == PlainText::kTry;
    if (text == PlainText::kLegal && !matcher_.dead_ends().empty()) return;
    if (text != PlainText::kUniform && !matcher_.stray_texts().empty()) return;
    const bool part = text == PlainText::kLegal && !(matcher_.plain_set() == PlainSet::All());
    if (loop || part) {
      if (depth > 1 || levels_[1].token_end - first < kManyBelow) return;
      if (&trie == &trie_.all() && DecideByAutomaton()) return;
      if (loop) AllowLoopBelow(trie, first);
      if (part && Fits(matcher_.PlainFinishBytes())) AllowSetBelow(trie, first);
      return;
    }
    Level& level = levels_[depth];
    if (Fits(matcher_.PlainFinishBytes())) {
      const uint64_t most =
          text == PlainText::kUniform ? Matcher::kUnbounded : matcher_.plain_characters();
      AllowPlain(trie, first, level, depth, level.place.characters + most);
    } else if (text == PlainText::kUniform) {
      AllowUniform(trie, first, level, depth);
    } else {
      return;
    }
    level.place.covered = static_cast<int>(depth);
    level.place.plain = true;
  }

  // After the first byte: all tokens below, in a text with an automaton.
  bool DecideByAutomaton() {
    const auto place = matcher_.text_place();
    if (!place) return false;
    Level& level = levels_[1];
    const TextFill filled = FillTextBelow(trie_, matcher_, *place, finish_bytes_max_, MatcherWalk(),
                                          level.node, level.end, level.token_end, 1, mask_);
    if (filled == TextFill::kFailed) return false;  // what it has allowed is legal
    cut_ |= filled == TextFill::kCut;
    level.node = level.end;
    return true;
  }

  // After the first byte: where characters of a loop change nothing, decides the tokens below of
  // which nothing else may come after them.
  void AllowLoopBelow(const FlatTrie& trie, uint32_t first) {
    const TextClasses loop = ClassesInside(matcher_.loop());
    if (!HasManyTokens(loop)) return;
    const bool fits = FitsHere();
    for (uint32_t t = first; t < levels_[1].token_end; ++t) {
      if ((trie.rest()[t] & ~loop) == 0) Decide(trie, t, fits);
    }
    levels_[1].needed = Exits(loop) | BitOf(TextClass::kNotPlain);
  }

  // The same where characters of a set are legal.
  void AllowSetBelow(const FlatTrie& trie, uint32_t first) {
    const PlainSet set = matcher_.plain_set();
    const TextClasses inside = ClassesInside(set);
    if (!HasManyTokens(inside)) return;
    const uint64_t most = levels_[1].place.characters + uint64_t{matcher_.plain_characters()};
    for (uint32_t t = first; t < levels_[1].token_end; ++t) {
      const bool legal = (trie.rest()[t] & ~inside) == 0 && trie.characters()[t] <= most;
      if (legal) Decide(trie, t, true);
    }
    levels_[1].needed = NeededBeyond(set, inside);
  }

  void AllowPlain(const FlatTrie& trie, uint32_t first, const Level& level, size_t depth,
                  uint64_t characters_max) {
    const uint8_t* plain_from = trie.plain_from().data();
    const uint8_t* characters = trie.characters().data();
    for (uint32_t t = first; t < level.token_end; ++t) {
      if (plain_from[t] <= depth && characters[t] <= characters_max) Decide(trie, t, true);
    }
  }

  // Near the budget: what ends with a whole character is as good as nothing read, but a tail has to
  // be tried. (It may be the whole rest of the token, but not begin before.)
  void AllowUniform(const FlatTrie& trie, uint32_t first, const Level& level, size_t depth) {
    const bool fits = FitsHere();
    for (uint32_t t = first; t < level.token_end; ++t) {
      if (trie.plain_from()[t] > depth) continue;
      const TokenId id = trie.ids()[t];
      Decide(trie, t, trie.tail_size()[t] > 0 ? TailFits(id, trie.tail_size()[t]) : fits);
    }
  }

  // A token whose text is legal, the budget apart; in a loop, if what stood before it is of it.
  void Decide(const FlatTrie& trie, uint32_t token, bool fits) {
    if ((trie.prefix()[token] & beyond_loop_) != 0) return;
    if (fits) {
      mask_.Allow(trie.ids()[token]);
    } else {
      cut_ = true;
    }
  }

  bool TailFits(TokenId id, size_t size) {
    const std::string_view bytes = trie_.vocabulary().bytes[static_cast<size_t>(id)];
    const std::string_view tail = bytes.substr(bytes.size() - size);
    size_t n = 0;
    while (n < size && matcher_.Push(static_cast<uint8_t>(tail[n]))) ++n;
    const bool fits = n == size && FitsHere();
    matcher_.Pop(n);
    return fits;
  }

  const TokenTrie& trie_;
  Matcher& matcher_;
  const int64_t finish_bytes_max_;
  TokenMask& mask_;
  bool cut_ = false;
  TokenMask* uncut_ = nullptr;   // unless null: tokens that only the budget could forbid
  bool near_ = false;            // tokens may bring the end near the budget
  TextClasses beyond_loop_ = 0;  // tokens whose prefix has such characters are passed over
  TextClasses needed_ = 0;       // unless 0: only tokens with such characters are looked at
  std::array<Level, FlatTrie::kMaxTextBytes + 1> levels_;  // [bytes read]
};

}  // namespace

bool FillMask(const TokenTrie& trie, Matcher& matcher, int64_t finish_bytes_max, TokenMask& mask) {
  mask.ForbidAll();
  Filler filler(trie, matcher, finish_bytes_max, mask);
  filler.Fill();
  if (matcher.Accepting()) {
    for (const TokenId id : trie.vocabulary().end_ids) mask.Allow(id);
  }
  return filler.cut();
}

}  // namespace bantam::grammar
