// Tests of safetensors headers, right ones and those that lie. Every failure is a typed error that
// names the file and the tensor; nothing crashes (the asan preset runs these too).
#include "format/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "format/safetensors_test_file.h"

namespace bantam {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Parses a copy of exactly this size, so that the address sanitizer sees any read past its end.
Result<std::vector<SafeTensor>> Parse(const std::string& bytes) {
  const auto copy = std::make_unique<uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  auto tensors = ParseSafetensors({copy.get(), bytes.size()}, "bad.safetensors");
  if (!tensors) {
    EXPECT_THAT(tensors.error().message, HasSubstr("bad.safetensors: "));
    return tensors;
  }
  for (const SafeTensor& tensor : *tensors) {
    EXPECT_GE(tensor.data, copy.get());
    EXPECT_LE(tensor.data + tensor.size_bytes, copy.get() + bytes.size());
  }
  return tensors;
}

std::string ErrorOf(const std::string& bytes) {
  const auto tensors = Parse(bytes);
  return tensors ? "none"
                 : std::string(ErrorName(tensors.error().code)) + ": " + tensors.error().message;
}

SafetensorsTestFile Small() {
  SafetensorsTestFile file;
  file.Member(R"("__metadata__":{"format":"pt","a \"b\"":"{[}"})")
      .Tensor("model.a", "F32", "[2,3]", std::string(24, 'a'))
      .Tensor("b\\u00e9", "BF16", "[5]", std::string(10, 'b'))
      .Tensor("one", "F16", "[]", "hh")
      .Tensor("none", "I32", "[0,7]", "");
  return file;
}

