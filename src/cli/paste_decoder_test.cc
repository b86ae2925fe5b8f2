// Tests of terminal input with pasted text.
#include "cli/paste_decoder.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace bantam::cli {
namespace {

// The characters of `bytes` given one by one, as UTF-8.
std::string Decode(std::string_view bytes, bool more = true) {
  PasteDecoder decoder;
  std::string out;
  for (const char byte : bytes) {
    decoder.Push({&byte, 1});
    while (const auto code = decoder.Next(true)) AppendUtf8(*code, out);
  }
  while (const auto code = decoder.Next(more)) AppendUtf8(*code, out);
  return out;
}

TEST(PasteDecoder, TypedTextPasses) {
  EXPECT_EQ(Decode("aä你😀\r\t\x1b[A"), "aä你😀\r\t\x1b[A");
}

TEST(PasteDecoder, PastedNewlinesBecomeMarks) {
  EXPECT_EQ(Decode("x\x1b[200~a\r\nb\nc\r\rd\te\x1b[201~\r"), "xa⏎b⏎c⏎⏎d⇥e\r");
  EXPECT_EQ(PasteDecoder::Restore("xa⏎b⇥e"), "xa\nb\te");
}

TEST(PasteDecoder, PastedControlsVanish) {
  EXPECT_EQ(Decode("\x1b[200~a\x03\x1b[31mb\x7F\x1b[201~"), "a[31mb");
}

TEST(PasteDecoder, EscapeAlone) {
  EXPECT_EQ(Decode("\x1b"), "") << "may be the beginning of a paste";
  EXPECT_EQ(Decode("\x1b", false), "\x1b");
  EXPECT_EQ(Decode("\x1b[200x"), "\x1b[200x");
}

TEST(PasteDecoder, BadBytes) {
  EXPECT_EQ(Decode("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(Decode("\xE4\xBD"), "");
  EXPECT_EQ(Decode("\xE4\xBD", false), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace bantam::cli
