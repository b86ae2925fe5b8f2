// Tests of opening models from disk: one file, split files, and paths that are no model at all.
#include "format/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include "format/gguf_test_file.h"

namespace bantam {
namespace {

using ::testing::HasSubstr;

class ModelFileTest : public ::testing::Test {
 protected:
  ModelFileTest() : folder_(::testing::TempDir() + "model_file_" + std::to_string(::getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~ModelFileTest() override { std::filesystem::remove_all(folder_); }

  std::string PathOf(const std::string& name) const { return folder_ + "/" + name; }

  std::string Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(PathOf(name), std::ios::binary) << bytes;
    return PathOf(name);
  }

  // Part `part` (from 0) of a split model, with one tensor of its own.
  static GgufTestFile PartFile(uint16_t part, uint16_t count) {
    GgufTestFile file;
    file.Key("split.no", U16(part)).Key("split.count", U16(count));
    file.Key("split.tensors.count", I32(count));
    if (part == 0) file.Key("general.architecture", Text("llama"));
    const std::string name = "blk." + std::to_string(part);
    file.Tensor(name, {4}, 0, std::string(16, static_cast<char>('a' + part)));
    return file;
  }

  void WriteParts(uint16_t count) const {
    for (uint16_t i = 0; i < count; ++i) Write(PartName(i + 1, count), PartFile(i, count).Bytes());
  }

  static std::string PartName(int number, int count) {
    return "m-0000" + std::to_string(number) + "-of-0000" + std::to_string(count) + ".gguf";
  }

  void ExpectError(const std::string& path, ErrorCode code, const std::string& message) {
    const std::clock_t start = std::clock();  // processor time: the machine may be busy
    const auto model = ModelFile::Open(path);
    ASSERT_FALSE(model) << path;
    EXPECT_EQ(model.error().code, code) << model.error().message;
    EXPECT_THAT(model.error().message, HasSubstr(path.substr(0, path.find("/m-"))));
    EXPECT_THAT(model.error().message, HasSubstr(message));
    EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC) << "a second";
  }

