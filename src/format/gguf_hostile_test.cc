// Tests of GGUF bytes that lie: cut short, extreme, contradictory. Every failure is a typed error
// that says what and where; nothing crashes (the asan preset runs these too).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "format/gguf_reader.h"
#include "format/gguf_test_file.h"

namespace bantam {
namespace {

using ::testing::HasSubstr;

constexpr uint32_t kF32Type = 0;
constexpr uint32_t kF16Type = 1;
constexpr uint32_t kQ8_0Type = 8;

// Parses a copy of exactly this size, so that the address sanitizer sees any read past its end,
// and checks what every successful parse must keep.
Result<GgufContents> Parse(const std::string& bytes) {
  const auto copy = std::make_unique<uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  auto contents = GgufReader::Parse({copy.get(), bytes.size()}, "bad.gguf");
  if (!contents) {
    EXPECT_THAT(contents.error().message, HasSubstr("bad.gguf: "));
    return contents;
  }
  for (const TensorView& tensor : contents->tensors) {
    EXPECT_GE(tensor.data, copy.get());
    EXPECT_LE(tensor.data + tensor.size_bytes, copy.get() + bytes.size());
    EXPECT_EQ(static_cast<int64_t>(tensor.size_bytes),
              RowBytes(tensor.type, tensor.row_length()) * tensor.n_rows());
  }
  return contents;
}

GgufTestFile SmallModel() {
  GgufTestFile file;
  file.Key("general.architecture", Text("qwen2"))
      .Key("general.alignment", U32(32))
      .Key("qwen2.rope.freq_base", F32(1e6f))
      .Key("qwen2.tied", Bool(1))
      .Key("tokenizer.ggml.tokens", Texts({"a", "a token of more than fifteen bytes", ""}))
      .Key("tokenizer.ggml.token_type", Array(5, 3, std::string(12, '\1')))
      .Key("tokenizer.ggml.flags", Array(7, 3, std::string(3, '\1')))
      .Tensor("norm.weight", {8}, kF32Type, std::string(32, 'n'))
      .Tensor("output.weight", {64, 16}, kQ8_0Type, std::string(34 * 32, 'w'));
  return file;
}

TEST(GgufHostile, CutAtEveryByteIsCorrupt) {
  const std::string bytes = SmallModel().Bytes();
  ASSERT_TRUE(Parse(bytes));
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto contents = Parse(bytes.substr(0, size));
    ASSERT_FALSE(contents) << size;
    EXPECT_EQ(contents.error().code, ErrorCode::kCorrupt) << size;
    EXPECT_THAT(contents.error().message, HasSubstr(" byte ")) << size;
  }
}

TEST(GgufHostile, ExtremesAnywhereInTheHeadAreHarmless) {
  const std::string head = SmallModel().Head();
  const std::string bytes = SmallModel().Bytes();
  for (size_t offset = 0; offset < head.size(); ++offset) {
    for (const uint64_t extreme : {0ull, 1ull, 0x7fffffffull, 0x80000000ull, 0x80000001ull,
                                   0xffffffffull, 1ull << 63, ~0ull}) {
      for (const size_t width : {4u, 8u}) {
        if (offset + width > head.size()) continue;
        std::string patched = bytes;
        patched.replace(offset, width, LeBytes(extreme).substr(0, width));
        const auto contents = Parse(patched);  // any result, but one
        EXPECT_TRUE(contents || contents.error().code != ErrorCode::kInternal);
      }
    }
  }
}

TEST(GgufHostile, EveryOtherByteAnywhereInTheHeadIsHarmless) {
  const std::string bytes = SmallModel().Bytes();
  const size_t head = SmallModel().Head().size();
  for (size_t offset = 0; offset < head; ++offset) {
    for (int flip = 1; flip < 256; flip <<= 1) {
      std::string patched = bytes;
      patched[offset] = static_cast<char>(patched[offset] ^ flip);
      (void)Parse(patched);
    }
  }
}

struct BadFile {
  const char* what;
  std::string bytes;
  ErrorCode code;
  const char* message;  // part of it
};

std::string WithHeader(const std::function<void(GgufTestFile&)>& change) {
  GgufTestFile file = SmallModel();
  change(file);
  return file.Bytes();
}

std::string WithKey(std::string_view key, const GgufTestValue& value) {
  return GgufTestFile().Key(key, value).Bytes();
}

// One tensor's description and 64 zero bytes of data.
std::string WithTensor(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type,
                       uint64_t offset) {
  return GgufTestFile()
      .Tensor("data", {16}, kF32Type, std::string(64, '\0'))
      .TensorAt(name, shape, type, offset)
      .Bytes();
}

void ExpectErrors(const std::vector<BadFile>& files) {
  for (const BadFile& file : files) {
    const auto contents = Parse(file.bytes);
    ASSERT_FALSE(contents) << file.what;
    EXPECT_EQ(contents.error().code, file.code) << file.what << ": " << contents.error().message;
    EXPECT_THAT(contents.error().message, HasSubstr(file.message)) << file.what;
  }
}

TEST(GgufHostile, Headers) {
  constexpr auto kCorrupt = ErrorCode::kCorrupt;
  constexpr auto kUnsupported = ErrorCode::kUnsupported;
  ExpectErrors({
      {"no magic", "<html><body>404", kCorrupt, "expected the magic number \"GGUF\", got \"<htm\""},
      {"LFS pointer", "version https://git-lfs", kCorrupt, "Git LFS pointer"},
      {"GGML", "tjgg\1", kUnsupported, "before GGUF"},
      {"big-endian magic", "FUGG\3", kUnsupported, "big-endian"},
      {"big-endian version", WithHeader([](auto& f) { f.version = 0x03000000; }), kUnsupported,
       "big-endian"},
      {"version 1", WithHeader([](auto& f) { f.version = 1; }), kUnsupported,
       "header at byte 4: expected GGUF version 2 or 3, got 1"},
      {"version 4", WithHeader([](auto& f) { f.version = 4; }), kUnsupported, "got 4"},
      {"a key too many", WithHeader([](auto& f) { f.extra_keys = 1; }), kCorrupt, "at byte"},
      {"2^40 keys", WithHeader([](auto& f) { f.extra_keys = 1ll << 40; }), kUnsupported,
       "header at byte 16: claims 1099511627783 metadata keys"},
      {"-1 keys", WithHeader([](auto& f) { f.extra_keys = -8; }), kUnsupported, "claims 1844674"},
      {"a tensor too many", WithHeader([](auto& f) { f.extra_tensors = 1; }), kCorrupt, "tensor 2"},
      {"2^40 tensors", WithHeader([](auto& f) { f.extra_tensors = 1ll << 40; }), kCorrupt,
       "header at byte 8: claims 1099511627778 tensors"},
      {"-1 tensors", WithHeader([](auto& f) { f.extra_tensors = -3; }), kCorrupt, "claims 1844674"},
  });
}

TEST(GgufHostile, Keys) {
  constexpr auto kCorrupt = ErrorCode::kCorrupt;
  const std::string long_key(70000, 'k');
  ExpectErrors({
      {"twice", GgufTestFile().Key("a.b", U32(1)).Key("c", U32(1)).Key("a.b", U32(2)).Bytes(),
       kCorrupt, "key \"a.b\" at byte 68: is there twice"},
      {"empty", WithKey("", U32(1)), kCorrupt, "expected a key of 1 to 65535 bytes, got 0"},
      {"long", WithKey(long_key, U32(1)), kCorrupt, "got 70000"},
      {"type", WithKey("k", {13, "xxxxxxxx"}), kCorrupt,
       "expected a value type of 0 to 12, got 13"},
      {"boolean", WithKey("k", Bool(2)), kCorrupt, "expected a boolean (0 or 1), got 2"},
      {"string", WithKey("k", {8, LeBytes(~0ull)}), kCorrupt, "18446744073709551615 bytes"},
      {"array of arrays", WithKey("k", Array(9, 1, "xxxxxxxx")), ErrorCode::kUnsupported,
       "key \"k\" at byte 37: arrays of arrays"},
      {"element type", WithKey("k", Array(77, 1, "x")), kCorrupt,
       "element type of 0 to 12, got 77"},
      {"huge array", WithKey("k", Array(10, 1ull << 61, "xxxxxxxx")), kCorrupt, "× 8 bytes"},
      {"huge bytes", WithKey("k", Array(0, ~0ull, "xxxxxxxx")), kCorrupt, "only"},
      {"huge strings", WithKey("k", Array(8, 1ull << 61, "xxxxxxxx")), kCorrupt, "cannot fit"},
      {"array of booleans", WithKey("k", Array(7, 2, "\1\2")), kCorrupt, "booleans"},
      {"unprintable", WithKey("k\n\x1b[31m\"", {99, ""}), kCorrupt, "\"k\\x0a\\x1b[31m\\\"\""},
  });
}

TEST(GgufHostile, Alignments) {
  const auto with = [](const GgufTestValue& value) { return WithKey("general.alignment", value); };
  constexpr auto kCorrupt = ErrorCode::kCorrupt;
  ExpectErrors({
      {"0", with(U32(0)), kCorrupt, "key \"general.alignment\" is 0, expected a power of two"},
      {"4", with(U32(4)), kCorrupt, "is 4, expected"},
      {"33", with(U32(33)), kCorrupt, "is 33, expected"},
      {"2^32 - 1", with(U32(UINT32_MAX)), kCorrupt, "is 4294967295, expected"},
      {"2^63", with({10, LeBytes(1ull << 63)}), kCorrupt, "expected at most 4294967295"},
      {"-32", with(I32(-32)), kCorrupt, "is -32, expected 0 or more"},
      {"float", with(F32(32)), kCorrupt, "is a float, expected an integer"},
      {"string", with(Text("32")), kCorrupt, "is a string, expected an integer"},
      {"array", with(Array(4, 1, LeBytes(32u))), kCorrupt, "is an array of integers"},
      {"2^31 puts the data behind the end",
       GgufTestFile().Key("general.alignment", U32(1u << 31)).Tensor("t", {1}, 0, "").Bytes(),
       kCorrupt, "data of tensor \"t\" at byte 2147483648: its 4 bytes lie outside the file"},
  });
}

TEST(GgufHostile, Tensors) {
  constexpr auto kCorrupt = ErrorCode::kCorrupt;
  constexpr auto kUnsupported = ErrorCode::kUnsupported;
  ExpectErrors({
      {"no name", WithTensor("", {1}, 0, 0), kCorrupt, "tensor 1 at byte"},
      {"long name", WithTensor(std::string(256, 'n'), {1}, 0, 0), kCorrupt, "got 256"},
      {"no dimension", WithTensor("t", {}, 0, 0), kCorrupt, "expected 1 to 4 dimensions, got 0"},
      {"5 dimensions", WithTensor("t", {1, 1, 1, 1, 1}, 0, 0), kCorrupt, "dimensions, got 5"},
      {"empty", WithTensor("t", {4, 0}, 0, 0), kCorrupt, "dimension 1 is 0"},
      {"2^63", WithTensor("t", {1ull << 63}, 0, 0), kCorrupt, "dimension 0 is 9223372036854775808"},
      {"2^64", WithTensor("t", {1ull << 32, 1ull << 32}, 0, 0), kCorrupt, "dimension 1 is"},
      {"2^62 floats", WithTensor("t", {1ull << 62}, 0, 0), kCorrupt, "bytes can hold"},
      {"I8", WithTensor("t", {1}, 24, 0), kUnsupported,
       "tensor \"t\" at byte 81: has type 24 (I8), which Bantam does not read"},
      {"type 2^32 - 1", WithTensor("t", {1}, ~0u, 0), kUnsupported, "type 4294967295 (unknown)"},
      {"part of a block", WithTensor("t", {48}, kQ8_0Type, 0), kCorrupt,
       "has rows of 48 elements, expected a multiple of 32 for type Q8_0"},
      {"odd offset", WithTensor("t", {1}, 0, 4), kCorrupt, "offset 4, expected a multiple of the"},
      {"past the end", WithTensor("t", {1}, 0, 64), kCorrupt, "its 4 bytes lie outside the file"},
      {"2^64 - 32", WithTensor("t", {1}, 0, ~31ull), kCorrupt, "outside the file"},
      {"overlap", WithTensor("t", {8}, 0, 32), kCorrupt,
       "data of tensor \"t\" at byte 128: overlaps that of tensor \"data\""},
      {"a type of half the bytes",
       GgufTestFile()
           .Tensor("data", {16}, kF16Type, std::string(64, '\0'))
           .Tensor("t", {16}, kF32Type, std::string(64, '\0'))
           .Bytes(),
       kCorrupt, "leaves a gap before it, expected at byte"},
  });
}

TEST(GgufHostile, MemoryIsLimitedBeforeItIsTaken) {
  // 12 MiB of one-byte elements would widen to 96 MiB: over the 64 MiB that small files may use.
  const std::string bytes = WithKey("k", Array(0, 12 << 20, std::string(12 << 20, '\0')));
  const auto contents = Parse(bytes);
  ASSERT_FALSE(contents);
  EXPECT_EQ(contents.error().code, ErrorCode::kResourceExhausted);
  EXPECT_THAT(contents.error().message, HasSubstr("key \"k\" at byte"));
}

}  // namespace
}  // namespace bantam