TEST(Safetensors, GivesNamesTypesShapesAndBytes) {
  // Spaces wherever JSON has them, and behind the header, as writers pad it.
  std::string header = Small().Header() + "  \n";
  header.insert(1, " \t");
  const std::string bytes = Small().WithHeader(header);
  const auto tensors = ParseSafetensors(
      {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, "good.safetensors");
  ASSERT_TRUE(tensors) << tensors.error().message;
  ASSERT_EQ(tensors->size(), 4U);
  EXPECT_EQ((*tensors)[0].name, "model.a");
  EXPECT_EQ((*tensors)[0].shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(*(*tensors)[0].data, 'a');
  EXPECT_EQ((*tensors)[1].name, "bé");
  EXPECT_EQ((*tensors)[1].type, SafeType::kBF16);
  EXPECT_EQ((*tensors)[1].size_bytes, 10U);
  // An empty one has its place too: here it comes last, after the number without dimensions.
  EXPECT_EQ((*tensors)[2].elements(), 1);
  EXPECT_EQ((*tensors)[3].elements(), 0);
  EXPECT_EQ(NameOf((*tensors)[3].type), "I32");
}

TEST(Safetensors, MayBeEmptyButForItsHeader) {
  EXPECT_TRUE(Parse(SafetensorsTestFile().Bytes()));
}

TEST(SafetensorsHostile, CutAtEveryByteIsCorrupt) {
  const std::string bytes = Small().Bytes();
  ASSERT_TRUE(Parse(bytes));
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto tensors = Parse(bytes.substr(0, size));
    ASSERT_FALSE(tensors) << size;
    EXPECT_EQ(tensors.error().code, ErrorCode::kCorrupt) << size;
  }
}

TEST(SafetensorsHostile, EveryOtherByteAnywhereIsHarmless) {
  const std::string bytes = Small().Bytes();
  for (size_t offset = 0; offset < bytes.size(); ++offset) {
    for (int flip = 1; flip < 256; flip <<= 1) {
      std::string patched = bytes;
      patched[offset] = static_cast<char>(patched[offset] ^ flip);
      (void)Parse(patched);
    }
  }
}

TEST(SafetensorsHostile, LengthsOfTheHeaderThatDoNotFit) {
  for (const uint64_t length : {uint64_t{100'000'001}, uint64_t{1} << 63, ~uint64_t{0}}) {
    std::string bytes = Small().Bytes();
    std::memcpy(bytes.data(), &length, sizeof length);
    EXPECT_THAT(ErrorOf(bytes), AllOf(HasSubstr("corrupt"), HasSubstr(std::to_string(length))));
  }
  EXPECT_THAT(ErrorOf("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("Git LFS"));
}

TEST(SafetensorsHostile, PlacesThatOverlapLeaveGapsOrEndOutside) {
  const auto file = [](uint64_t begin, uint64_t end, size_t bytes) {
    SafetensorsTestFile made;
    made.TensorAt("first", "U8", "[8]", 0, 8).TensorAt("second", "U8", "[4]", begin, end);
    return made.Data(std::string(bytes, 'x')).Bytes();
  };
  EXPECT_EQ(ErrorOf(file(8, 12, 12)), "none");
  EXPECT_THAT(ErrorOf(file(4, 8, 12)), AllOf(HasSubstr("\"second\""), HasSubstr("overlaps")));
  EXPECT_THAT(ErrorOf(file(0, 4, 12)), HasSubstr("overlaps"));
  EXPECT_THAT(ErrorOf(file(9, 13, 13)), AllOf(HasSubstr("\"second\""), HasSubstr("gap")));
  EXPECT_THAT(ErrorOf(file(8, 12, 11)), AllOf(HasSubstr("\"second\""), HasSubstr("outside")));
  EXPECT_THAT(ErrorOf(file(8, 12, 13)), HasSubstr("end at byte 12"));
  EXPECT_THAT(ErrorOf(file(12, 8, 12)), HasSubstr("data_offsets"));
}

TEST(SafetensorsHostile, SizesThatDisagreeOrOverflow) {
  const auto error = [](const char* type, const char* shape, uint64_t end) {
    return ErrorOf(SafetensorsTestFile()
                       .TensorAt("t", type, shape, 0, end)
                       .Data(std::string(24, 'x'))
                       .Bytes());
  };
  EXPECT_EQ(error("F32", "[2,3]", 24), "none");
  EXPECT_THAT(error("F16", "[2,3]", 24), AllOf(HasSubstr("\"t\""), HasSubstr("make 12")));
  EXPECT_THAT(error("F32", "[4611686018427387904,4]", 24), HasSubstr("2^63"));
  EXPECT_THAT(error("F32", "[0,9223372036854775807,9223372036854775807]", 0), HasSubstr("2^63"));
  EXPECT_THAT(error("F32", "[-2,-3]", 24), HasSubstr("shape"));
  EXPECT_THAT(error("F32", "[2.5]", 10), HasSubstr("shape"));
  EXPECT_THAT(error("F32", "6", 24), HasSubstr("shape"));
  EXPECT_THAT(error("F5", "[6]", 24), AllOf(HasSubstr("unsupported"), HasSubstr("F5")));
  EXPECT_THAT(error("F32", "[99999999999999999999]", 24), HasSubstr("shape"));
}

TEST(SafetensorsHostile, DataOffItsAlignmentIsRefused) {
  SafetensorsTestFile file;
  file.Tensor("byte", "U8", "[1]", "x").Tensor("number", "F16", "[1]", "hh");
  EXPECT_THAT(ErrorOf(file.Bytes()), AllOf(HasSubstr("\"number\""), HasSubstr("multiple")));
}

TEST(SafetensorsHostile, NamesThatAreThereTwice) {
  SafetensorsTestFile file;
  file.Tensor("twin", "U8", "[1]", "x").Tensor("tw\\u0069n", "U8", "[1]", "y");
  EXPECT_THAT(ErrorOf(file.Bytes()), AllOf(HasSubstr("\"twin\""), HasSubstr("twice")));
}

TEST(SafetensorsHostile, HeadersThatAreNoObjectOfTensors) {
  const SafetensorsTestFile data;
  for (const char* header :
       {"", "[]", "{", "{}x", "{\"a\"}", "{\"a\":}", "{\"a\":[]}", "{\"a\":{}}", "{\"a\":{]}",
        "{\"a\":{\"dtype\":\"U8\"}}", "{,}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],"
        "\"data_offsets\":[0,0]},}",
        "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":7}",
        "{\"\xff\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"}) {
    EXPECT_THAT(ErrorOf(data.WithHeader(header)), HasSubstr("corrupt")) << header;
  }
}

TEST(SafetensorsHostile, DeepAndLongTextTakesLittle) {
  const SafetensorsTestFile data;
  const std::string deep(1 << 20, '{');
  EXPECT_THAT(ErrorOf(data.WithHeader(deep)), HasSubstr("corrupt"));
  EXPECT_THAT(ErrorOf(data.WithHeader("{\"a\":" + deep)), HasSubstr("corrupt"));
  EXPECT_THAT(ErrorOf(data.WithHeader("{\"" + std::string(1 << 20, 'n'))), HasSubstr("corrupt"));
  EXPECT_THAT(ErrorOf(data.WithHeader("{\"a\":{\"x\":\"" + std::string(1 << 20, 'n') + "\"}}")),
              HasSubstr("at most"));
}

}  // namespace
}  // namespace bantam
