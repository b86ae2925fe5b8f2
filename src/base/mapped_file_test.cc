// Tests of memory maps: contents, moving, releasing pages. Bad paths: format/model_file_test.
#include "base/mapped_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace bantam {
namespace {

class MappedFileTest : public ::testing::Test {
 protected:
  MappedFileTest() { std::ofstream(path_, std::ios::binary) << contents_; }
  ~MappedFileTest() override { std::remove(path_.c_str()); }

  static std::string TextOf(const MappedFile& file) {
    return {file.bytes().begin(), file.bytes().end()};
  }

  const std::string path_ = ::testing::TempDir() + "mapped_file_" + std::to_string(::getpid());
  const std::string contents_ = std::string(100'000, 'x') + "end";
};

TEST_F(MappedFileTest, ShowsTheWholeFile) {
  const auto file = MappedFile::Open(path_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(TextOf(*file), contents_);
}

TEST_F(MappedFileTest, MovesWithoutCopying) {
  auto file = MappedFile::Open(path_);
  ASSERT_TRUE(file) << file.error().message;
  const uint8_t* data = file->bytes().data();
  MappedFile second(std::move(*file));
  EXPECT_EQ(second.bytes().data(), data);
  EXPECT_TRUE(file->bytes().empty());
  MappedFile third;
  third = std::move(second);
  EXPECT_EQ(TextOf(third), contents_);
}

TEST_F(MappedFileTest, ReadsPiecesEvenIfTheFileHasLostItsName) {
  const auto file = MappedFile::Open(path_);
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  for (const size_t offset : {0ul, 1ul, 4095ul, 99'998ul, 100'003ul}) {
    std::vector<uint8_t> piece(std::min<size_t>(5000, contents_.size() - offset));
    file->Read(offset, piece);
    EXPECT_EQ(std::string(piece.begin(), piece.end()), contents_.substr(offset, piece.size()));
  }
}

TEST_F(MappedFileTest, ReadsAheadWhileItIsUsedMovedAndClosed) {
  auto file = MappedFile::Open(path_);
  ASSERT_TRUE(file) << file.error().message;
  file->StartReadAhead({{0, contents_.size()}});
  file->StartReadAhead({{50'000, 1}, {4096, 2 * contents_.size()}, {0, 10}});
  EXPECT_EQ(TextOf(*file), contents_);
  MappedFile moved(std::move(*file));
  EXPECT_EQ(TextOf(moved), contents_);
  MappedFile().StartReadAhead({{0, 1}});
}

// Every wait ends.
TEST_F(MappedFileTest, WaitsForWhatIsReadAheadAndForNothingElse) {
  auto file = MappedFile::Open(path_);
  ASSERT_TRUE(file) << file.error().message;
  file->AwaitReadAhead(0);  // nothing is being read
  file->StartReadAhead({{50'000, 1}, {4096, contents_.size() - 4096}, {0, 10}});
  for (const size_t offset : {0ul, 4096ul, 1ul, 50'000ul}) file->AwaitReadAhead(offset);
  // Past the end of the file reading fails; what would have followed is not waited for.
  file->StartReadAhead({{contents_.size(), 10}, {0, 10}});
  file->AwaitReadAhead(0);
  EXPECT_EQ(TextOf(*file), contents_);
}

TEST_F(MappedFileTest, ReleasedPagesAreReadAgain) {
  const auto file = MappedFile::Open(path_);
  ASSERT_TRUE(file) << file.error().message;
  for (const size_t offset : {0ul, 1ul, 4096ul, 99'999ul, 100'003ul, 200'000ul, SIZE_MAX}) {
    for (const size_t size : {0ul, 1ul, 4096ul, 100'003ul, SIZE_MAX}) file->Release(offset, size);
  }
  EXPECT_EQ(TextOf(*file), contents_);
}

}  // namespace
}  // namespace bantam