 private:
  std::string folder_;
};

TEST_F(ModelFileTest, FindsTensorsByName) {
  GgufTestFile file;
  file.Key("general.architecture", Text("qwen2"));
  for (const char* name : {"c", "a", "b"}) file.Tensor(name, {4}, 0, std::string(16, name[0]));
  const std::string path = Write("m.gguf", file.Bytes());
  const auto model = ModelFile::Open(path);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->path(), path);
  EXPECT_EQ((*model)->file_bytes(), file.Bytes().size());
  EXPECT_EQ((*model)->metadata().GetString("general.architecture").value(), "qwen2");
  EXPECT_EQ((*model)->tensors()[0].name, "c");  // file order
  for (const char* name : {"a", "b", "c"}) {
    const TensorView* tensor = (*model)->Find(name);
    ASSERT_NE(tensor, nullptr) << name;
    EXPECT_EQ(tensor->data[15], name[0]);
  }
  for (const char* name : {"", "A", "aa", "d"}) EXPECT_EQ((*model)->Find(name), nullptr) << name;
}

TEST_F(ModelFileTest, ReleasedTensorsCanBeReadAgain) {
  const std::string data(1 << 16, 'x');
  const std::string path = Write("m.gguf", GgufTestFile().Tensor("t", {1 << 14}, 0, data).Bytes());
  const auto model = ModelFile::Open(path);
  ASSERT_TRUE(model) << model.error().message;
  const TensorView& tensor = (*model)->tensors()[0];
  (*model)->Release(tensor);
  EXPECT_EQ(std::string(tensor.data, tensor.data + tensor.size_bytes), data);
}

TEST_F(ModelFileTest, AnyPartOpensTheWholeSplitModel) {
  WriteParts(3);
  for (int number = 1; number <= 3; ++number) {
    const auto model = ModelFile::Open(PathOf(PartName(number, 3)));
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ((*model)->metadata().GetString("general.architecture").value(), "llama");
    ASSERT_EQ((*model)->tensors().size(), 3u);
    for (int i = 0; i < 3; ++i) {
      const TensorView* tensor = (*model)->Find("blk." + std::to_string(i));
      ASSERT_NE(tensor, nullptr);
      EXPECT_EQ(tensor->file_index, i);
      EXPECT_EQ(tensor->data[0], 'a' + i);
      (*model)->Release(*tensor);
    }
    EXPECT_GT((*model)->file_bytes(), 3u * 16);
  }
}

TEST_F(ModelFileTest, SplitModelsThatDoNotFitTogether) {
  WriteParts(3);
  const std::string first = PathOf(PartName(1, 3));
  const std::string second = PartName(2, 3);

  std::filesystem::remove(PathOf(second));
  ExpectError(first, ErrorCode::kNotFound, second + ": cannot open");
  Write(second, PartFile(2, 3).Bytes());
  ExpectError(first, ErrorCode::kCorrupt, second + ": says it is part 3 of 3");
  Write(second, PartFile(1, 4).Bytes());
  ExpectError(first, ErrorCode::kCorrupt,
              "part 2 of 4 (\"split.no\", \"split.count\"), expected 2");
  Write(second, GgufTestFile().Bytes());
  ExpectError(first, ErrorCode::kCorrupt, second + ": says it is part 1 of 1");
  Write(second, PartFile(1, 3).Tensor("blk.0", {4}, 0, std::string(16, 'x')).Bytes());
  ExpectError(first, ErrorCode::kCorrupt, "\"split.tensors.count\" is 3, but the parts have 4");
  Write(second, "GGUF");
  ExpectError(first, ErrorCode::kCorrupt, second + ": header at byte 4");
  GgufTestFile twin;
  twin.Key("split.no", U16(1)).Key("split.count", U16(3));
  Write(second, twin.Tensor("blk.0", {4}, 0, std::string(16, 'x')).Bytes());
  ExpectError(first, ErrorCode::kCorrupt, "tensor \"blk.0\" is there twice");
}

TEST_F(ModelFileTest, PartsUnderAnotherNameCannotFindTheRest) {
  ExpectError(Write("renamed.gguf", PartFile(1, 3).Bytes()), ErrorCode::kNotFound,
              "is part 2 of 3 of a split model, but its name does not end "
              "\"-00002-of-00003.gguf\"");
  ExpectError(Write("x-00001-of-00003.gguf", PartFile(1, 3).Bytes()), ErrorCode::kNotFound,
              "\"-00002-of-00003.gguf\"");
}

TEST_F(ModelFileTest, SplitKeysOfWrongTypeOrValue) {
  const auto with = [this](std::string_view key, const GgufTestValue& value) {
    return Write("m.gguf", GgufTestFile().Key(key, value).Bytes());
  };
  ExpectError(with("split.no", U16(1)), ErrorCode::kCorrupt, "\"split.no\" is 1, expected less");
  ExpectError(with("split.no", Text("1")), ErrorCode::kCorrupt, "\"split.no\" is a string");
  ExpectError(with("split.count", F32(2)), ErrorCode::kCorrupt, "\"split.count\" is a float");
  ExpectError(with("split.count", U32(~0u)), ErrorCode::kCorrupt, "at most 65535");
  ExpectError(with("split.count", I32(-1)), ErrorCode::kCorrupt, "is -1, expected 0 or more");
  ExpectError(with("split.tensors.count", Bool(1)), ErrorCode::kCorrupt, "is a boolean");
}

TEST_F(ModelFileTest, DuplicateTensors) {
  GgufTestFile file;
  file.Tensor("t", {4}, 0, std::string(16, 'x')).Tensor("t", {4}, 0, std::string(16, 'y'));
  ExpectError(Write("m.gguf", file.Bytes()), ErrorCode::kCorrupt, "tensor \"t\" is there twice");
}

TEST_F(ModelFileTest, PathsThatAreNoModel) {
  ExpectError(PathOf("missing.gguf"), ErrorCode::kNotFound, "missing.gguf: cannot open");
  ExpectError(PathOf(""), ErrorCode::kIo, "is a directory, expected a file");
  ExpectError(Write("empty.gguf", ""), ErrorCode::kCorrupt, "is empty");
  ExpectError(Write("file", "x") + "/below", ErrorCode::kNotFound, "cannot open");
  ExpectError("/dev/null", ErrorCode::kIo, "is a device, pipe or socket");
  ASSERT_EQ(::mkfifo(PathOf("pipe").c_str(), 0600), 0);
  ExpectError(PathOf("pipe"), ErrorCode::kIo, "is a device, pipe or socket");
}

TEST_F(ModelFileTest, UnreadableFiles) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const std::string path = Write("secret.gguf", GgufTestFile().Bytes());
  std::filesystem::permissions(path, std::filesystem::perms::none);
  ExpectError(path, ErrorCode::kIo, "cannot open: Permission denied");
}

// 64 GiB that take no room on disk: claims it could back must fail by the memory limit, and
// quickly.
TEST_F(ModelFileTest, HugeSparseFiles) {
  const auto grow = [](const std::string& path) {
    std::error_code error;
    std::filesystem::resize_file(path, 1ull << 36, error);
    return !error;
  };
  const std::string zeros = Write("zeros.gguf", "\0");
  if (!grow(zeros)) GTEST_SKIP() << "no sparse files here";
  ExpectError(zeros, ErrorCode::kCorrupt, "expected the magic number");

  for (const uint32_t type : {0u, 7u, 8u, 10u}) {
    const GgufTestValue claim = Array(type, 1ull << 32, "");
    const std::string path = Write("array.gguf", GgufTestFile().Key("k", claim).Bytes());
    ASSERT_TRUE(grow(path));
    ExpectError(path, ErrorCode::kResourceExhausted, "key \"k\" at byte");
  }
  const std::string text =
      Write("text.gguf", GgufTestFile().Key("k", {8, LeBytes(1ull << 35)}).Bytes());
  ASSERT_TRUE(grow(text));
  ExpectError(text, ErrorCode::kResourceExhausted, "key \"k\" at byte");

  GgufTestFile names;
  names.extra_tensors = 1 << 17;
  const std::string tensors = Write("tensors.gguf", names.Bytes());
  ASSERT_TRUE(grow(tensors));
  ExpectError(tensors, ErrorCode::kCorrupt, "tensor 0 at byte");
}

}  // namespace
}  // namespace bantam
