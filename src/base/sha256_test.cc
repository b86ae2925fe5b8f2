// Tests of SHA-256 with the vectors of FIPS 180-4 and NIST's examples.
#include "base/sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace bantam {
namespace {

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Hash(std::string_view text) {
  Sha256 sha;
  sha.Update(Bytes(text));
  return HexText(sha.Finish());
}

TEST(Sha256, PublishedVectors) {
  EXPECT_EQ(Hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Hash("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopq"
                 "klmnopqrlmnopqrsmnopqrstnopqrstu"),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(Hash(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Every way a text can be cut, around the block size and the padding's corner cases.
TEST(Sha256, PiecesDoNotMatter) {
  for (size_t size = 50; size <= 130; ++size) {
    const std::string text(size, 'x');
    Sha256 sha;
    for (size_t cut = 0; cut <= size; ++cut) {
      sha.Update(Bytes(std::string_view(text).substr(0, cut)));
      sha.Update(Bytes(std::string_view(text).substr(cut)));
      ASSERT_EQ(HexText(sha.Finish()), Hash(text)) << size << " cut at " << cut;
    }
  }
}

// Sizes at which the length no longer fits the block; values from coreutils' sha256sum.
TEST(Sha256, PaddingCorners) {
  EXPECT_EQ(Hash(std::string(55, 'x')),
            "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
  EXPECT_EQ(Hash(std::string(56, 'x')),
            "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
  EXPECT_EQ(Hash(std::string(64, 'x')),
            "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
}

}  // namespace
}  // namespace bantam
