// Tests of links to files that are no model yet, and of what a killed process leaves of them.
#include "store/staged_files.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/check.h"
#include "base/test_directory.h"

namespace bantam::store {
namespace {

class StagedFilesTest : public testing::Test {
 protected:
  StagedFilesTest() {
    EXPECT_TRUE(store_.Prepare());
    model_.files = {{.name = "a.gguf", .sha256 = std::string(64, 'a'), .bytes = 3},
                    {.name = "b.gguf", .sha256 = std::string(64, 'b'), .bytes = 3}};
    directory_.Write("store/blobs/sha256-" + model_.files[0].sha256, "one");
    directory_.Write("store/blobs/sha256-" + model_.files[1].sha256, "two");
  }

  TestDirectory directory_;
  Store store_{directory_.File("store")};
  Manifest model_;
};

TEST_F(StagedFilesTest, HaveTheirNamesWhileTheyAreHeld) {
  std::string folder;
  {
    const auto staged = StageFiles(store_, model_);
    ASSERT_TRUE(staged) << staged.error().message;
    folder = staged->directory();
    EXPECT_EQ(TestDirectory::Read(folder + "/a.gguf"), "one");
    EXPECT_EQ(TestDirectory::Read(folder + "/b.gguf"), "two");
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_EQ(TestDirectory::Read(store_.BlobPath(model_.files[0].sha256)), "one");
}

TEST_F(StagedFilesTest, CannotHaveOneNameTwice) {
  model_.files[1].name = "a.gguf";
  const auto staged = StageFiles(store_, model_);
  ASSERT_FALSE(staged);
  EXPECT_EQ(staged.error().code, ErrorCode::kIo);
  EXPECT_TRUE(std::filesystem::is_empty(store_.root() + "/incoming"));
}

// Another process stages files and says so; it lives until it is killed.
TEST_F(StagedFilesTest, OfAKilledProcessAreSweptAndOfALivingOneStay) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto staged = StageFiles(store_, model_);
    const char said = staged ? '1' : '0';
    CHECK(write(ready[1], &said, 1) == 1);
    while (true) pause();
  }
  close(ready[1]);
  char said = '0';
  EXPECT_EQ(read(ready[0], &said, 1), 1);
  close(ready[0]);
  EXPECT_EQ(said, '1');
  const auto own = StageFiles(store_, model_);
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_EQ(Incoming::Sweep(store_).directories, 0) << "both live";
  const auto folders = [this] {
    int n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(store_.root() + "/incoming")) {
      n += entry.is_directory() && std::filesystem::exists(entry.path() / "b.gguf") ? 1 : 0;
    }
    return n;
  };
  EXPECT_EQ(folders(), 2);
  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(folders(), 2) << "nobody has cleaned up yet";
  EXPECT_EQ(Incoming::Sweep(store_).directories, 1);
  EXPECT_EQ(folders(), 1);
  EXPECT_EQ(TestDirectory::Read(own->directory() + "/b.gguf"), "two");
  EXPECT_EQ(TestDirectory::Read(store_.BlobPath(model_.files[1].sha256)), "two");
}

}  // namespace
}  // namespace bantam::store
