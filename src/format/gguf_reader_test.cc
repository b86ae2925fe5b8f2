// Tests of reading well-formed GGUF: every value type, shapes, alignment, versions.
#include "format/gguf_reader.h"

#include <gtest/gtest.h>

#include "format/gguf_test_file.h"

namespace bantam {
namespace {

Result<GgufContents> Parse(const std::string& bytes) {
  return GgufReader::Parse({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, "t");
}

template <typename T>
T ValueOf(const GgufTestValue& value) {
  const auto contents = Parse(GgufTestFile().Key("k", value).Bytes());
  EXPECT_TRUE(contents) << contents.error().message;
  const MetadataValue* found = contents->metadata.Find("k");
  EXPECT_NE(found, nullptr);
  EXPECT_TRUE(std::holds_alternative<T>(*found)) << found->index();
  return std::get<T>(*found);
}

TEST(GgufReader, ScalarsOfEveryTypeWiden) {
  EXPECT_EQ(ValueOf<uint64_t>({0, LeBytes<uint8_t>(200)}), 200u);
  EXPECT_EQ(ValueOf<int64_t>({1, LeBytes<int8_t>(-100)}), -100);
  EXPECT_EQ(ValueOf<uint64_t>({2, LeBytes<uint16_t>(60000)}), 60000u);
  EXPECT_EQ(ValueOf<int64_t>({3, LeBytes<int16_t>(-30000)}), -30000);
  EXPECT_EQ(ValueOf<uint64_t>({4, LeBytes<uint32_t>(4'000'000'000)}), 4'000'000'000u);
  EXPECT_EQ(ValueOf<int64_t>({5, LeBytes<int32_t>(-2'000'000'000)}), -2'000'000'000);
  EXPECT_EQ(ValueOf<double>({6, LeBytes(1e-5f)}), static_cast<double>(1e-5f));
  EXPECT_EQ(ValueOf<bool>({7, LeBytes<uint8_t>(1)}), true);
  EXPECT_EQ(ValueOf<std::string>(Text(std::string_view("a\0b", 3))), std::string("a\0b", 3));
  EXPECT_EQ(ValueOf<uint64_t>({10, LeBytes<uint64_t>(UINT64_MAX)}), UINT64_MAX);
  EXPECT_EQ(ValueOf<int64_t>({11, LeBytes<int64_t>(INT64_MIN)}), INT64_MIN);
  EXPECT_EQ(ValueOf<double>({12, LeBytes(1e300)}), 1e300);
}

TEST(GgufReader, ArraysOfEveryTypeWiden) {
  using Uints = std::vector<uint64_t>;
  using Ints = std::vector<int64_t>;
  using Floats = std::vector<double>;
  EXPECT_EQ(ValueOf<Uints>(Array(0, 2, "\x01\xff")), (Uints{1, 255}));
  EXPECT_EQ(ValueOf<Ints>(Array(1, 2, "\x01\xff")), (Ints{1, -1}));
  EXPECT_EQ(ValueOf<Uints>(Array(2, 1, LeBytes<uint16_t>(65535))), (Uints{65535}));
  EXPECT_EQ(ValueOf<Ints>(Array(3, 1, LeBytes<int16_t>(-1))), (Ints{-1}));
  EXPECT_EQ(ValueOf<Uints>(Array(4, 1, LeBytes<uint32_t>(UINT32_MAX))), (Uints{UINT32_MAX}));
  EXPECT_EQ(ValueOf<Ints>(Array(5, 1, LeBytes<int32_t>(INT32_MIN))), (Ints{INT32_MIN}));
  EXPECT_EQ(ValueOf<Floats>(Array(6, 2, LeBytes(0.5f) + LeBytes(-2.0f))), (Floats{0.5, -2}));
  EXPECT_EQ(ValueOf<std::vector<bool>>(Array(7, 2, std::string("\0\1", 2))),
            (std::vector<bool>{false, true}));
  EXPECT_EQ(ValueOf<std::vector<std::string>>(Texts({"", "a longer piece of text"})),
            (std::vector<std::string>{"", "a longer piece of text"}));
  EXPECT_EQ(ValueOf<Uints>(Array(10, 1, LeBytes(UINT64_MAX))), (Uints{UINT64_MAX}));
  EXPECT_EQ(ValueOf<Ints>(Array(11, 0, "")), Ints{});
  EXPECT_EQ(ValueOf<Floats>(Array(12, 1, LeBytes(3.25))), (Floats{3.25}));
}

TEST(GgufReader, KeysKeepTheirOrder) {
  const auto contents = Parse(GgufTestFile().Key("z", U32(1)).Key("a", U32(2)).Bytes());
  ASSERT_TRUE(contents) << contents.error().message;
  EXPECT_EQ(contents->metadata.entries()[0].first, "z");
  EXPECT_EQ(contents->metadata.entries()[1].first, "a");
}

TEST(GgufReader, TensorsPointAtTheirData) {
  const std::string bytes = GgufTestFile()
                                .Tensor("norm", {3}, 0, std::string(12, 'n'))
                                .Tensor("weight", {64, 2, 3}, 8, std::string(34 * 12, 'w'))
                                .Bytes();
  const auto contents = Parse(bytes);
  ASSERT_TRUE(contents) << contents.error().message;
  ASSERT_EQ(contents->tensors.size(), 2u);
  const TensorView& weight = contents->tensors[1];
  EXPECT_EQ(weight.name, "weight");
  EXPECT_EQ(weight.type, DType::kQ8_0);
  EXPECT_EQ(weight.n_dims, 3);
  EXPECT_EQ(weight.shape, (std::array<int64_t, 4>{64, 2, 3, 1}));
  EXPECT_EQ(weight.n_rows(), 6);
  EXPECT_EQ(weight.size_bytes, 34u * 12);
  EXPECT_EQ(std::string(weight.data, weight.data + weight.size_bytes), std::string(34 * 12, 'w'));
  EXPECT_EQ(contents->tensors[0].data[11], 'n');
}

TEST(GgufReader, DataMayEndWithoutPadding) {
  std::string bytes = GgufTestFile().Tensor("t", {3}, 0, std::string(12, 'x')).Bytes();
  bytes.resize(bytes.size() - 20);
  EXPECT_TRUE(Parse(bytes));
  bytes.resize(bytes.size() - 1);
  EXPECT_FALSE(Parse(bytes));
}

TEST(GgufReader, TheAlignmentKeyMovesTheData) {
  GgufTestFile file;
  file.alignment = 256;
  const std::string bytes = file.Key("general.alignment", U32(256))
                                .Tensor("a", {1}, 0, "aaaa")
                                .Tensor("b", {1}, 0, "bbbb")
                                .Bytes();
  const auto contents = Parse(bytes);
  ASSERT_TRUE(contents) << contents.error().message;
  const auto* start = reinterpret_cast<const uint8_t*>(bytes.data());
  EXPECT_EQ((contents->tensors[0].data - start) % 256, 0);
  EXPECT_EQ(contents->tensors[1].data - contents->tensors[0].data, 256);
  EXPECT_EQ(contents->tensors[1].data[0], 'b');
}

TEST(GgufReader, VersionTwoReadsAsVersionThree) {
  GgufTestFile file;
  file.version = 2;
  const auto contents = Parse(file.Key("k", U32(7)).Bytes());
  ASSERT_TRUE(contents) << contents.error().message;
  EXPECT_EQ(contents->version, 2u);
  EXPECT_EQ(contents->metadata.GetUint("k").value(), 7u);
}

}  // namespace
}  // namespace bantam
