// Tests that files written by the reference `gguf` package read as they were written.
//
// The files and the script that makes them: tests/golden/gguf.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "format/model_file.h"

namespace bantam {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kGolden = std::string(BANTAM_SOURCE_DIR) + "/tests/golden/gguf/";

void ExpectAllTensors(const ModelFile& model) {
  ASSERT_EQ(model.tensors().size(), 15u);
  for (const TensorView& tensor : model.tensors()) {
    EXPECT_EQ(tensor.name, "blk." + std::string(InfoOf(tensor.type).name));
    EXPECT_EQ(model.Find(tensor.name), &tensor);
    EXPECT_EQ(tensor.n_dims, 2);
    EXPECT_EQ(tensor.shape, (std::array<int64_t, 4>{256, 2, 1, 1}));
    EXPECT_EQ(tensor.size_bytes, static_cast<uint64_t>(2 * RowBytes(tensor.type, 256)));
    const std::vector<uint8_t> bytes(tensor.data, tensor.data + tensor.size_bytes);
    EXPECT_THAT(bytes, Each(static_cast<uint8_t>(tensor.type))) << tensor.name;
  }
}

TEST(GgufGolden, EveryValueAndTensorType) {
  const auto model = ModelFile::Open(kGolden + "all_types.gguf");
  ASSERT_TRUE(model) << model.error().message;
  const Metadata& metadata = (*model)->metadata();
  EXPECT_EQ(metadata.GetString("general.architecture").value(), "test");
  EXPECT_EQ(metadata.GetUint("t.uint8").value(), 200u);
  EXPECT_EQ(std::get<int64_t>(*metadata.Find("t.int8")), -100);
  EXPECT_EQ(metadata.GetUint("t.uint16").value(), 60000u);
  EXPECT_EQ(std::get<int64_t>(*metadata.Find("t.int16")), -30000);
  EXPECT_EQ(metadata.GetUint("t.uint32").value(), 4'000'000'000u);
  EXPECT_EQ(std::get<int64_t>(*metadata.Find("t.int32")), -2'000'000'000);
  EXPECT_EQ(metadata.GetUint("t.uint64").value(), UINT64_MAX);
  EXPECT_EQ(std::get<int64_t>(*metadata.Find("t.int64")), INT64_MIN);
  EXPECT_EQ(metadata.GetFloat("t.float32").value(), static_cast<double>(0.1f));
  EXPECT_EQ(metadata.GetFloat("t.float64").value(), 0.1);
  EXPECT_EQ(metadata.GetBool("t.bool").value(), true);
  EXPECT_EQ(metadata.GetString("t.string").value(), "Bäntam 矮脚鸡");
  EXPECT_THAT(*metadata.GetStrings("t.strings").value(), ElementsAre("", "▁the", "Ġworld", "\n"));
  EXPECT_THAT(metadata.GetFloats("t.floats").value(), ElementsAre(0.5, -2.0));
  EXPECT_EQ(std::get<std::vector<bool>>(*metadata.Find("t.bools")),
            (std::vector<bool>{true, false}));
  EXPECT_THAT(metadata.GetInts("t.bytes").value(), ElementsAre(1, 2, 255));
  EXPECT_THAT(metadata.GetInts("t.ints").value(), ElementsAre(1, -2, 3));
  ExpectAllTensors(**model);
}

TEST(GgufGolden, SplitModel) {
  const auto model = ModelFile::Open(kGolden + "split-00002-of-00003.gguf");
  ASSERT_TRUE(model) << model.error().message;
  ExpectAllTensors(**model);
  EXPECT_EQ((*model)->tensors()[5].file_index, 0);
  EXPECT_EQ((*model)->tensors()[6].file_index, 1);
  EXPECT_EQ((*model)->tensors()[12].file_index, 2);
}

TEST(GgufGolden, BigEndianFilesAreRecognised) {
  const auto model = ModelFile::Open(kGolden + "big_endian.gguf");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(model.error().message, HasSubstr("big-endian GGUF files are not supported"));
}

}  // namespace
}  // namespace bantam
