// Tests of reading past the page cache, and of files that it cannot be told of.
#include "base/disk_speed.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace bantam {
namespace {

std::string FileOf(const std::string& directory, size_t bytes) {
  const std::string path = directory + "/bantam_disk_speed_" + std::to_string(bytes);
  std::ofstream(path, std::ios::binary) << std::string(bytes, 'x');
  return path;
}

// Build directories lie on disks, whatever the temporary one is; the file system may refuse still.
TEST(DiskSpeed, ReadsTheWholeFileOrSaysWhyNot) {
  constexpr size_t kBytes = (size_t{9} << 20) + 123;
  const std::string path = FileOf(".", kBytes);
  const auto read = ReadPastCache(path, uint64_t{1} << 30);
  const auto part = ReadPastCache(path, 4096);
  std::filesystem::remove(path);
  if (!read) {
    EXPECT_EQ(read.error().code, ErrorCode::kUnsupported) << read.error().message;
    GTEST_SKIP() << read.error().message;
  }
  EXPECT_EQ(read->bytes, kBytes);
  EXPECT_GT(read->seconds, 0);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->bytes, uint64_t{4} << 20) << "one piece at least";
}

TEST(DiskSpeed, MemoryIsNoDisk) {
  if (!std::filesystem::is_directory("/dev/shm")) GTEST_SKIP() << "no file system in memory here";
  const std::string path = FileOf("/dev/shm", 8192);
  const auto read = ReadPastCache(path, 4096);
  std::filesystem::remove(path);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(read.error().message.find(path), std::string::npos);
}

TEST(DiskSpeed, MissingAndEmptyFiles) {
  EXPECT_EQ(ReadPastCache("no/such/file", 4096).error().code,
#if defined(__linux__)
            ErrorCode::kNotFound);
#else
            ErrorCode::kUnsupported);
#endif
  const std::string path = FileOf(".", 0);
  EXPECT_EQ(ReadPastCache(path, 4096).error().code, ErrorCode::kUnsupported);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace bantam
