// Tests of files that appear whole or not at all.
#include "base/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/test_directory.h"

namespace bantam {
namespace {

size_t FilesIn(const std::string& path) {
  size_t n = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path)) ++n;
  return n;
}

TEST(AtomicFile, AppearsWithCommit) {
  const TestDirectory directory;
  const std::string path = directory.Write("a", "old");
  auto file = AtomicFile::Create(path);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->Write("new"));
  EXPECT_EQ(TestDirectory::Read(path), "old");
  ASSERT_TRUE(file->Commit());
  EXPECT_EQ(TestDirectory::Read(path), "new");
  struct stat info{};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST(AtomicFile, SharedFilesHaveTheModeOfTheUmask) {
  const mode_t mask = umask(022);
  umask(mask);
  const TestDirectory directory;
  const std::string path = directory.File("a");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(WriteFileAtomically(path, "x", true));
    struct stat info{};
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0666 & ~mask);
  }
  EXPECT_EQ(umask(mask), mask) << "left as it was";
}

TEST(AtomicFile, ThreadsLeaveTheUmaskAsItWas) {
  const mode_t mask = umask(022);
  umask(mask);
  const TestDirectory directory;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([path = directory.File("f" + std::to_string(i))] {
      for (int n = 0; n < 20; ++n) EXPECT_TRUE(WriteFileAtomically(path, "x", true));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(umask(mask), mask);
}

TEST(AtomicFile, NothingIsLeftWithoutCommit) {
  const TestDirectory directory;
  {
    auto file = AtomicFile::Create(directory.File("a"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->Write(std::string(1 << 20, 'x')));
    EXPECT_EQ(FilesIn(directory.path()), 1U);
  }
  EXPECT_EQ(FilesIn(directory.path()), 0U);
}

TEST(AtomicFile, FailuresNameTheFile) {
  const TestDirectory directory;
  const std::string missing = directory.File("no/such/file");
  const auto result = WriteFileAtomically(missing, "x");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
  EXPECT_NE(result.error().message.find(missing), std::string::npos);
  EXPECT_FALSE(WriteFileAtomically(directory.path(), "x")) << "a directory";
  EXPECT_FALSE(WriteFileAtomically("/dev/null", "x")) << "must not be replaced";
}

TEST(AtomicFile, MakesDirectories) {
  const TestDirectory directory;
  ASSERT_TRUE(MakeDirectories(directory.File("a/b/c")));
  ASSERT_TRUE(MakeDirectories(directory.File("a/b/c")));
  EXPECT_TRUE(std::filesystem::is_directory(directory.File("a/b/c")));
  directory.Write("plain", "");
  EXPECT_FALSE(MakeDirectories(directory.File("plain/d")));
}

}  // namespace
}  // namespace bantam
