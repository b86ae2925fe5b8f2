// A unit of the trie: bit 31 marks values; else bits 0–7 are the byte that leads to it, bit 8 says
// that a text ends there, bits 10–30 are the offset of what follows, times 256 if bit 9 is set.
#include "text/char_map.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/utf8.h"
#include "text/grapheme.h"

namespace bantam {
namespace {

constexpr uint32_t kIsValue = uint32_t{1} << 31;
constexpr size_t kLongestCluster = 5;  // bytes
// Four times the longest of NFKC: what a hostile file makes of a text has an end.
constexpr size_t kMaxReplacement = 132;  // bytes

bool EndsText(uint32_t unit) {
  return (unit >> 8 & 1) != 0;
}

uint32_t OffsetOf(uint32_t unit) {
  return unit >> 10 << ((unit & uint32_t{1} << 9) >> 6);
}

std::unexpected<Error> Corrupt(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "the map of characters " + what);
}

}  // namespace

Result<std::shared_ptr<const CharMap>> CharMap::Read(std::string_view bytes) {
  uint32_t trie_bytes = 0;
  if (bytes.size() < sizeof(trie_bytes)) {
    return Corrupt("has " + std::to_string(bytes.size()) + " bytes");
  }
  std::memcpy(&trie_bytes, bytes.data(), sizeof(trie_bytes));
  bytes.remove_prefix(sizeof(trie_bytes));
  if (trie_bytes > bytes.size() || trie_bytes % sizeof(uint32_t) != 0 || trie_bytes == 0) {
    return Corrupt("says that " + std::to_string(trie_bytes) + " of its " +
                   std::to_string(bytes.size()) + " bytes are a trie");
  }
  std::shared_ptr<CharMap> map(new CharMap());
  map->units_.resize(trie_bytes / sizeof(uint32_t));
  std::memcpy(map->units_.data(), bytes.data(), trie_bytes);
  map->replacements_ = bytes.substr(trie_bytes);
  const std::string& all = map->replacements_;
  if (ValidUtf8Prefix(all) != all.size()) {
    return Corrupt("has replacements that are no UTF-8");
  }
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = std::min(all.find('\0', begin), all.size());
    if (end - begin > kMaxReplacement) {
      return Corrupt("has a replacement of " + std::to_string(end - begin) + " bytes, at most " +
                     std::to_string(kMaxReplacement) + " expected");
    }
    begin = end + 1;
  }
  return std::shared_ptr<const CharMap>(std::move(map));
}

std::optional<std::string_view> CharMap::ReplacementAt(uint32_t place) const {
  const std::string_view all = replacements_;
  if (place > all.size()) return std::nullopt;
  const bool inside = place < all.size() && (static_cast<uint8_t>(all[place]) & 0xC0) == 0x80;
  if (inside) return std::nullopt;
  const size_t end = all.find('\0', place);
  return all.substr(place, end == std::string_view::npos ? end : end - place);
}

std::optional<std::string_view> CharMap::Find(std::string_view text) const {
  uint32_t node = OffsetOf(units_[0]);
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    node ^= byte;
    if (byte == 0 || node >= units_.size()) return std::nullopt;
    const uint32_t unit = units_[node];
    if ((unit & (kIsValue | 0xFF)) != byte) return std::nullopt;
    node ^= OffsetOf(unit);
    if (!EndsText(unit)) continue;
    if (node >= units_.size()) return std::nullopt;
    return ReplacementAt(units_[node] & ~kIsValue);
  }
  return std::nullopt;
}

bool CharMap::Apply(std::string_view text, std::string& changed) const {
  std::string out;
  size_t copied = 0;  // bytes of `text` that `out` stands for
  const auto replace = [&](size_t begin, size_t end) {
    const std::optional<std::string_view> replacement = Find(text.substr(begin, end - begin));
    if (!replacement) return false;
    out += text.substr(copied, begin - copied);
    out += *replacement;
    copied = end;
    return true;
  };
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = GraphemeEnd(text, begin);
    const bool whole = end - begin <= kLongestCluster && replace(begin, end);
    for (size_t pos = begin; pos < end && !whole;) {
      const size_t next = pos + DecodeUtf8(text, pos).length;
      replace(pos, next);
      pos = next;
    }
    begin = end;
  }
  if (copied == 0) return false;
  out += text.substr(copied);
  changed = std::move(out);
  return true;
}

}  // namespace bantam
