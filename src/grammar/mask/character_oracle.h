// For tests of CharacterMask: a set of characters as the texts they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "base/vocabulary.h"
#include "grammar/mask/character_mask.h"
#include "grammar/regex/code_point_set.h"

namespace bantam::grammar {

// All characters of a set, spelled out, and what they begin with.
struct Spelled {
  explicit Spelled(const CodePointSet& set) {
    for (const CodePointSet::Range& range : set.ranges()) {
      for (char32_t c = range.first; c <= range.last; ++c) {
        std::string bytes;
        AppendUtf8(c, bytes);
        for (size_t n = 1; n < bytes.size(); ++n) begun.insert(bytes.substr(0, n));
        whole.insert(std::move(bytes));
      }
    }
  }

  // Whether `text` is made of whole characters, but for a last one that may be begun.
  bool Takes(std::string_view text, bool may_end_inside) const {
    while (!text.empty()) {
      size_t n = 1;
      while (n <= text.size() && n <= 4 && !whole.contains(std::string(text.substr(0, n)))) ++n;
      if (n > text.size() || n > 4) {
        return may_end_inside && begun.contains(std::string(text));
      }
      text.remove_prefix(n);
    }
    return true;
  }

  // Whether a token may come after the beginning of a character (or nothing).
  bool Takes(const Vocabulary& vocabulary, const std::string& before, TokenId id) const {
    const std::string& bytes = vocabulary.bytes[static_cast<size_t>(id)];
    return !bytes.empty() && Takes(before + bytes, true);
  }

  std::set<std::string> whole, begun;
};

inline CharacterMask::Place PlaceAfter(std::string_view begun) {
  CharacterMask::Place place;
  for (const char c : begun) {
    const auto byte = static_cast<uint8_t>(c);
    place = place ? place->Next(byte) : PartialChar::Begin(byte);
  }
  return place;
}

inline bool IsText(const Vocabulary& vocabulary, TokenId id) {
  const TokenKind kind = vocabulary.kinds[static_cast<size_t>(id)];
  return !vocabulary.IsEnd(id) &&
         (kind == TokenKind::kNormal || kind == TokenKind::kAdded || kind == TokenKind::kByte);
}

struct MaskComparison {
  size_t allowed = 0;  // tokens that masks let through
  std::string wrong;   // the first difference; empty: none
};

// Compares the masks after these beginnings of characters with `set`, for every token that `looks`.
inline MaskComparison CompareMasksWithBytes(
    const Vocabulary& vocabulary, const CodePointSet& set,
    std::initializer_list<std::string_view> beginnings,
    const std::function<bool(TokenId)>& looks = [](TokenId) { return true; }) {
  const Spelled spelled(set);
  CharacterMask mask(vocabulary, set);
  MaskComparison found;
  for (const std::string_view begun : beginnings) {
    const CharacterMask::Place place = PlaceAfter(begun);
    const TokenMask& at = mask.At(place);
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
      const bool text = IsText(vocabulary, id) && looks(id);
      const bool right =
          at.Allows(id) == mask.Allows(place, id) &&
          (!vocabulary.IsEnd(id) || at.Allows(id) == begun.empty()) &&
          (!text || at.Allows(id) == spelled.Takes(vocabulary, std::string(begun), id));
      if (!right && found.wrong.empty()) {
        found.wrong = "token " + std::to_string(id) + " after '" + std::string(begun) + "'";
      }
      found.allowed += text && at.Allows(id) ? 1 : 0;
    }
  }
  return found;
}

}  // namespace bantam::grammar
