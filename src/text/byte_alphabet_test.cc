// Tests of the byte-level alphabet.
#include "text/byte_alphabet.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8.h"

namespace bantam {
namespace {

std::string Spelled(std::string_view token) {
  std::string bytes = "x";
  return AppendSpelledBytes(token, bytes) ? bytes : "no:" + bytes;
}

TEST(ByteAlphabet, SpellsBytes) {
  EXPECT_EQ(Spelled("Ġhello"), "x hello");
  EXPECT_EQ(Spelled("Ċ"), "x\n");
  EXPECT_EQ(Spelled("Ã©"), "xé");
  EXPECT_EQ(Spelled(""), "x");
}

TEST(ByteAlphabet, HasEachByteOnce) {
  std::string all;
  for (char32_t c = 0; c < 0x1000; ++c) {
    std::string token;
    AppendUtf8(c, token);
    AppendSpelledBytes(token, all);
  }
  ASSERT_EQ(all.size(), 256u);
  bool seen[256] = {};
  for (const char c : all) seen[static_cast<unsigned char>(c)] = true;
  for (const bool one : seen) EXPECT_TRUE(one);
}

TEST(ByteAlphabet, RefusesWhatIsOutside) {
  for (const char* token : {"a b", "\n", "中", "\u00A0", "\u00AD", "\u0144", "\xC5", "\xC5x",
                            "\x80", "\xE4\xB8", "ab\xFF"}) {
    EXPECT_EQ(Spelled(token), "no:x") << token;
  }
}

}  // namespace
}  // namespace bantam
