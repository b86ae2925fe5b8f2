// Tokens against a set, byte by byte.
#include "grammar/mask/character_mask.h"

#include <bitset>
#include <cstdint>
#include <utility>

namespace bantam::grammar {
namespace {

bool GoesOn(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

bool HasText(TokenKind kind) {
  return kind == TokenKind::kNormal || kind == TokenKind::kAdded || kind == TokenKind::kByte;
}

bool IsMarkup(std::string_view bytes) {
  if (bytes.size() < 3) return false;
  return (bytes.front() == '<' && bytes.back() == '>') ||
         (bytes.front() == '[' && bytes.back() == ']');
}

}  // namespace

CharacterMask::CharacterMask(const Vocabulary& vocabulary, CodePointSet set)
    : vocabulary_(vocabulary),
      set_(std::move(set)),
      between_(vocabulary.size()),
      inside_(vocabulary.size()) {
  std::bitset<64> bytes;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const std::string_view text = vocabulary.bytes[static_cast<size_t>(id)];
    if (text.empty() || !GoesOn(text[0]) || vocabulary.IsEnd(id)) continue;
    if (!HasText(vocabulary.kinds[static_cast<size_t>(id)])) continue;
    continuations_.push_back(id);
    if (text.size() == 1) bytes.set(static_cast<uint8_t>(text[0]) & 0x3F);
  }
  ends_inside_ = bytes.all();
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    if (Allows(std::nullopt, id)) between_.Allow(id);
  }
}

bool CharacterMask::Fits(const Place& place, std::string_view bytes) const {
  Place at = place;
  for (const char byte : bytes) {
    at = at ? at->Next(static_cast<uint8_t>(byte)) : PartialChar::Begin(static_cast<uint8_t>(byte));
    if (!at || !set_.HasAnyOf(at->first, at->last)) return false;
    if (at->left == 0) at.reset();
  }
  return !at || ends_inside_;
}

bool CharacterMask::Allows(const Place& place, TokenId token) const {
  if (token < 0 || token >= vocabulary_.size()) return false;
  if (vocabulary_.IsEnd(token)) return !place;
  const std::string_view bytes = vocabulary_.bytes[static_cast<size_t>(token)];
  const TokenKind kind = vocabulary_.kinds[static_cast<size_t>(token)];
  if (kind == TokenKind::kControl) return !place;
  if (!HasText(kind) || bytes.empty()) return false;
  if (kind == TokenKind::kAdded && IsMarkup(bytes)) return !place;
  return Fits(place, bytes);
}

const TokenMask& CharacterMask::At(const Place& place) {
  if (!place) return between_;
  inside_.ForbidAll();
  for (const TokenId id : continuations_) {
    if (Allows(place, id)) inside_.Allow(id);
  }
  return inside_;
}

CharacterMask::Place CharacterMask::Follow(Place place, TokenId token) const {
  if (token < 0 || token >= vocabulary_.size()) return place;
  if (!HasText(vocabulary_.kinds[static_cast<size_t>(token)])) return place;
  for (const char c : vocabulary_.bytes[static_cast<size_t>(token)]) {
    const auto byte = static_cast<uint8_t>(c);
    Place next = place ? place->Next(byte) : std::nullopt;
    if (!next) next = PartialChar::Begin(byte);
    place = next;
    if (place && place->left == 0) place.reset();
  }
  return place;
}

}  // namespace bantam::grammar
