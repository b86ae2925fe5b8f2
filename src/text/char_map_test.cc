// Tests of maps of characters: what is replaced, and bytes that are none.
#include "text/char_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace bantam {
namespace {

using testing::HasSubstr;

constexpr uint32_t kEnds = 1 << 8, kValue = uint32_t{1} << 31;

std::string BytesOf(const std::vector<uint32_t>& units, const std::string& replacements) {
  const auto trie_bytes = static_cast<uint32_t>(units.size() * sizeof(uint32_t));
  std::string bytes(sizeof(trie_bytes) + trie_bytes, '\0');
  std::memcpy(bytes.data(), &trie_bytes, sizeof(trie_bytes));
  std::memcpy(bytes.data() + sizeof(trie_bytes), units.data(), trie_bytes);
  return bytes + replacements;
}

// Replaces "a" by what is at `place`: the root's children are at 256 ^ byte, those of "a" beside.
std::vector<uint32_t> TrieOfA(uint32_t place) {
  std::vector<uint32_t> units(512);
  units[0] = 256 << 10;
  units[256 ^ 'a'] = 'a' | kEnds | 2 << 10;
  units[256 ^ 'a' ^ 2] = kValue | place;
  return units;
}

std::string Apply(const std::string& bytes, std::string_view text) {
  const auto map = CharMap::Read(bytes);
  EXPECT_TRUE(map) << map.error().message;
  std::string changed = "unchanged";
  if (map) (*map)->Apply(text, changed);
  return changed;
}

TEST(CharMap, ReplacesCharactersAndShortClusters) {
  const std::string bytes = BytesOf(TrieOfA(0), std::string("XY\0", 3));
  EXPECT_EQ(Apply(bytes, "banana"), "bXYnXYnXY");
  EXPECT_EQ(Apply(bytes, "b"), "unchanged");
  EXPECT_EQ(Apply(bytes, "ba\u0301b"), "bXYb");      // a cluster of three bytes
  EXPECT_EQ(Apply(bytes, "a\u0301\u0302b"), "XYb");  // of five
  EXPECT_EQ(Apply(bytes, "a\u0301\u0302\u0303"), "XY\u0301\u0302\u0303");
  EXPECT_EQ(Apply(BytesOf(TrieOfA(2), std::string("XY\0", 3)), "ab"), "b");
}

TEST(CharMap, TriesThatLeadOutOfThemselvesFindNothing) {
  const std::string end("XY\0", 3);
  EXPECT_EQ(Apply(BytesOf(TrieOfA(100), end), "ab"), "unchanged");
  EXPECT_EQ(Apply(BytesOf(TrieOfA(1), "\xC3\xA9"), "ab"), "unchanged");  // inside a character
  std::vector<uint32_t> units = TrieOfA(0);
  units[256 ^ 'a'] = 'a' | kEnds | 0x1FFFFF << 10;
  EXPECT_EQ(Apply(BytesOf(units, end), "ab"), "unchanged");
  units[0] = 0x1FFFFF << 10;
  EXPECT_EQ(Apply(BytesOf(units, end), "ab"), "unchanged");
}

TEST(CharMap, RefusesBytesThatAreNone) {
  const auto message = [](const std::string& bytes) {
    const auto map = CharMap::Read(bytes);
    return map ? std::string("no error") : map.error().message;
  };
  EXPECT_THAT(message(""), HasSubstr("has 0 bytes"));
  EXPECT_THAT(message(std::string(4, '\0')), HasSubstr("says that 0 of its 0 bytes"));
  EXPECT_THAT(message(std::string("\x08\0\0\0aaaa", 8)), HasSubstr("says that 8 of its 4"));
  EXPECT_THAT(message(BytesOf(TrieOfA(0), "\xFF")), HasSubstr("no UTF-8"));
  EXPECT_THAT(message(BytesOf(TrieOfA(0), "a" + std::string(1, '\0') + std::string(133, 'b'))),
              HasSubstr("a replacement of 133 bytes, at most 132"));
}

}  // namespace
}  // namespace bantam
