// Tests of base64: the examples of RFC 4648, all characters, and texts that are none.
#include "base/base64.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace bantam {
namespace {

TEST(Base64, GivesTheBytesOfTheStandardsExamples) {
  EXPECT_EQ(DecodeBase64(""), "");
  EXPECT_EQ(DecodeBase64("Zg=="), "f");
  EXPECT_EQ(DecodeBase64("Zm8="), "fo");
  EXPECT_EQ(DecodeBase64("Zm9v"), "foo");
  EXPECT_EQ(DecodeBase64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(DecodeBase64("+/+/"), "\xFB\xFF\xBF");
}

TEST(Base64, BytesComeBack) {
  for (const std::string bytes : {"", "f", "fo", "foo", "foobar", "\xFB\xFF\xBF"}) {
    const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
    EXPECT_EQ(DecodeBase64(EncodeBase64({data, bytes.size()})), bytes);
  }
}

TEST(Base64, OtherTextsAreNone) {
  for (const char* text : {"Zg", "Zg=", "Z===", "====", "Zm9v\n", "Z-9v", "=Zg=", "Zm9vZg=a"}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace bantam
